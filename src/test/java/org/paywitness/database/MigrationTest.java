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
    void terminalsComeToObservationsThatAreThereAndKeepTheirHistory() throws SQLException {
        migrate("2");
        UUID sale = UUID.randomUUID();
        execute(
                database,
                "INSERT INTO transaction (id, version, merchant_id, terminal_id, occurred_at, summary) VALUES ('" + sale
                        + "', 1, 'm', 'T', now(), '1'); INSERT INTO terminal_merchant VALUES ('T', 'm')");
        migrate("3");
        assertEquals(1, number("SELECT count(*) FROM terminal_merchant"));
        UUID terminal = UUID.randomUUID();
        execute(database, terminal(terminal));
        assertRefused("terminal_live", terminal(UUID.randomUUID()));
        UUID report = UUID.randomUUID();
        String lost = "INSERT INTO terminal_report VALUES ('" + report + "', '" + terminal
                + "', 1, 'lost', %s, NULL, %s, 'clerk', now())";
        assertRefused("violates check", lost.formatted("now() + interval '1 s'", "NULL"));
        assertRefused("violates check", lost.formatted("now()", "'" + terminal + "'"));
        execute(database, lost.formatted("now()", "NULL"));
        execute(
                database,
                "INSERT INTO terminal_freeze SELECT id, terminal, 'T', 'm', since, reported_at FROM terminal_report");
        assertRefused("append-only", "UPDATE terminal_report SET since = since - interval '1 h'");
        assertRefused("append-only", "DELETE FROM terminal_report");
        assertRefused("append-only", "UPDATE terminal SET merchant_id = 'n'");
        assertRefused("append-only", "DELETE FROM terminal_freeze");
        assertRefused("append-only", "UPDATE terminal_freeze SET since = now()");
        assertRefused("violates check", "UPDATE terminal_freeze SET until = since - interval '1 s', lifted_at = now()");
        assertRefused("violates check", "UPDATE terminal_freeze SET until = now()");
        execute(database, "UPDATE terminal_freeze SET until = now(), lifted_at = now()");
        assertRefused("append-only", "UPDATE terminal_freeze SET until = NULL, lifted_at = NULL");
        execute(database, "UPDATE terminal SET state = 'retired'");
        assertRefused("append-only", "UPDATE terminal SET state = 'active'");
        execute(database, terminal(UUID.randomUUID()));
    }

    private static String terminal(UUID id) {
        return "INSERT INTO terminal (id, terminal_id, merchant_id, state, since, registered_by, registered_at) VALUES"
                + " ('" + id + "', 'T', 'm', 'active', now(), 'clerk', now())";
    }

    @Test
    void whatIsOpenIsCountedByIndexesOverWhatIsThere() throws SQLException {
        migrate("8");
        UUID sale = UUID.randomUUID();
        execute(
                database,
                "INSERT INTO transaction (id, version, merchant_id, occurred_at, summary) VALUES ('" + sale
                        + "', 1, 'm', now(), '1'); INSERT INTO completeness_now (merchant_id, bank) VALUES ('m', now())");
        execute(database, refund(sale, 60, 100));
        execute(database, "UPDATE refund SET status = 'approved'");
        migrate("10");
        assertEquals(1, number("SELECT count(*) FROM refund WHERE status = 'approved'"));
        assertEquals(
                5,
                number("SELECT count(*) FROM pg_index WHERE indisvalid AND indexrelid::regclass::text IN"
                        + " ('refund_under_way', 'completeness_now_terminal', 'completeness_now_acquirer',"
                        + " 'completeness_now_bank', 'completeness_now_wallet')"));
    }

    @Test
    void eventsThatAreThereComeIntoTheirOrderAndTransactionsWaitForTheirStanding() throws SQLException {
        migrate("10");
        UUID sale = UUID.randomUUID();
        execute(
                database,
                "INSERT INTO transaction (id, version, merchant_id, occurred_at, summary) VALUES ('" + sale
                        + "', 1, 'm', now(), '1')");
        execute(database, told(1, "2026-01-02") + ";" + told(2, "2026-01-01"));
        migrate("11");
        String order = "SELECT string_agg(right(event_id::text, 1), '' ORDER BY number)::int FROM outbox_new";
        assertEquals(21, number(order));
        execute(database, told(4, "2026-01-01") + ", (" + told(3, "2026-01-01").split("VALUES \\(")[1]);
        assertEquals(2134, number(order));
        assertEquals(0, number("SELECT position FROM event_head"));
        assertRefused("violates unique", "INSERT INTO event_head VALUES (true, 1)");
        assertRefused("violates check", "UPDATE event_head SET position = -1");
        execute(
                database,
                "INSERT INTO event_position SELECT number, event_id, 'm', 'refund', 'rfd_1', 'refund.requested'"
                        + " FROM outbox_new");
        assertRefused(
                "violates unique",
                "INSERT INTO event_position SELECT 9, event_id, 'm', 'r', 'r', 'r'" + " FROM outbox_new LIMIT 1");
        execute(database, "DELETE FROM outbox WHERE at < '2026-01-02'");
        assertEquals(1, number("SELECT count(*) FROM event_position"));
        assertEquals(0, number("SELECT count(*) FROM verdict_standing"));
        assertEquals(1, number("SELECT count(*) FROM transaction t JOIN verdict_standing_walk w ON t.id > w.after"));
        execute(
                database,
                "INSERT INTO verdict_standing (transaction_id, merchant_id, told) SELECT id, 'm', 'x'"
                        + " FROM transaction");
        assertRefused(
                "violates foreign key",
                "INSERT INTO verdict_standing (transaction_id, merchant_id, told)"
                        + " VALUES (gen_random_uuid(), 'm', 'x')");
        execute(database, "DELETE FROM transaction");
        assertEquals(0, number("SELECT count(*) FROM verdict_standing"));
    }

    private static String told(int id, String at) {
        return "INSERT INTO outbox VALUES ('00000000-0000-7000-8000-00000000000" + id + "', 'refund', 'rfd_1',"
                + " 'refund.requested', '{}', 'm', '" + at + "')";
    }

    @Test
    void exceptionsComeToTransactionsThatAreThereAndKeepHowTheyWereClosed() throws SQLException {
        migrate("11");
        UUID sale = UUID.randomUUID();
        execute(
                database,
                "INSERT INTO transaction (id, version, merchant_id, occurred_at, summary) VALUES ('" + sale
                        + "', 1, 'm', now(), '1'); INSERT INTO completeness VALUES ('bank', 'm', now(), now())");
        migrate("13");
        assertEquals(1, number("SELECT count(*) FROM completeness WHERE feed IS NULL"), "told before there were feeds");
        String open = "INSERT INTO reconciliation_exception (id, transaction_id, kind, merchant_id, day, at_stake,"
                + " currency, proposed, grounds, opened_at) VALUES (gen_random_uuid(), '" + sale
                + "', '%s', 'm', now(),"
                + " 12800, 'CNY', 'ask_acquirer', 'g', now())";
        assertRefused("violates check", open.formatted("missing_at_home"));
        execute(database, open.formatted("missing_at_bank"));
        assertRefused("reconciliation_exception_open", open.formatted("missing_at_bank"));
        assertRefused("violates check", "UPDATE reconciliation_exception SET closed_at = now()");
        assertRefused("keeps what it is about", "UPDATE reconciliation_exception SET opened_at = now()");
        assertRefused("keeps what it is about", "DELETE FROM reconciliation_exception");
        assertRefused("append-only", "TRUNCATE reconciliation_exception");
        execute(database, "UPDATE reconciliation_exception SET at_stake = 1, grounds = 'h'");
        execute(
                database,
                "UPDATE reconciliation_exception SET closed_at = now(), closed_by = 'clerk', resolution = 'accept',"
                        + " reason = 'seen'");
        assertRefused("keeps what it is about", "UPDATE reconciliation_exception SET reason = 'other'");
        execute(database, open.formatted("missing_at_bank"));
        assertEquals(2, number("SELECT count(*) FROM reconciliation_exception"), "one after the other");
        String may = "SET LOCAL paywitness.retention = 'on'; ";
        assertRefused("leaves with its transaction", may + "DELETE FROM reconciliation_exception");
        execute(database, may + "DELETE FROM reconciliation_exception; DELETE FROM transaction");
        execute(
                database,
                "INSERT INTO terminal_journal VALUES ('T1', '{[2026-11-10,2026-11-11)}'); INSERT INTO terminal_journal"
                        + " VALUES ('T1', '{[2026-11-11,2026-11-12)}') ON CONFLICT (terminal_id) DO UPDATE SET days ="
                        + " terminal_journal.days + excluded.days");
        assertEquals(1, number("SELECT count(*) FROM terminal_journal WHERE days = '{[2026-11-10,2026-11-12)}'"));
    }

    @Test
    void reportsOfMisconductComeToTransactionsThatAreThere() throws SQLException {
        migrate("6");
        UUID sale = UUID.randomUUID();
        execute(
                database,
                "INSERT INTO transaction (id, version, merchant_id, occurred_at, summary) VALUES ('" + sale
                        + "', 1, 'm', now(), '1')");
        execute(database, refund(sale, 60, 100));
        migrate("7");
        assertEquals(1, number("SELECT count(*) FROM refund"));
        String report = "INSERT INTO misconduct_report (id, merchant_id, transaction_id, kind, text, evidence,"
                + " reported_by, reported_at, client, subject, state, audit_number, audit_hash) VALUES ("
                + "gen_random_uuid(), 'm', '" + sale + "', 'surcharge', 'x', '{}', 'a', now(), 'app', 'a', 'open', 1,"
                + " '\\x00')";
        execute(database, report);
        assertRefused("violates check", report.replace("surcharge", "bad_manners"));
        assertRefused("violates check", report.replace("'app'", "NULL"));
        assertRefused("violates check", report.replace("'open'", "'in_review'"));
        assertRefused(
                "violates foreign key",
                report.replace(sale.toString(), UUID.randomUUID().toString()));
        assertRefused("append-only", "UPDATE misconduct_report SET text = 'y'");
        assertRefused("append-only", "DELETE FROM misconduct_report");
        assertRefused("append-only", "TRUNCATE misconduct_report");
        assertRefused("violates check", "UPDATE misconduct_report SET owner = 'b'");
        execute(database, "UPDATE misconduct_report SET state = 'in_review', owner = 'b'");
        assertRefused("violates check", "UPDATE misconduct_report SET state = 'closed', outcome = 'upheld'");
        execute(
                database,
                "UPDATE misconduct_report SET state = 'closed', outcome = 'upheld', closed_by = 'b', closed_at = now(),"
                        + " note = 'n'");
        assertRefused("append-only", "UPDATE misconduct_report SET outcome = 'duplicate'");
    }

    @Test
    void riskSignalsFindTheRowsThatAreThere() throws SQLException {
        migrate("7");
        UUID sale = UUID.randomUUID();
        execute(
                database,
                "INSERT INTO transaction (id, version, merchant_id, occurred_at, summary) VALUES ('" + sale
                        + "', 1, 'm', now(), '1')");
        String said = "INSERT INTO observation (id, source, source_ref, heard_at, content, at, terminal_id,"
                + " transaction_id, matched_weakly) VALUES (gen_random_uuid(), 'terminal', 'OUTCOME', now(),"
                + " '{\"outcome\":\"OUTCOME\"}', now(), 'T', '" + sale + "', false)";
        for (String outcome : new String[] {"no_answer", "approved", "declined"}) {
            execute(database, said.replace("OUTCOME", outcome));
        }
        migrate("8");
        assertEquals(3, number("SELECT count(*) FROM observation"));
        // What was there before it is in the index: two of the three can be a signal.
        execute(database, "ANALYZE observation");
        assertEquals(2, number("SELECT reltuples::int FROM pg_class WHERE relname = 'observation_no_answer'"));
        assertEquals(
                5,
                number("SELECT count(*) FROM pg_index WHERE indisvalid AND indexrelid::regclass::text IN"
                        + " ('dispute_lost', 'follow_up_failed', 'terminal_freeze_merchant', 'terminal_merchant_of',"
                        + " 'observation_no_answer')"));
    }

    @Test
    void disputesComeToRefundsThatAreThereAndShareTheirBalance() throws SQLException {
        migrate("5");
        UUID sale = UUID.randomUUID();
        execute(
                database,
                "INSERT INTO transaction (id, version, merchant_id, occurred_at, summary) VALUES ('" + sale
                        + "', 1, 'm', now(), '1')");
        execute(database, refund(sale, 60, 100));
        migrate("6");
        assertEquals(60, number("SELECT refunds FROM refund_balance WHERE open_claims = 0 AND compensations = 0"));
        UUID dispute = UUID.randomUUID();
        execute(
                database,
                "INSERT INTO dispute (id, reason, stage, status, opened_by, opener, claimed, currency, opened_at, due_at,"
                        + " timeline_number, timeline_hash) VALUES ('" + dispute + "', 'duplicate', 'inquiry',"
                        + " 'awaiting_merchant', 'cardholder', 'a', 50, 'CNY', now(), now(), 1, '\\x00')");
        String claim =
                "INSERT INTO dispute_transaction (dispute_id, transaction_id, reason, currency, amount, booked_under) VALUES ('"
                        + dispute + "', '" + sale + "', 'duplicate', 'CNY', 50, '" + sale + "')";
        execute(database, claim);
        assertRefused("never_more_than_charged", "UPDATE dispute_transaction SET open_claim = 41, charged = 100");
        execute(database, "UPDATE dispute_transaction SET open_claim = 30, charged = 100");
        assertRefused("violates check", refund(sale, 1, 100));
        execute(database, "UPDATE dispute_transaction SET open_claim = 0, won = 30");
        execute(database, refund(sale, 10, 100));
        assertRefused("never_more_than_charged", refund(sale, 1, 100));
        execute(database, "UPDATE dispute_transaction SET won = 0");
        assertEquals(70, number("SELECT refunds + chargebacks + compensations FROM refund_balance"));
        assertRefused("append-only", "UPDATE dispute_transaction SET amount = 1");
        assertRefused("append-only", "DELETE FROM dispute");
        assertRefused("violates check", "UPDATE dispute SET status = 'agreed'");
    }

    @Test
    void receiptsAndInvoicesComeToTransactionsThatAreThereAndStayAsTheyAre() throws SQLException {
        migrate("3");
        UUID sale = UUID.randomUUID();
        execute(
                database,
                "INSERT INTO transaction (id, version, merchant_id, occurred_at, summary) VALUES ('" + sale
                        + "', 1, 'm', now(), '1')");
        execute(database, refund(sale, 60, 100));
        migrate("4");
        assertEquals(1, number("SELECT count(*) FROM refund"));
        execute(database, "INSERT INTO receipt_copy VALUES ('" + sale + "', 1, 'pdf', 'a', now())");
        assertRefused("append-only", "UPDATE receipt_copy SET number = 2");
        assertRefused("append-only", "DELETE FROM receipt_copy");
        assertRefused("append-only", "TRUNCATE receipt_copy");
        execute(database, invoice(sale, "91350100M000100Y43"));
        assertRefused("invoice_request_one_open", invoice(sale, "91350100M000100Y43"));
        assertRefused("violates check", invoice(sale, "91350100M000100YO3"));
        assertRefused("append-only", "UPDATE invoice_request SET amount = 2");
        assertRefused("violates check", "UPDATE invoice_request SET status = 'issued'");
        execute(
                database,
                "UPDATE invoice_request SET status = 'issued', number = '1', decided_by = 'a', decided_at = now()");
        assertRefused("append-only", "UPDATE invoice_request SET number = '2'");
        assertRefused("append-only", "DELETE FROM invoice_request");
        execute(
                database,
                "INSERT INTO invoice_file SELECT id, 'application/pdf', 1, sha256('x'), 'x' FROM invoice_request");
        assertRefused("append-only", "UPDATE invoice_file SET content = 'y'");
    }

    private static String invoice(UUID sale, String taxId) {
        return "INSERT INTO invoice_request (id, transaction_id, amount, currency, title, tax_id, requested_by,"
                + " requested_at, status, audit_number, audit_hash) VALUES ('" + UUID.randomUUID() + "', '" + sale
                + "', 1, 'CNY', 'x', '" + taxId + "', 'a', now(), 'requested', 1, '\\x00')";
    }

    @Test
    void evidenceComesBesideWhatIsThereAndNeverChanges() throws SQLException {
        migrate("4");
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
                        + " 1, sha256('\\x00'), 'postgresql', NULL, 'clerk', 'desk', now())";
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

    @Test
    void retentionComesToWhatIsThereAndLetsItLeaveWholeOnly() throws SQLException {
        migrate("8");
        UUID sale = UUID.randomUUID();
        UUID dispute = UUID.randomUUID();
        execute(
                database,
                "INSERT INTO transaction (id, version, merchant_id, occurred_at, summary) VALUES ('" + sale
                        + "', 1, 'm', now(), '1'); INSERT INTO transaction_change SELECT id, 1, now(), 'heard', NULL,"
                        + " 'm', NULL, NULL, now(), '1' FROM transaction");
        execute(database, refund(sale, 60, 100));
        execute(
                database,
                "INSERT INTO dispute (id, reason, stage, status, opened_by, opener, claimed, currency, opened_at,"
                        + " ended_at, timeline_number, timeline_hash) VALUES ('" + dispute + "', 'duplicate',"
                        + " 'chargeback', 'won_by_cardholder', 'cardholder', 'a', 40, 'CNY', now(), now(), 1, '\\x00');"
                        + " INSERT INTO audit_entry VALUES ('" + dispute + "', 1, now(), 'a', 'opened', '{}', '\\x00');"
                        + " INSERT INTO dispute_transaction (dispute_id, transaction_id, reason, currency, amount,"
                        + " booked_under) VALUES ('" + dispute + "', '" + sale + "', 'duplicate', 'CNY', 40, '" + sale
                        + "'); UPDATE dispute_transaction SET won = 40, charged = 100");
        migrate("9");
        assertEquals(1, number("SELECT count(*) FROM refund_balance WHERE claims_gone = 0 AND chargebacks = 40"));
        String may = "SET LOCAL paywitness.retention = 'on'; ";
        String parts = "DELETE FROM dispute_transaction; DELETE FROM dispute; ";
        assertRefused("append-only", parts);
        assertRefused("leaves with its audit entries", may + parts);
        assertRefused("leaves with its dispute", may + "DELETE FROM audit_entry");
        assertRefused("that is not over stays", may + "DELETE FROM refund");
        execute(database, may + "DELETE FROM audit_entry; " + parts);
        assertEquals(1, number("SELECT count(*) FROM refund_balance WHERE claims_gone = 40 AND chargebacks = 40"));
        assertRefused("never_more_than_charged", refund(sale, 1, 100));
        execute(database, "UPDATE refund SET status = 'rejected', due_at = NULL");
        assertRefused("leaves with its transaction", may + "DELETE FROM refund");
        execute(
                database,
                may + "DELETE FROM refund; DELETE FROM refund_balance; DELETE FROM transaction_change;"
                        + " DELETE FROM transaction");
        assertEquals(0, number("SELECT count(*) FROM transaction"));
        assertEquals(
                4,
                number("SELECT count(*) FROM pg_index WHERE indisvalid AND indexrelid::regclass::text IN"
                        + " ('observation_pinned', 'dispute_transaction_booked', 'proposal_transaction',"
                        + " 'misconduct_report_transaction')"));
    }

    @Test
    void feeSchedulesComeBesideWhatIsThereAndAreNeverChanged() throws SQLException {
        migrate("10");
        UUID sale = UUID.randomUUID();
        execute(
                database,
                "INSERT INTO transaction (id, version, merchant_id, occurred_at, summary) VALUES ('" + sale
                        + "', 1, 'm', now(), '1')");
        migrate("14");
        assertEquals(1, number("SELECT count(*) FROM transaction"));
        String schedule =
                "INSERT INTO fee_schedule VALUES (gen_random_uuid(), 'm', 'CNY', NULL, 'debit', 5000, 2000, 0,"
                        + " 'half_up', 1000000, '2026-01-01T00:00:00Z', 'clerk', now())";
        execute(database, schedule);
        assertRefused("fee_schedule_key", schedule);
        execute(database, schedule.replace("'debit'", "NULL"));
        assertRefused("fee_schedule_key", schedule.replace("'debit'", "NULL"));
        execute(database, schedule.replace("2026", "2027"));
        assertRefused("violates check", schedule.replace("5000,", "1000001,"));
        assertRefused("violates check", schedule.replace("2000, 0", "2000, 2001"));
        assertRefused("violates check", schedule.replace("half_up", "half"));
        assertRefused("violates check", schedule.replace("debit", "unknown"));
        assertRefused("append-only", "UPDATE fee_schedule SET rate = 0");
        assertRefused("append-only", "DELETE FROM fee_schedule");
        assertRefused("append-only", "TRUNCATE fee_schedule");
    }

    @Test
    void webhooksComeToEventsThatAreThereAndBeginAfterThem() throws SQLException {
        migrate("11");
        String event =
                "INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, merchant_id, at) VALUES ('%s',"
                        + " 'refund', 'rfd_1', 'refund.succeeded', '{}', 'm', now());"
                        + " INSERT INTO event_position SELECT position + 1, '%s', 'm', 'refund', 'rfd_1', 'refund.succeeded'"
                        + " FROM event_head; UPDATE event_head SET position = position + 1";
        UUID before = UUID.randomUUID();
        execute(database, event.formatted(before, before));
        migrate("12");
        assertEquals(1, number("SELECT position FROM webhook_cursor"));
        UUID endpoint = UUID.randomUUID();
        String made = "INSERT INTO webhook_endpoint (id, merchant_id, url, event_types, status, secret, created_by,"
                + " created_at, from_position, waiting) VALUES ('" + endpoint + "', 'm', 'https://a.example', '{*}',"
                + " 'enabled', 's', 'a', now(), 1, 1)";
        assertRefused("violates check", made.replace("'enabled'", "'asleep'"));
        assertRefused("violates check", made.replace("'enabled'", "'disabled'"));
        assertRefused("violates check", made.replace("'s', 'a'", "NULL, 'a'"));
        assertRefused("violates check", made.replace("{*}", "{}"));
        execute(database, made);
        String handed = "INSERT INTO webhook_delivery (id, endpoint_id, event_id, position, type, status, created_at,"
                + " due_at) VALUES (gen_random_uuid(), '" + endpoint + "', '" + before + "', 1, 'refund.succeeded',"
                + " 'pending', now(), now())";
        assertRefused("violates check", handed.replace("'pending'", "'failed'"));
        execute(database, handed);
        assertRefused("webhook_delivery_once", handed);
        assertRefused("violates check", "UPDATE webhook_delivery SET due_at = NULL");
        assertRefused("violates foreign key", "DELETE FROM webhook_endpoint");
        execute(database, "DELETE FROM outbox");
        assertEquals(0, number("SELECT count(*) FROM webhook_delivery"));
        assertEquals(0, number("SELECT waiting FROM webhook_endpoint"));
        assertRefused("violates check", "UPDATE webhook_endpoint SET waiting = -1");
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
