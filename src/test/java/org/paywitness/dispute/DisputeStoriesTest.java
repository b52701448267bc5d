package org.paywitness.dispute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.paywitness.dispute.Quarrels.AMOUNT;
import static org.paywitness.dispute.Quarrels.awaited;
import static org.paywitness.dispute.Quarrels.dispute;
import static org.paywitness.dispute.Quarrels.get;
import static org.paywitness.dispute.Quarrels.json;
import static org.paywitness.dispute.Quarrels.money;
import static org.paywitness.dispute.Quarrels.post;
import static org.paywitness.dispute.Quarrels.proposed;
import static org.paywitness.dispute.Quarrels.refused;
import static org.paywitness.dispute.Quarrels.step;
import static org.paywitness.dispute.Quarrels.timeline;
import static org.paywitness.dispute.Quarrels.verdict;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.paywitness.Said;
import org.paywitness.TestClock;
import org.paywitness.acquirer.Simulator;
import org.paywitness.fault.Waiting;
import org.paywitness.refund.AcquirerResource;

/** Whole stories of the field, from the complaint to its end, as the people in them would tell them. */
@QuarkusTest
@WithTestResource(value = AcquirerResource.class, scope = TestResourceScope.MATCHING_RESOURCES)
class DisputeStoriesTest {
    private static final Instant YESTERDAY = Instant.now().minus(Duration.ofDays(1));

    @Inject
    TestClock clock;

    Simulator acquirer;

    private final Quarrels people = new Quarrels();

    @AfterEach
    void reset() {
        clock.reset();
    }

    @Test
    void deniedAndProven() {
        String sale = people.paid(YESTERDAY, "chip", AMOUNT);
        String id = opened(sale, "unrecognized");
        assertTrue(weaknesses(id).contains("pin_or_chip"), "a chip payment is not denied by a word");

        show(people.clerk, id, "pin_or_chip_record");
        assertEquals("awaiting_cardholder", status(id), "the merchant has shown what is required");
        refused(people.cardholder, id, "escalate", "{}", 409, "evidence_missing");

        clock.move(Duration.ofDays(8));
        JsonNode ended = awaited(people.desk, id, "expired");
        assertEquals(0, ended.at("/transactions/0/won/amount").longValue());
        assertEquals("charged", verdict(people.desk, sale).get("verdict").textValue());
        hasAWholeTimeline(id);
    }

    @Test
    void deniedAndTheTerminalWasLost() {
        String terminal = Said.unique("T");
        String registered = json(
                        post(
                                people.clerk,
                                "/v1/terminals",
                                "{\"terminal_id\":\"" + terminal + "\",\"merchant_id\":\"" + people.merchant + "\"}"),
                        201)
                .get("id")
                .textValue();
        String sale = Said.by("acquirer", "captured")
                .of(people.merchant, Said.unique("R"), AMOUNT)
                .card(people.card)
                .at(YESTERDAY)
                .knowing("terminal_id", terminal)
                .post();
        String since = YESTERDAY.minus(Duration.ofHours(2)).toString();
        json(
                post(
                        people.clerk,
                        "/v1/terminals/" + registered + "/reports",
                        "{\"report\":\"lost\",\"since\":\"" + since + "\"}"),
                201);

        JsonNode opened = people.opened(people.cardholder, sale, "unrecognized");
        String id = opened.get("id").textValue();
        assertTrue(opened.at("/verdict/flags").toString().contains("after_terminal_lost"));
        assertTrue(weaknesses(id).contains("terminal_lost_before"));

        show(people.clerk, id, "reprinted_slip");
        assertTrue(weaknesses(id).contains("reprinted_slip_alone"));
        assertEquals("awaiting_merchant", status(id), "a reprint is no answer");

        clock.move(Duration.ofDays(8));
        awaited(people.desk, id, "won_by_cardholder");
        assertEquals("being_returned", verdict(people.desk, sale).get("verdict").textValue());
        hasAWholeTimeline(id);
    }

    @Test
    void chargedWithoutASlip() {
        String sale = people.paid(YESTERDAY);
        String id = opened(sale, "no_slip");
        String offer = proposed(people.clerk, id, "{\"kind\":\"reissue_slip\",\"text\":\"here it is\"}");
        JsonNode agreed = step(people.cardholder, id, "proposals/" + offer + "/accept", "{}");
        assertEquals("agreed", agreed.get("status").textValue());
        String promise = agreed.at("/follow_ups/0/id").textValue();

        JsonNode slip = json(get(people.cardholder, "/v1/transactions/" + sale + "/receipt"), 200);
        assertEquals(AMOUNT, slip.at("/amount/amount").longValue());
        String kept = "{\"follow_up_id\":\"" + promise + "\",\"executed\":true,\"proof\":\"copy 1\"}";
        JsonNode followed = step(people.clerk, id, "follow-ups", kept);
        assertEquals("executed", followed.at("/follow_ups/0/status").textValue());
        refused(people.clerk, id, "follow-ups", kept, 409, "follow_up_ended");
        step(people.cardholder, id, "follow-ups", "{\"satisfied\":true,\"prevention\":\"new paper roll\"}");
        assertEquals("charged", verdict(people.desk, sale).get("verdict").textValue());
        hasAWholeTimeline(id);
    }

    @Test
    void chargedTwice() {
        String first = people.paid(YESTERDAY);
        String second = people.paid(YESTERDAY.plus(Duration.ofMinutes(2)));
        String id = opened(second, "duplicate");
        show(people.cardholder, id, "bank_statement");
        String offer = proposed(people.clerk, id, "{\"kind\":\"refund\",\"amount\":" + money(AMOUNT) + "}");
        JsonNode agreed = step(people.cardholder, id, "proposals/" + offer + "/accept", "{}");
        assertEquals("agreed", agreed.get("status").textValue());

        // ¥128.00 is within the automatic limit: the refund runs by itself, and the promise ends with it.
        Waiting.until("the promise is kept", Quarrels.PATIENCE, () -> dispute(people.desk, id)
                .at("/follow_ups/0/status")
                .textValue()
                .equals("executed"));
        assertEquals(AMOUNT, acquirer.moved(second));
        assertEquals(0, acquirer.moved(first));
        assertEquals(
                "being_returned", verdict(people.desk, second).get("verdict").textValue());
        hasAWholeTimeline(id);
    }

    @Test
    void wrongAmount() {
        String sale = people.paid(YESTERDAY);
        String id = json(
                        post(
                                people.cardholder,
                                "/v1/disputes",
                                "{\"transaction_id\":\"" + sale + "\",\"reason\":\"amount_differs\",\"amount\":"
                                        + money(2800) + ",\"text\":\"keyed 128, was 100\"}"),
                        201)
                .get("id")
                .textValue();
        String tooMuch = "{\"kind\":\"refund\",\"amount\":" + money(AMOUNT + 1) + "}";
        refused(people.clerk, id, "proposals", tooMuch, 409, "refund_exceeds_charge");
        String first = proposed(people.clerk, id, "{\"kind\":\"refund\",\"amount\":" + money(1000) + "}");
        step(people.cardholder, id, "proposals/" + first + "/decline", "{\"text\":\"the whole difference\"}");
        String second = proposed(people.clerk, id, "{\"kind\":\"refund\",\"amount\":" + money(2800) + "}");
        step(people.cardholder, id, "proposals/" + second + "/accept", "{}");

        Waiting.until("the difference is sent", Quarrels.PATIENCE, () -> acquirer.moved(sale) == 2800);
        Waiting.until(
                "it is told",
                Quarrels.PATIENCE,
                () -> verdict(people.desk, sale).get("verdict").textValue().equals("partly_returned"));
        hasAWholeTimeline(id);
    }

    @Test
    void refundNotReceived() {
        String sale = people.paid(YESTERDAY);
        String body = "{\"transaction_id\":\"" + sale + "\",\"reason\":\"customer_request\"}";
        String refund =
                json(post(people.clerk, "/v1/refunds", body), 201).get("id").textValue();
        Waiting.until("it is sent", Quarrels.PATIENCE, () -> acquirer.moved(sale) == AMOUNT);
        String id = opened(sale, "refund_not_received");
        show(people.cardholder, id, "bank_statement");
        // All of it is on its way already: there is nothing more to claim.
        refused(people.cardholder, id, "escalate", "{}", 409, "nothing_left_to_claim");
        show(people.clerk, id, "refund_proof");
        assertEquals("awaiting_cardholder", status(id));

        String rrn = json(get(people.desk, "/v1/transactions/" + sale), 200)
                .get("rrn")
                .textValue();
        Said.by("bank", "credited")
                .of(people.merchant, rrn, AMOUNT)
                .card(people.card)
                .at(Instant.now())
                .post();
        Waiting.until("it has arrived", Quarrels.PATIENCE, () -> json(get(people.desk, "/v1/refunds/" + refund), 200)
                .has("arrived_at"));
        step(people.cardholder, id, "withdraw", "{\"text\":\"it is there\"}");
        assertEquals("returned", verdict(people.desk, sale).get("verdict").textValue());
        hasAWholeTimeline(id);
    }

    @Test
    void theMerchantIsSilentUntilTheDeadline() {
        String sale = people.paid(YESTERDAY);
        String id = opened(sale, "not_delivered");
        // Three days and one day before the seven are over.
        for (int days : List.of(4, 2)) {
            int before = actions(id, "reminded");
            clock.move(Duration.ofDays(days).plusMinutes(1));
            Waiting.until("a reminder", Quarrels.PATIENCE, () -> actions(id, "reminded") > before);
            assertEquals("awaiting_merchant", status(id));
        }
        clock.move(Duration.ofDays(1));
        JsonNode lost = awaited(people.desk, id, "won_by_cardholder");
        assertEquals(AMOUNT, lost.at("/transactions/0/won/amount").longValue());
        assertEquals(2, actions(id, "reminded"), "each reminder once");
        String body = "{\"transaction_id\":\"" + sale + "\",\"reason\":\"customer_request\"}";
        assertEquals(409, post(people.clerk, "/v1/refunds", body).statusCode(), "nobody is paid twice");
        hasAWholeTimeline(id);
    }

    @Test
    void arbitrationLostAndReversed() {
        String sale = people.paid(YESTERDAY);
        String id = opened(sale, "unrecognized");
        assertEquals("chargeback", stage(step(people.cardholder, id, "escalate", "{}")));
        String refund = "{\"transaction_id\":\"" + sale + "\",\"reason\":\"customer_request\"}";
        assertEquals(
                "under_chargeback", post(people.clerk, "/v1/refunds", refund).path("code"));
        refused(people.clerk, id, "escalate", "{}", 409, "evidence_missing");
        show(people.clerk, id, "slip");
        assertEquals("representment", stage(step(people.clerk, id, "escalate", "{}")));
        assertEquals("pre_arbitration", stage(step(people.cardholder, id, "escalate", "{}")));
        JsonNode arbitrated = step(people.clerk, id, "escalate", "{}");
        assertEquals("arbitration", stage(arbitrated));
        assertEquals("under_review", arbitrated.get("status").textValue());

        step(people.judge, id, "decide", "{\"outcome\":\"won_by_merchant\",\"text\":\"the slip is signed\"}");
        assertEquals("charged", verdict(people.desk, sale).get("verdict").textValue());
        step(people.judge, id, "decide", "{\"outcome\":\"won_by_cardholder\",\"text\":\"the signature is forged\"}");
        JsonNode returned = verdict(people.desk, sale);
        assertEquals("being_returned", returned.get("verdict").textValue());
        assertEquals(AMOUNT, returned.at("/returned_promised/amount").longValue());
        assertEquals(1, actions(id, "reversed"));
        hasAWholeTimeline(id);
    }

    // --- what people see ---------------------------------------------------------------------------------------------

    private String opened(String sale, String reason) {
        return people.opened(people.cardholder, sale, reason).get("id").textValue();
    }

    private void show(String token, String dispute, String type) {
        int status = Quarrels.as(token)
                .multiPart("type", type)
                .multiPart("file", type + ".txt", ("this is a " + type).getBytes())
                .post("/v1/disputes/" + dispute + "/evidence")
                .statusCode();
        assertEquals(201, status, type);
    }

    private String status(String id) {
        return dispute(people.desk, id).get("status").textValue();
    }

    private static String stage(JsonNode dispute) {
        return dispute.get("stage").textValue();
    }

    private List<String> weaknesses(String id) {
        return json(get(people.desk, "/v1/disputes/" + id + "/checklist"), 200).findValuesAsText("weakness");
    }

    private int actions(String id, String action) {
        List<String> all = new ArrayList<>(timeline(people.desk, id).findValuesAsText("action"));
        return Collections.frequency(all, action);
    }

    private void hasAWholeTimeline(String id) {
        for (String token : List.of(people.cardholder, people.clerk, people.desk)) {
            JsonNode told = timeline(token, id);
            assertTrue(told.get("verified").booleanValue(), told::toPrettyString);
            assertFalse(told.get("entries").isEmpty());
        }
    }
}
