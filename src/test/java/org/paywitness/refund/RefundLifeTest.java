package org.paywitness.refund;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.paywitness.Said;
import org.paywitness.TestClock;
import org.paywitness.Tokens;
import org.paywitness.acquirer.Simulator;
import org.paywitness.fault.Waiting;

/** The life of a refund over HTTP, with the acquirer's own ledger as witness of what moved. */
@QuarkusTest
@WithTestResource(value = AcquirerResource.class, scope = TestResourceScope.MATCHING_RESOURCES)
class RefundLifeTest {
    private static final Instant NOW = Instant.now();
    private static final Instant YESTERDAY = NOW.minus(Duration.ofDays(1));
    private static final long AMOUNT = 12800;

    @Inject
    TestClock clock;

    Simulator acquirer;

    private final String merchant = Said.unique("m_");
    private final String card = Said.card();
    private String clerk;
    private String manager;

    @BeforeEach
    void people() {
        clerk = Sales.clerk(merchant);
        manager = Sales.manager(merchant);
    }

    @AfterEach
    void reset() {
        acquirer.next();
        clock.reset();
    }

    @Test
    void theWholeGoesBackOnceAndEverybodySeesWhereItIs() {
        String sale = Sales.settled(merchant, card, AMOUNT, YESTERDAY);
        JsonNode asked = Sales.refunded(clerk, sale, null);
        assertEquals("approved", asked.get("status").textValue());
        assertEquals(AMOUNT, asked.at("/amount/amount").longValue());
        String id = asked.get("id").textValue();
        JsonNode done = Sales.awaited(clerk, id, "succeeded");
        assertEquals("refund", done.get("route").textValue());
        assertEquals(AMOUNT, acquirer.moved(sale));

        JsonNode verdict = Sales.verdict(clerk, sale);
        assertEquals("being_returned", verdict.get("verdict").textValue());
        assertEquals(AMOUNT, verdict.at("/returned_promised/amount").longValue());
        assertEquals(id, Sales.transaction(clerk, sale).at("/refunds/0/id").textValue());
        List<String> steps = done.get("history").findValuesAsText("action");
        assertEquals(List.of("requested", "submitted", "succeeded"), steps);
        JsonNode seenByCardholder = Sales.refund(Tokens.cardholder(card), id);
        assertNull(seenByCardholder.get("requested_by"));
        assertNull(seenByCardholder.get("history"));

        Said.by("bank", "credited")
                .of(merchant, rrn(sale), AMOUNT)
                .card(card)
                .at(NOW)
                .post();
        JsonNode arrived = Sales.refund(clerk, id);
        assertNotNull(arrived.get("arrived_at"));
        assertFalse(arrived.get("overdue").booleanValue());
        assertEquals("returned", Sales.verdict(clerk, sale).get("verdict").textValue());
    }

    private String rrn(String sale) {
        return Sales.transaction(clerk, sale).get("rrn").textValue();
    }

    @Test
    void severalPartsNeverAddUpToMoreThanWasCharged() {
        String sale = Sales.settled(merchant, card, AMOUNT, YESTERDAY);
        String first = Sales.refunded(clerk, sale, 5000L).get("id").textValue();
        String second = Sales.refunded(clerk, sale, 7000L).get("id").textValue();
        Sales.ask(clerk, Sales.key(), Sales.body(sale, 801L, "wrong_amount"))
                .then()
                .statusCode(409)
                .body("code", equalTo("refund_exceeds_charge"))
                .body("refundable.amount", equalTo(800))
                .body("refundable.currency", equalTo("CNY"));
        Sales.awaited(clerk, first, "succeeded");
        Sales.awaited(clerk, second, "succeeded");
        JsonNode verdict = Sales.verdict(clerk, sale);
        assertEquals("partly_returned", verdict.get("verdict").textValue());
        assertEquals(12000, verdict.at("/returned_promised/amount").longValue());
        JsonNode rest = Sales.refunded(clerk, sale, null);
        assertEquals(800, rest.at("/amount/amount").longValue());
        Sales.awaited(clerk, rest.get("id").textValue(), "succeeded");
        assertEquals(AMOUNT, acquirer.moved(sale));
        Sales.ask(clerk, Sales.key(), Sales.body(sale, null, "wrong_amount"))
                .then()
                .statusCode(409)
                .body("code", equalTo("being_returned"));
    }

    @Test
    void oneKeyMovesMoneyOnce() {
        String sale = Sales.settled(merchant, card, AMOUNT, YESTERDAY);
        String key = Sales.key();
        String body = Sales.body(sale, null, "customer_request");
        var first = Sales.ask(clerk, key, body);
        var again = Sales.ask(clerk, '"' + key + '"', body);
        first.then().statusCode(201).header("Idempotency-Replayed", nullValue());
        again.then().statusCode(201).header("Idempotency-Replayed", "true");
        assertEquals(first.asString(), again.asString());
        assertEquals(first.header("Location"), again.header("Location"));
        Sales.ask(clerk, key, Sales.body(sale, 1L, "customer_request"))
                .then()
                .statusCode(422)
                .body("code", equalTo("idempotency_key_reused"));
        Sales.ask(clerk, null, body).then().statusCode(400).body("code", equalTo("idempotency_key_required"));
        Sales.awaited(clerk, Sales.json(first).get("id").textValue(), "succeeded");
        // Answered as then, though the refund has gone on since.
        assertEquals(first.asString(), Sales.ask(clerk, key, body).asString());
        assertEquals(AMOUNT, acquirer.moved(sale));
    }

    @Test
    void anotherPersonApprovesWhatIsBeyondTheLimit() {
        String sale = Sales.settled(merchant, card, 100_001, YESTERDAY);
        JsonNode asked = Sales.refunded(clerk, sale, null);
        String id = asked.get("id").textValue();
        assertEquals("pending_approval", asked.get("status").textValue());
        String both = Tokens.sign(Tokens.claims("merchant:read merchant:write merchant:approve")
                .subject("clerk")
                .claim("merchant_id", merchant));
        Sales.act(both, id, "approve", null).then().statusCode(403).body("code", equalTo("same_person"));
        Sales.act(clerk, id, "approve", null).then().statusCode(403).body("code", equalTo("insufficient_scope"));
        Sales.act(Sales.manager(Said.unique("m_")), id, "approve", null).then().statusCode(404);
        Sales.act(manager, id, "approve", "{\"note\": \"seen the goods\"}")
                .then()
                .statusCode(200)
                .body("status", equalTo("approved"))
                .body("decided_by", equalTo("manager"))
                .body("decision_note", equalTo("seen the goods"));
        Sales.awaited(clerk, id, "succeeded");
        assertEquals(100_001, acquirer.moved(sale));
        Sales.act(manager, id, "approve", null).then().statusCode(409).body("code", equalTo("refund_not_pending"));
        Sales.act(clerk, id, "cancel", null).then().statusCode(409).body("code", equalTo("refund_already_submitted"));
    }

    @Test
    void severalSmallRefundsNeedASecondPersonAsOneLargeOneDoes() {
        String sale = Sales.settled(merchant, card, 200_000, YESTERDAY);
        assertEquals(
                "approved", Sales.refunded(clerk, sale, 60_000L).get("status").textValue());
        assertEquals(
                "approved", Sales.refunded(clerk, sale, 40_000L).get("status").textValue());
        assertEquals(
                "pending_approval",
                Sales.refunded(clerk, sale, 1L).get("status").textValue());
    }

    @Test
    void whatIsRejectedOrCanceledMayBeAskedForAgain() {
        String sale = Sales.settled(merchant, card, 100_001, YESTERDAY);
        String rejected = Sales.refunded(clerk, sale, null).get("id").textValue();
        Sales.ask(clerk, Sales.key(), Sales.body(sale, 1L, "fraud"))
                .then()
                .statusCode(409)
                .body("refundable.amount", equalTo(0));
        Sales.act(manager, rejected, "reject", "{\"note\": \"no receipt\"}")
                .then()
                .statusCode(200)
                .body("status", equalTo("rejected"));
        String canceled = Sales.refunded(clerk, sale, null).get("id").textValue();
        Sales.act(clerk, canceled, "cancel", null).then().statusCode(200).body("status", equalTo("canceled"));
        String third = Sales.refunded(clerk, sale, null).get("id").textValue();
        Sales.act(manager, third, "approve", null).then().statusCode(200);
        Sales.awaited(clerk, third, "succeeded");
        assertEquals(100_001, acquirer.moved(sale));
    }

    @Test
    void theSameDayItIsVoidedAndTooLateItGoesOnAsARefund() {
        Instant noon = NOW.atZone(ZoneId.of("Asia/Shanghai"))
                .truncatedTo(ChronoUnit.DAYS)
                .withHour(12)
                .toInstant();
        clock.set(noon);
        Instant morning = noon.minus(Duration.ofHours(2));
        String voided = Sales.settled(merchant, card, AMOUNT, morning);
        JsonNode done = Sales.awaited(
                clerk, Sales.refunded(clerk, voided, null).get("id").textValue(), "succeeded");
        assertEquals("void", done.get("route").textValue());
        assertEquals("voided", Sales.verdict(clerk, voided).get("cause").textValue());

        String part = Sales.settled(merchant, card, AMOUNT + 1, morning);
        JsonNode ofPart = Sales.refunded(clerk, part, 1L);
        assertEquals("refund", ofPart.get("route").textValue());
        Sales.awaited(clerk, ofPart.get("id").textValue(), "succeeded");

        String late = Sales.settled(merchant, card, AMOUNT + 2, morning);
        acquirer.next("void_too_late");
        String id = Sales.refunded(clerk, late, null).get("id").textValue();
        JsonNode goneOn = Sales.awaited(clerk, id, "succeeded");
        assertEquals("refund", goneOn.get("route").textValue());
        assertEquals(AMOUNT + 2, acquirer.moved(late));
        assertTrue(acquirer.ledger().stream()
                .filter(entry -> entry.path("transaction").textValue() != null)
                .filter(entry -> entry.get("transaction").textValue().equals(late))
                .allMatch(entry -> entry.get("reference").textValue().equals(id)));
    }

    @Test
    void eachRefusalOfTheAcquirerIsToldAndFreesTheAmount() {
        for (String why : List.of(
                "original_not_found",
                "amount_exceeds_original",
                "too_late",
                "card_closed",
                "card_lost_or_stolen",
                "insufficient_merchant_funds",
                "refused_by_issuer",
                "unknown")) {
            String sale = Sales.settled(merchant, card, AMOUNT, YESTERDAY);
            acquirer.next("refuse:" + why);
            String id = Sales.refunded(clerk, sale, null).get("id").textValue();
            JsonNode failed = Sales.awaited(clerk, id, "failed");
            assertEquals(why, failed.at("/failure/reason").textValue());
            assertFalse(failed.at("/failure/next_step").textValue().isBlank());
            assertEquals(0, acquirer.moved(sale));
            assertEquals("charged", Sales.verdict(clerk, sale).get("verdict").textValue());
            Sales.awaited(clerk, Sales.refunded(clerk, sale, null).get("id").textValue(), "succeeded");
        }
    }

    @Test
    void whatTheAcquirerDoesNotAnswerIsAskedForAndNeverDoubled() {
        for (String fault :
                List.of("reset_before", "reset_after", "error_before", "error_after", "processing", "twice", "late")) {
            String sale = Sales.settled(merchant, card, AMOUNT, YESTERDAY);
            acquirer.next(fault);
            String id = Sales.refunded(clerk, sale, null).get("id").textValue();
            Sales.awaited(clerk, id, "succeeded");
            assertEquals(AMOUNT, acquirer.moved(sale), fault);
        }
    }

    @Test
    void aSuccessThatIsTakenBackIsFailedEverywhere() {
        String sale = Sales.settled(merchant, card, AMOUNT, YESTERDAY);
        acquirer.next("take_back");
        String id = Sales.refunded(clerk, sale, null).get("id").textValue();
        JsonNode failed = Sales.awaited(clerk, id, "failed");
        assertEquals(
                List.of("requested", "submitted", "succeeded", "failed"),
                failed.get("history").findValuesAsText("action"));
        assertEquals("charged", Sales.verdict(clerk, sale).get("verdict").textValue());
        assertEquals(
                "failed", Sales.transaction(clerk, sale).at("/refunds/0/status").textValue());
        assertEquals(0, acquirer.moved(sale));
    }

    @Test
    void whatCannotGoBackIsRefusedWithItsReason() {
        String refused = Said.by("acquirer", "declined")
                .with("response_code", "51")
                .of(merchant, Said.unique("R"), AMOUNT)
                .post();
        refuses(refused, "not_charged");
        String ownerless = Said.by("bank", "debited")
                .knowing("rrn", Said.unique("R"))
                .moved(AMOUNT)
                .card(card)
                .post();
        Sales.ask(Tokens.desk(), Sales.key(), Sales.body(ownerless, null, "fraud"))
                .then()
                .statusCode(409)
                .body("code", equalTo("merchant_unknown"));
        String old = Sales.settled(merchant, card, AMOUNT, NOW.minus(Duration.ofDays(8)));
        Sales.ask(clerk, Sales.key(), Sales.body(old, null, "cooling_off"))
                .then()
                .statusCode(409)
                .body("code", equalTo("cooling_off_over"));
        Sales.ask(
                        clerk,
                        Sales.key(),
                        Sales.body(old, null, "fraud")
                                .replace("}", ", \"amount\": {\"amount\": 1," + " \"currency\": \"USD\"}}"))
                .then()
                .statusCode(422)
                .body("code", equalTo("currency_mismatch"));
        String back = Sales.settled(merchant, card, AMOUNT, YESTERDAY);
        Said.by("bank", "credited")
                .of(merchant, rrn(back), AMOUNT)
                .card(card)
                .at(NOW)
                .post();
        refuses(back, "already_returned");
        Sales.ask(Sales.clerk(Said.unique("m_")), Sales.key(), Sales.body(old, null, "fraud"))
                .then()
                .statusCode(404);
        Sales.ask(clerk, Sales.key(), Sales.body("txn_0", null, "fraud")).then().statusCode(404);
    }

    @Test
    void whatCameBackMeanwhileIsNotSentAsWell() {
        String sale = Sales.settled(merchant, card, 100_001, YESTERDAY);
        String id = Sales.refunded(clerk, sale, null).get("id").textValue();
        Said.by("acquirer", "reversed").of(merchant, rrn(sale), 100_001).at(NOW).post();
        Sales.act(manager, id, "approve", null).then().statusCode(409).body("code", equalTo("being_returned"));
        Sales.act(manager, id, "reject", null).then().statusCode(200);
        assertEquals(0, acquirer.moved(sale));
    }

    @Test
    void aKeyOfOneMerchantIsNoKeyOfAnother() {
        String sale = Sales.settled(merchant, card, AMOUNT, YESTERDAY);
        String key = Sales.key();
        String body = Sales.body(sale, 100L, "fraud");
        Sales.ask(clerk, key, body).then().statusCode(201);
        Sales.ask(Sales.clerk(Said.unique("m_")), key, body).then().statusCode(404);
    }

    @Test
    void whatTheBankClaimsBackIsNotRefundedAsWell() {
        String sale = Sales.settled(merchant, card, AMOUNT, YESTERDAY);
        String opened = "{\"transaction_id\": \"" + sale + "\", \"reason\": \"unrecognized\"}";
        String dispute = disputed("/v1/disputes", opened, 201).path("id");
        disputed("/v1/disputes/" + dispute + "/escalate", "{}", 200);
        refuses(sale, "under_chargeback");
    }

    private Response disputed(String path, String body, int status) {
        Response answer = RestAssured.given()
                .auth()
                .oauth2(Tokens.cardholder(card))
                .contentType("application/json")
                .body(body)
                .post(path);
        assertEquals(status, answer.statusCode(), answer.asString());
        return answer;
    }

    private void refuses(String sale, String code) {
        Sales.ask(clerk, Sales.key(), Sales.body(sale, null, "fraud"))
                .then()
                .statusCode(409)
                .body("code", equalTo(code));
    }

    @Test
    void whatIsNotThereInTimeIsOverdueUntilItArrives() {
        String sale = Sales.settled(merchant, card, AMOUNT, YESTERDAY);
        String id = Sales.refunded(clerk, sale, null).get("id").textValue();
        Sales.awaited(clerk, id, "succeeded");
        Map<String, String> overdue = Map.of("overdue", "true", "merchant_id", merchant);
        assertEquals(
                0,
                Sales.json(Sales.get(clerk, "/v1/refunds", overdue)).get("data").size());
        clock.move(Duration.ofDays(4));
        JsonNode listed = Sales.json(Sales.get(clerk, "/v1/refunds", overdue)).get("data");
        assertEquals(List.of(id), listed.findValuesAsText("id"));
        Waiting.until("raised", Sales.PATIENCE, () -> Sales.refund(clerk, id)
                .get("history")
                .findValuesAsText("action")
                .contains("overdue"));
        Said.by("bank", "credited")
                .of(merchant, rrn(sale), AMOUNT)
                .card(card)
                .at(YESTERDAY)
                .with("observed_at", NOW.plus(Duration.ofDays(4)).toString())
                .post();
        assertEquals(
                0,
                Sales.json(Sales.get(clerk, "/v1/refunds", overdue)).get("data").size());
    }

    @Test
    void aSecondDebitAndADebitWithoutASaleAreProposedForRefund() {
        String rrn = Said.unique("R");
        Instant at = YESTERDAY;
        String first = Said.post(
                        Said.by("terminal", "no_answer")
                                .of(merchant, rrn, AMOUNT)
                                .card(card)
                                .at(at),
                        Said.by("bank", "debited")
                                .of(merchant, rrn, AMOUNT)
                                .card(card)
                                .at(at))
                .get(0);
        String second = Sales.settled(merchant, card, AMOUNT, at.plusSeconds(120));
        assertEquals(
                "charged_twice", Sales.verdict(clerk, second).get("verdict").textValue());
        JsonNode proposed = Sales.transaction(clerk, second).get("proposed_refund");
        assertEquals("duplicate", proposed.get("reason").textValue());
        assertNull(Sales.transaction(Tokens.cardholder(card), second).get("proposed_refund"));
        String id = Sales.json(Sales.ask(clerk, Sales.key(), Sales.body(first, null, "duplicate")))
                .get("id")
                .textValue();
        Sales.awaited(clerk, id, "succeeded");
        // The first went back instead: the second is no longer one of two.
        assertEquals("charged", Sales.verdict(clerk, second).get("verdict").textValue());
        assertNull(Sales.transaction(clerk, second).get("proposed_refund"));

        String other = Said.unique("R");
        String ghost = Said.post(
                        Said.by("acquirer", "no_record")
                                .of(merchant, other, AMOUNT + 1)
                                .card(card)
                                .at(at),
                        Said.by("bank", "debited")
                                .of(merchant, other, AMOUNT + 1)
                                .card(card)
                                .at(at))
                .get(0);
        JsonNode ready = Sales.transaction(clerk, ghost).get("proposed_refund");
        JsonNode confirmed = Sales.json(Sales.ask(clerk, Sales.key(), ready.toString()));
        assertEquals(AMOUNT + 1, confirmed.at("/amount/amount").longValue());
        Sales.awaited(clerk, confirmed.get("id").textValue(), "succeeded");
    }

    @Test
    void aPersonResolvesWhatTheAcquirerNeverAnswers() {
        String sale = Sales.settled(merchant, card, AMOUNT, YESTERDAY);
        acquirer.next(Stream.concat(Stream.of("reset_before"), Collections.nCopies(50, "inquiry:error").stream())
                .toArray(String[]::new));
        String id = Sales.refunded(clerk, sale, null).get("id").textValue();
        Waiting.until("needs attention", Sales.PATIENCE, () -> Sales.refund(clerk, id)
                .get("needs_attention")
                .booleanValue());
        acquirer.next();
        String desk = Sales.token("desk-1", "desk:read desk:approve");
        Sales.act(manager, id, "resolve", "{\"outcome\": \"failed\", \"note\": \"x\"}")
                .then()
                .statusCode(403);
        Sales.act(desk, id, "resolve", "{\"outcome\": \"succeeded\"}").then().statusCode(400);
        Sales.act(desk, id, "resolve", "{\"outcome\": \"succeeded\", \"note\": \"told by phone\"}")
                .then()
                .statusCode(200)
                .body("status", equalTo("succeeded"))
                .body("needs_attention", equalTo(false));
        assertEquals("being_returned", Sales.verdict(clerk, sale).get("verdict").textValue());
        Sales.act(desk, id, "resolve", "{\"outcome\": \"failed\", \"note\": \"x\"}")
                .then()
                .statusCode(409)
                .body("code", equalTo("refund_not_in_doubt"));
    }
}
