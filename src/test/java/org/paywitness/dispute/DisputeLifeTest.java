package org.paywitness.dispute;

import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.paywitness.dispute.Quarrels.AMOUNT;
import static org.paywitness.dispute.Quarrels.awaited;
import static org.paywitness.dispute.Quarrels.dispute;
import static org.paywitness.dispute.Quarrels.money;
import static org.paywitness.dispute.Quarrels.proposed;
import static org.paywitness.dispute.Quarrels.refused;
import static org.paywitness.dispute.Quarrels.step;
import static org.paywitness.dispute.Quarrels.timeline;
import static org.paywitness.dispute.Quarrels.verdict;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.paywitness.Said;
import org.paywitness.TestClock;
import org.paywitness.Tokens;

/** What the sides and the desk can do in a dispute, and what it moves. */
@QuarkusTest
class DisputeLifeTest {
    private static final Instant YESTERDAY = Instant.now().minus(Duration.ofDays(1));

    @Inject
    TestClock clock;

    private final Quarrels people = new Quarrels();

    @AfterEach
    void reset() {
        clock.reset();
    }

    @Test
    void openingTellsTheVerdictTheChecklistAndWhoseTurnItIs() {
        String sale = people.paid(YESTERDAY, "chip", AMOUNT);
        JsonNode opened = people.opened(people.cardholder, sale, "unrecognized");
        assertEquals("awaiting_merchant", opened.get("status").textValue());
        assertEquals("inquiry", opened.get("stage").textValue());
        assertEquals("merchant", opened.get("turn").textValue());
        assertTrue(OffsetDateTime.parse(opened.get("due_at").textValue())
                .toInstant()
                .isAfter(Instant.now()));
        assertEquals("charged", opened.at("/verdict/verdict").textValue());
        assertEquals("4515", opened.at("/scheme_codes/unionpay").textValue());
        assertEquals(
                "pin_or_chip", opened.at("/checklist/weaknesses/0/weakness").textValue());
        assertFalse(
                opened.at("/checklist/cardholder_complete").booleanValue(), "a denial of a chip payment is not enough");
        assertTrue(opened.get("text").textValue().matches("card 622848\\D+0018"), "no card number is kept");
        String id = opened.get("id").textValue();
        assertEquals(id, transaction(sale).at("/disputes/0").textValue());
        JsonNode timeline = timeline(people.clerk, id);
        assertTrue(timeline.get("verified").booleanValue(), timeline::toString);
        assertEquals(1, timeline.get("entries").size());
    }

    private JsonNode transaction(String sale) {
        return Quarrels.json(Quarrels.get(people.desk, "/v1/transactions/" + sale), 200);
    }

    @Test
    void anAcceptedRefundRunsByItself() {
        String sale = people.paid(YESTERDAY);
        String id = people.opened(people.cardholder, sale, "not_as_described")
                .get("id")
                .textValue();
        String offer = proposed(people.clerk, id, "{\"kind\":\"refund\",\"amount\":" + money(5000) + "}");
        refused(people.clerk, id, "proposals/" + offer + "/accept", "{}", 409, "own_proposal");
        JsonNode agreed = step(people.cardholder, id, "proposals/" + offer + "/accept", "{}");
        assertEquals("agreed", agreed.get("status").textValue());
        assertNull(agreed.get("due_at"));
        assertEquals(5000, agreed.at("/agreement/amount/amount").longValue());
        String refund = agreed.at("/follow_ups/0/refund_id").textValue();
        JsonNode asked = Quarrels.json(Quarrels.get(people.clerk, "/v1/refunds/" + refund), 200);
        assertEquals("approved", asked.get("status").textValue());
        assertEquals("agreement", asked.get("reason").textValue());
        refused(people.cardholder, id, "messages", "{\"text\":\"x\"}", 409, "dispute_closed");
        assertTrue(timeline(people.desk, id).get("verified").booleanValue());
    }

    @Test
    void aVoucherTakesThePlaceOfWhatWasClaimedBackAndCountsAgainstRefunds() {
        String sale = people.paid(YESTERDAY);
        String id =
                people.opened(people.cardholder, sale, "unrecognized").get("id").textValue();
        step(people.cardholder, id, "escalate", "{}");
        String offer = proposed(people.clerk, id, "{\"kind\":\"voucher\",\"amount\":" + money(8000) + "}");
        JsonNode agreed = step(people.cardholder, id, "proposals/" + offer + "/accept", "{}");
        assertEquals(8000, agreed.at("/transactions/0/compensated/amount").longValue());
        assertEquals(0, agreed.at("/transactions/0/claimed_back/amount").longValue());
        assertEquals("charged", verdict(people.desk, sale).get("verdict").textValue(), "a voucher is no money");
        String more = "{\"transaction_id\":\"" + sale + "\",\"reason\":\"customer_request\",\"amount\":";
        assertEquals(
                409,
                Quarrels.post(people.clerk, "/v1/refunds", more + money(AMOUNT - 8000 + 1) + "}")
                        .statusCode());
        assertEquals(
                201,
                Quarrels.post(people.clerk, "/v1/refunds", more + money(AMOUNT - 8000) + "}")
                        .statusCode());
    }

    @Test
    void whatTheMerchantReturnedElsewhereIsNotWonAgain() {
        String sale = people.paid(YESTERDAY);
        String id =
                people.opened(people.cardholder, sale, "unrecognized").get("id").textValue();
        step(people.cardholder, id, "escalate", "{}");
        Said.by("acquirer", "refunded")
                .of(people.merchant, rrn(sale), AMOUNT)
                .card(people.card)
                .at(Instant.now())
                .moved(AMOUNT - 1000)
                .post();
        JsonNode won = step(people.judge, id, "decide", "{\"outcome\":\"won_by_cardholder\",\"text\":\"no slip\"}");
        assertEquals(1000, won.at("/transactions/0/won/amount").longValue(), "only what is left");
    }

    private String rrn(String sale) {
        return transaction(sale).get("rrn").textValue();
    }

    @Test
    void aRefundThatWaitsGivesWayToTheChargeback() {
        String sale = people.paid(YESTERDAY, "swipe", 200_000);
        String id =
                people.opened(people.cardholder, sale, "unrecognized").get("id").textValue();
        String body = "{\"transaction_id\":\"" + sale + "\",\"reason\":\"customer_request\"}";
        String refund = Quarrels.json(Quarrels.post(people.clerk, "/v1/refunds", body), 201)
                .get("id")
                .textValue();
        JsonNode claimed = step(people.cardholder, id, "escalate", "{}");
        assertEquals(200_000, claimed.at("/transactions/0/claimed_back/amount").longValue());
        JsonNode gone = Quarrels.json(Quarrels.get(people.clerk, "/v1/refunds/" + refund), 200);
        assertEquals("canceled", gone.get("status").textValue());
    }

    @Test
    void anAgreementIsNotForOneSideToAnnulNorForOnePersonToApprove() {
        String sale = people.paid(YESTERDAY, "swipe", 200_000);
        String id =
                people.opened(people.cardholder, sale, "unrecognized").get("id").textValue();
        String offer = proposed(people.clerk, id, "{\"kind\":\"refund\",\"amount\":" + money(200_000) + "}");
        JsonNode agreed = step(people.cardholder, id, "proposals/" + offer + "/accept", "{}");
        String refund = "/v1/refunds/" + agreed.at("/follow_ups/0/refund_id").textValue();
        assertEquals(
                "pending_approval",
                Quarrels.json(Quarrels.get(people.clerk, refund), 200)
                        .get("status")
                        .textValue());
        Quarrels.post(people.clerk, refund + "/cancel", "{}")
                .then()
                .statusCode(409)
                .body("code", equalTo("refund_agreed"));
        String manager = Tokens.sign(
                Tokens.claims("merchant:read merchant:approve").subject("clerk").claim("merchant_id", people.merchant));
        Quarrels.post(manager, refund + "/reject", "{}").then().statusCode(409).body("code", equalTo("refund_agreed"));
        Quarrels.post(manager, refund + "/approve", "{}").then().statusCode(403).body("code", equalTo("same_person"));
    }

    @Test
    void aVoucherThatWasNeverGivenCountsNoLonger() {
        String sale = people.paid(YESTERDAY);
        String id =
                people.opened(people.cardholder, sale, "unrecognized").get("id").textValue();
        String offer = proposed(people.clerk, id, "{\"kind\":\"voucher\",\"amount\":" + money(AMOUNT) + "}");
        JsonNode agreed = step(people.cardholder, id, "proposals/" + offer + "/accept", "{}");
        String promise = agreed.at("/follow_ups/0/id").textValue();
        step(people.cardholder, id, "follow-ups", "{\"follow_up_id\":\"" + promise + "\",\"executed\":false}");
        String again =
                people.opened(people.cardholder, sale, "unrecognized").get("id").textValue();
        JsonNode claimed = step(people.cardholder, again, "escalate", "{}");
        assertEquals(AMOUNT, claimed.at("/transactions/0/claimed_back/amount").longValue());
    }

    @Test
    void anOfferBeyondNegotiationStopsNoClock() {
        String sale = people.paid(YESTERDAY);
        String id =
                people.opened(people.cardholder, sale, "unrecognized").get("id").textValue();
        String due = step(people.cardholder, id, "escalate", "{}").get("due_at").textValue();
        String offer = proposed(people.clerk, id, "{\"kind\":\"nothing\"}");
        JsonNode after = dispute(people.desk, id);
        assertEquals("awaiting_merchant", after.get("status").textValue());
        assertEquals(due, after.get("due_at").textValue());
        JsonNode declined = step(people.cardholder, id, "proposals/" + offer + "/decline", "{}");
        assertEquals(due, declined.get("due_at").textValue());
    }

    @Test
    void idsThatTurnedOutToBeOnePaymentAreClaimedOnce() {
        String order = Said.unique("w");
        Instant then = YESTERDAY.minus(Duration.ofDays(8));
        String one = Said.by("wallet", "paid")
                .of(people.merchant, null, AMOUNT)
                .knowing("wallet_transaction_no", order)
                .card(people.card)
                .at(then)
                .post();
        String two = Said.by("acquirer", "captured")
                .of(people.merchant, Said.unique("R"), AMOUNT)
                .card(people.card)
                .at(YESTERDAY)
                .post();
        String id =
                people.opened(people.cardholder, two, "unrecognized").get("id").textValue();
        Said.by("acquirer", "captured")
                .of(people.merchant, rrn(two), AMOUNT)
                .knowing("wallet_transaction_no", order)
                .at(YESTERDAY)
                .post();
        String twice = "{\"transactions\":[{\"transaction_id\":\"" + one + "\"},{\"transaction_id\":\"" + two
                + "\"}],\"reason\":\"duplicate\"}";
        assertEquals(
                400, Quarrels.post(people.cardholder, "/v1/disputes", twice).statusCode());
        String again = "{\"transaction_id\":\"" + one + "\",\"reason\":\"unrecognized\"}";
        Quarrels.post(people.cardholder, "/v1/disputes", again)
                .then()
                .statusCode(409)
                .body("dispute_id", equalTo(id));
        step(people.cardholder, id, "escalate", "{}");
        String refund = "{\"transaction_id\":\"" + one + "\",\"reason\":\"customer_request\"}";
        Quarrels.post(people.clerk, "/v1/refunds", refund)
                .then()
                .statusCode(409)
                .body("code", equalTo("under_chargeback"));
    }

    @Test
    void aBankDebitThatNobodyElseKnowsOfWaitsForItsMerchant() {
        String rrn = Said.unique("R");
        String sale = Said.by("bank", "debited")
                .of(null, rrn, AMOUNT)
                .card(people.card)
                .at(YESTERDAY)
                .post();
        String id =
                people.opened(people.cardholder, sale, "unrecognized").get("id").textValue();
        assertEquals("open", dispute(people.desk, id).get("status").textValue());
        refused(people.cardholder, id, "proposals", "{\"kind\":\"nothing\"}", 409, "merchant_unknown");
        Said.by("acquirer", "captured")
                .of(people.merchant, rrn, AMOUNT)
                .card(people.card)
                .at(YESTERDAY)
                .post();
        JsonNode addressed = awaited(people.desk, id, "awaiting_merchant");
        assertEquals(people.merchant, addressed.get("merchant_id").textValue());
        assertEquals(id, dispute(people.clerk, id).get("id").textValue(), "and the merchant sees it");
    }

    @Test
    void whoSpeaksForBothSidesMustBeTwoPeople() {
        String sale = people.paid(YESTERDAY);
        String id = people.opened(people.desk, sale, "unrecognized").get("id").textValue();
        String offer = proposed(
                people.desk, id, "{\"kind\":\"refund\",\"amount\":" + money(100) + ",\"on_behalf_of\":\"merchant\"}");
        String forHolder = "{\"on_behalf_of\":\"cardholder\"}";
        refused(people.desk, id, "proposals/" + offer + "/accept", forHolder, 403, "same_person");
        step(people.cardholder, id, "proposals/" + offer + "/accept", "{}");
    }

    @Test
    void whatTheDeskSendsForASideCountsForIt() {
        String id = people.opened(people.cardholder, people.paid(YESTERDAY), "unrecognized")
                .get("id")
                .textValue();
        assertEquals(400, sent(people.cardholder, id, "merchant"), "a side speaks for itself");
        assertEquals(201, sent(people.desk, id, null));
        assertEquals("awaiting_merchant", dispute(people.desk, id).get("status").textValue());
        assertEquals(201, sent(people.desk, id, "merchant"));
        assertEquals(
                "awaiting_cardholder", dispute(people.desk, id).get("status").textValue());
    }

    private static int sent(String token, String dispute, String onBehalfOf) {
        var form = Quarrels.as(token).multiPart("type", "slip").multiPart("file", "a.txt", "signed".getBytes());
        return (onBehalfOf == null ? form : form.multiPart("on_behalf_of", onBehalfOf))
                .post("/v1/disputes/" + dispute + "/evidence")
                .statusCode();
    }

    @Test
    void oneStoryOfSeveralPaymentsIsDecidedAsOne() {
        String first = people.paid(YESTERDAY);
        String second = people.paid(YESTERDAY.minus(Duration.ofHours(3)));
        String body = "{\"transactions\":[{\"transaction_id\":\"" + first + "\",\"amount\":" + money(1000)
                + "},{\"transaction_id\":\"" + second + "\"}],\"reason\":\"not_delivered\"}";
        JsonNode opened = Quarrels.json(Quarrels.post(people.cardholder, "/v1/disputes", body), 201);
        assertEquals(AMOUNT + 1000, opened.at("/claimed/amount").longValue());
        String id = opened.get("id").textValue();
        step(people.judge, id, "decide", "{\"outcome\":\"won_by_cardholder\",\"text\":\"nothing came\"}");
        assertEquals(
                "partly_returned", verdict(people.desk, first).get("verdict").textValue());
        assertEquals(
                "being_returned", verdict(people.desk, second).get("verdict").textValue());
        String other = new Quarrels().paid(YESTERDAY);
        Quarrels.post(people.desk, "/v1/disputes", body.replace(first, other))
                .then()
                .statusCode(422)
                .body("code", equalTo("not_one_story"));
    }

    @Test
    void aDecisionMovesTheVerdictAndItsReversalMovesItBack() {
        String sale = people.paid(YESTERDAY);
        String id =
                people.opened(people.cardholder, sale, "unrecognized").get("id").textValue();
        JsonNode claimed = step(people.cardholder, id, "escalate", "{}");
        assertEquals("chargeback", claimed.get("stage").textValue());
        assertEquals(AMOUNT, claimed.at("/transactions/0/claimed_back/amount").longValue());
        JsonNode won = step(people.judge, id, "decide", "{\"outcome\":\"won_by_cardholder\",\"text\":\"no slip\"}");
        assertEquals(AMOUNT, won.at("/transactions/0/won/amount").longValue());
        assertEquals("being_returned", verdict(people.desk, sale).get("verdict").textValue());
        JsonNode lost = step(people.judge, id, "decide", "{\"outcome\":\"won_by_merchant\",\"text\":\"slip found\"}");
        assertEquals(0, lost.at("/transactions/0/won/amount").longValue());
        assertEquals("charged", verdict(people.desk, sale).get("verdict").textValue());
        step(people.judge, id, "decide", "{\"outcome\":\"won_by_cardholder\",\"text\":\"forged\"}");
        assertEquals("being_returned", verdict(people.desk, sale).get("verdict").textValue());
        assertTrue(timeline(people.desk, id).get("verified").booleanValue());
    }

    @Test
    void aSilentMerchantLosesAtTheDeadlineAfterReminders() {
        String sale = people.paid(YESTERDAY);
        String id =
                people.opened(people.cardholder, sale, "unrecognized").get("id").textValue();
        clock.move(Duration.ofDays(8));
        JsonNode lapsed = awaited(people.desk, id, "won_by_cardholder");
        assertEquals(AMOUNT, lapsed.at("/transactions/0/won/amount").longValue());
        assertEquals("being_returned", verdict(people.desk, sale).get("verdict").textValue());
        assertTrue(timeline(people.desk, id).get("verified").booleanValue());
        assertEquals(id, dispute(people.desk, id).get("id").textValue());
    }
}
