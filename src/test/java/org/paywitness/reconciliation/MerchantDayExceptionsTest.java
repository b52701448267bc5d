package org.paywitness.reconciliation;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.paywitness.Tokens;
import org.paywitness.fault.Waiting;
import org.paywitness.statement.MerchantDayImport;
import org.paywitness.statement.MerchantDayImport.Day;

/**
 * The fixture's day through the real door: its exceptions are those that follow from what its five files say, story by
 * story, whatever came first; what a missing row makes vanishes when the row comes.
 */
@QuarkusTest
class MerchantDayExceptionsTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** What a story implies. The day's bank data reaches to the 15th: past every posting window. */
    private static final Map<String, List<String>> IMPLIED = Map.ofEntries(
            // Terminal, acquirer and bank have the same row.
            Map.entry("plain", List.of()),
            Map.entry("no_slip", List.of()),
            // In the terminal's journal only, refused: nobody should have it.
            Map.entry("declined", List.of()),
            // The terminal leaves it open; acquirer and bank have the sale and its reversal.
            Map.entry("no_answer_reversed", List.of()),
            // The terminal leaves it open, and nobody took anything.
            Map.entry("no_answer_never", List.of()),
            // Terminal and acquirer refused (51), the bank debited: the acquirer has no sale for the bank's debit.
            Map.entry("debited_without_sale", List.of("missing_at_acquirer refund")),
            // The terminal approved and printed; neither the acquirer's file nor the bank's has it.
            Map.entry(
                    "sale_without_debit", List.of("missing_at_acquirer ask_acquirer", "missing_at_bank ask_acquirer")),
            // The bank debited another amount than the acquirer captured.
            Map.entry("amount_mismatch", List.of("amount_mismatch ask_acquirer")),
            // All have both; the second repeats the first, whose slip did not come out.
            Map.entry("charged_twice", List.of()),
            Map.entry("charged_twice again", List.of("duplicate refund")),
            // All have both, and nothing speaks for a retry.
            Map.entry("two_honest", List.of()),
            // All have the sale; acquirer and bank have its return, or the acquirer has it and the bank not yet.
            Map.entry("refunded", List.of()),
            Map.entry("part_refunded", List.of()),
            // The terminal voided it; acquirer and bank have the sale and what took it back.
            Map.entry("voided", List.of()),
            // Refused with an ambiguous code (98): the terminal leaves it open; acquirer and bank have it.
            Map.entry("ambiguous_then_captured", List.of()),
            // All have it; the acquirer took another fee than a card of its kind costs.
            Map.entry("fee_wrong", List.of("fee_mismatch ask_acquirer")),
            // Wallets' payments are in their own bills only.
            Map.entry("wx", List.of()),
            Map.entry("wx_comma", List.of()),
            Map.entry("wx_refund", List.of()),
            Map.entry("wx_part_refund", List.of()),
            Map.entry("ali", List.of()),
            Map.entry("ali_refund", List.of()));

    @Inject
    Pool pool;

    @RepeatedTest(2)
    void exceptionsAreThoseThatTheStoriesImply() throws IOException {
        Fixture fixture = new Fixture();
        List<String> order = anyOrder();
        for (String file : order) {
            assertEquals("done", fixture.day.importFile(file).getString("status"), file);
        }
        settle();
        assertEquals(fixture.implied(Map.of()), fixture.found());
        List<Map<String, Object>> first = Exceptional.of(fixture.merchant, "");

        for (String file : order) {
            fixture.day.importFile(file);
        }
        settle();
        assertEquals(fixture.implied(Map.of()), fixture.found(), "the same files again");
        assertEquals(
                first.stream().map(one -> one.get("id")).toList(),
                Exceptional.of(fixture.merchant, "").stream()
                        .map(one -> one.get("id"))
                        .toList(),
                "nothing was opened anew");
        assertEquals(first.size(), events(fixture.merchant, "exception.opened"), "an event for each");
        assertEquals(0, events(fixture.merchant, "exception.closed"));
        summaryAgrees(fixture);
    }

    @Test
    void exceptionsVanishWhenTheMissingRowsCome() throws IOException {
        Fixture fixture = new Fixture();
        // Three plain payments, each of which another source misses.
        Map<String, String> missing = Map.of(
                "pos-journal.csv", "263140000001",
                "acquirer-settlement.csv", "263140000002",
                "bank-camt053.xml", "263140000003");
        for (String file : anyOrder()) {
            String rrn = missing.get(file);
            JsonPath done = rrn == null
                    ? fixture.day.importFile(file)
                    : fixture.day.importWithout(file, line -> line.contains(rrn));
            assertEquals("done", done.getString("status"), file);
        }
        settle();
        Map<String, List<String>> more = Map.of(
                "263140000001", List.of("missing_at_terminal dispute"),
                "263140000002", List.of("missing_at_acquirer ask_acquirer"),
                "263140000003", List.of("missing_at_bank ask_acquirer"));
        assertEquals(fixture.implied(more), fixture.found());
        Set<Object> gone = new HashSet<>();
        for (Map<String, Object> one : Exceptional.open(fixture.merchant)) {
            String reference = ((String) one.get("reference")).replace("RRN ", "");
            if (more.containsKey(reference)) {
                gone.add(one.get("id"));
            }
        }

        for (String file : anyOrder()) {
            fixture.day.importFile(file);
        }
        settle();
        assertEquals(fixture.implied(Map.of()), fixture.found(), "the missing rows have come");
        List<Map<String, Object>> closed = Exceptional.of(fixture.merchant, "&status=closed");
        assertEquals(
                gone, new HashSet<>(closed.stream().map(one -> one.get("id")).toList()));
        closed.forEach(one -> {
            assertEquals("system", one.get("closed_by"));
            assertEquals("explained", one.get("resolution"));
        });
        assertEquals(gone.size(), events(fixture.merchant, "exception.closed"));
    }

    private static List<String> anyOrder() {
        long seed = Long.getLong("exceptions.seed", System.nanoTime());
        System.out.println("exceptions.seed=" + seed);
        List<String> order = new ArrayList<>(MerchantDayImport.FILES);
        Collections.shuffle(order, new Random(seed));
        return order;
    }

    /** Until everything that has become complete was followed: what is not open now will not open. */
    private void settle() {
        Waiting.until(
                "completeness is followed", PATIENCE, () -> number("SELECT count(*) FROM completeness_follow") == 0);
    }

    private long events(String merchant, String type) {
        return number("SELECT count(*) FROM outbox WHERE merchant_id = $1 AND type = $2", merchant, type);
    }

    private long number(String sql, Object... values) {
        return pool.preparedQuery(sql)
                .execute(Tuple.from(Arrays.asList(values)))
                .await()
                .atMost(PATIENCE)
                .iterator()
                .next()
                .getLong(0);
    }

    private static void summaryAgrees(Fixture fixture) throws IOException {
        JsonPath summary = given().auth()
                .oauth2(Tokens.desk())
                .get("/v1/reconciliations/" + fixture.merchant + "/2026-11-10")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        assertEquals(fixture.expected.get("transactions").size(), summary.getInt("payments"));
        Map<String, BigDecimal> sums = fixture.sumsOfSales();
        for (String source : List.of("acquirer", "bank")) {
            String total = "totals.findAll { it.source == '" + source + "' }.sales_amount.sum()";
            assertEquals(cents(sums.get(source)), summary.getLong(total), source);
        }
        assertEquals(
                fixture.implied(Map.of()).size(), summary.getInt("counts.open.sum()"), "as many as there are, by kind");
        // The bank's data is told through the 15th; the terminals' and the acquirer's through their last row of the
        // day.
        assertEquals(List.of(false, false, true, true), summary.getList("coverage.covers_day"), "terminal to wallet");
        assertEquals(List.of(), summary.getList("terminals_without_journal"));
        String csv = given().auth()
                .oauth2(Tokens.merchant(fixture.merchant))
                .accept("text/csv")
                .get("/v1/reconciliations/" + fixture.merchant + "/2026-11-10")
                .then()
                .statusCode(200)
                .extract()
                .asString();
        List<String> lines = csv.lines().toList();
        assertTrue(lines.get(0).startsWith("\"record\",\"source\""), lines.get(0));
        assertEquals(
                fixture.implied(Map.of()).size(),
                lines.stream().filter(line -> line.startsWith("\"exception\"")).count());
    }

    private static long cents(BigDecimal yuan) {
        return yuan.movePointRight(2).longValueExact();
    }

    /** One merchant's copy of the day, and what its files say, read by themselves. */
    private static final class Fixture {
        private final String merchant = "D" + Long.toString(System.nanoTime(), 36);
        private final Day day = new Day(merchant);
        private final JsonNode expected = new ObjectMapper().readTree(text("expected.json"));

        Fixture() throws IOException {
            agree("debit", "0.50", ",\"cap\":{\"amount\":2000,\"currency\":\"CNY\"}");
            agree("credit", "0.60", "");
        }

        /** What a card in a terminal costs. */
        private void agree(String kind, String rate, String more) {
            given().auth()
                    .oauth2(Tokens.scope("desk:write"))
                    .contentType("application/json")
                    .body("{\"merchant_id\":\"" + merchant + "\",\"currency\":\"CNY\",\"channel\":\"chip\","
                            + "\"card_kind\":\"" + kind + "\",\"rate\":\"" + rate
                            + "\",\"returned\":\"100\",\"rounding\":\"half_even\",\"valid_from\":\"2026-01-01\"" + more
                            + "}")
                    .post("/v1/fee-schedules")
                    .then()
                    .statusCode(201);
        }

        /** What the acquirer took, less what a card of that kind costs, in cents. */
        private static long overcharged(String rrn) throws IOException {
            for (String line : text("acquirer-settlement.csv").lines().toList()) {
                String[] cells = line.split(",", -1);
                if (cells[4].equals(rrn) && cells[8].equals("purchase")) {
                    boolean debit = cells[10].equals("debit");
                    BigDecimal agreed = new BigDecimal(cells[11])
                            .multiply(new BigDecimal(debit ? "0.0050" : "0.0060"))
                            .setScale(2, RoundingMode.HALF_EVEN);
                    agreed = debit ? agreed.min(new BigDecimal("20.00")) : agreed;
                    return cents(new BigDecimal(cells[12]).subtract(agreed));
                }
            }
            throw new AssertionError(rrn);
        }

        /** "reference: kind action amount" of each exception that the stories imply, and of these more by RRN. */
        TreeSet<String> implied(Map<String, List<String>> more) throws IOException {
            Map<String, BigDecimal> sold = column("pos-journal.csv", "rrn", "amount");
            Map<String, BigDecimal> booked = bookedByBank();
            TreeSet<String> implied = new TreeSet<>();
            for (JsonNode transaction : expected.get("transactions")) {
                String story = transaction.get("story").textValue();
                String rrn = transaction.path("rrn").asText();
                List<String> kinds =
                        new ArrayList<>(IMPLIED.get(transaction.has("duplicate_of_rrn") ? story + " again" : story));
                kinds.addAll(more.getOrDefault(rrn, List.of()));
                for (String kind : kinds) {
                    long stake = cents(sold.get(rrn));
                    if (kind.startsWith("amount_mismatch")) {
                        stake = cents(booked.get(rrn).subtract(sold.get(rrn)).abs());
                    } else if (kind.startsWith("fee_mismatch")) {
                        stake = overcharged(rrn);
                    }
                    implied.add(rrn + ": " + kind + " " + stake);
                }
            }
            return implied;
        }

        TreeSet<String> found() {
            TreeSet<String> found = new TreeSet<>();
            for (Map<String, Object> one : Exceptional.open(merchant)) {
                Map<?, ?> stake = (Map<?, ?>) one.get("amount_at_stake");
                found.add(((String) one.get("reference")).replace("RRN ", "") + ": " + one.get("kind") + " "
                        + one.get("proposed_action") + " " + stake.get("amount"));
            }
            return found;
        }

        Map<String, BigDecimal> sumsOfSales() throws IOException {
            Map<String, BigDecimal> sums = new HashMap<>();
            sums.put("acquirer", BigDecimal.ZERO);
            List<String> lines = text("acquirer-settlement.csv").lines().toList();
            for (String line : lines) {
                String[] cells = line.split(",", -1);
                if (cells[8].equals("purchase")) {
                    sums.merge("acquirer", new BigDecimal(cells[11]), BigDecimal::add);
                }
            }
            sums.put("bank", bookedByBank().values().stream().reduce(BigDecimal.ZERO, BigDecimal::add));
            return sums;
        }

        private static Map<String, BigDecimal> bookedByBank() throws IOException {
            Map<String, BigDecimal> booked = new HashMap<>();
            for (String line : text("bank-camt053.xml").lines().toList()) {
                if (line.contains("<CdtDbtInd>DBIT</CdtDbtInd>")) {
                    String rrn = line.replaceFirst(".*<EndToEndId>(.*)</EndToEndId>.*", "$1");
                    booked.put(rrn, new BigDecimal(line.replaceFirst(".*?<Amt Ccy=\"CNY\">([0-9.]+)<.*", "$1")));
                }
            }
            return booked;
        }

        private static Map<String, BigDecimal> column(String file, String key, String value) throws IOException {
            List<String> lines = text(file).lines().toList();
            List<String> names = List.of(lines.get(0).split(","));
            Map<String, BigDecimal> found = new HashMap<>();
            for (String line : lines.subList(1, lines.size())) {
                String[] cells = line.split(",", -1);
                found.put(cells[names.indexOf(key)], new BigDecimal(cells[names.indexOf(value)]));
            }
            return found;
        }

        private static String text(String name) throws IOException {
            try (InputStream in =
                    MerchantDayExceptionsTest.class.getResourceAsStream("/fixtures/merchant-day/" + name)) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
        }
    }
}
