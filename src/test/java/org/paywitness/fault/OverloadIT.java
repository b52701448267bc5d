package org.paywitness.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.paywitness.EmbeddedPostgresResource;
import org.paywitness.Tokens;

/**
 * Far more than the service can take, from one client, on a heap that has no room for queues: what is refused is told so,
 * the neighbour is served throughout, no queue exceeds its limit, and afterwards all is as before. How long:
 * {@code -Dfault.refusals=3000 -Dfault.seed=1}.
 */
class OverloadIT {
    private static final long SEED = Long.getLong("fault.seed", System.nanoTime());
    private static final int CONNECTIONS = 64;
    private static final int REFUSALS = Integer.getInteger("fault.refusals", 300);
    private static final int AT_ONCE = 4;
    private static final int WAITING = 30;
    private static final int WAITING_OF_CLIENT = 20;
    private static final int ROWS = 1_000;
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final Set<Integer> EXPECTED = Set.of(200, 429, 503);

    private final String loud = token("loud", "desk:read feed");
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong served = new AtomicLong();
    private final Map<Integer, Long> statuses = new TreeMap<>();
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private MortalPostgres postgres;
    private RunningService service;
    private volatile boolean stopping;

    @BeforeEach
    void start() throws IOException {
        System.out.printf("fault.seed=%d%n", SEED);
        postgres = MortalPostgres.started();
        service = new RunningService(
                        "overload",
                        postgres.configuration("postgres"),
                        Map.of(
                                "paywitness.overload.at-once", Integer.toString(AT_ONCE),
                                "paywitness.overload.places-of-others", "1",
                                "paywitness.overload.waiting", Integer.toString(WAITING),
                                "paywitness.overload.waiting-of-client", Integer.toString(WAITING_OF_CLIENT),
                                "paywitness.overload.bytes-of-place", "128K",
                                // However slow the machine: here only full queues refuse.
                                "paywitness.overload.max-wait", "60s",
                                "paywitness.lookup.deadline", "30s",
                                "quarkus.datasource.reactive.max-size", "2",
                                "paywitness.database.acquisition-timeout", "30s"),
                        "-Xmx96m",
                        "-XX:+ExitOnOutOfMemoryError")
                .start()
                .awaitReady();
    }

    @AfterEach
    void stop() throws IOException {
        service.close();
        postgres.close();
    }

    @Test
    void aBurstIsRefusedAndNeighboursAreServed() throws Exception {
        String known = tell();
        long pid = service.pid();
        for (int i = 0; i < CONNECTIONS; i++) {
            Random random = new Random(SEED + i);
            begin("burst-" + i, line -> burst(line, known, random));
        }
        String neighbour = token("neighbour", "desk:read");
        begin("neighbour", line -> {
            KeptLine.Answer answer = line.get("/v1/transactions/" + known + "/verdict", neighbour);
            if (answer.status() != 200) {
                wrong.add("neighbour: " + answer);
            }
            served.incrementAndGet();
        });
        Waiting.until("many are refused, and many are not", PATIENCE.plusSeconds(REFUSALS / 5), () -> {
            gaugesHold();
            return !wrong.isEmpty() || count(503) >= REFUSALS && count(200) >= REFUSALS && served.get() >= REFUSALS;
        });
        stopping = true;
        for (Thread thread : threads) {
            thread.join(PATIENCE.toMillis());
            assertFalse(thread.isAlive(), "everybody is answered");
        }
        System.out.printf("%d answers: %s; %d of the neighbour%n", answered.get(), statuses, served.get());
        assertEquals(List.of(), wrong.stream().limit(5).toList());

        Waiting.until("nobody is left", PATIENCE, () -> gauge("places") == 0 && gauge("waiting") == 0);
        assertTrue(service.isReady());
        assertEquals(pid, service.pid());
        assertEquals(200, service.get("/v1/transactions?limit=100", loud).statusCode());
        assertFalse(service.log().contains("OutOfMemoryError"), "memory");
        assertFalse(service.get("/q/metrics", null).body().contains(known), "no series of one transaction");
    }

    /** Look-ups, lists and large bodies, which do not all fit into the heap at once. */
    private void burst(KeptLine line, String known, Random random) throws IOException {
        int what = random.nextInt(10);
        KeptLine.Answer answer =
                switch (what) {
                    case 0 -> line.post("/v1/observations", loud, "application/x-ndjson", rows(random));
                    case 1, 2 -> line.get("/v1/transactions?limit=100", loud);
                    default -> line.get("/v1/transactions/" + known + "/verdict", loud);
                };
        if (!EXPECTED.contains(answer.status())) {
            wrong.add(answer.toString());
        } else if (answer.status() != 200) {
            if (!answer.headers().containsKey("retry-after") || !answer.body().contains("\"overloaded\"")) {
                wrong.add(answer.toString());
            }
        }
        answered.incrementAndGet();
        synchronized (statuses) {
            statuses.merge(answer.status(), 1L, Long::sum);
        }
    }

    private interface Work {
        void on(KeptLine line) throws IOException;
    }

    private void begin(String name, Work work) {
        Thread thread = new Thread(
                () -> {
                    try (KeptLine line = new KeptLine(service.uri("/").getPort())) {
                        while (!stopping && wrong.isEmpty()) {
                            work.on(line);
                        }
                    } catch (IOException e) {
                        wrong.add(name + ": " + e);
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
        threads.add(thread);
    }

    private long count(int status) {
        synchronized (statuses) {
            return statuses.getOrDefault(status, 0L);
        }
    }

    private String tell() throws Exception {
        KeptLine.Answer answer;
        try (KeptLine line = new KeptLine(service.uri("/").getPort())) {
            answer = line.post(
                    "/v1/observations", token("feed", "feed"), "application/x-ndjson", rows(new Random(SEED)));
        }
        assertEquals(200, answer.status(), answer.body());
        return RunningService.json(answer.body())
                .get("results")
                .get(0)
                .get("transaction_id")
                .textValue();
    }

    private static String rows(Random random) {
        return new Sales("B" + Integer.toString(random.nextInt(36 * 36), 36), random)
                .next(ROWS / 4).stream().map(Sales.Said::json).collect(Collectors.joining("\n"));
    }

    // A large body may begin when it is alone, so places are never more than there are.
    private void gaugesHold() throws Exception {
        if (gauge("places") > AT_ONCE || gauge("waiting") > WAITING) {
            wrong.add("more than there is room for: " + gauge("places") + ", " + gauge("waiting"));
        }
    }

    private double gauge(String name) throws Exception {
        Matcher found = Pattern.compile("(?m)^paywitness_overload_" + name + "(?:\\{[^}]*})? (\\S+)$")
                .matcher(service.get("/q/metrics", null).body());
        if (!found.find()) {
            throw new AssertionError("no gauge " + name);
        }
        return Double.parseDouble(found.group(1));
    }

    private static String token(String client, String scopes) {
        EmbeddedPostgresResource.makeKeys();
        return Tokens.sign(Tokens.claims(scopes)
                .claim("client_id", client)
                .expiresAt(Instant.now().plus(Duration.ofHours(1))));
    }
}
