package org.paywitness.fault;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.paywitness.fault.Sales.Said;

/**
 * Sources that send observations without end, one at a time and many, some with an Idempotency-Key, and send again
 * what was not answered. Each keeps what was acknowledged.
 */
final class Writers {
    private static final int MAX_SALES = 12;
    private static final long PAUSE_NANOS = Duration.ofMillis(25).toNanos();
    private static final String NDJSON = "application/x-ndjson";

    /** "source ref" and the observation, of all that was acknowledged. */
    final Queue<Said> acknowledged = new ConcurrentLinkedQueue<>();
    /** Ids of transactions that were told. */
    final Queue<String> transactions = new ConcurrentLinkedQueue<>();
    /** Answers that no source should ever get. */
    final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    /** What went wrong on the way, by kind, and was mended by sending again. */
    final Map<String, Long> mended = new HashMap<>();

    final AtomicLong requests = new AtomicLong();

    private final Supplier<RunningService> service;
    private final boolean mayFail;
    private final String token = RunningService.token("feed");
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopping;

    /**
     * @param service whom to send to, asked before each request
     * @param mayFail whether lost connections and 503 are to be expected
     */
    Writers(int count, long seed, Supplier<RunningService> service, boolean mayFail) {
        this.service = service;
        this.mayFail = mayFail;
        for (int i = 0; i < count; i++) {
            Random random = new Random(seed + i);
            Sales sales = new Sales("W" + String.format("%03d", i), random);
            Thread thread = new Thread(() -> write(sales, random), "writer-" + i);
            thread.setDaemon(true);
            threads.add(thread);
        }
    }

    Writers start() {
        threads.forEach(Thread::start);
        return this;
    }

    /** Lets each send what it has begun to send until it is acknowledged. */
    void finish(Duration bound) throws InterruptedException {
        stopping = true;
        for (Thread thread : threads) {
            thread.join(bound.toMillis());
            if (thread.isAlive()) {
                throw new AssertionError("a writer is still not answered after " + bound);
            }
        }
    }

    private void write(Sales sales, Random random) {
        while (!stopping) {
            List<Said> all = sales.next(1 + random.nextInt(MAX_SALES));
            if (random.nextBoolean()) {
                deliver(all, random);
            } else {
                all.stream().limit(4).forEach(said -> deliver(List.of(said), random));
                deliver(all, random);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private void deliver(List<Said> batch, Random random) {
        String body = batch.stream().map(Said::json).collect(Collectors.joining("\n"));
        String type = batch.size() == 1 ? "application/json" : NDJSON;
        String[] headers = random.nextInt(3) == 0
                ? new String[] {"Idempotency-Key", Long.toHexString(random.nextLong())}
                : new String[0];
        boolean delivered = false;
        while (!delivered && wrong.isEmpty()) {
            try {
                requests.incrementAndGet();
                delivered = isTaken(
                        service.get().post("/v1/observations", token, type, BodyPublishers.ofString(body), headers),
                        batch);
            } catch (IOException e) {
                failed(e.getClass().getSimpleName());
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            if (!delivered) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private boolean isTaken(HttpResponse<String> answer, List<Said> batch) throws IOException {
        JsonNode body = RunningService.json(answer);
        if (answer.statusCode() == 200) {
            for (JsonNode result : body.get("results")) {
                if ("refused".equals(result.get("status").textValue())) {
                    wrong.add(result.toString());
                } else {
                    acknowledged.add(batch.get(result.get("index").intValue()));
                    transactions.add(result.get("transaction_id").textValue());
                }
            }
            return true;
        }
        String code = answer.statusCode() + " " + body.path("code").textValue();
        if (answer.statusCode() == 503 || code.equals("409 request_in_progress")) {
            failed(code);
        } else {
            wrong.add(code + " " + answer.body());
        }
        return false;
    }

    private void failed(String what) {
        if (!mayFail) {
            wrong.add(what);
        }
        synchronized (mended) {
            mended.merge(what, 1L, Long::sum);
        }
    }
}
