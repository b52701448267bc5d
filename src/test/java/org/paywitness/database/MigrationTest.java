package org.paywitness.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.QuarkusTest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.paywitness.EmbeddedPostgresResource;

/** Each migration over rows of the version before, in a database of its own. */
@QuarkusTest
class MigrationTest {
    private final String database = "m" + UUID.randomUUID().toString().replace("-", "");

    @BeforeEach
    void create() throws SQLException {
        execute("postgres", "CREATE DATABASE " + database);
    }

    @AfterEach
    void drop() throws SQLException {
        execute("postgres", "DROP DATABASE " + database + " WITH (FORCE)");
    }

    @Test
    void refundsComeToTransactionsThatAreThere() throws SQLException {
        migrate("1");
        UUID sale = UUID.randomUUID();
        UUID part = UUID.randomUUID();
        execute(
                database,
                "INSERT INTO transaction (id, merged_into, version, merchant_id, occurred_at, summary) VALUES ('" + sale
                        + "', NULL, 1, 'm', now(), '1'), ('" + part + "', '" + sale + "', 2, 'm', now(), '1')");
        migrate("2");
        assertEquals(2, number("SELECT count(*) FROM transaction"));
        assertEquals(1, number("SELECT count(*) FROM transaction WHERE merged_into = '" + sale + "'"));
        execute(database, refund(sale, 60, 100));
        execute(database, refund(sale, 40, 100));
        assertEquals(100, number("SELECT refunds FROM refund_balance"));
        assertRefused("never_more_than_charged", refund(sale, 1, 100));
    }

    @Test
    void databaseItselfHoldsWhatRefundsPromise() throws SQLException {
        migrate("2");
        UUID sale = UUID.randomUUID();
        execute(
                database,
                "INSERT INTO transaction (id, version, merchant_id, occurred_at, summary) VALUES ('" + sale
                        + "', 1, 'm', now(), '1')");
        execute(database, refund(sale, 60, 100));
        assertRefused("append-only", "UPDATE refund SET amount = 1");
        assertRefused("append-only", "DELETE FROM refund");
        assertRefused("append-only", "TRUNCATE refund");
        assertRefused("violates check", "UPDATE refund SET status = 'lost'");
        assertRefused("violates check", "UPDATE refund SET status = 'succeeded'");
        assertRefused("violates check", refund(sale, 0, 100));
        execute(database, "UPDATE refund SET status = 'rejected', due_at = NULL");
        assertEquals(0, number("SELECT refunds FROM refund_balance"));
        assertRefused("stays so", "UPDATE refund SET status = 'approved'");
        execute(database, "UPDATE refund_balance SET chargebacks = 100");
        assertRefused("never_more_than_charged", refund(sale, 1, 100));
        execute(
                database,
                "INSERT INTO audit_entry VALUES (gen_random_uuid(), 1, now(), 'a', 'requested', '{}', '\\x00')");
        assertRefused("append-only", "UPDATE audit_entry SET actor = 'b'");
        assertRefused("append-only", "DELETE FROM audit_entry");
    }

    @Test
    void evidenceComesBesideWhatIsThereAndNeverChanges() throws SQLException {
        migrate("2");
        execute(
                database,
                "INSERT INTO transaction (id, version, merchant_id, occurred_at, summary) VALUES (gen_random_uuid(), 1,"
                        + " 'm', now(), '1')");
        migrate("5");
        assertEquals(1, number("SELECT count(*) FROM transaction"));
        UUID id = UUID.randomUUID();
        String chunk = "INSERT INTO evidence_chunk VALUES ('" + id + "', ";
        execute(database, chunk + "0, '\\x00')");
        execute(database, chunk + "1, '\\x01')");
        execute(database, "DELETE FROM evidence_chunk WHERE number = 1");
        String row =
                "INSERT INTO evidence VALUES ('" + id + "', gen_random_uuid(), 'slip', 'desk', 'a.png', 'image/png',"
                        + " 1, sha256('\\x00'), 'postgresql', NULL, 'clerk', now())";
        assertRefused("violates check", row.replace("'slip'", "'slap'"));
        assertRefused("violates check", row.replace("image/png", "text/html"));
        assertRefused("violates check", row.replace(" 1, sha256", " 0, sha256"));
        execute(database, row);
        assertRefused("append-only", "UPDATE evidence SET file_name = 'b.png'");
        assertRefused("append-only", "DELETE FROM evidence");
        assertRefused("append-only", "TRUNCATE evidence");
        assertRefused("append-only", "DELETE FROM evidence_chunk");
        assertRefused("append-only", "UPDATE evidence_chunk SET content = '\\x02'");
        assertRefused("append-only", "TRUNCATE evidence_chunk");
        assertRefused("append-only", chunk + "1, '\\x02')");
    }

    private static String refund(UUID sale, int amount, int charged) {
        return "INSERT INTO refund (id, transaction_id, merchant_id, card_kind, via_wallet, amount, currency, charged,"
                + " reason, status, route, requested_by, requested_at, expected_by, audit_number, audit_hash) VALUES ('"
                + UUID.randomUUID() + "', '" + sale + "', 'm', 'debit', false, " + amount + ", 'CNY', " + charged
                + ", 'fraud', 'approved', 'refund', 'clerk', now(), now(), 1, '\\x00')";
    }

    private void migrate(String version) {
        Flyway.configure()
                .dataSource(url(database), "postgres", "postgres")
                .target(version)
                .load()
                .migrate();
    }

    private void assertRefused(String why, String sql) {
        String message = assertThrows(SQLException.class, () -> execute(database, sql), sql)
                .getMessage();
        assertTrue(message.contains(why), message);
    }

    private static void execute(String database, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url(database), "postgres", "postgres");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private long number(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url(database), "postgres", "postgres");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private static String url(String database) {
        return "jdbc:postgresql://localhost:" + Integer.getInteger(EmbeddedPostgresResource.PORT) + "/" + database;
    }
}
