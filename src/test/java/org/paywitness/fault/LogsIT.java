package org.paywitness.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.paywitness.Said;

/** What the packaged service writes in production, where every request counts as slow. */
class LogsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String CARD_NUMBER = "4111111111111111";
    private static final int TOGETHER = 50;

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static MortalPostgres postgres;
    private static HttpServer acquirer;
    private static RunningService service;

    @BeforeAll
    static void start() throws IOException {
        postgres = MortalPostgres.started();
        // One that never says what became of anything.
        acquirer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        acquirer.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(500, -1);
            exchange.close();
        });
        acquirer.start();
        service = new RunningService(
                        "logs",
                        postgres.configuration("postgres"),
                        Map.of(
                                "quarkus.log.console.json.enabled",
                                "true",
                                "paywitness.log.slow-request",
                                "0s",
                                "paywitness.log.requests-per-second",
                                "1000000",
                                "paywitness.acquirer.url",
                                "http://localhost:" + acquirer.getAddress().getPort(),
                                "paywitness.acquirer.allow-plain-http",
                                "true"))
                .start()
                .awaitReady();
    }

    @AfterAll
    static void stop() throws IOException {
        service.close();
        acquirer.stop(0);
        postgres.close();
    }

    private static HttpRequest.Builder request(String path, String requestId, String scopes) {
        return HttpRequest.newBuilder(service.uri(path))
                .timeout(PATIENCE)
                .header("X-Request-Id", requestId)
                .header("Authorization", "Bearer " + RunningService.token(scopes));
    }

    private static JsonNode post(String path, String requestId, String scopes, String body) throws Exception {
        HttpResponse<String> answer = HTTP.send(
                request(path, requestId, scopes)
                        .header("Content-Type", "application/json")
                        .header("Idempotency-Key", "\"" + Said.unique("key") + "\"")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertTrue(answer.statusCode() / 100 == 2, answer.body());
        return RunningService.json(answer.body());
    }

    private static int get(String path, String requestId) throws Exception {
        return HTTP.send(request(path, requestId, "desk:read").GET().build(), HttpResponse.BodyHandlers.ofString())
                .statusCode();
    }

    /** Every line, the unfinished last one left out; fails where one is not JSON. */
    private static List<JsonNode> lines() throws IOException {
        String log = service.log();
        List<JsonNode> lines = new ArrayList<>();
        for (String line : log.substring(0, log.lastIndexOf('\n') + 1).split("\n")) {
            lines.add(RunningService.json(line));
        }
        return lines;
    }

    private static JsonNode line(String part) {
        List<JsonNode> found = new ArrayList<>();
        Waiting.until("a line with " + part, PATIENCE, () -> {
            found.clear();
            lines().stream()
                    .filter(line -> line.path("message").asText().contains(part))
                    .forEach(found::add);
            return !found.isEmpty();
        });
        return found.get(0);
    }

    @Test
    void linesAreJsonAndNameRequestTransactionAndRefund() throws Exception {
        String rrn = Said.unique("r");
        String both = Stream.of(
                        Said.by("acquirer", "captured").of("m_logs", rrn, 100),
                        Said.by("bank", "debited").of("m_logs", rrn, 100))
                .map(Said::toString)
                .toList()
                .toString();
        String id = post("/v1/observations", "told.1", "feed", both)
                .at("/results/0/transaction_id")
                .textValue();
        assertEquals(200, get("/v1/transactions/" + id + "/verdict?as_of=2026-01-01T00:00:00Z", "asked.1"));
        JsonNode asked = line("GET /v1/transactions/" + id + "/verdict: 200 in ");
        assertEquals("asked.1", asked.at("/mdc/request_id").textValue());
        assertEquals(id, asked.at("/mdc/transaction_id").textValue());
        assertFalse(asked.path("message").textValue().contains("as_of"), asked.toString());

        String refund = post(
                        "/v1/refunds",
                        "refunded.1",
                        "desk:read desk:write desk:approve",
                        "{\"transaction_id\":\"" + id + "\",\"reason\":\"not_delivered\"}")
                .path("id")
                .textValue();
        JsonNode doubt = line(" of " + refund + ": answered 500");
        assertEquals(refund, doubt.at("/mdc/refund_id").textValue());
        assertEquals(id, doubt.at("/mdc/transaction_id").textValue());
        // Behind the scenes: whoever asked for one refund has not asked for the others that are worked on along.
        assertTrue(doubt.at("/mdc/request_id").isMissingNode(), doubt.toString());
        assertEquals("WARN", asked.path("level").textValue());
    }

    @Test
    void noCardNumberIsWritten() throws Exception {
        // No such parameter is taken, which is told before whether there is such a refund.
        assertEquals(400, get("/v1/refunds/" + CARD_NUMBER + "?card=" + CARD_NUMBER, "card.1"));
        assertEquals(
                "card.1",
                line("GET /v1/refunds/411111******1111: 400")
                        .at("/mdc/request_id")
                        .textValue());
        assertFalse(service.log().contains(CARD_NUMBER));
        assertFalse(service.log().contains("card="));
    }

    @Test
    void requestsAtTheSameTimeKeepTheirIdsApart() throws Exception {
        String token = RunningService.token("desk:read");
        List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
        for (int i = 0; i < TOGETHER; i++) {
            asked.add(HTTP.sendAsync(
                    HttpRequest.newBuilder(service.uri("/v1/was-i-charged/of-" + i))
                            .header("X-Request-Id", "of-" + i)
                            .header("Authorization", "Bearer " + token)
                            .build(),
                    HttpResponse.BodyHandlers.ofString()));
        }
        for (CompletableFuture<HttpResponse<String>> one : asked) {
            assertEquals(404, one.get().statusCode());
        }
        for (int i = 0; i < TOGETHER; i++) {
            assertEquals(
                    "of-" + i,
                    line("GET /v1/was-i-charged/of-" + i + ": 404")
                            .at("/mdc/request_id")
                            .textValue());
        }
    }
}
