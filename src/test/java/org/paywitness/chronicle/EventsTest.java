package org.paywitness.chronicle;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.paywitness.Said;
import org.paywitness.Tokens;
import org.paywitness.event.Event;
import org.paywitness.event.Outbox;
import org.paywitness.fault.Waiting;
import org.paywitness.id.TypeId;

/** {@code GET /v1/events}: everything that is the reader's, each once, in an order that never changes. */
@QuarkusTest
@TestProfile(EventsTest.ShortStretches.class)
class EventsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** So that a reader often finds nothing of its own in a page, and goes on. */
    public static class ShortStretches implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("paywitness.events.stretch", "3");
        }
    }

    @Inject
    Outbox outbox;

    @Inject
    Pool pool;

    private final String merchant = Said.unique("m_");

    @Test
    void eventIsACloudEventAndHasWhatChanged() {
        String sale = Said.by("acquirer", "approved")
                .of(merchant, Said.unique("r"), 12_800)
                .post();
        JsonPath event = JsonPath.from(read(Tokens.merchant(merchant), "", 1).get(0));
        assertEquals("1.0", event.getString("specversion"));
        assertTrue(TypeId.parse(TypeId.EVENT, event.getString("id")).isPresent());
        assertEquals("urn:paywitness", event.getString("source"));
        assertEquals("verdict.changed", event.getString("type"));
        assertEquals(sale, event.getString("subject"));
        assertEquals(merchant, event.getString("merchantid"));
        assertEquals("application/json", event.getString("datacontenttype"));
        assertTrue(Instant.parse(event.getString("time")).isAfter(Instant.now().minusSeconds(300)));
        assertEquals("charged", event.getString("data.verdict"));
        assertEquals(12_800, event.getInt("data.charged.amount"));
    }

    @Test
    void everybodySeesTheirsInOneOrderThroughEmptyPages() {
        String other = Said.unique("m_");
        for (int i = 0; i < 12; i++) {
            tell(i % 4 == 0 ? merchant : i % 4 == 1 ? other : null, "thing.number_" + (char) ('a' + i), i);
        }
        List<String> mine = types(read(Tokens.merchant(merchant), "", 3));
        assertEquals(List.of("thing.number_a", "thing.number_e", "thing.number_i"), mine);
        assertEquals(
                List.of("thing.number_b", "thing.number_f", "thing.number_j"),
                types(read(Tokens.merchant(other), "", 3)));
        List<String> all = types(read(Tokens.desk(), "", 12));
        List<String> ours =
                all.stream().filter(type -> type.startsWith("thing.number_")).toList();
        assertEquals(12, ours.size());
        assertEquals(List.copyOf(new TreeSet<>(ours)), ours);
        assertEquals(
                List.of("thing.number_e"),
                types(read(Tokens.merchant(merchant), "&type=thing.number_e,thing.number_f", 1)));
    }

    @Test
    void cursorGoesOnWhereItEndedAlsoWithWhatComesLater() {
        tell(merchant, "thing.first", 0);
        assertEquals(List.of("thing.first"), types(read(Tokens.merchant(merchant), "", 1)));
        String cursor = end(Tokens.merchant(merchant));
        JsonPath nothing = page(Tokens.merchant(merchant), cursor, "");
        assertEquals(List.of(), nothing.getList("data"));
        tell(merchant, "thing.second", 1);
        Waiting.until("the second event", PATIENCE, () -> types(readFrom(cursor, Tokens.merchant(merchant), ""))
                .equals(List.of("thing.second")));
    }

    @Test
    void whatHasLeftIsPassedOver() {
        String token = Tokens.merchant(merchant);
        for (int i = 0; i < 12; i++) {
            tell(merchant, "thing.number_" + (char) ('a' + i), i);
        }
        read(token, "", 12);
        await("DELETE FROM outbox WHERE merchant_id = '" + merchant
                + "' AND type BETWEEN 'thing.number_b' AND 'thing.number_k'");
        assertEquals(List.of("thing.number_a", "thing.number_l"), types(read(token, "", 2)));
    }

    @Test
    void cursorOfARecordThatWasRestoredIsRefusedRatherThanWaitedFor() {
        long head = await("SELECT position FROM event_head").get(0).getLong(0);
        given().auth()
                .oauth2(Tokens.desk())
                .get("/v1/events?cursor=" + TypeId.format(TypeId.CURSOR, new java.util.UUID(0, head + 1_000_000)))
                .then()
                .statusCode(400)
                .body("code", org.hamcrest.Matchers.equalTo("invalid_cursor"));
    }

    @Test
    void eventsNeedAMerchantOrTheDesk() {
        for (String token : List.of(
                Tokens.cardholder(Said.card()), Tokens.feed(), Tokens.scope("merchant:read"), Tokens.scope("openid"))) {
            given().auth().oauth2(token).get("/v1/events").then().statusCode(403);
        }
    }

    @Test
    void fileIsToldOfFromItsReceiptToItsEnd() {
        String statement = given().auth()
                .oauth2(Tokens.feed())
                .header("Content-Type", "text/csv")
                .body("merchant,terminal\n1,2\n".getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .post("/v1/statements?format=pos_journal&merchant_id=" + merchant)
                .then()
                .statusCode(202)
                .extract()
                .path("id");
        List<String> events =
                read(Tokens.merchant(merchant), "&type=statement.received,statement.running,statement.failed", 3);
        assertEquals(List.of("statement.received", "statement.running", "statement.failed"), types(events));
        for (String event : events) {
            JsonPath json = JsonPath.from(event);
            assertEquals(statement, json.getString("subject"));
            assertEquals(statement, json.getString("data.statement_id"));
            assertEquals("pos_journal", json.getString("data.format"));
        }
        assertFalse(JsonPath.from(events.get(2)).getString("data.failure_code").isEmpty());
    }

    private void tell(String of, String type, int number) {
        outbox.tell(
                        pool,
                        List.of(Event.of(
                                "thing", "thg_" + number, type, "{\"number\":" + number + "}", of, Instant.now())))
                .await()
                .atMost(PATIENCE);
    }

    /** Reads from the beginning until there are so many. */
    private List<String> read(String token, String query, int least) {
        List<List<String>> found = new ArrayList<>();
        Waiting.until(least + " events", PATIENCE, () -> {
            found.add(readFrom(begin(), token, query));
            return found.get(found.size() - 1).size() >= least;
        });
        return found.get(found.size() - 1);
    }

    // Other tests have told of much: from the first that this one has told.
    private String begin() {
        Row row = await(
                        "SELECT coalesce(min(p.position), (SELECT position FROM event_head) + 1) - 1 FROM event_position p"
                                + " JOIN outbox o ON o.id = p.event_id WHERE p.merchant_id = '" + merchant + "'")
                .get(0);
        return TypeId.format(TypeId.CURSOR, new java.util.UUID(0, row.getLong(0)));
    }

    private List<String> readFrom(String from, String token, String query) {
        List<String> events = new ArrayList<>();
        String cursor = from;
        boolean more = true;
        while (more) {
            JsonPath page = page(token, cursor, query);
            for (int i = 0; i < page.getList("data").size(); i++) {
                events.add(
                        new io.vertx.core.json.JsonObject(page.<Map<String, Object>>get("data[" + i + "]")).encode());
            }
            more = page.getBoolean("has_more");
            assertTrue(!more || !page.getString("next_cursor").equals(cursor), "it goes on");
            cursor = page.getString("next_cursor");
        }
        return events;
    }

    private String end(String token) {
        String cursor = begin();
        JsonPath page;
        do {
            page = page(token, cursor, "");
            cursor = page.getString("next_cursor");
        } while (page.getBoolean("has_more"));
        return cursor;
    }

    private static JsonPath page(String token, String cursor, String query) {
        return given().auth()
                .oauth2(token)
                .get("/v1/events?cursor=" + cursor + query)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private static List<String> types(List<String> events) {
        return events.stream()
                .map(event -> JsonPath.from(event).getString("type"))
                .toList();
    }

    private List<Row> await(String sql) {
        List<Row> rows = new ArrayList<>();
        pool.query(sql).execute().await().atMost(PATIENCE).forEach(rows::add);
        return rows;
    }
}
