package org.paywitness.refund;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.paywitness.access.Visibility;
import org.paywitness.explanation.Language;
import org.paywitness.id.TypeId;
import org.paywitness.transaction.Amount;
import org.paywitness.transaction.VerdictAnswer;

/** A refund on the wire. */
@Schema(name = "Refund", description = "Money that goes back for one transaction, on the original route.")
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RefundAnswer(
        @Schema(required = true, examples = "rfd_01kaf3v6n8e8q9w2s4d6f8g0h2") String id,
        @Schema(required = true, examples = "txn_01kaf3v6n8e8q9w2s4d6f8g0h2") String transactionId,
        @Schema(required = true) String merchantId,
        @Schema(required = true) Amount amount,
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
        @Schema(description = "Not told to cardholders.") String note,
        @Schema(
                        required = true,
                        enumeration = {
                            "pending_approval",
                            "approved",
                            "submitted",
                            "in_doubt",
                            "succeeded",
                            "failed",
                            "rejected",
                            "canceled"
                        })
                String status,
        @Schema(
                        required = true,
                        enumeration = {"void", "refund"},
                        description = "void while the batch is open and the whole amount goes back, else refund;"
                                + " settled when it is submitted.")
                String route,
        @Schema(description = "Not told to cardholders.") String requestedBy,
        @Schema(required = true, format = "date-time") String requestedAt,
        @Schema(description = "Who approved, rejected, canceled or resolved it; not told to cardholders.")
                String decidedBy,
        @Schema(format = "date-time") String decidedAt,
        @Schema(description = "Not told to cardholders.") String decisionNote,
        @Schema(format = "date-time") String submittedAt,
        @Schema(format = "date-time") String succeededAt,
        @Schema(description = "How the acquirer names it.") String acquirerReference,
        Failure failure,
        @Schema(required = true, format = "date-time", description = "When the money should have arrived, by policy.")
                String expectedBy,
        @Schema(format = "date-time", description = "When the bank or wallet says it has.") String arrivedAt,
        @Schema(required = true, description = "Succeeded, and not arrived by expected_by.") boolean overdue,
        @Schema(required = true, description = "The acquirer gives no end: a person must resolve it.")
                boolean needsAttention,
        @Schema(required = true, description = "Where it is now, in the caller's language.") String explanation,
        @Schema(description = "Each step; only of one refund, and not told to cardholders.") List<Step> history) {

    /** Why it failed and what to do now. */
    @Schema(name = "RefundFailure")
    public record Failure(
            @Schema(
                            required = true,
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
                    String reason,
            @Schema(required = true, format = "date-time") String at,
            @Schema(required = true) String explanation,
            @Schema(required = true, description = "What to do now: the other route.") String nextStep) {}

    /** One step in its life, from the audit trail. */
    @Schema(name = "RefundStep")
    public record Step(
            @Schema(required = true, format = "date-time") String at,
            @Schema(required = true, examples = "approved") String action,
            @Schema(required = true) String by) {}

    static RefundAnswer of(
            Refund r, Visibility visibility, List<Step> history, Instant now, ZoneId zone, Language language) {
        boolean staff = !(visibility instanceof Visibility.OfCards);
        return new RefundAnswer(
                r.reference(),
                TypeId.format(TypeId.TRANSACTION, r.transactionId),
                r.merchantId,
                Amount.of(r.amount),
                r.reason.code(),
                staff ? r.note : null,
                r.status.code(),
                r.route.code(),
                staff ? r.requestedBy : null,
                VerdictAnswer.time(r.requestedAt, zone),
                staff ? r.decidedBy : null,
                VerdictAnswer.time(r.decidedAt, zone),
                staff ? r.decisionNote : null,
                VerdictAnswer.time(r.submittedAt, zone),
                VerdictAnswer.time(r.succeededAt, zone),
                r.acquirerReference,
                r.failure == null
                        ? null
                        : new Failure(
                                r.failure.code(),
                                VerdictAnswer.time(r.failedAt, zone),
                                RefundWords.failure(r.failure, language),
                                RefundWords.failureNext(r.failure, language)),
                VerdictAnswer.time(r.expectedBy, zone),
                VerdictAnswer.time(r.arrivedAt, zone),
                r.isOverdue(now),
                r.needsAttention,
                RefundWords.status(r.status, language),
                staff ? history : null);
    }
}
