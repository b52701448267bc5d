package org.paywitness.fault;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.paywitness.fault.Payments.Ask;
import org.paywitness.fault.Payments.Decision;

/**
 * Clients that ask for refunds, each under one key until it has a definite answer, of any pod: some hang up half-way
 * and come again, some send the same twice at once. Where a second person decides, it does so in the same way.
 */
final class RefundClients {
    private static final long PAUSE_NANOS = Duration.ofMillis(50).toNanos();
    private static final Set<String> RIGHT_REFUSALS =
            Set.of("refund_exceeds_charge", "being_returned", "already_returned");

    /** What was granted, by key: the bodies of all answers, which must be one. */
    final Map<String, Set<String>> granted = new ConcurrentHashMap<>();
    /** Keys that were refused, and may have been. */
    final Map<String, Ask> refused = new ConcurrentHashMap<>();
    /** What was decided, and answered with 200, by the refund's id. */
    final Map<String, Decision> decided = new ConcurrentHashMap<>();
    /** Answers that no client should ever get. */
    final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    /** What went wrong on the way, by kind, and was mended by sending again. */
    final Map<String, Long> mended = new TreeMap<>();

    final AtomicInteger begun = new AtomicInteger();
    final AtomicInteger requests = new AtomicInteger();

    private final Pods pods;
    private final Queue<Ask> asks;
    private final Semaphore open = new Semaphore(0);
    private final List<Thread> threads = new ArrayList<>();
    private final String clerk = RunningService.token("desk:read desk:write", "clerk");
    private final String manager = RunningService.token("desk:read desk:approve", "manager");
    private final Executor besides = task -> daemon(task, "client-twice").start();

    RefundClients(int count, long seed, Pods pods, List<Ask> asks) {
        this.pods = pods;
        this.asks = new ConcurrentLinkedQueue<>(asks);
        for (int i = 0; i < count; i++) {
            Random random = new Random(seed + i);
            threads.add(daemon(() -> work(random), "client-" + i));
        }
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    RefundClients start() {
        threads.forEach(Thread::start);
        return this;
    }

    /** Lets this many more asks begin, so that there is work at each fault. */
    void release(int count) {
        open.release(count);
    }

    /** Waits until everything that was released has its answer. */
    void finish(Duration bound) throws InterruptedException {
        // One for each thread to find that nothing is left.
        open.release(threads.size());
        long end = System.nanoTime() + bound.toNanos();
        for (Thread thread : threads) {
            thread.join(Math.max(1, (end - System.nanoTime()) / 1_000_000));
            if (thread.isAlive()) {
                throw new AssertionError("a client is still not answered after " + bound + "; mended: " + mended);
            }
        }
    }

    private void work(Random random) {
        try {
            open.acquire();
            for (Ask ask = asks.poll(); ask != null && wrong.isEmpty(); ask = asks.poll()) {
                begun.incrementAndGet();
                ask(ask, random);
                open.acquire();
            }
        } catch (InterruptedException e) {
            // Over.
        }
    }

    /** Asks until it is granted or rightly refused. */
    void ask(Ask ask, Random random) throws InterruptedException {
        Call call = new Call("/v1/refunds", clerk, ask.key(), ask.body(), 201);
        JsonNode answer = answered(call, random);
        if (answer == null) {
            return;
        }
        if (!answer.has("code")) {
            refused.remove(ask.key());
            decide(ask, answer, random);
        } else if (ask.isRival() && RIGHT_REFUSALS.contains(answer.get("code").textValue())) {
            refused.put(ask.key(), ask);
        } else {
            wrong.add("refused: " + ask + " " + answer);
        }
    }

    private void decide(Ask ask, JsonNode refund, Random random) throws InterruptedException {
        if (ask.decision() == Decision.NONE) {
            return;
        }
        boolean waits = "pending_approval".equals(refund.get("status").textValue());
        String id = refund.get("id").textValue();
        String what = ask.decision().name().toLowerCase(java.util.Locale.ROOT);
        String by = ask.decision() == Decision.CANCEL ? clerk : manager;
        JsonNode answer =
                answered(new Call("/v1/refunds/" + id + "/" + what, by, ask.key() + "-" + what, "{}", 200), random);
        if (answer == null) {
            return;
        }
        if (!answer.has("code")) {
            decided.put(id, ask.decision());
        } else if (waits || !answer.get("code").textValue().equals("refund_already_submitted")) {
            wrong.add(what + " " + id + " " + answer);
        }
    }

    /** One request, to be sent until it is answered. */
    private record Call(String path, String token, String key, String body, int good) {}

    /** The body of the first answer that is definite; null when somebody got a wrong one. */
    private JsonNode answered(Call call, Random random) throws InterruptedException {
        while (wrong.isEmpty()) {
            int manner = random.nextInt(10);
            if (manner == 0) {
                hangUp(call, random);
            }
            JsonNode answer = manner == 1 ? twice(call, random) : once(call, pods.any(random));
            if (answer != null) {
                return answer;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return null;
    }

    private JsonNode twice(Call call, Random random) throws InterruptedException {
        RunningService one = pods.any(random);
        CompletableFuture<JsonNode> second = CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return once(call, one);
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                },
                besides);
        JsonNode first = once(call, pods.any(random));
        JsonNode other = second.join();
        // Of a refusal and a grant the grant holds.
        return first == null || other != null && first.has("code") ? other : first;
    }

    private JsonNode once(Call call, RunningService pod) throws InterruptedException {
        try {
            requests.incrementAndGet();
            HttpResponse<String> response = pod.post(
                    call.path,
                    call.token,
                    "application/json",
                    BodyPublishers.ofString(call.body),
                    "Idempotency-Key",
                    call.key);
            return definite(call, response);
        } catch (IOException e) {
            mend(e.getClass().getSimpleName());
            return null;
        }
    }

    private JsonNode definite(Call call, HttpResponse<String> response) throws IOException {
        int status = response.statusCode();
        if (status == call.good) {
            granted.computeIfAbsent(call.key, key -> ConcurrentHashMap.newKeySet())
                    .add(response.body());
            return RunningService.json(response);
        }
        JsonNode problem = RunningService.json(response);
        String code = status + " " + problem.path("code").textValue();
        if (status == 503 || code.equals("409 request_in_progress")) {
            mend(code);
            return null;
        }
        if (status != 409) {
            wrong.add(code + " " + response.body() + " to " + call.path + " under " + call.key);
        }
        return problem;
    }

    private void mend(String what) {
        synchronized (mended) {
            mended.merge(what, 1L, Long::sum);
        }
    }

    // Sends it whole or not quite, and is gone without listening.
    private void hangUp(Call call, Random random) {
        byte[] body = call.body.getBytes(StandardCharsets.UTF_8);
        String head = "POST " + call.path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + call.token
                + "\r\nContent-Type: application/json\r\nIdempotency-Key: " + call.key + "\r\nContent-Length: "
                + body.length + "\r\n\r\n";
        java.net.URI to = pods.any(random).uri(call.path);
        try (Socket socket = new Socket(to.getHost(), to.getPort())) {
            if (random.nextBoolean()) {
                socket.setSoLinger(true, 0);
            }
            socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().write(body, 0, random.nextInt(4) == 0 ? body.length / 2 : body.length);
            socket.getOutputStream().flush();
            // With luck it is in the middle of its work by then.
            LockSupport.parkNanos(Duration.ofMillis(random.nextInt(8)).toNanos());
            mend("hung up");
        } catch (IOException e) {
            mend("hung up at a dead pod");
        }
    }

    /** Keys of refunds, not of decisions, that were granted. */
    Set<String> grantedAsks(List<Ask> all) {
        Set<String> keys = new HashSet<>();
        for (Ask ask : all) {
            if (granted.containsKey(ask.key())) {
                keys.add(ask.key());
            }
        }
        return keys;
    }
}
