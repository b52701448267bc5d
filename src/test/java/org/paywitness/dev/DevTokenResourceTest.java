package org.paywitness.dev;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

@QuarkusTest
class DevTokenResourceTest {
    @Test
    void tokenSaysWhatWasWished() {
        String token = given().contentType("application/json")
                .body("{\"scope\":\"cardholder\",\"cards\":[\"card_1\"],\"client_id\":\"app\",\"lifetime_seconds\":60}")
                .post("/dev/tokens")
                .then()
                .statusCode(200)
                .body("token_type", equalTo("Bearer"))
                .body("expires_in", equalTo(60))
                .extract()
                .path("access_token");
        given().auth()
                .oauth2(token)
                .get("/v1/echo/caller")
                .then()
                .statusCode(200)
                .body("client_id", equalTo("app"))
                .body("visibility", equalTo("OfCards[cards=[card_1]]"));
    }

    @Test
    void wishWithoutScopeIsRefused() {
        given().contentType("application/json")
                .body("{}")
                .post("/dev/tokens")
                .then()
                .statusCode(400)
                .body("errors.pointer", contains("/scope"));
    }
}
