package org.paywitness.http;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasLength;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.paywitness.Tokens;

@QuarkusTest
class EveryAnswerTest {
    private static RequestSpecification asDesk() {
        return given().auth().oauth2(Tokens.desk());
    }

    private static ValidatableResponse post(byte[] body) {
        return asDesk().header("Content-Type", "application/json")
                .body(body)
                .post("/v1/echo")
                .then();
    }

    private static ValidatableResponse post(String body) {
        return post(body.getBytes(StandardCharsets.UTF_8));
    }

    private static ValidatableResponse isProblem(ValidatableResponse answer, int status, String code) {
        return answer.statusCode(status)
                .contentType("application/problem+json")
                .header("X-Request-Id", notNullValue())
                .body("code", equalTo(code))
                .body("status", equalTo(status))
                .body("type", equalTo("https://paywitness.org/problems/" + code))
                .body("title", not(hasLength(0)))
                .body("detail", not(hasLength(0)))
                .body("instance", startsWith("/"));
    }

    @Test
    void requestIdIsTakenOverWhenSane() {
        given().header("X-Request-Id", "a-b.c_9").get("/q/health/live").then().header("X-Request-Id", "a-b.c_9");
        isProblem(given().header("X-Request-Id", "mine").get("/v1/echo/caller").then(), 401, "unauthorized")
                .header("X-Request-Id", "mine");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a b", "<script>", "0123456789012345678901234567890123456789012345678901234567890123456789"})
    void requestIdIsOursWhenNot(String id) {
        given().header("X-Request-Id", id)
                .get("/q/health/live")
                .then()
                .header("X-Request-Id", matchesPattern("[0-9a-f]{2,32}"));
    }

    @Test
    void bodyComesBackAsSent() {
        post("{\"note\":\"你好\",\"money\":{\"amount\":100,\"currency\":\"CNY\"},\"colour\":\"dark_red\",\"total\":3,"
                        + "\"paid_at\":\"2026-11-21T12:00:00+08:00\"}")
                .statusCode(200)
                .body("colour", equalTo("dark_red"))
                .body("note", equalTo("你好"))
                .body("paid_at", equalTo("2026-11-21T04:00:00Z"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{                                           | malformed_json  |",
                "nonsense                                    | malformed_json  |",
                "{\"total\":1} {}                           | malformed_json  |",
                "{\"total\":1,\"total\":2}                   | malformed_json  |",
                "{\"total\":1,\"unheard_of\":2}              | unknown_field   | /unheard_of",
                "{\"total\":1,\"paidAt\":null}               | unknown_field   | /paidAt",
                "{\"total\":1,\"orders\":[{\"total\":1,\"x/y\":2}]} | unknown_field   | /orders/0/x~1y",
                "{\"total\":\"1\"}                           | invalid_request | /total",
                "{\"total\":1.5}                             | invalid_request | /total",
                "{\"total\":1e400}                           | invalid_request | /total",
                "{\"total\":99999999999999999999}            | invalid_request | /total",
                "{\"total\":null}                            | invalid_request | /total",
                "{\"total\":1,\"colour\":\"DARK_RED\"}       | invalid_request | /colour",
                "{\"total\":1,\"colour\":1}                  | invalid_request | /colour",
                "{\"total\":1,\"note\":5}                    | invalid_request | /note",
                "{\"total\":1,\"note\":\"a\\u0000b\"}        | invalid_request | /note",
                "{\"total\":1,\"note\":{}}                   | invalid_request | /note",
                "{\"total\":1,\"count\":true}                | invalid_request | /count",
                "{\"total\":1,\"paid_at\":\"yesterday\"}     | invalid_request | /paid_at",
                "{\"total\":1,\"money\":{\"amount\":-1,\"currency\":\"CNY\"}} | invalid_request | /money",
                "{\"total\":1,\"orders\":{}}                 | invalid_request | /orders",
                "[]                                          | invalid_request |",
                "5                                           | invalid_request |",
            })
    void badJsonIsTheCallersFault(String body, String code, String pointer) {
        ValidatableResponse answer = isProblem(post(body == null ? "" : body), 400, code);
        if (pointer != null) {
            answer.body("errors.pointer", contains(pointer));
        }
    }

    @Test
    void hugeNumbersDeepNestingAndBadEncodingAreTheCallersFault() {
        isProblem(post("{\"total\":" + "9".repeat(5_000) + "}"), 400, "malformed_json");
        isProblem(post("{\"orders\":[".repeat(5_000)), 400, "malformed_json");
        isProblem(post("{\"" + "n".repeat(50_000) + "\":1}"), 400, "malformed_json");
        isProblem(post(new byte[] {'{', '"', (byte) 0xc3, (byte) 0x28, '"', ':', '1', '}'}), 400, "malformed_json");
        isProblem(post(new byte[] {0, 0, 0, 0, 1, 2, 3}), 400, "malformed_json");
        isProblem(post(new byte[] {(byte) 0xff, (byte) 0xfe, 0, (byte) 0xd8, 1}), 400, "malformed_json");
        isProblem(post("{\"total\":1,\"note\":\"a\0b\"}"), 400, "malformed_json");
    }

    @Test
    void valuesAreNeverEchoed() {
        post("{\"total\":\"4111111111111111\"}").body(not(containsString("4111111111111111")));
        post("{\"total\":4111111111111111x}").body(not(containsString("4111111111111111")));
        post("{\"total\":1,\"money\":\"4111111111111111\"}").body(not(containsString("4111111111111111")));
    }

    @Test
    void whatIsNotThereIsAProblemToo() {
        isProblem(asDesk().get("/v1/nothing").then(), 404, "not_found").body("instance", equalTo("/v1/nothing"));
        isProblem(asDesk().get("/nothing").then(), 404, "not_found");
        isProblem(asDesk().delete("/v1/echo").then(), 405, "method_not_allowed");
        isProblem(asDesk().contentType("text/csv").body("a,b").post("/v1/echo").then(), 415, "unsupported_media_type");
        isProblem(asDesk().accept("image/png").get("/v1/echo/page?pageLimit=1").then(), 406, "not_acceptable");
    }

    @Test
    void badParametersAreNamed() {
        isProblem(asDesk().get("/v1/echo/page?pageLimit=many").then(), 400, "invalid_request");
        isProblem(asDesk().get("/v1/echo/page?pageLimit=1&at=noon").then(), 400, "invalid_request");
        isProblem(
                asDesk().urlEncodingEnabled(false).get("/v1/echo/page?at=a%00b").then(), 400, "invalid_request");
    }

    @Test
    void ourOwnFaultTellsNothing() {
        isProblem(asDesk().get("/v1/echo/broken").then(), 500, "internal_error")
                .body(not(containsString("4111111111111111")))
                .body(not(containsString("IllegalState")));
    }

    @Test
    void lostDatabaseIsSaidSo() {
        isProblem(asDesk().get("/v1/echo/slow-sql").then(), 503, "database_unavailable")
                .header("Retry-After", notNullValue());
        isProblem(asDesk().get("/v1/echo/text-with-nul").then(), 400, "invalid_request");
    }

    @Test
    void titleIsInTheCallersLanguage() {
        given().header("Accept-Language", "en-GB;q=0.9, zh;q=0.5")
                .get("/v1/echo/caller")
                .then()
                .body("title", matchesPattern("[ -~]+"))
                .header("WWW-Authenticate", equalTo("Bearer"))
                .body("type", endsWith("unauthorized"));
    }
}
