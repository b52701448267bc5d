package org.paywitness.dispute;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.paywitness.evidence.Party;
import org.paywitness.explanation.Language;
import org.paywitness.id.TypeId;
import org.paywitness.transaction.Amount;
import org.paywitness.transaction.Found;
import org.paywitness.transaction.VerdictAnswer;
import org.paywitness.verdict.Policy;

/** A dispute on the wire. */
@Schema(name = "Dispute", description = "A claim against one transaction or several that one story covers.")
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DisputeAnswer(
        @Schema(required = true, examples = "dsp_01kaf3v6n8e8q9w2s4d6f8g0h2") String id,
        @Schema(required = true) Reason reason,
        @Schema(required = true, description = "The reason in words.") String reasonText,
        @Schema(required = true, description = "What a chargeback for this reason is called by the card schemes.")
                SchemeCodes schemeCodes,
        @Schema(required = true) Stage stage,
        @Schema(required = true) Status status,
        @Schema(required = true, description = "Where it is, in words.") String statusText,
        @Schema(description = "Whose turn it is; absent when it has ended.") Party turn,
        @Schema(format = "date-time", description = "Until when, in the merchants' zone; then the rules decide.")
                String dueAt,
        @Schema(description = "Whether that has passed.") Boolean overdue,
        @Schema(required = true, description = "What is to be done next; empty when it has ended and nothing is open.")
                List<VerdictAnswer.Step> nextSteps,
        @Schema(required = true) Party openedBy,
        @Schema(required = true, format = "date-time") String openedAt,
        @Schema(format = "date-time") String endedAt,
        String merchantId,
        @Schema(required = true) Amount claimed,
        String text,
        @Schema(required = true) List<ClaimAnswer> transactions,
        @Schema(required = true, description = "Oldest first.") List<ProposalAnswer> proposals,
        @Schema(description = "The proposal that both sides have agreed on.") ProposalAnswer agreement,
        @Schema(required = true, description = "What was promised, and whether it was done.")
                List<FollowUpAnswer> followUps,
        @Schema(required = true, description = "Counts the entries of the timeline.") int version,
        @Schema(description = "Only in the answer that opens it: the verdict on the first transaction.")
                VerdictAnswer verdict,
        @Schema(description = "Only in the answer that opens it.") ChecklistAnswer checklist) {

    /** The reason as the card schemes write it. */
    @Schema(name = "SchemeCodes")
    public record SchemeCodes(
            @Schema(required = true, examples = "4515") String unionpay,
            @Schema(required = true, examples = "10.3") String visa,
            @Schema(required = true, examples = "4837") String mastercard) {}

    /** What is disputed of one transaction, and what it has come to. */
    @Schema(name = "DisputeClaim")
    public record ClaimAnswer(
            @Schema(required = true, examples = "txn_01kaf3v6n8e8q9w2s4d6f8g0h2") String transactionId,
            @Schema(required = true) Amount claimed,
            @Schema(required = true, description = "Claimed back by the card's bank while nobody has decided.")
                    Amount claimedBack,
            @Schema(required = true, description = "Decided to go back to the cardholder.") Amount won,
            @Schema(required = true, description = "Given instead of money.") Amount compensated) {}

    /** An offer of one side. */
    @Schema(name = "Proposal")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ProposalAnswer(
            @Schema(required = true, examples = "prp_01kaf3v6n8e8q9w2s4d6f8g0h2") String id,
            @Schema(required = true) Party party,
            @Schema(required = true) Proposal.Kind kind,
            String transactionId,
            Amount amount,
            String text,
            @Schema(required = true) Proposal.State status,
            @Schema(required = true, format = "date-time") String proposedAt,
            @Schema(format = "date-time") String answeredAt) {}

    /** A promise. */
    @Schema(name = "FollowUp")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record FollowUpAnswer(
            @Schema(required = true, examples = "fup_01kaf3v6n8e8q9w2s4d6f8g0h2") String id,
            @Schema(required = true) Proposal.Kind kind,
            @Schema(required = true) Party owedBy,
            Amount amount,
            @Schema(description = "The refund that carries it out.") String refundId,
            @Schema(required = true, format = "date-time") String dueAt,
            @Schema(required = true) FollowUp.State status,
            @Schema(required = true) boolean overdue,
            String proof,
            @Schema(format = "date-time") String endedAt) {}

    static DisputeAnswer of(Disputes.Whole whole, Instant now, ZoneId zone, Language language) {
        Dispute d = whole.dispute();
        String currency = d.claimed.currency();
        List<ProposalAnswer> proposals =
                whole.proposals().stream().map(p -> proposal(p, zone)).toList();
        return new DisputeAnswer(
                d.reference(),
                d.reason,
                DisputeWords.reason(d.reason, language),
                new SchemeCodes(d.reason.unionpay(), d.reason.visa(), d.reason.mastercard()),
                d.stage,
                d.status,
                DisputeWords.status(d.status, language),
                d.status.turn(),
                d.due(zone),
                d.dueAt == null ? null : d.isOverdue(now),
                nextSteps(whole, zone, language),
                d.openedBy,
                VerdictAnswer.time(d.openedAt, zone),
                VerdictAnswer.time(d.endedAt, zone),
                d.merchantId,
                Amount.of(d.claimed),
                d.text,
                whole.claims().stream().map(c -> claim(c, currency)).toList(),
                proposals,
                proposals.stream()
                        .filter(p -> p.status() == Proposal.State.ACCEPTED)
                        .findFirst()
                        .orElse(null),
                whole.followUps().stream().map(f -> followUp(f, now, zone)).toList(),
                d.timelineNumber,
                null,
                null);
    }

    private static List<VerdictAnswer.Step> nextSteps(Disputes.Whole whole, ZoneId zone, Language language) {
        Dispute d = whole.dispute();
        if (d.status.isLive()) {
            String who =
                    d.status.turn() == Party.DESK ? "bank" : d.status.turn().code();
            return List.of(new VerdictAnswer.Step(
                    who, DisputeWords.next(d.status, language), d.due(zone), d.reference(), d.reason.guidance()));
        }
        return whole.followUps().stream()
                .filter(f -> f.state() == FollowUp.State.PROMISED)
                .map(f -> new VerdictAnswer.Step(
                        f.owedBy().code(),
                        DisputeWords.promise(f.kind(), language),
                        VerdictAnswer.time(f.dueAt(), zone),
                        d.reference(),
                        d.reason.guidance()))
                .toList();
    }

    private static ClaimAnswer claim(Claim c, String currency) {
        return new ClaimAnswer(
                TypeId.format(TypeId.TRANSACTION, c.transactionId()),
                new Amount(c.amount(), currency),
                new Amount(c.open(), currency),
                new Amount(c.won(), currency),
                new Amount(c.compensated(), currency));
    }

    private static ProposalAnswer proposal(Proposal p, ZoneId zone) {
        return new ProposalAnswer(
                p.reference(),
                p.party(),
                p.kind(),
                p.transactionId() == null ? null : TypeId.format(TypeId.TRANSACTION, p.transactionId()),
                Amount.of(p.amount()),
                p.text(),
                p.state(),
                VerdictAnswer.time(p.proposedAt(), zone),
                VerdictAnswer.time(p.answeredAt(), zone));
    }

    private static FollowUpAnswer followUp(FollowUp f, Instant now, ZoneId zone) {
        return new FollowUpAnswer(
                f.reference(),
                f.kind(),
                f.owedBy(),
                Amount.of(f.amount()),
                f.refundId() == null ? null : TypeId.format(TypeId.REFUND, f.refundId()),
                VerdictAnswer.time(f.dueAt(), zone),
                f.state(),
                f.state() == FollowUp.State.PROMISED && f.dueAt().isBefore(now),
                f.proof(),
                VerdictAnswer.time(f.endedAt(), zone));
    }

    /** The same with what whoever opens it wants to know at once. */
    DisputeAnswer opened(Found found, Checklist asked, Policy policy, Instant now, Language language) {
        return new DisputeAnswer(
                id,
                reason,
                reasonText,
                schemeCodes,
                stage,
                status,
                statusText,
                turn,
                dueAt,
                overdue,
                nextSteps,
                openedBy,
                openedAt,
                endedAt,
                merchantId,
                claimed,
                text,
                transactions,
                proposals,
                agreement,
                followUps,
                version,
                VerdictAnswer.of(found, policy, now, language),
                ChecklistAnswer.of(asked, language));
    }
}
