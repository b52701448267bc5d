package org.paywitness.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.paywitness.Said;
import org.paywitness.live.LiveClient;

/** Live verdicts and held answers where one process hears what another one tells, and processes come and go. */
class LiveIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Map<String, String> SETTINGS = Map.of("quarkus.shutdown.delay", "3s");

    private final String feed = RunningService.token("feed");
    private final String desk = RunningService.token("desk:read");
    private final String merchant = Said.unique("m");
    private final String rrn = Said.unique("r");
    private MortalPostgres postgres;
    private RunningService one;
    private RunningService other;

    @BeforeEach
    void start() throws IOException {
        postgres = MortalPostgres.started();
        one = new RunningService("live-one", postgres.configuration("postgres"), SETTINGS).start();
        other = new RunningService("live-other", postgres.configuration("postgres"), SETTINGS).start();
        one.awaitReady();
        other.awaitReady();
    }

    @AfterEach
    void stop() throws IOException {
        one.close();
        other.close();
        postgres.close();
    }

    @Test
    void whatIsToldToOneIsHeardOfTheOtherAndNothingIsMissedWhenItDies() throws Exception {
        String id = tell(one, "acquirer", "approved");
        LiveClient client = new LiveClient(other.uri("/"), id, desk);
        assertEquals("approved", client.next().verdict().getString("cause"));
        String known = other.get("/v1/transactions/" + id + "/verdict", desk)
                .headers()
                .firstValue("ETag")
                .orElseThrow();
        CompletableFuture<HttpResponse<String>> held = CompletableFuture.supplyAsync(() -> {
            try {
                return other.get(
                        "/v1/transactions/" + id + "/verdict", desk, "Prefer", "wait=30", "If-None-Match", known);
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        Waiting.until("it is held", PATIENCE, () -> other.get("/q/metrics", null)
                .body()
                .contains("paywitness_waiters 1.0"));
        tell(one, "bank", "debited");
        LiveClient.Told settled = client.next();
        assertEquals("settled", settled.verdict().getString("cause"));
        assertEquals(200, held.get().statusCode());
        assertEquals("settled", RunningService.json(held.get()).get("cause").textValue());

        other.kill();
        assertTrue(client.next().isEnd());
        tell(one, "bank", "credited");
        LiveClient again = new LiveClient(one.uri("/"), id, desk, "Last-Event-ID: " + settled.id());
        assertEquals("returned", again.next().verdict().getString("verdict"));
    }

    @Test
    void nothingIsMissedWhileTheDatabaseIsAway() throws Exception {
        String id = tell(one, "acquirer", "approved");
        LiveClient client = new LiveClient(other.uri("/"), id, desk);
        client.next();
        postgres.stopImmediately();
        postgres.start();
        one.awaitReady();
        tell(one, "bank", "debited");
        assertEquals("settled", client.next().verdict().getString("cause"));
    }

    @Test
    void aProcessThatStopsSendsItsClientsElsewhereBeforeItGoes() throws Exception {
        String id = tell(one, "acquirer", "approved");
        LiveClient client = new LiveClient(one.uri("/"), id, desk);
        assertFalse(client.next().isEnd());
        one.terminate();
        assertTrue(client.next().isEnd());
        assertTrue(one.isAlive(), "it has only begun to stop");
        LiveClient refused = new LiveClient(one.uri("/"), id, desk);
        assertEquals(503, refused.status());
        assertEquals(143, one.ended(PATIENCE));
        LiveClient elsewhere = new LiveClient(other.uri("/"), id, desk);
        assertFalse(elsewhere.next().isEnd());
    }

    private String tell(RunningService service, String source, String outcome)
            throws IOException, InterruptedException {
        Said said = Said.by(source, outcome).of(merchant, rrn, 12_800).moved(12_800);
        HttpResponse<String> answer =
                service.post("/v1/observations", feed, "application/json", BodyPublishers.ofString("[" + said + "]"));
        assertEquals(200, answer.statusCode(), answer.body());
        return RunningService.json(answer)
                .get("results")
                .get(0)
                .get("transaction_id")
                .textValue();
    }
}
