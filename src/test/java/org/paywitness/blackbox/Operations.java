package org.paywitness.blackbox;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.paywitness.Said;
import org.paywitness.Tokens;
import org.paywitness.fault.RunningService;

/** What is there besides the interface itself: health, metrics, the document and its page, limits, words, logs, the end. */
abstract class Operations {
    private final Packaged packaged;

    Operations(Packaged packaged) {
        this.packaged = packaged;
    }

    @BeforeEach
    void ask() {
        Packaged.ask(packaged.amongNeighbours);
    }

    @Test
    void healthIsTold() {
        for (String probe : List.of("/q/health/live", "/q/health/ready", "/q/health/started", "/q/health")) {
            given().get(probe).then().statusCode(200).body("status", equalTo("UP"));
        }
    }

    @Test
    void metricsCountWhatWasAsked() {
        given().auth().oauth2(Tokens.desk()).get("/v1/transactions").then().statusCode(200);
        given().get("/q/metrics")
                .then()
                .statusCode(200)
                .body(allOf(
                        containsString("http_server_requests_seconds_count{"),
                        containsString("uri=\"/v1/transactions\""),
                        containsString("paywitness_tokens_total{"),
                        containsString("paywitness_lookups_total"),
                        containsString("paywitness_acquirer_calls_seconds_count{"),
                        containsString("jvm_memory_used_bytes")));
    }

    @Test
    void documentIsPublishedInBothFormsWithItsPage() throws IOException {
        Response yaml = given().accept("application/yaml").get("/q/openapi");
        assertEquals(200, yaml.statusCode());
        assertTrue(yaml.asString().contains("operationId: wasICharged"));
        JsonNode json = new ObjectMapper()
                .readTree(given().get("/q/openapi?format=json").asByteArray());
        assertTrue(json.get("openapi").textValue().startsWith("3.1"));
        Response page = given().get("/q/swagger-ui/");
        assertEquals(200, page.statusCode());
        for (String file : List.of("swagger-ui-bundle.js", "swagger-ui.css", "swagger-ui-standalone-preset.js")) {
            assertTrue(page.asString().contains(file), file);
            assertTrue(given().get("/q/swagger-ui/" + file).asByteArray().length > 10_000, file);
        }
    }

    /** Every situation and every response code, in both languages: bundles, deadlines and the table of codes. */
    @Test
    void everyAdviceIsToldInBothLanguages() {
        List<String> situations = given().get("/v1/guidance").path("data.situation");
        assertTrue(situations.size() > 20, situations::toString);
        for (String situation : situations) {
            String chinese = told(situation, "zh-CN");
            String english = told(situation, "en");
            assertNotEquals(chinese, english, situation);
            assertTrue(chinese.codePoints().anyMatch(Character::isIdeographic), chinese);
            assertTrue(english.codePoints().noneMatch(Character::isIdeographic), english);
        }
    }

    private static String told(String situation, String language) {
        Response answer = given().header("Accept-Language", language).get("/v1/guidance/" + situation);
        assertEquals(200, answer.statusCode(), answer.asString());
        assertEquals(language, answer.header("Content-Language"));
        List<List<String>> steps = answer.path("steps.do");
        assertTrue(!steps.isEmpty(), answer.asString());
        return answer.path("title");
    }

    @Test
    void whoAsksTooOftenIsToldWhenToComeBack() {
        String often = Tokens.sign(Tokens.claims("desk:read").claim("client_id", Said.unique("often")));
        RequestSpecification english = given().auth().oauth2(often).header("Accept-Language", "en");
        int asked = 0;
        Response answer;
        do {
            answer = given().spec(english).get("/v1/refunds/rfd_");
        } while (answer.statusCode() == 404 && ++asked < 2 * Packaged.RATE_LIMIT);
        assertTrue(asked >= Packaged.RATE_LIMIT, "refused after " + asked);
        answer.then()
                .statusCode(429)
                .contentType("application/problem+json")
                .header("Retry-After", matchesPattern("\\d+"))
                .body("code", equalTo("rate_limited"));
    }

    @Test
    void errorsPointToTheFieldInBothLanguages() {
        for (String language : List.of("zh-CN", "en")) {
            Response refused = given().auth()
                    .oauth2(Tokens.desk())
                    .header("Accept-Language", language)
                    .contentType("application/json")
                    .body("{\"transaction_id\":\"txn_\",\"reason\":\"because\",\"unheard_of\":1}")
                    .post("/v1/disputes");
            assertEquals(400, refused.statusCode(), refused.asString());
            boolean ascii = StandardCharsets.US_ASCII.newEncoder().canEncode(refused.<String>path("title"));
            assertEquals(language.equals("en"), ascii, refused.asString());
            assertTrue(!refused.<List<String>>path("errors.pointer").isEmpty(), refused.asString());
        }
    }

    /** In JSON, one object a line. */
    @Test
    void logIsJsonAndNobodysFault() throws IOException {
        for (String line : packaged.amongNeighbours.log().lines().toList()) {
            // Of the JVM itself, before there is a log.
            if (line.startsWith("{")) {
                JsonNode entry = RunningService.json(line);
                assertTrue(
                        !List.of("ERROR", "FATAL").contains(entry.get("level").textValue()), line);
            }
        }
        assertTrue(packaged.amongNeighbours.log().contains("\"loggerName\":\"io.quarkus\""));
    }
}
