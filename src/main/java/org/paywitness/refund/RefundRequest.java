package org.paywitness.refund;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.paywitness.acquirer.Refusal;
import org.paywitness.card.CardNumbers;
import org.paywitness.id.TypeId;
import org.paywitness.money.Money;
import org.paywitness.observation.JsonFields;
import org.paywitness.problem.Problem;
import org.paywitness.transaction.Amount;

/** The bodies of requests about refunds, read strictly. */
final class RefundRequest {
    /**
     * A refund that is asked for.
     *
     * @param transactionId null where it cannot be the id of any transaction
     * @param amount null: all that may still go back
     */
    record Asked(UUID transactionId, Money amount, Reason reason, String note) {}

    /** What a person decides. */
    record Decided(String note) {}

    /** What a person found out. */
    record Resolved(Refund.Finding finding, Refusal failure, String note) {}

    /** As it is documented. */
    @Schema(name = "RefundRequest")
    record AskedBody(
            @Schema(required = true, examples = "txn_01kaf3v6n8e8q9w2s4d6f8g0h2") String transactionId,
            @Schema(description = "All that may still go back when absent.") Amount amount,
            @Schema(
                            required = true,
                            enumeration = {
                                "duplicate",
                                "customer_request",
                                "cooling_off",
                                "wrong_amount",
                                "not_delivered",
                                "no_slip",
                                "fraud",
                                "agreement"
                            })
                    String reason,
            @Schema(maxLength = 500, description = "For those who decide; card numbers in it are masked.")
                    String note) {}

    /** As it is documented. */
    @Schema(name = "RefundDecision")
    record DecidedBody(@Schema(maxLength = 500) String note) {}

    /** As it is documented. */
    @Schema(name = "RefundResolution")
    record ResolvedBody(
            @Schema(
                            required = true,
                            enumeration = {"succeeded", "failed", "ask_again"})
                    String outcome,
            @Schema(
                            description = "With failed; unknown when absent.",
                            enumeration = {
                                "original_not_found",
                                "amount_exceeds_original",
                                "too_late",
                                "card_closed",
                                "card_lost_or_stolen",
                                "insufficient_merchant_funds",
                                "refused_by_issuer",
                                "unknown"
                            })
                    String failure,
            @Schema(required = true, maxLength = 500, description = "How you know.") String note) {}

    private final JsonFields fields;
    private final int maxNote;

    private RefundRequest(byte[] body, ObjectMapper json, int maxNote) {
        this.fields = JsonFields.of(body, json);
        this.maxNote = maxNote;
    }

    /** @throws Problem 400 naming each bad field */
    static Asked asked(byte[] body, ObjectMapper json, int maxNote) {
        RefundRequest request = new RefundRequest(body == null ? new byte[0] : body, json, maxNote);
        String transaction = request.fields.text("transaction_id");
        Money amount = request.fields.money("amount");
        Reason reason = request.fields.oneOf("reason", Reason.class);
        String note = request.note();
        request.fields.require("transaction_id", transaction);
        request.fields.require("reason", reason);
        if (amount != null && amount.isZero()) {
            request.fields.refuse("amount/amount", "must be more than 0");
        }
        request.fields.finish();
        return new Asked(TypeId.parse(TypeId.TRANSACTION, transaction).orElse(null), amount, reason, note);
    }

    /** No body is a decision without a note. */
    static Decided decided(byte[] body, ObjectMapper json, int maxNote) {
        if (body == null || body.length == 0) {
            return new Decided(null);
        }
        RefundRequest request = new RefundRequest(body, json, maxNote);
        String note = request.note();
        request.fields.finish();
        return new Decided(note);
    }

    static Resolved resolved(byte[] body, ObjectMapper json, int maxNote) {
        RefundRequest request = new RefundRequest(body == null ? new byte[0] : body, json, maxNote);
        Refund.Finding finding = request.fields.oneOf("outcome", Refund.Finding.class);
        Refusal failure = request.fields.oneOf("failure", Refusal.class);
        String note = request.note();
        request.fields.require("outcome", finding);
        request.fields.require("note", note);
        if (failure != null && finding != null && finding != Refund.Finding.FAILED) {
            request.fields.refuse("failure", "belongs to the outcome failed only");
        }
        request.fields.finish();
        return new Resolved(finding, failure, note);
    }

    private String note() {
        String note = fields.text("note");
        if (note != null && note.length() > maxNote) {
            fields.refuse("note", "must have at most " + maxNote + " characters");
        }
        return note == null ? null : CardNumbers.mask(note);
    }
}
