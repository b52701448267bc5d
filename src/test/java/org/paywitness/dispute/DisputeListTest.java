package org.paywitness.dispute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.paywitness.dispute.Quarrels.step;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.paywitness.id.TypeId;

/** Lists of disputes: whatever they are narrowed to, each dispute that is meant is on one page, newest first. */
@QuarkusTest
class DisputeListTest {
    private static final Instant YESTERDAY = Instant.now().minus(Duration.ofDays(1));
    private static final List<String> REASONS = List.of("unrecognized", "no_slip", "unrecognized");

    @Inject
    Pool pool;

    private final Quarrels people = new Quarrels();
    private final Map<String, String> sales = new HashMap<>();

    @Test
    void everyCombinationOfFiltersShowsExactlyWhatItMeansPageByPage() {
        List<JsonNode> all = quarrel();
        int shown = 0;
        for (String status : new String[] {null, "awaiting_merchant", "withdrawn", "under_review"}) {
            for (String stage : new String[] {null, "inquiry", "chargeback"}) {
                for (String reason : new String[] {null, "unrecognized", "duplicate"}) {
                    for (String overdue : new String[] {null, "true", "false"}) {
                        List<String> meant = all.stream()
                                .filter(d -> is(d, "status", status)
                                        && is(d, "stage", stage)
                                        && is(d, "reason", reason)
                                        && (overdue == null
                                                || d.path("overdue").booleanValue() == overdue.equals("true")))
                                .map(d -> d.get("id").textValue())
                                .toList();
                        String query = asked("status", status)
                                + asked("stage", stage)
                                + asked("reason", reason)
                                + asked("overdue", overdue);
                        assertEquals(meant, pages(people.clerk, query), query);
                        assertEquals(meant, pages(people.cardholder, query), query);
                        assertEquals(meant, pages(people.desk, query + asked("merchant_id", people.merchant)), query);
                        shown += meant.size();
                    }
                }
            }
        }
        assertTrue(shown > all.size(), "something was found by filters");
        for (JsonNode one : all) {
            String id = one.get("id").textValue();
            assertEquals(List.of(id), pages(people.desk, asked("transaction_id", sales.get(id))));
        }
        assertEquals(List.of(), pages(people.clerk, asked("merchant_id", "m_other")));
    }

    @Test
    void theDeskSeesOneStatusStageOrReasonAloneAndNothingElse() {
        List<JsonNode> all = quarrel();
        for (String column : List.of("status", "stage", "reason")) {
            for (JsonNode one : all) {
                String value = one.get(column).textValue();
                JsonNode page = list(people.desk, asked(column, value) + "&limit=200");
                List<String> ids = new ArrayList<>();
                page.get("data").forEach(d -> {
                    assertEquals(value, d.get(column).textValue());
                    ids.add(d.get("id").textValue());
                });
                assertTrue(ids.contains(one.get("id").textValue()), column + " " + value);
                assertEquals(ids.stream().sorted((a, b) -> b.compareTo(a)).toList(), ids);
            }
        }
    }

    /** Disputes of one card at one merchant, newest first, the first of them overdue and not decided on. */
    private List<JsonNode> quarrel() {
        for (String reason : REASONS) {
            for (String end : List.of("", "escalate", "withdraw")) {
                String sale = people.paid(YESTERDAY);
                String id =
                        people.opened(people.cardholder, sale, reason).get("id").textValue();
                sales.put(id, sale);
                if (!end.isEmpty()) {
                    step(people.cardholder, id, end, "{}");
                }
            }
        }
        List<JsonNode> all = new ArrayList<>();
        String oldest = sales.keySet().stream().sorted().findFirst().orElseThrow();
        pool.preparedQuery("UPDATE dispute SET due_at = now() - interval '1 hour' WHERE id = $1")
                .executeAndAwait(Tuple.of(TypeId.parse(TypeId.DISPUTE, oldest).orElseThrow()));
        list(people.clerk, "&limit=200").get("data").forEach(all::add);
        assertEquals(
                sales.keySet().stream().sorted((a, b) -> b.compareTo(a)).toList(),
                all.stream().map(d -> d.get("id").textValue()).toList());
        return all;
    }

    private static boolean is(JsonNode dispute, String field, String value) {
        return value == null || dispute.get(field).textValue().equals(value);
    }

    private static String asked(String name, String value) {
        return value == null ? "" : "&" + name + "=" + value;
    }

    private static List<String> pages(String token, String query) {
        List<String> ids = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = list(token, query + "&limit=2" + cursor);
            page.get("data").forEach(d -> ids.add(d.get("id").textValue()));
            cursor = page.get("next_cursor").isNull()
                    ? null
                    : "&cursor=" + page.get("next_cursor").textValue();
        } while (cursor != null);
        return ids;
    }

    private static JsonNode list(String token, String query) {
        return Quarrels.json(Quarrels.get(token, "/v1/disputes?" + query.substring(1)), 200);
    }
}
