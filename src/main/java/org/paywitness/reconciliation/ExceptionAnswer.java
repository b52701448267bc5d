package org.paywitness.reconciliation;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.paywitness.id.TypeId;
import org.paywitness.transaction.Amount;
import org.paywitness.transaction.Transaction;
import org.paywitness.transaction.VerdictAnswer;
import org.paywitness.verdict.Fact;
import org.paywitness.verdict.Policy;
import org.paywitness.verdict.Source;

/** An exception on the wire. */
@Schema(name = "Exception", description = "Where the books of the sources differ over one payment.")
@JsonInclude(JsonInclude.Include.NON_NULL)
record ExceptionAnswer(
        @Schema(required = true, examples = "exc_01kaf3v6n8e8q9w2s4d6f8g0h2") String id,
        @Schema(
                        required = true,
                        enumeration = {
                            "missing_at_bank",
                            "missing_at_acquirer",
                            "missing_at_terminal",
                            "amount_mismatch",
                            "duplicate",
                            "fee_mismatch",
                            "late"
                        })
                String kind,
        @Schema(
                        required = true,
                        enumeration = {"open", "closed"})
                String status,
        @Schema(required = true, examples = "txn_01kaf3v6n8e8q9w2s4d6f8g0h2") String transactionId,
        @Schema(description = "Absent while no source has told it.") String merchantId,
        @Schema(required = true, format = "date", description = "The payment's business day.") String day,
        @Schema(description = "What to quote when asking about the payment.", examples = "RRN 632512000417")
                String reference,
        @Schema(description = "Absent where no source named an amount.") Amount amountAtStake,
        @Schema(
                        required = true,
                        enumeration = {"refund", "dispute", "ask_acquirer", "accept"})
                String proposedAction,
        @Schema(required = true, format = "date-time") String openedAt,
        @Schema(
                        required = true,
                        minimum = "0",
                        description = "Since it was opened, until it was closed. Does not count for the entity tag.")
                long ageSeconds,
        @Schema(required = true, description = "What each source says now, side by side.") List<Row> sources,
        @Schema(format = "date-time") String closedAt,
        @Schema(description = "A person, or system where the difference is there no longer.") String closedBy,
        @Schema(
                        enumeration = {
                            "explained",
                            "taken_back",
                            "changed",
                            "merged",
                            "refund",
                            "dispute",
                            "ask_acquirer",
                            "accept"
                        })
                String resolution,
        @Schema(description = "Why it was closed.") String reason) {

    /** One source's side. */
    @Schema(name = "ExceptionSource")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Row(
            @Schema(
                            required = true,
                            enumeration = {"terminal", "acquirer", "bank", "wallet"})
                    String source,
            @Schema(
                            required = true,
                            enumeration = {"tells", "silent", "not_covered"},
                            description = "silent: its data is complete for the payment's day and does not hold it.")
                    String state,
            @Schema(format = "date-time", description = "How far its data is complete for the merchant.")
                    String completeThrough,
            @Schema(required = true) List<Line> lines) {}

    /** One thing that a source said. */
    @Schema(name = "ExceptionLine")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Line(
            @Schema(required = true) String observationId,
            @Schema(required = true) String outcome,
            String responseCode,
            Amount amount,
            @Schema(required = true, format = "date-time") String observedAt) {}

    /** A page of a list. */
    @Schema(name = "ExceptionPage")
    record Page(
            @Schema(required = true) List<ExceptionAnswer> data,
            @Schema(required = true, nullable = true, description = "Where the next page begins; null at the end.")
                    String nextCursor) {}

    static ExceptionAnswer of(Shown shown, Policy policy, Instant now) {
        Raised raised = shown.raised();
        Raised.Closing closing = raised.closing();
        Instant until = closing == null ? now : closing.at();
        ZoneId zone = policy.zone();
        return new ExceptionAnswer(
                raised.reference(),
                raised.difference().kind().code(),
                raised.isOpen() ? "open" : "closed",
                TypeId.format(TypeId.TRANSACTION, raised.transactionId()),
                raised.merchantId(),
                raised.day().toString(),
                shown.transaction().reference().quote(),
                Amount.of(raised.difference().atStake()),
                raised.difference().proposed().code(),
                VerdictAnswer.time(raised.openedAt(), zone),
                Math.max(0, Duration.between(raised.openedAt(), until).toSeconds()),
                rows(shown, policy),
                closing == null ? null : VerdictAnswer.time(closing.at(), zone),
                closing == null ? null : closing.by(),
                closing == null ? null : closing.resolution().code(),
                closing == null ? null : closing.reason());
    }

    private static List<Row> rows(Shown shown, Policy policy) {
        Transaction transaction = shown.transaction();
        Instant dayOver = Reconciliation.endOfDay(transaction.occurredAt(), policy);
        List<Row> rows = new ArrayList<>();
        for (Source source : Source.values()) {
            List<Line> lines = transaction.facts().stream()
                    .filter(fact -> fact.source() == source)
                    .map(fact -> line(fact, policy.zone()))
                    .toList();
            boolean covered = source == Source.BANK || source == Source.WALLET
                    ? shown.completeness().reaches(source, dayOver)
                    : shown.completeness()
                            .reaches(source, transaction.occurredAt().plus(Reconciliation.CLOCKS_APART));
            rows.add(new Row(
                    source.code(),
                    !lines.isEmpty() ? "tells" : covered ? "silent" : "not_covered",
                    VerdictAnswer.time(shown.completeness().of(source), policy.zone()),
                    lines));
        }
        return rows;
    }

    private static Line line(Fact fact, ZoneId zone) {
        return new Line(
                fact.observationId(),
                fact.outcome().code(),
                fact.responseCode(),
                Amount.of(fact.amount()),
                VerdictAnswer.time(fact.at(), zone));
    }

    /** The same at any time: what an entity tag is made of. */
    ExceptionAnswer ageless() {
        return new ExceptionAnswer(
                id,
                kind,
                status,
                transactionId,
                merchantId,
                day,
                reference,
                amountAtStake,
                proposedAction,
                openedAt,
                0,
                sources,
                closedAt,
                closedBy,
                resolution,
                reason);
    }
}
