package org.paywitness.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.paywitness.fault.Sales.Said;

/**
 * The service is killed and PostgreSQL stopped without warning, at random moments under load. How often:
 * {@code -Dfault.kills=100 -Dfault.stops=50 -Dfault.seed=1}, or {@code ./mvnw verify -Pfaults}.
 */
class NothingAcknowledgedIsLostIT {
    private static final int KILLS = Integer.getInteger("fault.kills", 8);
    private static final int STOPS = Integer.getInteger("fault.stops", 4);
    private static final long SEED = Long.getLong("fault.seed", System.nanoTime());
    private static final int WRITERS = 4;
    private static final int BATCH = 5_000;
    private static final int SAMPLE = 200;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** paywitness.database.acquisition-timeout and a little for a busy machine. */
    private static final Duration ANSWER_WITHOUT_DATABASE = Duration.ofSeconds(8);

    /** What is promised: without its database not ready within this, and ready within this of its return. */
    private static final Duration NOTICED = Duration.ofSeconds(10);

    private final String desk = RunningService.token("desk:read");
    private final String feed = RunningService.token("feed");
    private final Random random = new Random(SEED);
    private MortalPostgres postgres;
    private RunningService service;
    private Duration longestUnnoticed = Duration.ZERO;
    private Duration longestReturn = Duration.ZERO;

    @BeforeEach
    void start() throws IOException {
        System.out.printf("fault.seed=%d fault.kills=%d fault.stops=%d%n", SEED, KILLS, STOPS);
        postgres = MortalPostgres.started();
        service = new RunningService(
                        "nothing-lost",
                        postgres.configuration("postgres"),
                        // A key whose request died is free again soon.
                        Map.of("paywitness.idempotency.lease", "1s", "paywitness.migrations.max-pause", "1s"))
                .start()
                .awaitReady();
    }

    @AfterEach
    void stop() throws IOException {
        service.close();
        postgres.close();
    }

    @Test
    void killsAndStopsUnderLoadLoseNothing() throws Exception {
        Writers writers = new Writers(WRITERS, SEED, () -> service, true).start();
        Waiting.until("some writes", PATIENCE, () -> writers.acknowledged.size() > 100);
        List<Boolean> faults = new ArrayList<>(Collections.nCopies(KILLS, true));
        faults.addAll(Collections.nCopies(STOPS, false));
        Collections.shuffle(faults, random);
        for (boolean kill : faults) {
            LockSupport.parkNanos(Duration.ofMillis(random.nextInt(800)).toNanos());
            if (kill) {
                service.kill();
                service.start().awaitReady();
            } else {
                stopPostgres(writers);
            }
            int before = writers.acknowledged.size();
            Waiting.until(
                    "writes go on", PATIENCE, () -> !writers.wrong.isEmpty() || writers.acknowledged.size() > before);
            assertEquals(List.of(), List.copyOf(writers.wrong));
        }
        writers.finish(PATIENCE);
        System.out.printf(
                "%d requests, %d acknowledgements, sent again after %s%n",
                writers.requests.get(), writers.acknowledged.size(), writers.mended);
        System.out.printf(
                "%d stops: not ready after %d ms, ready %d ms after the return, at most%n",
                STOPS, longestUnnoticed.toMillis(), longestReturn.toMillis());
        assertEquals(List.of(), List.copyOf(writers.wrong));
        assertFalse(service.log().contains("Uncaught exception"), "in the log");
        verify(writers);
    }

    private void stopPostgres(Writers writers) throws Exception {
        long pid = service.pid();
        String known = writers.transactions.peek();
        postgres.stopImmediately();
        longestUnnoticed = longest(longestUnnoticed, "not ready", () -> !service.isReady());
        LockSupport.parkNanos(Duration.ofMillis(random.nextInt(500)).toNanos());
        answersUnavailable(known);
        assertEquals(200, service.get("/q/health/live", null).statusCode(), "alive without a database");
        assertEquals(503, service.get("/q/health/ready", null).statusCode(), "not ready without a database");
        postgres.start();
        longestReturn = longest(longestReturn, "ready again", service::isReady);
        assertEquals(pid, service.pid(), "recovered by itself");
    }

    private static Duration longest(Duration before, String what, Callable<Boolean> condition) {
        long begun = System.nanoTime();
        Waiting.until(what, NOTICED, condition);
        Duration took = Duration.ofNanos(System.nanoTime() - begun);
        return took.compareTo(before) > 0 ? took : before;
    }

    private void answersUnavailable(String transaction) throws Exception {
        for (String path : List.of(
                "/v1/transactions/" + transaction + "/verdict",
                "/v1/transactions/" + transaction + "/verdict?as_of=2026-01-01T00:00:00Z",
                "/v1/transactions/" + transaction,
                "/v1/transactions/" + transaction + "/observations",
                "/v1/transactions?limit=10",
                "/v1/was-i-charged?rrn=W00000000001",
                "/v1/was-i-charged?terminal_id=T1&stan=000001",
                "/v1/statements/stm_01kaf3v6n8e8q9w2s4d6f8g0h2")) {
            long begun = System.nanoTime();
            unavailable(path, begun, service.get(path, desk));
        }
        String completeness = "{\"source\": \"bank\", \"complete_through\": \"2025-01-01T00:00:00Z\"}";
        for (String key : List.of("", UUID_KEY)) {
            String[] headers = key.isEmpty() ? new String[0] : new String[] {"Idempotency-Key", key};
            long begun = System.nanoTime();
            unavailable(
                    "completeness",
                    begun,
                    service.post(
                            "/v1/completeness",
                            feed,
                            "application/json",
                            BodyPublishers.ofString(completeness),
                            headers));
        }
        long begun = System.nanoTime();
        String journal = "terminal_id,batch,stan,occurred_at,type,amount,currency,outcome,response_code,slip\n";
        unavailable(
                "statement", begun, service.post("/v1/statements", feed, "text/csv", BodyPublishers.ofString(journal)));
    }

    private static final String UUID_KEY = "00000000-0000-4000-8000-000000000000";

    private static void unavailable(String what, long begun, HttpResponse<String> answer) throws IOException {
        Duration took = Duration.ofNanos(System.nanoTime() - begun);
        String said = what + ": " + answer.statusCode() + " " + answer.body();
        assertEquals(503, answer.statusCode(), said);
        assertEquals(
                "database_unavailable", RunningService.json(answer).path("code").textValue(), said);
        assertTrue(answer.headers().firstValue("Retry-After").isPresent(), "Retry-After of " + said);
        assertTrue(took.compareTo(ANSWER_WITHOUT_DATABASE) < 0, what + " took " + took);
    }

    private void verify(Writers writers) throws Exception {
        Map<String, Said> distinct = new LinkedHashMap<>();
        writers.acknowledged.forEach(said -> distinct.put(said.source() + " " + said.ref(), said));
        Books books = new Books(postgres, "postgres");
        books.holdEachOnce(distinct.values());
        books.areConsistent();
        System.out.printf(
                "%d observations, %d transactions, %d changes%n",
                books.count("observation"), books.count("transaction"), books.count("transaction_change"));

        List<String> before = books.state();
        postAll(service, distinct.values(), "duplicate");
        assertEquals(before, books.state(), "sending all again changes nothing");
        for (String id : writers.transactions.stream().distinct().limit(SAMPLE).toList()) {
            assertEquals(
                    200,
                    service.get("/v1/transactions/" + id + "/verdict", desk).statusCode(),
                    id);
        }
        correlatedAnewItIsTheSame(distinct.values(), books);
    }

    private void correlatedAnewItIsTheSame(Collection<Said> all, Books books) throws Exception {
        postgres.createDatabase("anew");
        try (RunningService calm = new RunningService("nothing-lost-anew", postgres.configuration("anew"), Map.of())
                .start()
                .awaitReady()) {
            postAll(calm, all, "accepted");
            assertEquals(new Books(postgres, "anew").content(), books.content());
        }
    }

    private void postAll(RunningService to, Collection<Said> all, String expected) throws Exception {
        List<Said> rest = List.copyOf(all);
        for (int from = 0; from < rest.size(); from += BATCH) {
            List<Said> batch = rest.subList(from, Math.min(rest.size(), from + BATCH));
            String body = batch.stream().map(Said::json).collect(Collectors.joining("\n"));
            HttpResponse<String> answer =
                    to.post("/v1/observations", feed, "application/x-ndjson", BodyPublishers.ofString(body));
            assertEquals(200, answer.statusCode(), answer.body());
            Map<String, Long> statuses = new LinkedHashMap<>();
            for (JsonNode result : RunningService.json(answer).get("results")) {
                statuses.merge(result.get("status").textValue(), 1L, Long::sum);
            }
            assertEquals(Map.of(expected, (long) batch.size()), statuses);
        }
    }
}
