package org.paywitness.risk;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import jakarta.ws.rs.core.MultivaluedHashMap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.paywitness.Said;
import org.paywitness.TestClock;
import org.paywitness.Tokens;
import org.paywitness.access.Visibility;
import org.paywitness.transaction.QueryParameters;

/** Each signal over HTTP: there from its threshold on, not below it, and not outside the period. */
@QuarkusTest
class RiskSignalsTest {
    private static final String PATH = "/v1/risk-signals";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant START = Instant.now();
    private static final Instant YESTERDAY = START.minus(Duration.ofDays(1));

    @Inject
    Pool pool;

    @Inject
    RiskSignals signals;

    @Inject
    RiskSettings settings;

    @Inject
    TestClock clock;

    private final String merchant = Said.unique("m");
    private final String card = Said.card();
    private final String cardholder =
            Tokens.sign(Tokens.claims("cardholder").subject("holder").claim("cards", List.of(card)));
    private final String clerk = Tokens.sign(
            Tokens.claims("merchant:read merchant:write").subject("clerk").claim("merchant_id", merchant));
    private final String judge =
            Tokens.sign(Tokens.claims("desk:read desk:write desk:approve").subject(Said.unique("judge")));

    @AfterEach
    void resetClock() {
        clock.reset();
    }

    private static JsonNode json(Response answer, int status) {
        assertEquals(status, answer.statusCode(), answer.asString());
        try {
            return JSON.readTree(answer.asString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode post(String token, String path, String body) {
        Response answer = given().auth()
                .oauth2(token)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", Said.unique("k"))
                .body(body.getBytes(StandardCharsets.UTF_8))
                .post(path);
        return json(answer, answer.statusCode() == 200 ? 200 : 201);
    }

    private static JsonNode list(String token, String query) {
        return json(given().auth().oauth2(token).header("Accept-Language", "en").get(PATH + query), 200);
    }

    /** The figures of the signal of this kind, or null where there is none; never more than one. */
    private static JsonNode figures(String kind, String filter) {
        JsonNode data = list(Tokens.desk(), "?kind=" + kind + "&" + filter).get("data");
        assertTrue(data.size() < 2, data::toString);
        return data.isEmpty() ? null : data.get(0).get("figures");
    }

    private void assertNone(String kind, String filter) {
        JsonNode found = figures(kind, filter);
        assertTrue(found == null, () -> kind + " " + found);
    }

    private void assertCounted(String kind, String filter, int count) {
        JsonNode found = figures(kind, filter);
        assertTrue(found != null, kind + " is missing");
        assertEquals(JSON.createObjectNode().put("count", count), found);
        Instant end = clock.instant().plus(Duration.ofDays(2));
        assertNone(kind, filter + "&from=" + clock.instant().plus(Duration.ofDays(1)) + "&to=" + end);
        assertNone(kind, filter + "&from=2020-01-01T00:00:00Z&to=2020-03-01T00:00:00Z");
    }

    private String paid() {
        String rrn = Said.unique("r");
        return Said.post(
                        Said.by("acquirer", "captured")
                                .of(merchant, rrn, 12_800)
                                .card(card)
                                .at(YESTERDAY),
                        Said.by("bank", "debited")
                                .of(merchant, rrn, 12_800)
                                .card(card)
                                .at(YESTERDAY))
                .get(0);
    }

    /** Payments that nobody objects to. */
    private void sell(int count) {
        Said[] told = new Said[count];
        for (int i = 0; i < count; i++) {
            told[i] = Said.by("acquirer", "captured")
                    .of(merchant, Said.unique("r"), 100)
                    .at(YESTERDAY);
        }
        Said.post(told);
    }

    private String disputed(String token, String reason) {
        return post(token, "/v1/disputes", "{\"transaction_id\":\"" + paid() + "\",\"reason\":\"" + reason + "\"}")
                .get("id")
                .textValue();
    }

    private void decided(String dispute, String outcome) {
        post(cardholder, "/v1/disputes/" + dispute + "/escalate", "{}");
        post(judge, "/v1/disputes/" + dispute + "/decide", "{\"outcome\":\"" + outcome + "\",\"text\":\"x\"}");
    }

    private String refunded() {
        return post(clerk, "/v1/refunds", "{\"transaction_id\":\"" + paid() + "\",\"reason\":\"customer_request\"}")
                .get("id")
                .textValue();
    }

    @Test
    void threeDenialsOfOneCardAreASignal() {
        disputed(cardholder, "unrecognized");
        disputed(Tokens.desk(), "terminal_lost");
        // These deny nothing.
        disputed(cardholder, "duplicate");
        disputed(cardholder, "not_delivered");
        assertNone("card_denials", "card=" + card);
        disputed(cardholder, "counterfeit_or_stolen_card");
        assertCounted("card_denials", "card=" + card, 3);
        JsonNode signal = list(Tokens.desk(), "?card=" + card).at("/data/0");
        assertEquals(JSON.createObjectNode().put("card", card), signal.get("subject"));
        assertEquals(JSON.createObjectNode().put("count", 3), signal.get("threshold"));
        assertEquals(
                "Payments that the holder of this card says somebody else made: 3; a signal from 3 on.",
                signal.get("text").textValue());
    }

    @Test
    void twoDisputesThatACardLostAreASignal() {
        decided(disputed(cardholder, "unrecognized"), "won_by_merchant");
        decided(disputed(cardholder, "unrecognized"), "won_by_cardholder");
        disputed(cardholder, "unrecognized");
        assertNone("card_disputes_lost", "card=" + card);
        decided(disputed(cardholder, "not_delivered"), "won_by_merchant");
        assertCounted("card_disputes_lost", "card=" + card, 2);
    }

    @Test
    void disputeRatioIsASignalAtItsThresholdAndNotBelow() {
        // 5 of 555 is 0.9009 %, 5 of 556 is 0.8993 %.
        sell(550);
        for (int i = 0; i < 4; i++) {
            disputed(cardholder, "not_delivered");
        }
        String filter = "merchant_id=" + merchant;
        assertNone("merchant_dispute_ratio", filter);
        String twice = paid();
        for (String reason : List.of("not_delivered", "not_as_described")) {
            post(cardholder, "/v1/disputes", "{\"transaction_id\":\"" + twice + "\",\"reason\":\"" + reason + "\"}");
        }
        JsonNode found = figures("merchant_dispute_ratio", filter);
        assertEquals(JSON.createObjectNode().put("count", 5).put("of", 555).put("ratio", "0.009009"), found);
        JsonNode signal = list(clerk, "?kind=merchant_dispute_ratio").at("/data/0");
        assertEquals(JSON.createObjectNode().put("merchant_id", merchant), signal.get("subject"));
        assertEquals(JSON.createObjectNode().put("ratio", "0.009").put("minimum", 5), signal.get("threshold"));
        assertEquals(
                "5 of 555 payments were disputed, 0.9009 %; a signal from 0.9 % and 5 disputed payments on.",
                signal.get("text").textValue());
        assertNone("merchant_dispute_ratio", filter + "&from=2020-01-01T00:00:00Z&to=2020-03-01T00:00:00Z");
        sell(1);
        assertNone("merchant_dispute_ratio", filter);
    }

    @Test
    void refundRatioIsASignalAtItsThresholdAndNotBelow() {
        // 10 of 66 is 15.15 %, 10 of 67 is 14.93 %.
        String filter = "merchant_id=" + merchant;
        sell(55);
        String canceled = refunded();
        post(clerk, "/v1/refunds/" + canceled + "/cancel", "{}");
        for (int i = 0; i < 9; i++) {
            refunded();
        }
        assertNone("merchant_refund_ratio", filter);
        refunded();
        assertEquals(
                JSON.createObjectNode().put("count", 10).put("of", 66).put("ratio", "0.151515"),
                figures("merchant_refund_ratio", filter));
        assertNone("merchant_refund_ratio", filter + "&from=2020-01-01T00:00:00Z&to=2020-03-01T00:00:00Z");
        sell(1);
        assertNone("merchant_refund_ratio", filter);
    }

    @Test
    void agreementIsASignalOnceItsPromiseIsLate() {
        String filter = "merchant_id=" + merchant;
        String dispute = disputed(cardholder, "not_as_described");
        String proposals = "/v1/disputes/" + dispute + "/proposals";
        String offer = post(clerk, proposals, "{\"kind\":\"reissue_invoice\"}")
                .at("/proposals/0/id")
                .textValue();
        post(cardholder, proposals + "/" + offer + "/accept", "{}");
        clock.move(Duration.ofDays(6));
        assertNone("merchant_agreements_not_executed", filter);
        clock.move(Duration.ofDays(2));
        assertCounted("merchant_agreements_not_executed", filter, 1);
        // It was not late yet then, whatever the period asked for.
        clock.reset();
        assertNone("merchant_agreements_not_executed", filter + "&to=" + START.plus(Duration.ofDays(30)));
    }

    @Test
    void openAndUpheldReportsOfMisconductAreSignals() {
        String filter = "merchant_id=" + merchant;
        String body = "{\"merchant_id\":\"" + merchant + "\",\"kind\":\"surcharge\",\"text\":\"x\"}";
        String first = PATH.replace("risk-signals", "misconduct-reports/")
                + post(judge, "/v1/misconduct-reports", body).get("id").textValue();
        assertNone("merchant_misconduct_open", filter);
        post(judge, "/v1/misconduct-reports", body);
        assertCounted("merchant_misconduct_open", filter, 2);
        assertNone("merchant_misconduct_upheld", filter);
        post(judge, first + "/assign", "{\"owner\":\"amy\"}");
        assertCounted("merchant_misconduct_open", filter, 2);
        post(judge, first + "/close", "{\"outcome\":\"upheld\",\"note\":\"x\"}");
        assertNone("merchant_misconduct_open", filter);
        assertCounted("merchant_misconduct_upheld", filter, 1);
        assertTrue(list(clerk, "").get("data").isEmpty(), "merchants are not told of reports about them");
    }

    @Test
    void paymentsWhileATerminalIsLostAreASignal() {
        String number = Said.unique("T");
        String filter = "terminal_id=" + number;
        String trm = post(
                        clerk,
                        "/v1/terminals",
                        "{\"terminal_id\":\"" + number + "\",\"merchant_id\":\"" + merchant + "\"}")
                .get("id")
                .textValue();
        Instant since = YESTERDAY.minus(Duration.ofDays(3));
        saleAt(number, merchant, since.minusSeconds(1));
        String reports = "/v1/terminals/" + trm + "/reports";
        post(clerk, reports, "{\"report\":\"lost\",\"since\":\"" + since + "\"}");
        // Another merchant's terminal of the same number is not lost.
        saleAt(number, Said.unique("m"), YESTERDAY);
        assertNone("terminal_used_after_loss", filter);
        saleAt(number, merchant, since);
        saleAt(number, merchant, YESTERDAY);
        assertCounted("terminal_used_after_loss", filter, 2);
        assertEquals(
                JSON.createObjectNode().put("count", 1),
                figures("terminal_used_after_loss", filter + "&from=" + since.plusSeconds(1)));
        assertEquals(
                JSON.createObjectNode().put("count", 1),
                figures("terminal_used_after_loss", filter + "&to=" + since.plusSeconds(1)));
        post(clerk, reports, "{\"report\":\"found\",\"since\":\"" + since.plusSeconds(60) + "\"}");
        assertEquals(JSON.createObjectNode().put("count", 1), figures("terminal_used_after_loss", filter));
        JsonNode subject = list(clerk, "").at("/data/0/subject");
        assertEquals(
                JSON.createObjectNode()
                        .put("merchant_id", merchant)
                        .put("terminal_id", number)
                        .put("terminal", trm),
                subject);
    }

    private static void saleAt(String number, String merchant, Instant at) {
        Said.by("terminal", "approved")
                .of(merchant, Said.unique("r"), 100)
                .knowing("terminal_id", number)
                .at(at)
                .post();
    }

    @Test
    void noAnswerRateIsASignalFromItsThresholdAndMinimumOn() {
        String number = Said.unique("T");
        String filter = "merchant_id=" + merchant;
        attempt(number, "no_answer", null);
        attempt(number, "declined", "98");
        for (int i = 0; i < 17; i++) {
            attempt(number, i % 2 == 0 ? "approved" : "declined", i % 2 == 0 ? null : "51");
        }
        assertNone("terminal_no_answer_rate", filter);
        attempt(number, "approved", null);
        JsonNode expected =
                JSON.createObjectNode().put("count", 2).put("of", 20).put("ratio", "0.1");
        assertEquals(expected, figures("terminal_no_answer_rate", filter));
        assertEquals(expected, figures("terminal_no_answer_rate", "terminal_id=" + number));
        assertEquals(expected, figures("terminal_no_answer_rate", filter + "&terminal_id=" + number));
        assertEquals(
                JSON.createObjectNode().put("merchant_id", merchant).put("terminal_id", number),
                list(clerk, "").at("/data/0/subject"),
                "not registered");
        assertNone("terminal_no_answer_rate", filter + "&to=" + YESTERDAY);
        attempt(number, "approved", null);
        assertNone("terminal_no_answer_rate", filter);
    }

    private void attempt(String number, String outcome, String code) {
        Said said = Said.by("terminal", outcome)
                .of(merchant, Said.unique("r"), 100)
                .knowing("terminal_id", number)
                .at(YESTERDAY);
        (code == null ? said : said.with("response_code", code)).post();
    }

    @Test
    void everyoneSeesOnlyWhatIsForThemPageByPage() {
        for (int i = 0; i < 5; i++) {
            disputed(cardholder, "unrecognized");
        }
        for (int i = 0; i < 10; i++) {
            refunded();
        }
        String number = Said.unique("T");
        for (int i = 0; i < 20; i++) {
            attempt(number, "no_answer", null);
        }
        post(judge, "/v1/terminals", "{\"terminal_id\":\"" + number + "\",\"merchant_id\":\"" + merchant + "\"}");
        String own = Tokens.merchant(merchant);
        // 5 of 35 and 10 of 35 payments; 20 of 20 at the terminal.
        List<String> all = List.of("merchant_dispute_ratio", "merchant_refund_ratio", "terminal_no_answer_rate");
        assertEquals(all, paged(own, ""));
        assertEquals(all, paged(own, "&merchant_id=" + merchant));
        assertEquals(all, paged(Tokens.desk(), "&merchant_id=" + merchant));
        assertEquals(List.of("card_denials"), paged(Tokens.desk(), "&card=" + card));
        assertEquals(all.subList(2, 3), paged(own, "&terminal_id=" + number));
        assertEquals(all.subList(1, 2), paged(own, "&kind=merchant_refund_ratio"));
        for (String nothing : List.of(
                "&card=" + card,
                "&kind=card_denials",
                "&merchant_id=" + Said.unique("m"),
                "&kind=terminal_no_answer_rate&card=" + card)) {
            assertEquals(List.of(), paged(own, nothing), nothing);
        }
        assertEquals(List.of(), paged(Tokens.merchant(Said.unique("m")), ""));
        assertEquals(List.of(), paged(Tokens.desk(), "&card=" + card + "&merchant_id=" + merchant));
        json(given().auth().oauth2(cardholder).get(PATH), 403);
        List<String> everything = new ArrayList<>();
        String cursor = null;
        do {
            JsonNode page = list(Tokens.desk(), "?limit=200" + (cursor == null ? "" : "&cursor=" + cursor));
            page.get("data")
                    .forEach(signal -> everything.add(signal.get("subject").toString()));
            cursor = page.get("next_cursor").textValue();
        } while (cursor != null);
        String mine = JSON.createObjectNode().put("merchant_id", merchant).toString();
        assertEquals(2, everything.stream().filter(mine::equals).count());
        assertTrue(everything.contains(JSON.createObjectNode().put("card", card).toString()));
    }

    private static List<String> paged(String token, String query) {
        List<String> all = new ArrayList<>();
        String cursor = null;
        do {
            JsonNode page = list(token, "?limit=1" + query + (cursor == null ? "" : "&cursor=" + cursor));
            assertTrue(page.get("data").size() < 2);
            page.get("data").forEach(signal -> all.add(signal.get("kind").textValue()));
            cursor = page.get("next_cursor").textValue();
        } while (cursor != null);
        return all;
    }

    @ParameterizedTest
    @CsvSource({
        "kind=rude, ?kind",
        "card=x, ?card",
        "card=622848******0018, ?card",
        "from=now, ?from",
        "from=2026-01-02T00:00:00Z&to=2026-01-02T00:00:00Z, ?from",
        "from=2024-01-01T00:00:00Z&to=2025-01-01T00:00:01Z, ?from",
        "limit=0, ?limit",
        "cursor=x, ?cursor",
        "cursor=Y2FyZF9kZW5pYWxzCng, ?cursor",
        "cursor=cnVkZQp4Cg, ?cursor",
        "state=open, ?state",
    })
    void whatIsMalformedIsNamed(String query, String pointer) {
        Response refused = given().auth().oauth2(Tokens.desk()).get(PATH + "?" + query);
        assertEquals(400, refused.statusCode(), refused.asString());
        assertEquals(List.of(pointer), refused.path("errors.pointer"));
    }

    @Test
    void whatIsNarrowedIsReadByIndexesAlone() {
        for (Map.Entry<String, String> filter : Map.of(
                        "merchant_id", "m_0001", "card", Said.card(), "terminal_id", "T0000417")
                .entrySet()) {
            MultivaluedHashMap<String, String> asked = new MultivaluedHashMap<>();
            asked.putSingle(filter.getKey(), filter.getValue());
            SignalQuery query = SignalQuery.parse(
                    new QueryParameters(asked, SignalQuery.PARAMETERS),
                    new Visibility.Everything(),
                    settings.signals(),
                    START);
            Tuple tuple = Tuple.tuple();
            String sql = "EXPLAIN " + signals.sql(query, List.copyOf(query.kinds()), 51, tuple);
            StringBuilder plan = new StringBuilder();
            pool.withTransaction(connection -> connection
                            .query("SET LOCAL enable_seqscan = off")
                            .execute()
                            .chain(() -> connection.preparedQuery(sql).execute(tuple)))
                    .await()
                    .indefinitely()
                    .forEach((Row row) -> plan.append(row.getString(0)).append('\n'));
            assertFalse(plan.toString().contains("Seq Scan"), plan::toString);
        }
    }
}
