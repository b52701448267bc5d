package org.paywitness.observation;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.paywitness.Tokens;
import org.paywitness.verdict.Outcome;
import org.paywitness.verdict.Source;

/** History is never overwritten: what was answered at any time is answered again for that time. */
@QuarkusTest
class AnsweredThenTest {
    private static final int HISTORIES = Integer.getInteger("answered-then.histories", 12);
    private static final List<String> HELD_TRUE = List.of(
            "transaction_id",
            "merged_into",
            "verdict",
            "cause",
            "final",
            "agreement",
            "charged",
            "returned",
            "net",
            "duplicate_of",
            "possible_duplicate_of",
            "response_code",
            "because",
            "flags",
            "version");

    /** What was answered about one transaction at an instant between two steps. */
    private record Answered(String id, Instant at, Map<String, Object> answer) {}

    @Test
    void whatWasAnsweredAtAnyTimeIsAnsweredAgain() {
        long seed = Long.getLong("answered-then.seed", System.nanoTime());
        System.out.println("answered-then.seed=" + seed);
        int merged = 0;
        for (int h = 0; h < HISTORIES; h++) {
            String name = "H" + Long.toString(seed, 36).toUpperCase(Locale.ROOT) + "x" + h + "x";
            Random random = new Random(seed + h);
            AnyHistory history = new AnyHistory(name, Math.floorMod(name.hashCode(), 100_000_000), random);
            List<Answered> answers = live(history, name, random);
            for (Answered then : answers) {
                assertEquals(
                        then.answer(),
                        verdict(then.id(), "?as_of=" + then.at()),
                        () -> "seed " + seed + " " + then.id() + " at " + then.at());
            }
            merged += survivorsCameFirst(answers);
        }
        assertTrue(merged >= HISTORIES, "each history merges two: " + merged);
    }

    private static List<Answered> live(AnyHistory history, String name, Random random) {
        List<Answered> answers = new ArrayList<>();
        TreeSet<String> ids = new TreeSet<>();
        List<Observation> order = new ArrayList<>(history.said);
        Collections.shuffle(order, random);
        order.addAll(twoThatTurnOutToBeOne(name));
        int silent = random.nextInt(order.size());
        for (int step = 0; step < order.size(); step++) {
            if (step == silent) {
                completeBank(name + "M0");
            }
            ids.add(post(
                            "/v1/observations",
                            ObservationJson.write(order.get(step)).toString())
                    .getString("results[0].transaction_id"));
            for (String id : ids) {
                Map<String, Object> answer = verdict(id, "");
                answers.add(new Answered(id, Instant.now().truncatedTo(ChronoUnit.MICROS), answer));
            }
        }
        return answers;
    }

    // A slip, a bank's line, and the acquirer who knows the references of both.
    private static List<Observation> twoThatTurnOutToBeOne(String name) {
        return List.of(
                Said.by(Source.TERMINAL, Outcome.NO_ANSWER, "12:00")
                        .merchant(name + "J")
                        .slip(name + "J", "1", "1")
                        .is(name + "-slip"),
                Said.by(Source.BANK, Outcome.DEBITED, "12:00")
                        .merchant(name + "J")
                        .rrn(name + "J")
                        .is(name + "-line"),
                Said.by(Source.ACQUIRER, Outcome.APPROVED, "12:00")
                        .merchant(name + "J")
                        .slip(name + "J", "1", "1")
                        .rrn(name + "J")
                        .is(name + "-both"));
    }

    // The id that was given out first survives; ids sort by time.
    private static int survivorsCameFirst(List<Answered> answers) {
        TreeSet<String> merged = new TreeSet<>();
        for (Answered then : answers) {
            String survivor = (String) then.answer().get("merged_into");
            if (survivor != null) {
                assertTrue(survivor.compareTo(then.id()) < 0, then::toString);
                merged.add(then.id());
            }
        }
        return merged.size();
    }

    private static void completeBank(String merchant) {
        post(
                "/v1/completeness",
                "{\"source\": \"bank\", \"merchant_id\": \"" + merchant
                        + "\", \"complete_through\": \"2026-11-01T00:00:00Z\"}");
    }

    private static JsonPath post(String path, String body) {
        return given().auth()
                .oauth2(Tokens.feed())
                .contentType("application/json")
                .body(body)
                .post(path)
                .then()
                .statusCode(org.hamcrest.Matchers.lessThan(300))
                .extract()
                .jsonPath();
    }

    private static Map<String, Object> verdict(String id, String query) {
        Map<String, Object> answer = given().auth()
                .oauth2(Tokens.desk())
                .get("/v1/transactions/" + id + "/verdict" + query)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .getMap("$");
        answer = new TreeMap<>(answer);
        answer.keySet().retainAll(HELD_TRUE);
        return answer;
    }
}
