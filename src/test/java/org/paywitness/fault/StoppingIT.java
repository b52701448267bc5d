package org.paywitness.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.paywitness.fault.Sales.Said;

/** SIGTERM under load, as every roll-out sends it: whoever looks at readiness notices nothing. */
class StoppingIT {
    private static final long SEED = Long.getLong("fault.seed", System.nanoTime());
    private static final int WRITERS = 4;
    private static final int LARGE = 2_500;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Map<String, String> SETTINGS = Map.of("quarkus.shutdown.delay", "2s");

    private final String feed = RunningService.token("feed");
    private MortalPostgres postgres;
    private RunningService first;
    private RunningService second;

    @BeforeEach
    void start() throws IOException {
        System.out.printf("fault.seed=%d%n", SEED);
        postgres = MortalPostgres.started();
        first = new RunningService("stopping-first", postgres.configuration("postgres"), SETTINGS).start();
        second = new RunningService("stopping-second", postgres.configuration("postgres"), SETTINGS).start();
        first.awaitReady();
        second.awaitReady();
    }

    @AfterEach
    void stop() throws IOException {
        first.close();
        second.close();
        postgres.close();
    }

    @Test
    void clientsThatHonourReadinessSeeNoFailure() throws Exception {
        AtomicReference<RunningService> ready = new AtomicReference<>(first);
        Writers writers = new Writers(WRITERS, SEED, ready::get, false).start();
        Waiting.until("some writes", PATIENCE, () -> writers.acknowledged.size() > 200);
        replace(first, second, ready);
        int before = writers.acknowledged.size();
        Waiting.until("writes go on elsewhere", PATIENCE, () -> writers.acknowledged.size() > before);
        first.start().awaitReady();
        replace(second, first, ready);
        writers.finish(PATIENCE);
        System.out.printf("%d requests, %d acknowledgements%n", writers.requests.get(), writers.acknowledged.size());
        assertEquals(List.of(), List.copyOf(writers.wrong), "answers other than 200");

        Map<String, Said> distinct = new LinkedHashMap<>();
        writers.acknowledged.forEach(said -> distinct.put(said.source() + " " + said.ref(), said));
        Books books = new Books(postgres, "postgres");
        books.holdEachOnce(distinct.values());
        books.areConsistent();
        assertEquals(distinct.size(), books.count("observation"));
    }

    /** What a load balancer does: asks until it is told "not ready", then sends all to the other one. */
    private static void replace(RunningService stopping, RunningService other, AtomicReference<RunningService> ready)
            throws Exception {
        stopping.terminate();
        Waiting.until("not ready first", PATIENCE, () -> !stopping.isReady());
        ready.set(other);
        assertEquals(143, stopping.ended(PATIENCE), "ends in order");
    }

    @Test
    void aRequestUnderWayIsFinished() throws Exception {
        // Without the delay, so that nothing but the request itself keeps the service.
        RunningService one = new RunningService("stopping-at-once", postgres.configuration("postgres"), Map.of())
                .start()
                .awaitReady();
        List<Said> all = new Sales("BIGG", new Random(SEED)).next(LARGE);
        String body = all.stream().map(Said::json).collect(Collectors.joining("\n"));
        CompletableFuture<HttpResponse<String>> answer = CompletableFuture.supplyAsync(() -> {
            try {
                return one.post("/v1/observations", feed, "application/x-ndjson", BodyPublishers.ofString(body));
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        Books books = new Books(postgres, "postgres");
        Waiting.until("it is under way", PATIENCE, () -> books.count("observation") > 0);
        assertTrue(!answer.isDone(), "still under way");
        one.terminate();
        assertEquals(200, answer.get().statusCode(), answer.get().body());
        assertEquals(143, one.ended(PATIENCE));
        books.holdEachOnce(all);
        books.areConsistent();
    }

    @Test
    void aHeldVerdictIsAnsweredAndItsConnectionEnds() throws Exception {
        // Whoever is held any longer than this would be cut off.
        RunningService one = new RunningService(
                        "stopping-held",
                        postgres.configuration("postgres"),
                        Map.of("quarkus.shutdown.delay", "3s", "quarkus.shutdown.timeout", "1s"))
                .start()
                .awaitReady();
        Said said = new Sales("HELD", new Random(SEED)).next(1).get(0);
        String desk = RunningService.token("desk:read");
        try (KeptLine line = new KeptLine(one.uri("/").getPort())) {
            KeptLine.Answer told = line.post("/v1/observations", feed, "application/json", said.json());
            assertEquals(200, told.status(), told.body());
            String path = "/v1/transactions/"
                    + RunningService.json(told.body())
                            .get("results")
                            .get(0)
                            .get("transaction_id")
                            .textValue()
                    + "/verdict";
            KeptLine.Answer now = line.get(path, desk);
            CompletableFuture<KeptLine.Answer> held = CompletableFuture.supplyAsync(() -> {
                try {
                    String known = "If-None-Match: " + now.headers().get("etag");
                    return line.get(path, desk, known, "Prefer: wait=30");
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            Waiting.until("it is held", PATIENCE, () -> one.get("/q/metrics", null)
                    .body()
                    .contains("paywitness_waiters 1.0"));
            one.terminate();
            assertEquals(304, held.get().status(), held.get().body());
            assertEquals("close", held.get().headers().get("connection"));
        }
        assertEquals(143, one.ended(PATIENCE));
    }
}
