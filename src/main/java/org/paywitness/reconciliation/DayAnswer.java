package org.paywitness.reconciliation;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.paywitness.transaction.VerdictAnswer;
import org.paywitness.verdict.Completeness;
import org.paywitness.verdict.Policy;
import org.paywitness.verdict.Source;

/** A merchant's day on the wire. */
@Schema(name = "ReconciliationDay", description = "What each source says of a merchant's day, and where they differ.")
record DayAnswer(
        @Schema(required = true) String merchantId,
        @Schema(required = true, format = "date") String day,
        @Schema(required = true, description = "Payments of that day that any source told of.") long payments,
        @Schema(required = true, description = "Who covers the day, and how far each source's data reaches.")
                List<Coverage> coverage,
        @Schema(required = true, description = "Terminals of that day's payments that told of nothing themselves.")
                List<String> terminalsWithoutJournal,
        @Schema(required = true, description = "By source, channel and currency.") List<Total> totals,
        @Schema(required = true) List<Count> counts,
        @Schema(required = true, description = "The newest of the day's exceptions; all of them: GET /v1/exceptions.")
                List<ExceptionAnswer> exceptions) {

    /** One source's part in it. */
    @Schema(name = "ReconciliationCoverage")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Coverage(
            @Schema(
                            required = true,
                            enumeration = {"terminal", "acquirer", "bank", "wallet"})
                    String source,
            @Schema(required = true, description = "Whether its data is complete through the end of the day.")
                    boolean coversDay,
            @Schema(format = "date-time", description = "Absent where it was never told.") String completeThrough,
            @Schema(required = true, description = "Payments of the day that it told of.") long payments) {}

    /** What one source says, added up. */
    @Schema(name = "ReconciliationTotal", description = "Amounts in minor units.")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Total(
            @Schema(required = true) String source,
            @Schema(required = true, description = "unknown where no source told it.") String channel,
            @Schema(description = "Absent where no amount was told.") String currency,
            @Schema(required = true, description = "Lines that take or allow.") long sales,
            @Schema(required = true) long salesAmount,
            @Schema(required = true, description = "Lines that give or take back.") long returns,
            @Schema(required = true) long returnsAmount,
            @Schema(required = true, description = "Refusals, holds, and what was left open.") long others) {}

    /** How many exceptions of a kind the day has. */
    @Schema(name = "ReconciliationCount")
    record Count(
            @Schema(required = true) String kind,
            @Schema(required = true) long open,
            @Schema(required = true) long closed) {}

    static DayAnswer of(
            String merchantId,
            LocalDate day,
            DaySummary summary,
            Completeness completeness,
            List<String> withoutJournal,
            Map<Kind, ExceptionLists.Count> counts,
            List<ExceptionAnswer> exceptions,
            Policy policy) {
        Instant over = day.plusDays(1).atStartOfDay(policy.zone()).toInstant();
        List<Coverage> coverage = new ArrayList<>();
        for (Source source : Source.values()) {
            coverage.add(new Coverage(
                    source.code(),
                    completeness.reaches(source, over),
                    VerdictAnswer.time(completeness.of(source), policy.zone()),
                    summary.payments(source)));
        }
        List<Total> totals = new ArrayList<>();
        summary.totals()
                .forEach((line, total) -> totals.add(new Total(
                        line.source().code(),
                        line.channel(),
                        line.currency().isEmpty() ? null : line.currency(),
                        total.sales,
                        total.sold,
                        total.returns,
                        total.returned,
                        total.others)));
        List<Count> kinds = new ArrayList<>();
        counts.forEach((kind, count) -> kinds.add(new Count(kind.code(), count.open(), count.closed())));
        return new DayAnswer(
                merchantId, day.toString(), summary.payments(), coverage, withoutJournal, totals, kinds, exceptions);
    }

    /** The same at any time: what an entity tag is made of. */
    String ageless() {
        return new DayAnswer(
                        merchantId,
                        day,
                        payments,
                        coverage,
                        terminalsWithoutJournal,
                        totals,
                        counts,
                        exceptions.stream().map(ExceptionAnswer::ageless).toList())
                .toString();
    }
}
