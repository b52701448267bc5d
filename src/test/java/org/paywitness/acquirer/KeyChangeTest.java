package org.paywitness.acquirer;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** While the key is changed, notifications may be signed with either; with neither after the other's name. */
@QuarkusTest
@TestProfile(KeyChangeTest.BetweenKeys.class)
class KeyChangeTest {
    private static final String OLD_ID = "old-key";
    private static final String OLD = "the key that was used until now, 32+ bytes";

    public static class BetweenKeys implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("paywitness.acquirer.previous-key-id", OLD_ID, "paywitness.acquirer.previous-secret", OLD);
        }
    }

    private static int post(String keyId, String secret) {
        String body = "{\"reference\":\"rfd_of_nobody\"}";
        String timestamp = Long.toString(Instant.now().getEpochSecond());
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String target = "/acquirer/notifications";
        return given().header("Content-Type", "application/json")
                .header(Signing.KEY_ID, keyId)
                .header(Signing.TIMESTAMP, timestamp)
                .header(Signing.SIGNATURE, new Signing(keyId, secret).sign("POST", target, timestamp, bytes))
                .body(bytes)
                .post(target)
                .statusCode();
    }

    @Test
    void bothKeysAreTakenEachUnderItsName() {
        assertEquals(204, post(Simulator.KEY_ID, Simulator.SECRET));
        assertEquals(204, post(OLD_ID, OLD));
        assertEquals(401, post(OLD_ID, Simulator.SECRET));
        assertEquals(401, post(Simulator.KEY_ID, OLD));
        assertEquals(401, post("another", OLD));
    }
}
