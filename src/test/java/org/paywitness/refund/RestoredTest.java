package org.paywitness.refund;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.paywitness.EmbeddedPostgresResource;
import org.paywitness.Said;
import org.paywitness.TestClock;
import org.paywitness.acquirer.Simulator;
import org.paywitness.id.TypeId;

/** The database is of an earlier time than the acquirer: what it has forgotten must not move money once more. */
@QuarkusTest
@WithTestResource(value = AcquirerResource.class, scope = TestResourceScope.MATCHING_RESOURCES)
class RestoredTest {
    /** More than may go back without a second person: it waits, and so can be kept as it is. */
    private static final long AMOUNT = 200_000;

    private static final Instant NOON = Instant.now()
            .atZone(ZoneId.of("Asia/Shanghai"))
            .truncatedTo(ChronoUnit.DAYS)
            .withHour(12)
            .toInstant();

    @Inject
    TestClock clock;

    Simulator acquirer;

    private final String merchant = Said.unique("m_");
    private final String card = Said.card();
    private final String clerk = Sales.clerk(merchant);
    private final String manager = Sales.manager(merchant);
    private final Map<String, String> copies = new LinkedHashMap<>();

    @AfterEach
    void reset() throws SQLException {
        clock.reset();
        for (String table : copies.keySet()) {
            sql("DROP TABLE " + copy(table));
        }
    }

    @Test
    void aRefundThatWasSentAfterwardsIsSentUnderTheSameReferenceAndMovesOnce() throws SQLException {
        String sale = Sales.settled(merchant, card, AMOUNT, NOON.minus(Duration.ofDays(1)));
        String id = Sales.refunded(clerk, sale, null).get("id").textValue();
        keep(sale, id);
        approved(id);
        restore();
        assertEquals("pending_approval", Sales.refund(clerk, id).get("status").textValue());
        assertEquals("charged", Sales.verdict(clerk, sale).get("verdict").textValue());
        approved(id);
        assertEquals(AMOUNT, acquirer.moved(sale));
    }

    @Test
    void aVoidThatWasSentAfterwardsIsNoRefundOnTheNextDay() throws SQLException {
        clock.set(NOON);
        String sale = Sales.settled(merchant, card, AMOUNT, NOON.minus(Duration.ofHours(2)));
        String id = Sales.refunded(clerk, sale, null).get("id").textValue();
        keep(sale, id);
        assertEquals("void", approved(id).get("route").textValue());
        restore();
        clock.move(Duration.ofDays(1));
        assertEquals("void", approved(id).get("route").textValue(), "the acquirer tells what it knows");
        assertEquals(AMOUNT, acquirer.moved(sale));
    }

    @Test
    void whatTheAcquirerToldAgainIsNotAskedForUnderAnotherKey() throws SQLException {
        String sale = Sales.settled(merchant, card, AMOUNT, NOON.minus(Duration.ofDays(1)));
        String before = Sales.refunded(clerk, sale, 1L).get("id").textValue();
        Sales.awaited(clerk, before, "succeeded");
        keep(sale, before);
        String key = Sales.key();
        String body = Sales.body(sale, AMOUNT - 1, "customer_request");
        String forgotten = Sales.json(Sales.ask(clerk, key, body)).get("id").textValue();
        approved(forgotten);
        restore();
        assertEquals(404, Sales.get(clerk, "/v1/refunds/" + forgotten, Map.of()).statusCode());
        // What an operator does first: the acquirer's file of the time that was lost.
        Said.by("acquirer", "refunded")
                .with("transaction_id", sale)
                .moved(AMOUNT - 1)
                .at(Instant.now())
                .post();
        Response again = Sales.ask(clerk, key, body);
        assertEquals(409, again.statusCode(), again.asString());
        assertEquals(AMOUNT, acquirer.moved(sale), "the whole, once");
    }

    private JsonNode approved(String id) {
        Sales.act(manager, id, "approve", null).then().statusCode(200);
        return Sales.awaited(clerk, id, "succeeded");
    }

    // --- a copy of an earlier time, of one sale ----------------------------------------------------------------------

    private void keep(String sale, String refund) throws SQLException {
        String transaction = "'" + TypeId.parse(TypeId.TRANSACTION, sale).orElseThrow() + "'";
        copies.put("audit_entry", "subject_id IN (SELECT id FROM refund WHERE transaction_id = " + transaction + ")");
        copies.put("outbox", "payload LIKE '%" + sale + "%' OR aggregateid = '" + refund + "'");
        copies.put("idempotency_key", "body LIKE '%" + sale + "%'");
        copies.put("refund_balance", "transaction_id = " + transaction);
        copies.put("refund", "transaction_id = " + transaction);
        copies.put("observation", "transaction_id = " + transaction);
        copies.put("transaction_change", "transaction_id = " + transaction);
        copies.put("transaction", "id = " + transaction);
        for (Map.Entry<String, String> one : copies.entrySet()) {
            sql("CREATE TABLE " + copy(one.getKey()) + " AS SELECT * FROM " + one.getKey() + " WHERE "
                    + one.getValue());
        }
    }

    private void restore() throws SQLException {
        StringBuilder all = new StringBuilder("BEGIN; SET LOCAL session_replication_role = 'replica';");
        copies.forEach((table, which) -> all.append("DELETE FROM " + table + " WHERE " + which + ";"));
        copies.keySet().forEach(table -> all.append("INSERT INTO " + table + " SELECT * FROM " + copy(table) + ";"));
        sql(all + "COMMIT");
        assertTrue(copies.size() > 7);
    }

    private final String suffix = UUID.randomUUID().toString().replace("-", "");

    private String copy(String table) {
        return "kept_" + table + "_" + suffix.substring(0, 8);
    }

    private static void sql(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:postgresql://localhost:" + Integer.getInteger(EmbeddedPostgresResource.PORT)
                                + "/postgres",
                        "postgres",
                        "postgres");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
