package org.paywitness.transaction;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.paywitness.explanation.Explanation;
import org.paywitness.explanation.Language;
import org.paywitness.explanation.NextStep;
import org.paywitness.id.TypeId;
import org.paywitness.verdict.Completeness;
import org.paywitness.verdict.Fact;
import org.paywitness.verdict.Judge;
import org.paywitness.verdict.Payment;
import org.paywitness.verdict.Policy;
import org.paywitness.verdict.Source;
import org.paywitness.verdict.Verdict;

/** A verdict on the wire (api.md, "The verdict, as JSON"). */
@Schema(name = "Verdict", description = "What we hold true now about the cardholder's money for one transaction.")
@JsonInclude(JsonInclude.Include.NON_NULL)
public record VerdictAnswer(
        @Schema(description = "Absent when nothing was found.", examples = "txn_01kaf3v6n8e8q9w2s4d6f8g0h2")
                String transactionId,
        @Schema(description = "The transaction that this one turned out to be a part of; the verdict is that one's.")
                String mergedInto,
        @Schema(
                        required = true,
                        enumeration = {
                            "charged",
                            "charged_twice",
                            "not_charged",
                            "held",
                            "pending",
                            "being_returned",
                            "partly_returned",
                            "returned",
                            "disagreement",
                            "not_found"
                        })
                String verdict,
        @Schema(
                        required = true,
                        enumeration = {
                            "settled",
                            "approved",
                            "duplicate",
                            "amount_mismatch",
                            "debited_without_sale",
                            "sale_without_debit",
                            "reversed",
                            "voided",
                            "refunded",
                            "released",
                            "refused",
                            "never_recorded",
                            "closed",
                            "never_completed",
                            "preauthorized",
                            "no_answer",
                            "in_progress",
                            "unknown_payment"
                        })
                String cause,
        @Schema(required = true, description = "Only a new observation can change it.") @JsonProperty("final")
                boolean isFinal,
        @Schema(
                        required = true,
                        format = "date-time",
                        nullable = true,
                        description = "When it is expected to be final; null where nothing sets a date.")
                @JsonInclude(JsonInclude.Include.ALWAYS)
                String finalBy,
        @Schema(enumeration = {"one_source", "sources_agree", "sources_differ"}) String agreement,
        @Schema(description = "Taken or about to be taken; absent while no source named an amount.") Amount charged,
        @Schema(description = "Arrived back, never more than charged.") Amount returned,
        @Schema(description = "Charged less returned.") Amount net,
        @Schema(description = "Promised back so far, never more than charged.") Amount returnedPromised,
        @Schema(description = "The transaction that this one repeats.") String duplicateOf,
        @Schema(description = "An equal payment shortly before, with no reason to think of a retry.")
                String possibleDuplicateOf,
        @Schema(description = "The ISO 8583 response code that decided it.", examples = "51") String responseCode,
        @Schema(required = true, examples = "这笔 ¥128.00 扣了两次") String headline,
        @Schema(required = true) String explanation,
        @Schema(required = true, description = "The observations that decided it.") List<Because> because,
        @Schema(required = true) List<Step> nextSteps,
        @Schema(required = true, description = "What to notice besides.") List<String> flags,
        @Schema(description = "How far each source's data is complete; only with not_found.")
                List<SourceCompleteness> completeness,
        @Schema(description = "Other transactions that fit the question, best first; only from was-i-charged.")
                List<OtherMatch> otherMatches,
        @Schema(required = true, format = "date-time", description = "The instant it was judged at.") String asOf,
        @Schema(required = true, description = "Counts the changes of the transaction; 0 when nothing was found.")
                int version) {

    /** One observation that decided a verdict. */
    @Schema(name = "Because")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Because(
            @Schema(required = true) String observationId,
            @Schema(
                            required = true,
                            enumeration = {"terminal", "acquirer", "bank", "wallet"})
                    String source,
            @Schema(required = true, examples = "debited") String outcome,
            String responseCode,
            Amount amount,
            @Schema(required = true, format = "date-time") String observedAt) {}

    /** What somebody should do next. */
    @Schema(name = "NextStep")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Step(
            @Schema(
                            required = true,
                            enumeration = {"cardholder", "merchant", "acquirer", "bank"})
                    String who,
            @Schema(required = true) @JsonProperty("do") String text,
            @Schema(format = "date-time") String by,
            @Schema(description = "The reference to quote.", examples = "RRN 632512000417") String quote,
            @Schema(
                            required = true,
                            description = "The guidance that fits: more on what to do, for everybody.",
                            examples = "/v1/guidance/charged_twice")
                    String guidance) {}

    /** How far one source's data is complete. */
    @Schema(name = "SourceCompleteness")
    public record SourceCompleteness(
            @Schema(
                            required = true,
                            enumeration = {"terminal", "acquirer", "bank", "wallet"})
                    String source,
            @Schema(required = true, format = "date-time", nullable = true) String completeThrough,
            @Schema(required = true, format = "date-time", description = "When the next data is due.")
                    String nextDataBy) {}

    /** Another transaction that fits the question. */
    @Schema(name = "OtherMatch")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record OtherMatch(
            @Schema(required = true) String transactionId,
            @Schema(required = true) String verdict,
            Amount amount,
            @Schema(required = true, format = "date-time") String occurredAt,
            String merchantId) {}

    /** The verdict now, in words of the language. */
    public static VerdictAnswer of(Found found, Policy policy, Instant now, Language language) {
        Transaction transaction = found.transaction();
        Payment payment = transaction.payment();
        Verdict verdict = Judge.verdict(payment, found.completeness(), policy, now);
        Explanation words = Explanation.of(verdict, payment, found.completeness(), policy, now, language);
        return new VerdictAnswer(
                found.askedId() == null ? payment.id() : TypeId.format(TypeId.TRANSACTION, found.askedId()),
                found.askedId() == null ? null : payment.id(),
                verdict.kind().code(),
                verdict.cause().code(),
                verdict.isFinal(),
                time(verdict.finalBy(), policy.zone()),
                verdict.agreement().code(),
                Amount.of(verdict.charged()),
                Amount.of(verdict.returned()),
                Amount.of(verdict.net()),
                Amount.of(verdict.promised()),
                verdict.duplicateOf(),
                verdict.possibleDuplicateOf(),
                verdict.responseCode(),
                words.headline(),
                words.explanation(),
                because(verdict.because(), policy.zone()),
                steps(words.nextSteps(), policy.zone()),
                flags(verdict.flags(), found),
                null,
                null,
                time(now, policy.zone()),
                transaction.version());
    }

    /** Nothing fits: says how far each source's data is complete and when the next is due. */
    static VerdictAnswer notFound(Completeness completeness, Policy policy, Instant now, Language language) {
        Explanation words = Explanation.notFound(completeness, policy, now, language);
        List<SourceCompleteness> sources = new ArrayList<>();
        for (Source source : Source.values()) {
            sources.add(new SourceCompleteness(
                    source.code(),
                    time(completeness.of(source), policy.zone()),
                    time(policy.nextData(source, now), policy.zone())));
        }
        return new VerdictAnswer(
                null,
                null,
                Verdict.Kind.NOT_FOUND.code(),
                Verdict.Cause.UNKNOWN_PAYMENT.code(),
                false,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                words.headline(),
                words.explanation(),
                List.of(),
                steps(words.nextSteps(), policy.zone()),
                List.of(),
                sources,
                List.of(),
                time(now, policy.zone()),
                0);
    }

    VerdictAnswer withOtherMatches(List<OtherMatch> others) {
        return new VerdictAnswer(
                transactionId,
                mergedInto,
                verdict,
                cause,
                isFinal,
                finalBy,
                agreement,
                charged,
                returned,
                net,
                returnedPromised,
                duplicateOf,
                possibleDuplicateOf,
                responseCode,
                headline,
                explanation,
                because,
                nextSteps,
                flags,
                completeness,
                others,
                asOf,
                version);
    }

    /** Changes whenever anything but {@link #asOf} does: an entity tag (RFC 9110, section 8.8.3). */
    public String entityTag() {
        long hash = version;
        hash = 31 * hash + (transactionId == null ? 0 : transactionId.hashCode());
        hash = 31 * hash + verdict.hashCode();
        hash = 31 * hash + cause.hashCode();
        hash = 31 * hash + (isFinal ? 1 : 0);
        hash = 31 * hash + (finalBy == null ? 0 : finalBy.hashCode());
        hash = 31 * hash + (agreement == null ? 0 : agreement.hashCode());
        hash = 31 * hash + explanation.hashCode();
        hash = 31 * hash + nextSteps.hashCode();
        hash = 31 * hash + flags.hashCode();
        hash = 31 * hash + (completeness == null ? 0 : completeness.hashCode());
        hash = 31 * hash + (otherMatches == null ? 0 : otherMatches.hashCode());
        return '"' + Long.toString(hash, 36) + '"';
    }

    private static List<Because> because(List<Fact> facts, ZoneId zone) {
        List<Because> because = new ArrayList<>(facts.size());
        for (Fact f : facts) {
            because.add(new Because(
                    f.observationId(),
                    f.source().code(),
                    f.outcome().code(),
                    f.responseCode(),
                    Amount.of(f.amount()),
                    time(f.at(), zone)));
        }
        return because;
    }

    private static List<Step> steps(List<NextStep> steps, ZoneId zone) {
        List<Step> answer = new ArrayList<>(steps.size());
        for (NextStep step : steps) {
            answer.add(new Step(step.who().code(), step.text(), time(step.by(), zone), step.quote(), step.guidance()));
        }
        return answer;
    }

    private static List<String> flags(Set<Verdict.Flag> flags, Found found) {
        Summary summary = found.transaction().summary();
        if (flags.isEmpty() && !summary.weak() && summary.candidates().isEmpty() && !found.afterTerminalLost()) {
            return List.of();
        }
        Set<Verdict.Flag> all = EnumSet.noneOf(Verdict.Flag.class);
        all.addAll(flags);
        if (summary.weak()) {
            all.add(Verdict.Flag.MATCHED_WEAKLY);
        }
        if (!summary.candidates().isEmpty()) {
            all.add(Verdict.Flag.HAS_CANDIDATES);
        }
        if (found.afterTerminalLost()) {
            all.add(Verdict.Flag.AFTER_TERMINAL_LOST);
        }
        return all.stream().map(Verdict.Flag::code).toList();
    }

    /** RFC 3339 with the merchants' offset; null stays null. */
    public static String time(Instant at, ZoneId zone) {
        return at == null ? null : DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(at.atZone(zone));
    }
}
