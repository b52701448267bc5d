package org.paywitness.fault;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.paywitness.fault.Sales.Said;

/**
 * Payments told of, looked up and now and then refunded, without end, each customer on one connection that it keeps. What
 * is not answered as it should be has failed; nothing is tried again.
 */
final class Customers {
    private static final String MERCHANT = "m_customers";
    private static final int LOOK_UPS = 4;
    private static final int ONE_REFUND_OF = 20;
    private static final int MOST_AMOUNT = 50_000;
    private static final long PAUSE_NANOS = Duration.ofMillis(5).toNanos();

    final AtomicLong requests = new AtomicLong();
    final Queue<String> failed = new ConcurrentLinkedQueue<>();
    final Queue<Said> acknowledged = new ConcurrentLinkedQueue<>();
    /** Minor units to go back, by transaction. */
    final Map<String, Long> refunded = new ConcurrentHashMap<>();

    private final String feed = RunningService.token("feed");
    private final String desk = RunningService.token("desk:read desk:write");
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopping;

    /** @param ports a customer for each */
    Customers(List<Integer> ports, long seed) {
        for (int i = 0; i < ports.size(); i++) {
            int port = ports.get(i);
            Random random = new Random(seed + i);
            Thread thread = new Thread(() -> pay(port, random), "customer-" + i);
            thread.setDaemon(true);
            threads.add(thread);
        }
    }

    Customers start() {
        threads.forEach(Thread::start);
        return this;
    }

    void finish(Duration bound) throws InterruptedException {
        stopping = true;
        for (Thread thread : threads) {
            thread.join(bound.toMillis());
            if (thread.isAlive()) {
                throw new AssertionError("a customer is still not answered after " + bound);
            }
        }
    }

    private void pay(int port, Random random) {
        try (KeptLine line = new KeptLine(port)) {
            while (!stopping) {
                long amount = 100 + random.nextInt(MOST_AMOUNT);
                String transaction = tell(line, amount);
                for (int i = 0; transaction != null && i < LOOK_UPS; i++) {
                    ask(200, "verdict", () -> line.get("/v1/transactions/" + transaction + "/verdict", desk));
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
                if (transaction != null && random.nextInt(ONE_REFUND_OF) == 0) {
                    refund(line, transaction, amount);
                }
            }
        } catch (IOException e) {
            failed.add("closing: " + e);
        }
    }

    private String tell(KeptLine line, long amount) throws IOException {
        Instant at = Instant.now().minus(Duration.ofDays(1));
        String rrn = org.paywitness.Said.unique("K");
        String card = org.paywitness.Said.card();
        List<Said> both = new ArrayList<>();
        for (String[] who : new String[][] {{"acquirer", "captured"}, {"bank", "debited"}}) {
            var said = org.paywitness.Said.by(who[0], who[1])
                    .of(MERCHANT, rrn, amount)
                    .card(card)
                    .at(at);
            both.add(new Said(who[0], said.json().get("source_ref").textValue(), said.toString()));
        }
        String body = both.get(0).json() + "\n" + both.get(1).json();
        KeptLine.Answer answer = ask(
                200, "observations", () -> line.post("/v1/observations", feed, "application/x-ndjson", body, key()));
        if (answer == null) {
            return null;
        }
        acknowledged.addAll(both);
        return RunningService.json(answer.body())
                .get("results")
                .get(0)
                .get("transaction_id")
                .textValue();
    }

    private void refund(KeptLine line, String transaction, long amount) {
        String body = "{\"transaction_id\": \"" + transaction + "\", \"reason\": \"customer_request\"}";
        if (ask(201, "refund", () -> line.post("/v1/refunds", desk, "application/json", body, key())) != null) {
            refunded.put(transaction, amount);
        }
    }

    private static String key() {
        return "Idempotency-Key: " + UUID.randomUUID();
    }

    private interface Request {
        KeptLine.Answer send() throws IOException;
    }

    /** Null when it has failed. */
    private KeptLine.Answer ask(int good, String what, Request request) {
        requests.incrementAndGet();
        try {
            KeptLine.Answer answer = request.send();
            if (answer.status() == good) {
                return answer;
            }
            failed.add(what + ": " + answer.status() + " " + answer.body());
        } catch (IOException e) {
            failed.add(what + ": " + e);
        }
        return null;
    }
}
