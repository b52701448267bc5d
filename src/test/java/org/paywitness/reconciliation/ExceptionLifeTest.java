package org.paywitness.reconciliation;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.paywitness.Said;
import org.paywitness.Tokens;
import org.paywitness.fault.Waiting;

/** How an exception opens, is settled by a person or by itself, and opens anew. */
@QuarkusTest
class ExceptionLifeTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final ZoneId SHANGHAI = ZoneId.of("Asia/Shanghai");

    @Inject
    Pool pool;

    private final String merchant = Said.unique("m");
    private final String rrn = Said.unique("r");
    private final Instant soldAt = Instant.now().minus(10, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS);

    private Said says(String source, String outcome, long amount) {
        return Said.by(source, outcome).of(merchant, rrn, amount).at(soldAt);
    }

    private Map<String, Object> debitedWithoutSale() {
        says("acquirer", "declined", 12_800).with("response_code", "51").post();
        says("bank", "debited", 12_800).post();
        List<Map<String, Object>> open = Exceptional.open(merchant);
        assertEquals(1, open.size(), open::toString);
        return open.get(0);
    }

    @Test
    void tellsWhatEachSourceSaysSideBySide() {
        Map<String, Object> one = debitedWithoutSale();
        JsonPath told = given().auth()
                .oauth2(Tokens.desk())
                .get("/v1/exceptions/" + one.get("id"))
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        assertEquals("missing_at_acquirer", told.getString("kind"));
        assertEquals("refund", told.getString("proposed_action"));
        assertEquals(12_800, told.getLong("amount_at_stake.amount"));
        assertEquals(LocalDate.ofInstant(soldAt, SHANGHAI).toString(), told.getString("day"));
        assertEquals("RRN " + rrn, told.getString("reference"));
        assertEquals(
                List.of("not_covered", "tells", "tells", "not_covered"),
                told.getList("sources.state"),
                "terminal, acquirer, bank, wallet");
        assertEquals("51", told.getString("sources[1].lines[0].response_code"));
        assertEquals("debited", told.getString("sources[2].lines[0].outcome"));
        Exceptional.complete("terminal", merchant, Instant.now().minusSeconds(60));
        assertEquals(
                "silent",
                given().auth()
                        .oauth2(Tokens.desk())
                        .get("/v1/exceptions/" + one.get("id"))
                        .path("sources[0].state"));
    }

    @Test
    void aPersonSettlesItOnceAndItStaysSoUntilTheMoneyIsAnother() {
        Map<String, Object> one = debitedWithoutSale();
        String clerk =
                Tokens.sign(Tokens.claims("merchant:write").subject("amy").claim("merchant_id", merchant));
        assertEquals(
                404,
                Exceptional.resolve(
                                Tokens.merchant(Said.unique("m")),
                                one.get("id"),
                                "{\"action\":\"accept\",\"reason\":\"x\"}")
                        .statusCode());
        String body = "{\"action\":\"refund\",\"reason\":\"refunded in cash, card 6228480402564890018\"}";
        Response settled = Exceptional.resolve(clerk, one.get("id"), body);
        assertEquals(200, settled.statusCode(), settled.asString());
        assertEquals("amy", settled.path("closed_by"));
        assertEquals("refund", settled.path("resolution"));
        assertTrue(settled.<String>path("reason").startsWith("refunded in cash, card 622848"), settled.asString());
        assertTrue(!settled.asString().contains("6228480402564890018"), "no card number is kept");
        Response again = Exceptional.resolve(clerk, one.get("id"), body);
        assertEquals(409, again.statusCode());
        assertEquals("exception_closed", again.path("code"));
        assertEquals("amy", again.path("closed_by"));

        // Neither more of the same nor paper reopens it.
        says("terminal", "slip_printed", 12_800).post();
        says("acquirer", "declined", 12_800).with("response_code", "51").post();
        assertEquals(List.of(), Exceptional.open(merchant));
        // Another amount does.
        says("bank", "debited", 500).at(soldAt.plusSeconds(60)).post();
        List<Map<String, Object>> anew = Exceptional.open(merchant);
        assertEquals(1, anew.size(), anew::toString);
        assertNotEquals(one.get("id"), anew.get(0).get("id"));
        assertEquals(2, Exceptional.of(merchant, "").size());
        assertEquals(
                List.of("exception.opened", "exception.closed", "exception.opened"),
                events().stream().map(event -> event.get(0)).toList());
    }

    @Test
    void isToldOfAgainWhenMoreIsAtStake() {
        Map<String, Object> one = debitedWithoutSale();
        says("bank", "debited", 500).at(soldAt.plusSeconds(60)).post();
        List<Map<String, Object>> open = Exceptional.open(merchant);
        assertEquals(1, open.size(), open::toString);
        assertEquals(one.get("id"), open.get(0).get("id"));
        assertNotEquals(one.get("amount_at_stake"), open.get(0).get("amount_at_stake"));
        assertEquals(
                List.of("exception.opened", "exception.changed"),
                events().stream().map(event -> event.get(0)).toList());
    }

    @Test
    void closesByItselfWhenTheMissingSaleComes() {
        Map<String, Object> one = debitedWithoutSale();
        says("acquirer", "captured", 12_800).at(soldAt.plusSeconds(30)).post();
        assertEquals(List.of(), Exceptional.open(merchant));
        Map<String, Object> closed = Exceptional.of(merchant, "&status=closed").get(0);
        assertEquals(one.get("id"), closed.get("id"));
        assertEquals("system", closed.get("closed_by"));
        assertEquals("explained", closed.get("resolution"));
        // And opens anew when the sale is refused after all.
        says("acquirer", "no_record", 12_800).at(soldAt.plusSeconds(90)).post();
        assertEquals(List.of("missing_at_acquirer"), Exceptional.openKinds(merchant));
    }

    @Test
    void silenceSpeaksWhenCompletenessAdvances() {
        says("terminal", "approved", 900)
                .knowing("terminal_id", "T" + merchant)
                .knowing("stan", "000001")
                .post();
        Exceptional.complete("acquirer", merchant, soldAt.plus(Duration.ofMinutes(9)));
        Exceptional.complete("bank", merchant, soldAt.plus(Duration.ofDays(4)));
        awaitOpen("missing_at_bank");
        Exceptional.complete("acquirer", merchant, soldAt.plus(Duration.ofMinutes(10)));
        awaitOpen("missing_at_acquirer", "missing_at_bank");
        says("acquirer", "captured", 900).post();
        assertEquals(List.of("missing_at_bank"), Exceptional.openKinds(merchant));
        says("acquirer", "reversed", 900).at(soldAt.plusSeconds(60)).post();
        assertEquals(List.of(), Exceptional.openKinds(merchant));
        assertEquals(
                "taken_back",
                Exceptional.of(merchant, "&kind=missing_at_bank").get(0).get("resolution"));
    }

    private void awaitOpen(String... kinds) {
        Waiting.until(List.of(kinds) + " are open", PATIENCE, () -> Exceptional.openKinds(merchant)
                .equals(List.of(kinds)));
    }

    @Test
    void lateIsAPaymentThatNobodyKnewOfADayThatWasComplete() {
        says("acquirer", "captured", 700).post();
        Exceptional.complete("bank", merchant, soldAt.plus(Duration.ofDays(2)));
        says("bank", "debited", 700).post();
        assertEquals(List.of(), Exceptional.openKinds(merchant), "it was awaited");
        String unheard = Said.unique("r");
        Said.by("bank", "debited").of(merchant, unheard, 650).at(soldAt).post();
        assertEquals(List.of("late"), Exceptional.openKinds(merchant));
        Map<String, Object> late = Exceptional.open(merchant).get(0);
        assertEquals("accept", late.get("proposed_action"));
        // Told by others too, it was still unheard of when its day was closed; who accepts that, has accepted it.
        assertEquals(
                200,
                Exceptional.resolve(
                                Tokens.scope("desk:write"), late.get("id"), "{\"action\":\"accept\",\"reason\":\"x\"}")
                        .statusCode());
        Said.by("acquirer", "captured").of(merchant, unheard, 650).at(soldAt).post();
        assertEquals(List.of(), Exceptional.openKinds(merchant));
    }

    @Test
    void aTerminalWithoutJournalIsNotMissed() {
        String silent = "S" + merchant;
        String kept = "K" + merchant;
        String other = Said.unique("r");
        says("acquirer", "captured", 100)
                .knowing("terminal_id", silent)
                .knowing("stan", "1")
                .post();
        Said.by("acquirer", "captured")
                .of(merchant, other, 200)
                .knowing("terminal_id", kept)
                .knowing("stan", "1")
                .at(soldAt)
                .post();
        Said.by("terminal", "approved")
                .of(merchant, Said.unique("r"), 300)
                .knowing("terminal_id", kept)
                .knowing("stan", "2")
                .at(soldAt)
                .post();
        Exceptional.complete("terminal", merchant, soldAt.plus(Duration.ofHours(1)));
        awaitOpen("missing_at_terminal");
        assertEquals("RRN " + other, Exceptional.open(merchant).get(0).get("reference"));
        String day = LocalDate.ofInstant(soldAt, SHANGHAI).toString();
        assertEquals(
                List.of(silent),
                given().auth()
                        .oauth2(Tokens.merchant(merchant))
                        .get("/v1/reconciliations/" + merchant + "/" + day)
                        .path("terminals_without_journal"));
    }

    @Test
    void theDayAsCsvIsNoFormula() {
        Map<String, Object> one = debitedWithoutSale();
        String reason = "=HYPERLINK(\\\"http://x\\\")\\r\\n\\\"second\\\", line";
        assertEquals(
                200,
                Exceptional.resolve(
                                Tokens.scope("desk:write"),
                                one.get("id"),
                                "{\"action\":\"accept\",\"reason\":\"" + reason + "\"}")
                        .statusCode());
        Response csv = given().auth()
                .oauth2(Tokens.merchant(merchant))
                .accept("text/csv")
                .get("/v1/reconciliations/" + merchant + "/" + one.get("day"));
        assertEquals(200, csv.statusCode());
        assertTrue(csv.contentType().startsWith("text/csv"), csv.contentType());
        String quoted = "\"'=HYPERLINK(\"\"http://x\"\")\r\n\"\"second\"\", line\"\r\n";
        assertTrue(csv.asString().endsWith(quoted), csv.asString());
        assertEquals(
                304,
                given().auth()
                        .oauth2(Tokens.merchant(merchant))
                        .accept("text/csv")
                        .header("If-None-Match", csv.header("ETag"))
                        .get("/v1/reconciliations/" + merchant + "/" + one.get("day"))
                        .statusCode());
        for (String nowhere : List.of(merchant + "/2026-02-30", merchant + "/today", "other/" + one.get("day"))) {
            assertEquals(
                    404,
                    given().auth()
                            .oauth2(Tokens.merchant(merchant))
                            .get("/v1/reconciliations/" + nowhere)
                            .statusCode(),
                    nowhere);
        }
    }

    @Test
    void nothingOpensOrClosesTwiceUnderManyWriters() throws InterruptedException, ExecutionException {
        int payments = 40;
        List<String> rrns = new ArrayList<>();
        for (int i = 0; i < payments; i++) {
            rrns.add(Said.unique("r"));
        }
        ExecutorService writers = Executors.newFixedThreadPool(8);
        try {
            List<Future<?>> work = new ArrayList<>();
            for (int writer = 0; writer < 8; writer++) {
                int offset = writer * 5;
                work.add(writers.submit(() -> {
                    for (int i = 0; i < payments; i++) {
                        String of = rrns.get((i + offset) % payments);
                        Said.by("acquirer", "captured")
                                .of(merchant, of, 100)
                                .at(soldAt)
                                .post();
                        if (i % 10 == 0) {
                            Exceptional.complete(
                                    "bank",
                                    merchant,
                                    soldAt.plus(Duration.ofDays(5)).plusSeconds(i + offset));
                        }
                    }
                }));
            }
            for (Future<?> one : work) {
                one.get();
            }
            Waiting.until(
                    "each is missed", PATIENCE, () -> Exceptional.open(merchant).size() == payments);
            work.clear();
            for (int writer = 0; writer < 8; writer++) {
                int offset = writer * 5;
                work.add(writers.submit(() -> {
                    for (int i = 0; i < payments; i++) {
                        String of = rrns.get((i + offset) % payments);
                        Said.by("bank", "debited")
                                .of(merchant, of, 100)
                                .at(soldAt)
                                .post();
                    }
                }));
            }
            for (Future<?> one : work) {
                one.get();
            }
        } finally {
            writers.shutdownNow();
        }
        assertEquals(List.of(), Exceptional.open(merchant));
        List<Map<String, Object>> all = Exceptional.of(merchant, "&kind=missing_at_bank");
        assertEquals(payments, all.size(), "one for each payment");
        assertEquals(
                payments,
                all.stream().map(one -> one.get("transaction_id")).distinct().count());
        assertEquals(2L * payments, events().stream().distinct().count(), "one opening and one closing of each");
        assertEquals(2 * payments, events().size());
        all.forEach(one -> assertEquals("explained", one.get("resolution")));
    }

    /** Type and exception of each event of the merchant's exceptions, in order. */
    private List<List<String>> events() {
        List<List<String>> events = new ArrayList<>();
        pool.preparedQuery("SELECT type, aggregateid FROM outbox WHERE merchant_id = $1 AND aggregatetype = 'exception'"
                        + " ORDER BY at, id")
                .execute(Tuple.of(merchant))
                .await()
                .atMost(PATIENCE)
                .forEach(row -> events.add(List.of(row.getString(0), row.getString(1))));
        return events;
    }
}
