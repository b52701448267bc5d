package org.paywitness;

import static io.restassured.RestAssured.given;

import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

@QuarkusTest
class StartTest {
    @Test
    void startsAndIsAlive() {
        given().get("/q/health/live").then().statusCode(200);
    }
}
