package org.paywitness.acquirer;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.restassured.response.ValidatableResponse;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.paywitness.fault.Waiting;
import org.paywitness.money.Money;
import org.paywitness.problem.Problem;

@QuarkusTest
class NotificationResourceTest {
    private static final String PATH = "/acquirer/notifications";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Keeps what it hears; the first news of "fails-once" it cannot take. */
    @Singleton
    static class Ear implements Notified {
        final Queue<String> heard = new ConcurrentLinkedQueue<>();

        @Override
        public Uni<Void> news(String reference) {
            boolean first = !heard.contains(reference);
            heard.add(reference);
            return first && reference.startsWith("fails-once")
                    ? Uni.createFrom().failure(Problem.unavailable("database_unavailable", "Gone."))
                    : Uni.createFrom().voidItem();
        }

        long times(String reference) {
            return Collections.frequency(List.copyOf(heard), reference);
        }
    }

    @Inject
    Ear ear;

    @Inject
    Vertx vertx;

    @Inject
    TlsConfigurationRegistry certificates;

    @Inject
    ObjectMapper json;

    @Inject
    MeterRegistry meters;

    @TestHTTPResource
    URL root;

    @TempDir
    Path directory;

    private static String reference() {
        return "rfd_" + UUID.randomUUID();
    }

    private static ValidatableResponse post(String target, String body, Instant signed, String secret) {
        return given().header("Content-Type", "application/json")
                .headers(Simulator.signed("POST", target, body, signed, secret))
                .body(body.getBytes(StandardCharsets.UTF_8))
                .post(target)
                .then();
    }

    private static ValidatableResponse post(String body) {
        return post(PATH, body, Instant.now(), Simulator.SECRET);
    }

    @Test
    void newsIsPassedOnAsOftenAsItComes() {
        String reference = reference();
        String body = "{\"reference\":\"" + reference + "\",\"status\":\"succeeded\",\"of_tomorrow\":[1]}";
        post(body).statusCode(204);
        post(body).statusCode(204);
        assertEquals(2, ear.times(reference));
    }

    @Test
    void whatCannotBeTakenNowIsToldAgain() {
        String reference = "fails-once-" + reference();
        String body = "{\"reference\":\"" + reference + "\"}";
        post(body).statusCode(503).body("code", equalTo("database_unavailable"));
        post(body).statusCode(204);
    }

    @Test
    void whoCannotSignIsNotHeard() {
        String reference = reference();
        String body = "{\"reference\":\"" + reference + "\"}";
        Duration beyond = Duration.ofMinutes(6);
        for (ValidatableResponse refused : List.of(
                given().header("Content-Type", "application/json")
                        .body(body)
                        .post(PATH)
                        .then(),
                post(PATH, body, Instant.now(), "another secret of more than thirty-two bytes"),
                post(PATH, body, Instant.now().minus(beyond), Simulator.SECRET),
                post(PATH, body, Instant.now().plus(beyond), Simulator.SECRET))) {
            refused.statusCode(401)
                    .contentType("application/problem+json")
                    .header("WWW-Authenticate", equalTo("Paywitness-Signature"))
                    .body("code", equalTo("invalid_signature"));
        }
        assertEquals(0, ear.times(reference));
    }

    @Test
    void badNewsIsNamed() {
        for (String body : List.of("{}", "{\"reference\":null}", "{\"reference\":\" \"}")) {
            post(body).statusCode(400).body("errors.pointer", contains("/reference"));
        }
        post("{\"reference\":\"" + "r".repeat(129) + "\"}").statusCode(400);
        post("{\"reference\":5}").statusCode(400);
        post("null").statusCode(400);
        post("[]").statusCode(400);
        post("").statusCode(400).body("code", equalTo("malformed_json"));
        post("nonsense").statusCode(400).body("code", equalTo("malformed_json"));
        post("{\"reference\":\"" + "r".repeat(20_000) + "\"}").statusCode(413).body("limit_bytes", equalTo(16 * 1024));
    }

    @Test
    void simulatorTellsUntilItIsHeard() throws Exception {
        try (Simulator simulator = Simulator.start(directory, "--notify", root + PATH.substring(1))) {
            simulator.faults("{\"processing_ms\":50,\"take_back_ms\":50}");
            assertEquals(2, heard(simulator, "twice", 2));
            assertTrue(heard(simulator, "out_of_order", 2) >= 2);
            assertTrue(heard(simulator, "processing", 1) >= 1);
            assertTrue(heard(simulator, "take_back", 2) >= 2);
        }
    }

    @Test
    void simulatorTellsAfterItsOwnDeath() {
        String reference = reference();
        try (Simulator simulator = Simulator.start(directory, "--notify", "http://localhost:1/nobody")) {
            submit(simulator, reference);
            assertFalse(ear.heard.contains(reference));
            simulator.kill();
            simulator.restart("--notify", root + PATH.substring(1));
            Waiting.until("news", PATIENCE, () -> ear.times(reference) > 0);
        }
    }

    private long heard(Simulator simulator, String fault, int times) {
        String reference = reference();
        simulator.next(fault);
        submit(simulator, reference);
        Waiting.until(fault, PATIENCE, () -> ear.times(reference) >= times);
        return ear.times(reference);
    }

    private void submit(Simulator simulator, String reference) {
        HttpAcquirer acquirer = new HttpAcquirer(
                HttpAcquirerTest.settings(simulator), vertx, certificates, json, meters, Clock.systemUTC());
        Order order = new Order(
                reference, Operation.REFUND, "m_1", Money.of(1, "CNY"), HttpAcquirerTest.original("txn_" + reference));
        acquirer.submit(order).await().atMost(PATIENCE);
        acquirer.close();
    }
}
