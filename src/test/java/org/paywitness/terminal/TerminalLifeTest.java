package org.paywitness.terminal;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.paywitness.Said;
import org.paywitness.Tokens;
import org.paywitness.audit.AuditEntry;
import org.paywitness.id.TypeId;

/** What may be said of a terminal, by whom, and what it is then. */
@QuarkusTest
class TerminalLifeTest {
    private static final Instant EARLIER = Instant.parse("2026-01-05T10:00:00Z");

    @Inject
    Pool pool;

    @Test
    void everyReportIsKeptWithWhoWhenAndSinceWhen() {
        Device till = Device.register();
        assertEquals("active", till.get().path("state"));
        till.report("faulty", EARLIER);
        till.report("in_repair", EARLIER.plusSeconds(60));
        till.report("repaired", EARLIER.plusSeconds(120));
        till.report("lost", EARLIER.plusSeconds(180));
        assertEquals(EARLIER.plusSeconds(180), instant(till.get(), "frozen_since"));
        till.report("stolen", EARLIER.plusSeconds(150));
        assertEquals(EARLIER.plusSeconds(150), instant(till.get(), "frozen_since"), "the earliest that was told");
        till.report("found", EARLIER.plusSeconds(240));
        assertNull(till.get().path("frozen_since"));
        Response last = till.report("retired", EARLIER.plusSeconds(300));
        assertEquals(till.get().asString(), last.asString());
        assertEquals("retired", last.path("state"));
        assertEquals(
                List.of("faulty", "in_repair", "repaired", "lost", "stolen", "found", "retired"),
                last.path("reports.report"));
        for (int i = 0; i < 7; i++) {
            assertEquals("test", last.path("reports[" + i + "].reported_by"));
        }
        assertEquals(EARLIER.plusSeconds(150), instant(last, "reports[4].since"));
        assertTrue(instant(last, "reports[4].reported_at").isAfter(EARLIER.plusSeconds(240)));
    }

    @Test
    void reportThatDoesNotFitIsRefusedAndChangesNothing() {
        Device till = Device.register();
        for (String wrong : List.of("found", "repaired")) {
            assertProblem(409, "terminal_state", till.tryReport(wrong, EARLIER));
        }
        till.report("lost", EARLIER);
        for (String wrong : List.of("faulty", "in_repair", "repaired")) {
            Response refused = till.tryReport(wrong, EARLIER);
            assertProblem(409, "terminal_state", refused);
            assertEquals("lost", refused.path("terminal_state"));
        }
        assertProblem(422, "found_before_lost", till.tryReport("found", EARLIER.minusSeconds(1)));
        till.report("retired", EARLIER.plusSeconds(1));
        for (Report report : Report.values()) {
            if (report != Report.REPLACED) {
                assertProblem(409, "terminal_state", till.tryReport(report.code(), EARLIER.plusSeconds(2)));
            }
        }
        assertEquals(List.of("lost", "retired"), till.get().path("reports.report"));
    }

    @Test
    void replacementIsAnotherLiveTerminalOfTheMerchant() {
        Device old = Device.register();
        Device next = Device.register(Said.unique("T"), old.merchant());
        Device foreign = Device.register();
        Device gone = Device.register(Said.unique("T"), old.merchant());
        gone.report("retired", EARLIER);
        for (String id : List.of(old.id(), foreign.id(), gone.id(), "trm_01kaf3v6n8e8q9w2s4d6f8g0h2", "x")) {
            assertProblem(422, "replacement_not_found", old.tryReport(replaced(id)));
        }
        Response without = old.tryReport("replaced", EARLIER);
        assertProblem(400, "invalid_request", without);
        assertEquals(List.of("/replaced_by"), without.path("errors.pointer"));
        Response answer = old.tryReport(replaced(next.id()));
        assertEquals(201, answer.statusCode(), answer.asString());
        assertEquals("retired", answer.path("state"));
        assertEquals(next.id(), answer.path("replaced_by"));
        assertEquals(next.id(), answer.path("reports[0].replaced_by"));
    }

    private static String replaced(String by) {
        return "{\"report\":\"replaced\",\"since\":\"" + EARLIER + "\",\"replaced_by\":\"" + by + "\"}";
    }

    @Test
    void numberIsLiveOnceAlsoWhenManyRegisterItAtOnce() {
        String number = Said.unique("T");
        String merchant = Said.unique("m");
        List<CompletableFuture<Response>> racing = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            racing.add(CompletableFuture.supplyAsync(() -> Device.post(Tokens.merchant(merchant), number, merchant)));
        }
        List<Response> answers = racing.stream().map(CompletableFuture::join).toList();
        List<Response> registered =
                answers.stream().filter(a -> a.statusCode() == 201).toList();
        assertEquals(1, registered.size());
        String id = registered.get(0).path("id");
        for (Response refused : answers) {
            if (refused != registered.get(0)) {
                assertProblem(409, "terminal_registered", refused);
                assertEquals(id, refused.path("terminal"));
            }
        }
        new Device(id, number, merchant).report("retired", EARLIER);
        Device anew = Device.register(number, merchant);
        assertNotEquals(id, anew.id());
        assertEquals(List.of(anew.id(), id), listed(Tokens.merchant(merchant), "?terminal_id=" + number));
    }

    @Test
    void merchantDoesNotRegisterWhatIsKnownAsAnothersAndTheDeskMay() {
        String number = Said.unique("T");
        String known = Said.unique("m");
        String other = Said.unique("m");
        Said.by("terminal", "approved")
                .of(known, Said.unique("r"), 100)
                .knowing("terminal_id", number)
                .post();
        Response refused = Device.post(Tokens.merchant(other), number, other);
        assertProblem(409, "terminal_of_another_merchant", refused);
        assertFalse(refused.asString().contains(known));
        assertEquals(404, Device.post(Tokens.merchant(other), number, known).statusCode(), "not its own to register");
        assertEquals(201, Device.post(Tokens.desk(), number, other).statusCode());
        Response late = Device.post(Tokens.merchant(known), number, known);
        assertProblem(409, "terminal_of_another_merchant", late);
        assertNull(late.path("terminal"));
    }

    @Test
    void merchantDoesNotRegisterATerminalWhosePaymentsOthersTellToBeAnothers() {
        String number = Said.unique("T");
        String rrn = Said.unique("r");
        String card = Said.card();
        String known = Said.unique("m");
        Said line = Said.by("terminal", "approved")
                .of(null, rrn, 100)
                .knowing("terminal_id", number)
                .card(card);
        Said host = Said.by("acquirer", "approved").of(known, rrn, 100).card(card);
        List<String> ids = Said.post(line, host);
        assertEquals(ids.get(0), ids.get(1), "one payment");
        String other = Said.unique("m");
        assertProblem(409, "terminal_of_another_merchant", Device.post(Tokens.merchant(other), number, other));
        assertEquals(201, Device.post(Tokens.merchant(known), number, known).statusCode());
    }

    @Test
    void lostTerminalIsFoundOnceByManyAtOnce() {
        Device till = Device.register();
        till.report("lost", EARLIER);
        List<CompletableFuture<Response>> racing = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Instant since = EARLIER.plusSeconds(i);
            racing.add(CompletableFuture.supplyAsync(() -> till.tryReport("found", since)));
        }
        List<Integer> statuses =
                racing.stream().map(one -> one.join().statusCode()).sorted().toList();
        assertEquals(List.of(201, 409, 409, 409, 409, 409, 409, 409), statuses);
        assertEquals(List.of("lost", "found"), till.get().path("reports.report"));
    }

    @Test
    void sameKeyTellsOnceAndWithoutKeyNothingIsTold() {
        Device till = Device.register();
        String token = Tokens.merchant(till.merchant());
        String body = "{\"report\":\"lost\",\"since\":\"" + EARLIER + "\"}";
        assertProblem(400, "idempotency_key_required", Device.send(token, till.reports(), body, null));
        String key = Said.unique("k");
        Response first = Device.send(token, till.reports(), body, key);
        till.report("found", EARLIER.plusSeconds(1));
        Response again = Device.send(token, till.reports(), body, key);
        assertEquals(201, again.statusCode());
        assertEquals(first.asString(), again.asString());
        assertEquals("true", again.header("Idempotency-Replayed"));
        assertProblem(
                422, "idempotency_key_reused", Device.send(token, till.reports(), body.replace("lost", "stolen"), key));
        assertEquals(List.of("lost", "found"), till.get().path("reports.report"));
        String registration =
                "{\"terminal_id\":\"" + Said.unique("T") + "\",\"merchant_id\":\"" + till.merchant() + "\"}";
        Response one = Device.send(token, "/v1/terminals", registration, key + "r");
        Response same = Device.send(token, "/v1/terminals", registration, key + "r");
        assertEquals(201, same.statusCode(), same.asString());
        assertEquals(one.asString(), same.asString());
    }

    @Test
    void merchantsSeeTheirTerminalsOnlyAndCardholdersNone() {
        Device mine = Device.register();
        Device foreign = Device.register();
        String token = Tokens.merchant(mine.merchant());
        assertEquals(List.of(mine.id()), listed(token, ""));
        assertEquals(List.of(), listed(token, "?merchant_id=" + foreign.merchant()));
        assertEquals(List.of(foreign.id()), listed(Tokens.desk(), "?merchant_id=" + foreign.merchant()));
        for (String path : List.of("", "/figures")) {
            String url = "/v1/terminals/" + foreign.id() + path;
            assertEquals(404, given().auth().oauth2(token).get(url).statusCode());
            assertEquals(
                    403,
                    given().auth()
                            .oauth2(Tokens.cardholder(Said.card()))
                            .get(url)
                            .statusCode());
        }
        Response told = Device.send(token, foreign.reports(), "{}", null);
        assertEquals(404, told.statusCode(), "nothing is said of the request to a stranger");
    }

    @Test
    void pagesHoldEveryTerminalOnceNewestFirst() {
        String merchant = Said.unique("m");
        List<String> all = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Device till = Device.register(Said.unique("T"), merchant);
            all.add(0, till.id());
            if (i % 2 == 0) {
                till.report("faulty", EARLIER);
            }
        }
        List<String> paged = new ArrayList<>();
        String cursor = "";
        do {
            Response page = given().auth().oauth2(Tokens.merchant(merchant)).get("/v1/terminals?limit=2" + cursor);
            paged.addAll(page.path("data.id"));
            cursor = page.path("next_cursor") == null ? null : "&cursor=" + page.path("next_cursor");
        } while (cursor != null);
        assertEquals(all, paged);
        assertEquals(List.of(all.get(0), all.get(2), all.get(4)), listed(Tokens.merchant(merchant), "?state=faulty"));
    }

    private static List<String> listed(String token, String query) {
        Response page = given().auth().oauth2(token).get("/v1/terminals" + query);
        assertEquals(200, page.statusCode(), page.asString());
        return page.path("data.id");
    }

    @Test
    void malformedReportsAndRegistrationsNameEachBadField() {
        Device till = Device.register();
        String future = Instant.now().plusSeconds(600).toString();
        String good = EARLIER.toString();
        for (String[] wrong : new String[][] {
            {"{}", "/report", "/since"},
            {"{\"report\":\"eaten\",\"since\":\"" + good + "\"}", "/report"},
            {"{\"report\":\"lost\",\"since\":\"" + future + "\"}", "/since"},
            {"{\"report\":\"lost\",\"since\":\"-999999999-01-01T00:00:00+18:00\"}", "/since"},
            {"{\"report\":\"lost\",\"since\":\"2026-01-01\"}", "/since"},
            {"{\"report\":\"lost\",\"since\":5,\"x\":1}", "/since", "/x"},
            {"{\"report\":\"lost\",\"since\":\"" + good + "\",\"text\":\"" + "x".repeat(501) + "\"}", "/text"},
            {"{\"report\":\"lost\",\"since\":\"" + good + "\",\"replaced_by\":\"" + till.id() + "\"}", "/replaced_by"}
        }) {
            Response refused = till.tryReport(wrong[0]);
            assertEquals(400, refused.statusCode(), wrong[0] + refused.asString());
            assertEquals(
                    Set.of(wrong).stream()
                            .filter(w -> w.startsWith("/"))
                            .toList()
                            .size(),
                    new TreeSet<>(refused.<List<String>>path("errors.pointer")).size());
            assertTrue(refused.<List<String>>path("errors.pointer").contains(wrong[1]), refused.asString());
        }
        for (String[] wrong : new String[][] {
            {"{\"merchant_id\":\"m\"}", "/terminal_id"},
            {"{\"terminal_id\":\"T\"}", "/merchant_id"},
            {"{\"terminal_id\":\"T 1\",\"merchant_id\":\"m\"}", "/terminal_id"},
            {"{\"terminal_id\":\"T\",\"merchant_id\":\"m\",\"name\":\"" + "x".repeat(101) + "\"}", "/name"},
            {"{\"terminal_id\":\"T\",\"merchant_id\":\"m\",\"state\":\"active\"}", "/state"}
        }) {
            Response refused = Device.send(Tokens.desk(), "/v1/terminals", wrong[0], null);
            assertEquals(400, refused.statusCode(), wrong[0]);
            assertEquals(List.of(wrong[1]), refused.path("errors.pointer"));
        }
        assertNull(till.get().path("reports[0]"));
    }

    @Test
    void noCardNumberIsKeptInAnyText() {
        String number = "6228480402564890018";
        String body = "{\"terminal_id\":\"" + Said.unique("T") + "\",\"merchant_id\":\"" + Said.unique("m")
                + "\",\"name\":\"a " + number + "\",\"location\":\"b " + number + "\",\"model\":\"c " + number + "\"}";
        Response made = Device.send(Tokens.desk(), "/v1/terminals", body, null);
        assertEquals(201, made.statusCode(), made.asString());
        Device till = new Device(made.path("id"), made.path("terminal_id"), made.path("merchant_id"));
        till.tryReport("{\"report\":\"faulty\",\"since\":\"" + EARLIER + "\",\"text\":\"ate " + number + "\"}");
        String kept = till.get().asString();
        assertTrue(kept.contains("ate 622848"), kept);
        assertFalse(kept.contains(number));
        for (String table : List.of("terminal", "terminal_report", "audit_entry", "outbox")) {
            long found = pool.query("SELECT count(*) FROM " + table + " x WHERE x::text LIKE '%" + number + "%'")
                    .executeAndAwait()
                    .iterator()
                    .next()
                    .getLong(0);
            assertEquals(0, found, table);
        }
    }

    @Test
    void everyStepHasItsAuditEntryInOneChainAndItsEvent() {
        Device till = Device.register();
        till.report("lost", EARLIER);
        till.report("found", EARLIER.plusSeconds(1));
        UUID id = TypeId.parse(TypeId.TERMINAL, till.id()).orElseThrow();
        List<AuditEntry> entries = new ArrayList<>();
        for (Row row : pool.preparedQuery("SELECT number, at, actor, action, content, hash FROM audit_entry"
                        + " WHERE subject_id = $1 ORDER BY number")
                .executeAndAwait(Tuple.of(id))) {
            entries.add(new AuditEntry(
                    id,
                    row.getInteger(0),
                    row.getOffsetDateTime(1).toInstant(),
                    row.getString(2),
                    row.getString(3),
                    row.getString(4),
                    row.getBuffer(5).getBytes()));
        }
        assertEquals(
                List.of("registered", "lost", "found"),
                entries.stream().map(AuditEntry::action).toList());
        assertTrue(AuditEntry.isWhole(entries));
        List<String> events = new ArrayList<>();
        for (Row row : pool.preparedQuery("SELECT type, merchant_id FROM outbox WHERE aggregateid = $1 ORDER BY id")
                .executeAndAwait(Tuple.of(till.id()))) {
            events.add(row.getString(0));
            assertEquals(till.merchant(), row.getString(1));
        }
        assertEquals(List.of("terminal.registered", "terminal.lost", "terminal.found"), events);
    }

    private static Instant instant(Response answer, String path) {
        return OffsetDateTime.parse(answer.path(path)).toInstant();
    }

    private static void assertProblem(int status, String code, Response answer) {
        assertEquals(status, answer.statusCode(), answer.asString());
        assertEquals(code, answer.path("code"));
    }
}
