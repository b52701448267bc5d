package org.paywitness.guidance;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.paywitness.http.Published;
import org.paywitness.verdict.ResponseCode;

/** Guidance over HTTP, under another policy than the default one. */
@QuarkusTest
@TestProfile(GuidanceResourceTest.Configured.class)
class GuidanceResourceTest {
    /** Figures that no default has. */
    public static class Configured implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "paywitness.policy.cut-off", "21:30",
                    "paywitness.policy.refund-arrival-credit", "36h",
                    "paywitness.refund.cooling-off", "14d",
                    "paywitness.guidance.max-age", "60s");
        }
    }

    private static Response ask(String path, String language) {
        return given().header("Accept-Language", language).get(path);
    }

    @Test
    void listNamesAllAndEachAnswersInBothLanguages() {
        Set<String> seen = new HashSet<>();
        for (String language : List.of("zh-CN", "en")) {
            Response list = ask("/v1/guidance", language);
            List<Map<String, String>> entries = list.path("data");
            assertEquals(Situation.values().length + ResponseCode.all().size(), entries.size(), "one for each of them");
            for (Map<String, String> entry : entries) {
                ask(entry.get("guidance"), language)
                        .then()
                        .statusCode(200)
                        .header("Content-Language", language)
                        .body("situation", equalTo(entry.get("situation")))
                        .body("title", equalTo(entry.get("title")));
                assertTrue(seen.add(language + entry.get("title")), entry.get("title"));
            }
        }
    }

    @Test
    void tellsThePolicyThatIsConfigured() {
        ask("/v1/guidance/charged_twice", "en")
                .then()
                .header("Cache-Control", "public, max-age=60")
                .header("Vary", containsString("Accept-Language"))
                .body("steps.find { it.before != null }.before", equalTo("21:30"))
                .body("steps.find { it.before != null }.do", containsString("before 21:30 the same day"))
                .body("steps.findAll { it.who == 'bank' }.do[0]", containsString("1 day 12 hours on credit cards"))
                .body("steps.findAll { it.who == 'bank' }.within[0]", equalTo("P3D"));
        assertTrue(
                ask("/v1/guidance/refund_refused_or_late", "zh-CN").asString().contains("付款后 14 天内"));
    }

    @Test
    void knownAnswerIsNotSentAgain() {
        for (String path : List.of("/v1/guidance", "/v1/guidance/no_paper", "/v1/guidance/code_51")) {
            String tag = ask(path, "en").header("ETag");
            assertNotEquals(tag, ask(path, "zh-CN").header("ETag"));
            given().header("Accept-Language", "en")
                    .header("If-None-Match", tag)
                    .get(path)
                    .then()
                    .statusCode(304)
                    .body(equalTo(""));
        }
    }

    @Test
    void whatIsNotThereIsNotRepeated() {
        for (String nowhere : List.of("code_ZZ", "CHARGED_TWICE", "charged_twice.title", "6228480402564890018", "x")) {
            ask("/v1/guidance/" + nowhere, "en")
                    .then()
                    .statusCode(404)
                    .body("code", equalTo("not_found"))
                    .body(not(containsString("6228480402564890018")));
        }
    }

    @Test
    void examplesInTheContractAreWhatIsAnswered() {
        Published published = Published.read();
        for (String schema : List.of("Guidance", "Verdict")) {
            String at = "/components/schemas/" + schema;
            JsonNode examples = published.document().at(at + "/examples");
            assertEquals(1, examples.size(), schema);
            examples.forEach(example -> published.verify(at, example.toString(), schema));
        }
    }

    @Test
    void callsThatHelpAreInTheContract() {
        Set<String> published = new TreeSet<>();
        Published.read()
                .operations()
                .forEach(operation -> published.add(operation.method().toUpperCase() + " " + operation.path()));
        for (Call call : Call.values()) {
            assertTrue(published.contains(call.method() + " " + call.path()), call.path());
        }
    }
}
