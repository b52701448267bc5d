package org.paywitness.access;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.io.IOException;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.paywitness.Tokens;
import org.paywitness.http.Raw;

@QuarkusTest
class WhoMayAskTest {
    @Inject
    MeterRegistry meters;

    private static ValidatableResponse ask(String token) {
        return given().header("Authorization", "Bearer " + token)
                .get("/v1/echo/caller")
                .then();
    }

    private static void isRefused(String token) {
        ask(token)
                .statusCode(401)
                .contentType("application/problem+json")
                .header("WWW-Authenticate", equalTo("Bearer error=\"invalid_token\""))
                .body("code", equalTo("unauthorized"));
    }

    @Test
    void withoutTokenIs401() {
        given().get("/v1/echo/caller")
                .then()
                .statusCode(401)
                .contentType("application/problem+json")
                .header("WWW-Authenticate", equalTo("Bearer"))
                .body("code", equalTo("unauthorized"));
        // Not even whether a path exists is told.
        given().get("/v1/nothing").then().statusCode(401);
        given().header("Authorization", "Basic YTpi").get("/v1/nothing").then().statusCode(401);
    }

    @Test
    void onlyThePublicPathItselfNeedsNoToken() throws IOException {
        assertEquals(200, given().get("/v1/refund-policy").statusCode());
        assertEquals(200, given().head("/v1/refund-policy").statusCode());
        given().post("/v1/refund-policy").then().statusCode(405).body("code", equalTo("method_not_allowed"));
        for (String path : List.of(
                "/v1/refund-policy/x",
                "/v1/refund-policy2",
                "/v1/refund-polic",
                "/v1/Refund-Policy",
                "/v1/refund-policy%2F..%2Fecho%2Fcaller",
                "/v1/refund-policy/../echo/caller",
                "/v1/refund-policy/%2e%2e/echo/caller",
                "/v1/refund-policy;x=1/../echo/caller",
                "/v1/echo/caller;/v1/refund-policy",
                "/v1/echo/caller?/v1/refund-policy")) {
            for (String token : new String[] {null, "a.b.c"}) {
                int status = Raw.send(Raw.request("GET", path, token, null)).statusCode();
                assertEquals(401, status, path + " with " + token);
            }
        }
        // However it is written, nobody gets past it to something else.
        for (String path :
                List.of("/v1/refund-policy/", "/v1//refund-policy", "//v1/refund-policy", "/v1/./refund-policy")) {
            Response answer = Raw.send(Raw.request("GET", path, null, null));
            assertTrue(answer.statusCode() == 401 || answer.path("zone") != null, path + answer.asString());
        }
    }

    @Test
    void nobodyGetsPastGuidanceToSomethingElse() throws IOException {
        for (String path : List.of(
                "/v1/guidance2",
                "/v1/Guidance",
                "/v1/guidance%2F..%2Fecho%2Fcaller",
                "/v1/guidance/../echo/caller",
                "/v1/guidance/%2e%2e/echo/caller",
                "/v1/guidance/x/../../echo/caller",
                "/v1/guidance;x=1/../echo/caller",
                "/v1/echo/caller;/v1/guidance/x",
                "/v1/echo/caller?/v1/guidance/x")) {
            for (String token : new String[] {null, "a.b.c"}) {
                int status = Raw.send(Raw.request("GET", path, token, null)).statusCode();
                assertEquals(401, status, path + " with " + token);
            }
        }
        for (String path : List.of(
                "/v1/guidance/..%2Fecho%2Fcaller",
                "/v1/guidance/%2e%2e%2fecho%2fcaller", "/v1/guidance/no_paper/../x", "/v1/guidance/echo/caller")) {
            int status = Raw.send(Raw.request("GET", path, null, null)).statusCode();
            assertTrue(status == 401 || status == 404, path + ": " + status);
        }
    }

    @Test
    void tokenIsNotLookedAtWhereNoneIsNeeded() throws Exception {
        String good = Tokens.desk();
        String bad = good.substring(0, good.length() - 4) + "AAAA";
        double before = verified();
        for (String token : List.of("garbage", "a.b.c", bad, good, Tokens.scope("openid"))) {
            given().auth()
                    .oauth2(token)
                    .get("/v1/refund-policy")
                    .then()
                    .statusCode(200)
                    .header("RateLimit", nullValue())
                    .header("WWW-Authenticate", nullValue())
                    .header("Cache-Control", equalTo("public, max-age=300"));
        }
        assertEquals(0, verified() - before);
        // Neither is anything remembered of it: the bad one stays bad and the good one good.
        isRefused(bad);
        ask(good).statusCode(200);
    }

    @Test
    void tokenThatIsNotGoodHereIs401() throws Exception {
        isRefused("garbage");
        isRefused("a.b.c");
        isRefused(Tokens.sign(Tokens.claims("desk:read").audience("another")));
        isRefused(Tokens.sign(Tokens.claims("desk:read").issuer("https://evil.example")));
        isRefused(Tokens.sign(Tokens.claims("desk:read").expiresAt(Instant.now().minusSeconds(60))));
        String good = Tokens.desk();
        isRefused(good.substring(0, good.length() - 4) + "AAAA");
        isRefused(Tokens.claims("desk:read")
                .jws()
                .keyId("test-key")
                .sign(KeyPairGenerator.getInstance("RSA").generateKeyPair().getPrivate()));
        isRefused("eyJhbGciOiJub25lIn0.eyJzY29wZSI6ImRlc2s6cmVhZCJ9.");
    }

    @Test
    void refusedTokenIsNotRemembered() {
        String good = Tokens.desk();
        ask(good).statusCode(200);
        isRefused(good.substring(0, good.length() - 4) + "AAAA");
        isRefused(good.substring(0, good.length() - 4) + "AAAA");
        ask(good).statusCode(200);
    }

    @Test
    void signatureIsCheckedOncePerToken() {
        String token = Tokens.desk();
        double before = verified();
        for (int i = 0; i < 10; i++) {
            ask(token).statusCode(200);
        }
        assertEquals(1, verified() - before);
    }

    private double verified() {
        return meters.get("paywitness.tokens")
                .tag("result", "verified")
                .counter()
                .count();
    }

    @Test
    void eachSeesWhatItsScopesAllow() {
        ask(Tokens.desk()).body("visibility", equalTo("Everything[]"));
        ask(Tokens.merchant("m_0001")).body("visibility", equalTo("OfMerchant[merchantId=m_0001]"));
        ask(Tokens.cardholder("card_1")).body("visibility", equalTo("OfCards[cards=[card_1]]"));
        // The most general wins.
        ask(Tokens.sign(Tokens.claims("desk:read merchant:read").claim("merchant_id", "m_0001")))
                .body("visibility", equalTo("Everything[]"));
        ask(Tokens.sign(Tokens.claims("merchant:read cardholder").claim("cards", List.of("card_1"))))
                .body("visibility", equalTo("OfCards[cards=[card_1]]"));
    }

    @Test
    void scopeWithoutItsClaimSeesNothing() {
        for (String scope : List.of("merchant:read", "cardholder", "feed", "desk:write", "openid profile", "desk")) {
            ask(Tokens.scope(scope))
                    .statusCode(403)
                    .contentType("application/problem+json")
                    .body("code", equalTo("insufficient_scope"))
                    .body("detail", containsString("desk:read"));
        }
        ask(Tokens.sign(Tokens.claims("cardholder").claim("cards", "card_1"))).statusCode(403);
    }

    @Test
    void everyAuthenticatedAnswerTellsTheQuota() {
        String quota = "\"default\";q=\\d+;w=60";
        String left = "\"default\";r=\\d+;t=\\d+";
        ask(Tokens.desk()).header("RateLimit-Policy", matchesPattern(quota)).header("RateLimit", matchesPattern(left));
        ask(Tokens.feed()).statusCode(403).header("RateLimit", matchesPattern(left));
        given().auth()
                .oauth2(Tokens.desk())
                .get("/v1/nothing")
                .then()
                .statusCode(404)
                .header("RateLimit", matchesPattern(left));
    }
}
