package org.paywitness.transaction;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.paywitness.Said;
import org.paywitness.Tokens;

@QuarkusTest
@TestProfile(WaitingTest.TwoMayWait.class)
class WaitingTest {
    public static class TwoMayWait implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("paywitness.wait.max-waiters", "2");
        }
    }

    @Inject
    MeterRegistry metrics;

    private final String rrn = Said.unique("r");
    private String id;

    @BeforeEach
    void tellAPayment() {
        id = Said.by("acquirer", "approved").of("m", rrn, 100).post();
    }

    private Response verdict(String prefer, String known) {
        var request = given().auth().oauth2(Tokens.desk()).header("Prefer", prefer);
        return (known == null ? request : request.header("If-None-Match", known))
                .get("/v1/transactions/" + id + "/verdict");
    }

    private void untilWaiters(int count) {
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            while (metrics.get("paywitness.waiters").gauge().value() != count) {
                Thread.onSpinWait();
            }
        });
    }

    @Test
    void answerComesWithTheChange() {
        String known = verdict("wait=0", null).header("ETag");
        CompletableFuture<Response> withTag = CompletableFuture.supplyAsync(() -> verdict("wait=30", known));
        CompletableFuture<Response> without =
                CompletableFuture.supplyAsync(() -> verdict("respond-async, wait=29", null));
        untilWaiters(2);
        // Both places are taken: a third is answered at once.
        Response third = verdict("wait=30", known);
        assertEquals(304, third.statusCode());
        assertNull(third.header("Preference-Applied"));

        Said.by("bank", "debited").of("m", rrn, 100).post();
        for (CompletableFuture<Response> waiting : java.util.List.of(withTag, without)) {
            Response answer = waiting.join();
            assertEquals(200, answer.statusCode());
            assertEquals("settled", answer.path("cause"));
            assertNotEquals(known, answer.header("ETag"));
        }
        assertEquals("wait=30", withTag.join().header("Preference-Applied"));
        assertEquals("wait=29", without.join().header("Preference-Applied"));
        untilWaiters(0);
    }

    @Test
    void unchangedIsToldWhenTheTimeIsOver() {
        String known = verdict("wait=0", null).header("ETag");
        assertEquals(304, verdict("wait=1", known).statusCode());
        assertEquals(200, verdict("wait=1", null).statusCode());
        untilWaiters(0);
    }

    @Test
    void nobodyWaitsForWhatIsKnownToBeAnother() {
        // With a place for a whole minute of waiting this would not be over in time.
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            assertEquals(200, verdict("wait=30", "\"another\"").statusCode());
            assertEquals(200, verdict("wait", null).statusCode());
            assertEquals(200, verdict("wait=-1", null).statusCode());
            assertEquals(200, verdict("wait=1e9; x", null).statusCode());
            assertEquals(
                    404,
                    given().auth()
                            .oauth2(Tokens.merchant("another"))
                            .header("Prefer", "wait=30")
                            .get("/v1/transactions/" + id + "/verdict")
                            .statusCode());
        });
        untilWaiters(0);
    }
}
