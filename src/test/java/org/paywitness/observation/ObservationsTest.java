package org.paywitness.observation;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.paywitness.verdict.Outcome.APPROVED;
import static org.paywitness.verdict.Outcome.CAPTURED;
import static org.paywitness.verdict.Outcome.DEBITED;
import static org.paywitness.verdict.Source.ACQUIRER;
import static org.paywitness.verdict.Source.BANK;
import static org.paywitness.verdict.Source.TERMINAL;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.paywitness.Tokens;
import org.paywitness.money.Money;

/** {@code POST /v1/observations} as api.md promises it, over HTTP. */
@QuarkusTest
class ObservationsTest {
    private static final String JSON = "application/json";
    private static final String NDJSON = "application/x-ndjson";
    private static final int WRITERS = 16;
    // A test number of the schemes, valid by Luhn.
    private static final String CARD_NUMBER = "4111111111111111";

    private final String name = "O" + Long.toString(System.nanoTime(), 36).toUpperCase(java.util.Locale.ROOT);

    @Inject
    Pool pool;

    @Test
    void oneObservationAnArrayAndLinesAreTakenInAlike() {
        JsonPath one = accepted(JSON, line(payment("1", "a")));
        assertEquals(List.of("accepted"), one.getList("results.status"));
        JsonPath array = accepted(JSON, array(payment("1", "b"), payment("2", "c")));
        JsonPath lines = accepted(NDJSON, line(payment("2", "d")) + "\n\n" + line(payment("1", "e")) + "\r\n");
        assertEquals(List.of(0, 1), lines.getList("results.index"));
        String first = one.getString("results[0].transaction_id");
        assertEquals(first, array.getString("results[0].transaction_id"));
        assertEquals(first, lines.getString("results[1].transaction_id"));
        assertEquals(array.getString("results[1].transaction_id"), lines.getString("results[0].transaction_id"));
    }

    @Test
    void aBadItemIsRefusedWithItsPointersAndTheOthersAreKept() {
        String bad = line(payment("1", "bad")).replace("\"approved\"", "\"debited\"");
        String unknown = line(payment("1", "unknown")).replace("\"rrn\"", "\"rnr\"");
        String array =
                "[" + line(payment("1", "a")) + "," + bad + ",42," + unknown + "," + line(payment("1", "b")) + "]";
        JsonPath results = accepted(JSON, array);
        assertEquals(
                List.of("accepted", "refused", "refused", "refused", "accepted"), results.getList("results.status"));
        assertEquals("invalid_observation", results.getString("results[1].code"));
        assertEquals(List.of("/outcome"), results.getList("results[1].errors.pointer"));
        assertEquals(List.of("/transaction/rnr"), results.getList("results[3].errors.pointer"));
        assertEquals(2, kept());
    }

    @Test
    void oneThatComesAloneAndIsBadIsAProblem() {
        post(JSON, line(payment("1", "a")).replace("\"approved\"", "\"debited\""))
                .statusCode(400)
                .body("code", equalTo("invalid_observation"))
                .body("errors.pointer", hasItem("/outcome"));
    }

    @Test
    void theSameAgainIsADuplicateAndOtherContentIsRefused() {
        Observation said = payment("1", "a");
        Observation other = Said.by(ACQUIRER, APPROVED, "12:00")
                .merchant(name)
                .rrn(name + "1")
                .moved(Money.of(1, "CNY"))
                .is(name + "a");
        JsonPath within = accepted(JSON, array(said, said, other));
        assertEquals(List.of("accepted", "duplicate", "refused"), within.getList("results.status"));
        assertEquals("source_ref_reused", within.getString("results[2].code"));
        JsonPath later = accepted(JSON, array(other, said));
        assertEquals(List.of("refused", "duplicate"), later.getList("results.status"));
        assertEquals(within.getString("results[0].observation_id"), later.getString("results[1].observation_id"));
        assertEquals(within.getString("results[0].transaction_id"), later.getString("results[1].transaction_id"));
        post(JSON, line(other)).statusCode(409).body("code", equalTo("source_ref_reused"));
        assertEquals(1, kept());
    }

    @Test
    void oneReferenceOfTwoSourcesIsTwoObservations() {
        JsonPath results = accepted(
                JSON,
                array(
                        payment("1", "a"),
                        Said.by(BANK, DEBITED, "12:00").merchant(name).is(name + "a")));
        assertEquals(List.of("accepted", "accepted"), results.getList("results.status"));
    }

    @Test
    void sixteenWritersOfOneReferenceKeepItOnce() throws Exception {
        List<String> bodies = new ArrayList<>();
        for (int writer = 0; writer < WRITERS; writer++) {
            // Half of them tell another amount under the same reference.
            bodies.add(line(Said.by(ACQUIRER, APPROVED, "12:00")
                    .merchant(name)
                    .rrn(name)
                    .moved(Money.of(100 + writer % 2, "CNY"))
                    .is(name + "contended")));
        }
        ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
        try {
            List<Callable<JsonPath>> calls = bodies.stream()
                    .map(body -> (Callable<JsonPath>) () -> accepted(JSON, "[" + body + "]"))
                    .toList();
            List<String> statuses = new ArrayList<>();
            Set<String> ids = new HashSet<>();
            for (Future<JsonPath> answer : writers.invokeAll(calls)) {
                statuses.add(answer.get().getString("results[0].status"));
                if (!"refused".equals(answer.get().getString("results[0].status"))) {
                    ids.add(answer.get().getString("results[0].observation_id"));
                }
            }
            assertEquals(1, Collections.frequency(statuses, "accepted"));
            assertEquals(WRITERS / 2 - 1, Collections.frequency(statuses, "duplicate"));
            assertEquals(WRITERS / 2, Collections.frequency(statuses, "refused"));
            assertEquals(1, ids.size());
        } finally {
            writers.shutdownNow();
        }
    }

    @Test
    void anUnknownTransactionIsRefusedAndShadowsNobody() {
        String nobody = "txn_01h2xcejqtf2nbrexx3vqjhp41";
        Observation lost = Said.by(ACQUIRER, APPROVED, "12:00")
                .merchant(name)
                .rrn(name + "1")
                .of(nobody)
                .is(name + "a");
        JsonPath results = accepted(JSON, array(lost, payment("1", "a")));
        assertEquals(List.of("refused", "accepted"), results.getList("results.status"));
        assertEquals("transaction_not_found", results.getString("results[0].code"));
        assertEquals(List.of("/transaction_id"), results.getList("results[0].errors.pointer"));
        post(JSON, line(lost)).statusCode(422).body("code", equalTo("transaction_not_found"));
    }

    @Test
    void aRefusedObservationTeachesNothingOfItsTerminal() {
        String terminal = name + "T";
        Observation lost = Said.by(TERMINAL, APPROVED, "12:00")
                .merchant(name + "else")
                .terminal(terminal)
                .of("txn_01h2xcejqtf2nbrexx3vqjhp41")
                .is(name + "lost");
        Observation teaches = Said.by(ACQUIRER, CAPTURED, "-9 12:00")
                .merchant(name)
                .terminal(terminal)
                .is(name + "teaches");
        Observation told = Said.by(TERMINAL, APPROVED, "12:00")
                .terminal(terminal)
                .rrn(name + "1")
                .is(name + "told");
        JsonPath results = accepted(JSON, array(lost, teaches, told, payment("1", "a")));
        assertEquals(results.getString("results[3].transaction_id"), results.getString("results[2].transaction_id"));
    }

    @Test
    void anExplicitTransactionDecides() {
        String id = accepted(JSON, line(payment("1", "a"))).getString("results[0].transaction_id");
        Observation pinned =
                Said.by(BANK, DEBITED, "12:00").rrn(name + "other").of(id).is(name + "b");
        assertEquals(id, accepted(JSON, line(pinned)).getString("results[0].transaction_id"));
    }

    @Test
    void tenThousandAreTakenInAndOneMoreIsTooMany() {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i <= 10_000; i++) {
            lines.add(line(payment("r" + i, "n" + i)));
        }
        post(NDJSON, String.join("\n", lines)).statusCode(413).body("code", equalTo("too_many_items"));
        assertEquals(0, kept());
        JsonPath results = accepted(NDJSON, String.join("\n", lines.subList(0, 10_000)));
        assertEquals(10_000, results.getList("results").size());
        assertEquals(Set.of("accepted"), new HashSet<>(results.getList("results.status")));
        assertEquals(10_000, kept());
    }

    @Test
    void halfOfASurrogatePairIsNoText() {
        String body = line(payment("1", "a")).replace("{\"source\"", "{\"detail\":{\"text\":\"a\\ud800\"},\"source\"");
        post(JSON, body).statusCode(400).body("errors.pointer", hasItem("/detail/text"));
    }

    @Test
    void aBodyThatIsNotJsonKeepsNothing() {
        String lines = line(payment("1", "a")) + "\n{\"source\": \"acq";
        post(NDJSON, lines).statusCode(400).body("code", equalTo("malformed_ndjson"));
        post(JSON, "[" + line(payment("1", "a")) + ",").statusCode(400);
        assertEquals(0, kept());
    }

    @Test
    void aCardNumberInAnyTextIsMaskedBeforeItIsKept() {
        String spaced = "4111 1111 1111 1111";
        Observation said = payment("1", "a");
        String body = line(said)
                .replace(
                        "{\"source\"",
                        "{\"detail\": {\"text\": \"card " + CARD_NUMBER + ", again " + spaced + " end\"}, \"source\"");
        String id = accepted(JSON, body).getString("results[0].transaction_id");
        assertEquals("duplicate", accepted(JSON, body).getString("results[0].status"), "masked alike each time");
        given().auth()
                .oauth2(Tokens.desk())
                .get("/v1/transactions/" + id + "/observations")
                .then()
                .statusCode(200)
                .body("data[0].detail.text", equalTo("card 411111******1111, again 4111 11** **** 1111 end"));
        // Refused in other fields, with nothing of it repeated.
        String unknown = body.replace("\"text\"", "\"" + CARD_NUMBER + "\"");
        String refused =
                post(JSON, "[" + unknown + "]").statusCode(200).extract().asString();
        assertFalse(refused.contains(CARD_NUMBER), refused);
        assertNowhereInDatabase(CARD_NUMBER);
        assertNowhereInDatabase(spaced);
    }

    private void assertNowhereInDatabase(String secret) {
        List<String> tables = new ArrayList<>();
        pool.query("SELECT quote_ident(table_name) FROM information_schema.tables"
                        + " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'")
                .execute()
                .await()
                .indefinitely()
                .forEach(row -> tables.add(row.getString(0)));
        assertTrue(tables.contains("observation"));
        for (String table : tables) {
            long found = pool.query("SELECT count(*) FROM " + table + " t WHERE t::text LIKE '%" + secret + "%'")
                    .execute()
                    .await()
                    .indefinitely()
                    .iterator()
                    .next()
                    .getLong(0);
            assertEquals(0, found, table);
        }
    }

    // --- plumbing ----------------------------------------------------------------------------------------------------

    private Observation payment(String rrn, String ref) {
        return Said.by(ACQUIRER, APPROVED, "12:00")
                .merchant(name)
                .rrn(name + rrn)
                .is(name + ref);
    }

    private static String line(Observation said) {
        return ObservationJson.write(said).toString();
    }

    private static String array(Observation... said) {
        return java.util.Arrays.stream(said).map(ObservationsTest::line).collect(Collectors.joining(",", "[", "]"));
    }

    private static ValidatableResponse post(String type, String body) {
        return given().config(Feed.LINES_ARE_TEXT)
                .auth()
                .oauth2(Tokens.feed())
                .contentType(type)
                .body(body)
                .post("/v1/observations")
                .then();
    }

    private static JsonPath accepted(String type, String body) {
        return post(type, body).statusCode(200).extract().jsonPath();
    }

    private long kept() {
        return pool.preparedQuery("SELECT count(*) FROM observation WHERE source_ref LIKE $1")
                .execute(io.vertx.mutiny.sqlclient.Tuple.of(name + "%"))
                .await()
                .indefinitely()
                .iterator()
                .next()
                .getLong(0);
    }
}
