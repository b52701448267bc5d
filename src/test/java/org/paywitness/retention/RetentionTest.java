package org.paywitness.retention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.paywitness.retention.OldPayments.ask;
import static org.paywitness.retention.OldPayments.number;
import static org.paywitness.retention.OldPayments.rows;
import static org.paywitness.retention.OldPayments.sql;
import static org.paywitness.retention.OldPayments.uuid;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.paywitness.Said;
import org.paywitness.TestClock;
import org.paywitness.Tokens;
import org.paywitness.dispute.Quarrels;
import org.paywitness.fault.Waiting;
import org.paywitness.id.TypeId;

/** Old data leaves whole, in bounded steps, past whoever reads and writes; what is needed stays. */
@QuarkusTest
@TestProfile(RetentionTest.Forgetful.class)
class RetentionTest {
    private static final Duration KEEP = Duration.ofDays(400);
    private static final Duration LATER = Duration.ofDays(1000);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int STEP = 20;

    public static class Forgetful implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "paywitness.retention.transactions",
                    KEEP.toDays() + "d",
                    "paywitness.retention.disputes",
                    KEEP.toDays() + "d",
                    "paywitness.retention.misconduct-reports",
                    KEEP.toDays() + "d",
                    "paywitness.retention.step",
                    Integer.toString(STEP),
                    // The test takes each step itself; and its clock goes where the database's does not.
                    "paywitness.retention.pause",
                    "1h",
                    "paywitness.retention.max-clock-difference",
                    "40000d",
                    "paywitness.dispute.poll",
                    "1h",
                    "paywitness.standing.poll",
                    "1h",
                    // What figures count would be read while a step's reading is measured.
                    "paywitness.metrics.interval",
                    "1h");
        }
    }

    @Inject
    Retention retention;

    @Inject
    TestClock clock;

    private final OldPayments payments = new OldPayments();
    private List<String> faultsBefore;

    // Other tests of this database tamper with it: only what is new is a fault of ours.
    @BeforeEach
    void look() throws Exception {
        retention.leftAlone.clear();
        faultsBefore = OldPayments.faults();
    }

    @AfterEach
    void reset() throws SQLException {
        clock.reset();
        // Contents of evidence of others' disputes, which left too: they go with the orphans, hours later.
        sql(
                "DELETE FROM evidence_chunk c USING evidence_upload u WHERE c.evidence_id = u.id",
                "DELETE FROM evidence_upload");
    }

    private void assertNothingIsHalf() throws Exception {
        List<String> faults = OldPayments.faults();
        faults.removeAll(faultsBefore);
        assertEquals(List.of(), faults);
    }

    // --- walking -----------------------------------------------------------------------------------------------------

    /** The next step whose time has come; null when there is none. */
    private Integer step() {
        return retention.step().await().atMost(PATIENCE);
    }

    private void begin() throws SQLException {
        step();
        sql("UPDATE retention_walk SET after = NULL, due_at = 'epoch'");
    }

    /** One round over all kinds; how many steps it took. */
    private int round() throws SQLException {
        begin();
        int steps = 0;
        while (step() != null) {
            steps++;
            sql("UPDATE retention_walk SET due_at = 'epoch' WHERE after IS NOT NULL");
            assertTrue(steps < 10_000, "a round comes to its end");
        }
        return steps;
    }

    @Test
    void whatIsOldLeavesWithAllThatHangsOnIt() throws Exception {
        String sale = payments.paid();
        String refund = payments.refunded(sale, 100);
        payments.printed(sale);
        String invoice = payments.invoice(sale);
        ask(payments.people.clerk, invoice + "/refuse", "{\"reason\":\"paid in cash\"}")
                .then()
                .statusCode(200);
        String dispute = payments.quarrel(sale);
        String report = payments.reported(sale);
        OldPayments.closed(report);
        assertTrue(rows(sale) > 10);
        round();
        assertEquals(200, payments.verdict(sale), "it is young");
        clock.move(LATER);
        round();
        round();
        assertEquals(0, rows(sale));
        for (String gone : List.of(
                "/v1/transactions/" + sale + "/verdict",
                "/v1/transactions/" + sale,
                "/v1/transactions/" + sale + "/receipt",
                "/v1/refunds/" + refund,
                invoice,
                "/v1/disputes/" + dispute,
                "/v1/disputes/" + dispute + "/timeline",
                report)) {
            assertEquals(404, Quarrels.get(payments.people.desk, gone).statusCode(), gone);
        }
        UUID id = uuid(TypeId.DISPUTE, dispute);
        assertEquals(0, number("SELECT count(*) FROM audit_entry WHERE subject_id = '" + id + "'"));
        assertEquals(0, number("SELECT count(*) FROM outbox WHERE aggregateid = '" + dispute + "'"));
        assertNothingIsHalf();
    }

    @Test
    void whatIsNotOverStaysHoweverOldItIs() throws Exception {
        String quarreled = payments.paid();
        String dispute = payments.people
                .opened(payments.people.cardholder, quarreled, "unrecognized")
                .get("id")
                .textValue();
        Map<String, String> stay = Map.of(
                "a dispute is open", quarreled,
                "a refund waits", withRefund("SELECT"),
                "a refund is in doubt", withRefund("UPDATE refund SET status = 'in_doubt', due_at = NULL"),
                "a person must look",
                        withRefund("UPDATE refund SET status = 'succeeded', succeeded_at = now(),"
                                + " due_at = NULL, needs_attention = true"),
                "an invoice is asked for", withInvoice(),
                "a report is open", withReport());
        clock.move(LATER);
        round();
        round();
        for (Map.Entry<String, String> one : stay.entrySet()) {
            assertEquals(200, payments.verdict(one.getValue()), one.getKey());
        }
        assertTrue(
                Quarrels.timeline(payments.people.desk, dispute).get("verified").booleanValue());
        assertNothingIsHalf();
    }

    @Test
    void eventsLeaveWithTheirPlacesAndThoseOfDisputesStayInTheirTimeline() throws Exception {
        String sale = payments.paid();
        String dispute = payments.people
                .opened(payments.people.cardholder, sale, "unrecognized")
                .get("id")
                .textValue();
        String placed = "SELECT count(*) FROM event_position WHERE aggregateid = '%s'";
        String told = "SELECT count(*) FROM outbox WHERE aggregateid = '%s'";
        Waiting.until(
                "places of the events",
                PATIENCE,
                () -> number(placed.formatted(sale)) > 0 && number(placed.formatted(dispute)) > 0);
        round();
        assertTrue(number(placed.formatted(sale)) > 0, "they are young");
        clock.move(LATER);
        round();
        assertEquals(0, number(told.formatted(sale)));
        assertEquals(0, number(placed.formatted(sale)));
        assertTrue(number(told.formatted(dispute)) > 0);
        assertEquals(0, number(placed.formatted(dispute)));
        assertTrue(
                Quarrels.timeline(payments.people.desk, dispute).get("verified").booleanValue());
    }

    private String withRefund(String what) throws SQLException {
        String sale = payments.paid();
        UUID refund = uuid(TypeId.REFUND, payments.refund(sale, 100));
        sql(what + (what.equals("SELECT") ? "" : " WHERE id = '" + refund + "'"));
        return sale;
    }

    private String withInvoice() {
        String sale = payments.paid();
        payments.invoice(sale);
        return sale;
    }

    private String withReport() {
        String sale = payments.paid();
        payments.reported(sale);
        return sale;
    }

    @Test
    void aPaymentStaysWithTheYoungOneThatRefersToIt() throws Exception {
        Instant at = Instant.now().minus(Duration.ofHours(2));
        String first = payments.people.paid(at);
        String second = payments.people.paid(at.plusSeconds(60));
        String third = payments.people.paid(at.plusSeconds(120));
        String alone = new OldPayments().paid();
        assertEquals(
                first,
                Quarrels.verdict(payments.people.desk, second)
                        .get("possible_duplicate_of")
                        .textValue());
        assertEquals(
                second,
                Quarrels.verdict(payments.people.desk, third)
                        .get("possible_duplicate_of")
                        .textValue());
        clock.move(LATER.minus(Duration.ofDays(100)));
        payments.heardOf(third, clock.instant());
        clock.move(Duration.ofDays(100));
        round();
        for (String sale : List.of(first, second, third)) {
            assertEquals(200, payments.verdict(sale), "the third is young, and refers to the second, and that one");
        }
        assertEquals(404, payments.verdict(alone));
        clock.move(LATER);
        round();
        for (String sale : List.of(first, second, third)) {
            assertEquals(404, payments.verdict(sale));
        }
    }

    @Test
    void whatWasMergedLeavesTogether() throws Exception {
        Said atTheTerminal = Said.by("terminal", "approved")
                .of(payments.people.merchant, null, 700)
                .knowing("terminal_id", Said.unique("T"))
                .knowing("batch", "000001")
                .knowing("stan", "000001");
        Said atTheBank = Said.by("bank", "debited").of(payments.people.merchant, Said.unique("R"), 700);
        String one = atTheTerminal.post();
        String other = atTheBank.post();
        Said both = Said.by("acquirer", "captured").of(payments.people.merchant, null, 700);
        for (String name : List.of("terminal_id", "batch", "stan")) {
            both.knowing(name, atTheTerminal.json().at("/transaction/" + name).textValue());
        }
        both.knowing("rrn", atTheBank.json().at("/transaction/rrn").textValue());
        assertEquals(one, both.post());
        assertEquals(
                1,
                number("SELECT count(*) FROM transaction WHERE merged_into = '" + uuid(TypeId.TRANSACTION, one) + "'"));
        clock.move(LATER);
        round();
        assertEquals(0, rows(one));
        assertEquals(0, rows(other));
        assertEquals(404, payments.verdict(other));
    }

    @Test
    void eachStepIsBoundedAndLeavesNothingHalf() throws Exception {
        for (int i = 0; i < 3 * STEP; i++) {
            String sale = payments.paid();
            if (i % 10 == 0) {
                payments.refunded(sale, 100);
                payments.quarrel(sale);
            }
        }
        clock.move(LATER);
        begin();
        long before = number("SELECT count(*) FROM transaction WHERE merged_into IS NULL");
        int steps = 0;
        // What was merged into a payment leaves with it and is not looked at by itself.
        while (step() != null) {
            long after = number("SELECT count(*) FROM transaction WHERE merged_into IS NULL");
            assertTrue(before - after <= STEP, (before - after) + " left at once");
            before = after;
            if (steps++ % 5 == 0) {
                assertNothingIsHalf();
            }
            sql("UPDATE retention_walk SET due_at = 'epoch' WHERE after IS NOT NULL");
        }
        assertTrue(steps >= 6, "three times a step, and the disputes");
        assertNothingIsHalf();
        round();
        assertEquals(
                0, number("SELECT count(*) FROM transaction WHERE merchant_id = '" + payments.people.merchant + "'"));
    }

    @Test
    void whoeverReadsAndWritesMeanwhileIsAnsweredRightly() throws Exception {
        List<String> old = new ArrayList<>();
        for (int i = 0; i < 2 * STEP; i++) {
            old.add(payments.paid());
        }
        clock.move(LATER);
        OldPayments young = new OldPayments();
        String stays = young.people.paid(clock.instant());
        String told = young.verdictOf(stays);
        AtomicBoolean ended = new AtomicBoolean();
        Set<String> wrong = Collections.synchronizedSet(new TreeSet<>());
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int offset = i;
            all.add(CompletableFuture.runAsync(() -> {
                for (int n = offset; !ended.get(); n++) {
                    use(old.get(n * 7 % old.size()), wrong);
                    if (!told.equals(young.verdictOf(stays))) {
                        wrong.add("the young one: " + young.verdictOf(stays));
                    }
                }
            }));
        }
        try {
            for (int i = 0; i < 4; i++) {
                round();
            }
        } finally {
            ended.set(true);
        }
        all.forEach(CompletableFuture::join);
        assertEquals(Set.of(), wrong);
        assertNothingIsHalf();
    }

    // Reads what may have left, prints it, asks for an invoice and a refund, and tells of it.
    private void use(String sale, Set<String> wrong) {
        String path = "/v1/transactions/" + sale;
        expect(Set.of(200, 404), Quarrels.get(payments.people.desk, path).statusCode(), "whole", wrong);
        expect(Set.of(200, 404), payments.verdict(sale), "verdict", wrong);
        expect(
                Set.of(200, 404),
                Quarrels.get(payments.people.clerk, path + "/receipt").statusCode(),
                "slip",
                wrong);
        expect(
                Set.of(201, 404, 409),
                ask(payments.people.clerk, path + "/invoice-requests", "{\"title\":\"Wang\"}")
                        .statusCode(),
                "invoice",
                wrong);
        expect(
                Set.of(201, 404, 409),
                ask(
                                payments.people.clerk,
                                "/v1/refunds",
                                "{\"transaction_id\":\"" + sale + "\",\"reason\":\"customer_request\"}")
                        .statusCode(),
                "refund",
                wrong);
        // 422: there is no transaction with this id.
        expect(
                Set.of(200, 422),
                ask(
                                Tokens.feed(),
                                "/v1/observations",
                                Said.by("bank", "credited")
                                        .at(clock.instant())
                                        .moved(1)
                                        .with("transaction_id", sale)
                                        .toString())
                        .statusCode(),
                "observation",
                wrong);
    }

    private static void expect(Set<Integer> statuses, int status, String what, Set<String> wrong) {
        if (!statuses.contains(status)) {
            wrong.add(what + " " + status);
        }
    }

    /** Whoever looks holds what was told, and may open an exception, which refers to the payment: neither waits for the other. */
    @Test
    void whatSomebodyLooksAtStaysUntilTheNextRound() throws Exception {
        String sale = payments.paid();
        UUID transaction = uuid(TypeId.TRANSACTION, sale);
        clock.move(LATER);
        try (Connection looking = OldPayments.connect()) {
            looking.setAutoCommit(false);
            try (Statement statement = looking.createStatement()) {
                assertTrue(statement
                        .executeQuery(
                                "SELECT FROM verdict_standing WHERE transaction_id = '" + transaction + "' FOR UPDATE")
                        .next());
                round();
                statement.execute("SELECT FROM transaction WHERE id = '" + transaction + "' FOR KEY SHARE NOWAIT");
            }
            looking.rollback();
        }
        assertEquals(200, payments.verdict(sale));
        clock.move(Duration.ofHours(1));
        round();
        assertEquals(0, rows(sale));
    }

    @Test
    void whoDiesInTheMiddleOfAStepHasDoneNothing() throws Exception {
        String sale = payments.paid();
        payments.refunded(sale, 100);
        payments.printed(sale);
        long whole = rows(sale);
        clock.move(LATER);
        try (Connection other = OldPayments.connect()) {
            other.setAutoCommit(false);
            try (Statement statement = other.createStatement()) {
                statement.execute("SELECT FROM receipt_count WHERE transaction_id = '" + uuid(TypeId.TRANSACTION, sale)
                        + "' FOR UPDATE");
                CompletableFuture<Void> walk = CompletableFuture.runAsync(() -> {
                    try {
                        round();
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                });
                Waiting.until("the step waits for the slip", PATIENCE, () -> killed() > 0);
                assertThrows(RuntimeException.class, walk::join);
            }
            other.rollback();
        }
        assertEquals(whole, rows(sale));
        assertNothingIsHalf();
        clock.move(Duration.ofHours(1));
        round();
        assertEquals(0, rows(sale));
    }

    private static long killed() {
        try {
            return number("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                    + " WHERE wait_event_type = 'Lock' AND query LIKE 'DELETE FROM receipt_count%'");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void nobodyElseRemovesAnythingAndNobodyAPart() throws Exception {
        String sale = payments.paid();
        UUID transaction = uuid(TypeId.TRANSACTION, sale);
        UUID refund = uuid(TypeId.REFUND, payments.refund(sale, 100));
        UUID dispute = uuid(TypeId.DISPUTE, payments.quarrel(sale));
        String may = "SET LOCAL paywitness.retention = 'on'";
        String entries = "DELETE FROM audit_entry WHERE subject_id = '" + dispute + "'";
        for (String part : List.of(
                entries,
                entries + " AND number = 2",
                "DELETE FROM audit_entry WHERE subject_id = '" + refund + "'",
                "DELETE FROM observation WHERE transaction_id = '" + transaction + "'",
                "DELETE FROM transaction_change WHERE transaction_id = '" + transaction + "'",
                "DELETE FROM dispute_transaction WHERE dispute_id = '" + dispute + "'",
                "DELETE FROM refund WHERE id = '" + refund + "'")) {
            assertRefused("append-only", part);
            assertRefused(part.contains("FROM refund ") ? "stays" : "leaves with its", may, part);
        }
        assertRefused("append-only", may, "UPDATE audit_entry SET actor = 'x' WHERE subject_id = '" + dispute + "'");
        assertRefused("append-only", may, "TRUNCATE audit_entry");
        sql("INSERT INTO completeness VALUES ('bank', '" + payments.people.merchant + "', now(), now())");
        assertRefused("append-only", may, "DELETE FROM completeness");
        assertRefused("violates foreign key", may, "DELETE FROM dispute WHERE id = '" + dispute + "'");
        assertRefused(
                "leaves with its audit entries",
                may,
                "DELETE FROM dispute_transaction WHERE dispute_id = '" + dispute + "'",
                "DELETE FROM dispute WHERE id = '" + dispute + "'");
        assertTrue(Quarrels.timeline(payments.people.desk, TypeId.format(TypeId.DISPUTE, dispute))
                .get("verified")
                .booleanValue());
    }

    private static void assertRefused(String why, String... statements) {
        String message = assertThrows(SQLException.class, () -> sql(statements), () -> String.join("; ", statements))
                .getMessage();
        assertTrue(message.contains(why), String.join("; ", statements) + ": " + message);
    }

    @Test
    void whatIsSentOnceMoreAfterItLeftIsNoNewPayment() throws Exception {
        Said debit = Said.by("bank", "debited").of(payments.people.merchant, Said.unique("R"), 700);
        String sale = debit.post();
        clock.move(LATER);
        round();
        assertEquals(404, payments.verdict(sale));
        ask(Tokens.feed(), "/v1/observations", "[" + debit + "]")
                .then()
                .statusCode(200)
                .body("results[0].status", org.hamcrest.Matchers.equalTo("refused"))
                .body("results[0].code", org.hamcrest.Matchers.equalTo("observation_too_old"));
    }

    @Test
    void whatIsStillThereIsKnownHoweverOldItIs() {
        Said debit = Said.by("bank", "debited").of(payments.people.merchant, Said.unique("R"), 700);
        String sale = debit.post();
        clock.move(LATER);
        ask(Tokens.feed(), "/v1/observations", "[" + debit + "]")
                .then()
                .statusCode(200)
                .body("results[0].status", org.hamcrest.Matchers.equalTo("duplicate"))
                .body("results[0].transaction_id", org.hamcrest.Matchers.equalTo(sale));
    }

    @Test
    void aStepReadsWhatItLooksAtAndNotTheTables() throws Exception {
        OldPayments filler = new OldPayments();
        String sale = filler.paid();
        UUID like = uuid(TypeId.TRANSACTION, sale);
        // So many that reading a table through costs PostgreSQL more than looking for those of a step.
        int rows = 20_000;
        String id = "overlay('00000000-0000-7000-8000-000000000000' placing lpad(to_hex(n), 12, '0') from 25)::uuid";
        sql(
                "INSERT INTO transaction SELECT (r).* FROM (SELECT jsonb_populate_record(t, jsonb_build_object('id', "
                        + id + ", 'rrn', 'F' || n, 'card_token', 'card_f' || n)) AS r FROM transaction t,"
                        + " generate_series(1, " + rows + ") n WHERE t.id = '" + like + "') f",
                "INSERT INTO transaction_change SELECT (r).* FROM (SELECT jsonb_populate_record(c, jsonb_build_object("
                        + "'transaction_id', " + id + ")) AS r FROM transaction_change c, generate_series(1, " + rows
                        + ") n WHERE c.transaction_id = '" + like + "' AND version = 1) f",
                "INSERT INTO observation SELECT (r).* FROM (SELECT jsonb_populate_record(o, jsonb_build_object('id', "
                        + id + ", 'opened', " + id + ", 'transaction_id', " + id + ", 'source_ref', 'f' || n, 'rrn',"
                        + " 'F' || n, 'card_token', 'card_f' || n)) AS r FROM observation o, generate_series(1, "
                        + rows + ") n WHERE o.transaction_id = '" + like + "' AND o.source = 'bank') f",
                "UPDATE transaction SET version = 1 WHERE card_token LIKE 'card\\_f%'");
        sql("ANALYZE");
        clock.move(LATER);
        begin();
        sql("UPDATE retention_walk SET due_at = now() WHERE kind <> 'transactions'");
        long before = read();
        assertEquals(STEP, step());
        Waiting.until("the statistics tell of it", PATIENCE, () -> reads() > before);
        long read = read() - before;
        assertTrue(read < rows, read + " rows were read for " + STEP);
        sql("UPDATE retention_walk SET due_at = 'epoch'");
        round();
        assertEquals(0, number("SELECT count(*) FROM transaction WHERE card_token LIKE 'card\\_f%'"));
    }

    private static long reads() {
        try {
            return read();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    // Rows of all tables that anybody has read, by scans and by indexes.
    private static long read() throws SQLException {
        try (Connection connection = OldPayments.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint"
                        + " FROM pg_stat_user_tables WHERE relname <> 'retention_walk'")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    @Test
    void aStepThatIsTakenByOneIsNotTakenByAnother() throws Exception {
        begin();
        try (Connection other = OldPayments.connect()) {
            other.setAutoCommit(false);
            try (Statement statement = other.createStatement()) {
                statement.execute("SELECT FROM retention_walk FOR UPDATE");
                assertEquals(null, step());
            }
            other.rollback();
        }
        assertNotNull(step());
    }
}
