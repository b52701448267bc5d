package org.paywitness.access;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.paywitness.Tokens;

@QuarkusTest
@TestProfile(RateLimitsTest.FivePerHour.class)
class RateLimitsTest {
    public static class FivePerHour implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("paywitness.rate-limit.requests", "5", "paywitness.rate-limit.window", "1h");
        }
    }

    @Test
    void beyondTheQuotaIs429AndOthersGoOn() {
        String token = Tokens.desk();
        for (int left = 4; left >= 0; left--) {
            given().auth()
                    .oauth2(token)
                    .get("/v1/echo/caller")
                    .then()
                    .statusCode(200)
                    .header("RateLimit-Policy", equalTo("\"default\";q=5;w=3600"))
                    .header("RateLimit", matchesPattern("\"default\";r=" + left + ";t=\\d{3,4}"));
        }
        // Another token of the same client does not help.
        given().auth()
                .oauth2(Tokens.merchant("m_0001"))
                .get("/v1/echo/caller")
                .then()
                .statusCode(429)
                .contentType("application/problem+json")
                .header("Retry-After", matchesPattern("7[12]\\d"))
                .header("RateLimit", matchesPattern("\"default\";r=0;t=3[56]\\d\\d"))
                .body("code", equalTo("rate_limited"));
        String other = Tokens.sign(Tokens.claims("desk:read").claim("client_id", "another"));
        given().auth().oauth2(other).get("/v1/echo/caller").then().statusCode(200);
        given().get("/q/health/live").then().statusCode(200);
    }
}
