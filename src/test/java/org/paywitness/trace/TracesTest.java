package org.paywitness.trace;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.paywitness.Said;
import org.paywitness.Tokens;
import org.paywitness.fault.Waiting;

/** Traces as they are where they are turned on. */
@QuarkusTest
@TestProfile(TracesTest.TurnedOn.class)
class TracesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String PORT = "paywitness.test.trace.acquirer.port";
    private static final String CARD = "card_01secretcardofatrace0000001";

    public static class TurnedOn implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "quarkus.otel.sdk.disabled",
                    "false",
                    "quarkus.otel.traces.exporter",
                    "none",
                    "paywitness.refund.executors",
                    "1",
                    "paywitness.acquirer.url",
                    "http://localhost:" + port());
        }
    }

    private static final Queue<String> TRACEPARENTS = new ConcurrentLinkedQueue<>();
    private static HttpServer acquirer;

    @Inject
    KeptSpans spans;

    // The profile and the test may be of different class loaders.
    private static int port() {
        synchronized (System.getProperties()) {
            if (System.getProperty(PORT) == null) {
                try (ServerSocket free = new ServerSocket(0)) {
                    System.setProperty(PORT, Integer.toString(free.getLocalPort()));
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }
            return Integer.getInteger(PORT);
        }
    }

    /** One that never says what became of anything. */
    @BeforeAll
    static void startAcquirer() throws IOException {
        acquirer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port()), 0);
        acquirer.createContext("/", exchange -> {
            String parent = exchange.getRequestHeaders().getFirst("traceparent");
            TRACEPARENTS.add(parent == null ? "none" : parent);
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(500, -1);
            exchange.close();
        });
        acquirer.start();
    }

    @AfterAll
    static void stopAcquirer() {
        acquirer.stop(0);
    }

    private static String newTrace() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return String.format(Locale.ROOT, "%016x%016x", random.nextLong() | 1, random.nextLong() | 1);
    }

    private static String parent(String trace) {
        return "00-" + trace + "-00f067aa0ba902b7-01";
    }

    private List<SpanData> awaited(String trace, int atLeast) {
        Waiting.until(
                "spans of " + trace,
                PATIENCE,
                () -> spans.of(trace).size() >= atLeast
                        && spans.of(trace).stream().anyMatch(span -> span.getKind() == SpanKind.SERVER));
        return spans.of(trace);
    }

    private static String text(SpanData span) {
        return span.getName() + " " + span.getAttributes() + " " + span.getEvents() + " "
                + span.getStatus().getDescription();
    }

    private static SpanData server(List<SpanData> all) {
        return all.stream()
                .filter(span -> span.getKind() == SpanKind.SERVER)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aLookUpShowsTheRequestAndItsStatement() {
        String rrn = Said.unique("r");
        String id = Said.by("acquirer", "captured")
                .of("m_trace", rrn, 100)
                .card(CARD)
                .post();
        String trace = newTrace();
        given().auth()
                .oauth2(Tokens.desk())
                .header("traceparent", parent(trace))
                .get("/v1/transactions/" + id + "/verdict")
                .then()
                .statusCode(200);
        List<SpanData> all = awaited(trace, 2);
        SpanData server = server(all);
        assertEquals("GET /v1/transactions/{id}/verdict", server.getName());
        SpanData lookup = all.stream()
                .filter(span -> span.getName().equals("lookup id"))
                .findFirst()
                .orElseThrow();
        assertEquals(server.getSpanId(), lookup.getParentSpanId());
        assertTrue(text(lookup).contains("WHERE t.id = $1"), text(lookup));
        assertFalse(text(lookup).contains(id.substring(4)), text(lookup));
    }

    @Test
    void statementsOfCommandsBelongToTheirRequestAndNameNoParameter() {
        String rrn = Said.unique("secretreference");
        String trace = newTrace();
        given().auth()
                .oauth2(Tokens.feed())
                .header("Content-Type", "application/json")
                .header("traceparent", parent(trace))
                .body(Said.by("acquirer", "captured")
                        .of("m_trace", rrn, 100)
                        .card(CARD)
                        .toString())
                .post("/v1/observations")
                .then()
                .statusCode(200);
        List<SpanData> all = awaited(trace, 3);
        List<SpanData> statements =
                all.stream().filter(span -> span.getKind() == SpanKind.CLIENT).toList();
        assertTrue(
                statements.stream().anyMatch(span -> text(span).contains("INSERT INTO observation")),
                () -> all.stream().map(TracesTest::text).toList().toString());
        for (SpanData span : spans.all()) {
            assertFalse(text(span).contains(CARD), text(span));
            assertFalse(text(span).contains(rrn), text(span));
        }
    }

    @Test
    void cardsInAQueryAreInNoSpan() {
        String trace = newTrace();
        given().auth()
                .oauth2(Tokens.desk())
                .header("traceparent", parent(trace))
                .queryParam("card", CARD)
                .queryParam("amount", 100)
                .queryParam("at", "2026-11-21T12:00:00Z")
                .get("/v1/was-i-charged")
                .then()
                .statusCode(200);
        awaited(trace, 2);
        for (SpanData span : spans.of(trace)) {
            assertFalse(text(span).contains(CARD), text(span));
        }
    }

    @Test
    void theAcquirerIsCalledInTheTraceOfWhoAskedForTheRefund() {
        String rrn = Said.unique("r");
        String id = Said.post(
                        Said.by("acquirer", "captured").of("m_trace", rrn, 100),
                        Said.by("bank", "debited").of("m_trace", rrn, 100))
                .get(0);
        String trace = newTrace();
        Response answer = given().auth()
                .oauth2(Tokens.desk())
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", "\"" + Said.unique("key") + "\"")
                .header("traceparent", parent(trace))
                .body("{\"transaction_id\":\"" + id + "\",\"reason\":\"not_delivered\"}")
                .post("/v1/refunds");
        assertEquals(201, answer.statusCode(), answer.asString());
        String refund = answer.path("id");
        Waiting.until("the work on " + refund, PATIENCE, () -> spans.of(trace).stream()
                .anyMatch(span -> span.getName().equals("refund") && text(span).contains(refund)));
        List<SpanData> all = spans.of(trace);
        SpanData work = all.stream()
                .filter(span -> span.getName().equals("refund"))
                .findFirst()
                .orElseThrow();
        SpanData call = all.stream()
                .filter(span -> span.getKind() == SpanKind.CLIENT
                        && span.getParentSpanId().equals(work.getSpanId()))
                .filter(span -> text(span).contains("/v1/orders"))
                .findFirst()
                .orElseThrow(() ->
                        new AssertionError(all.stream().map(TracesTest::text).toList()));
        assertTrue(
                TRACEPARENTS.contains("00-" + trace + "-" + call.getSpanId() + "-01"),
                () -> call.getSpanId() + " is not among " + TRACEPARENTS);
    }
}
