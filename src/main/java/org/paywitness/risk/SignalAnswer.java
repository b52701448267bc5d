package org.paywitness.risk;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.ZoneId;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.paywitness.explanation.Language;
import org.paywitness.id.TypeId;
import org.paywitness.transaction.VerdictAnswer;

/** A risk signal on the wire. */
@Schema(name = "RiskSignal", description = "A figure that has reached its threshold.")
record SignalAnswer(
        @Schema(required = true, description = "As in the parameter kind.", examples = "merchant_dispute_ratio")
                String kind,
        @Schema(required = true) Subject subject,
        @Schema(required = true) Figures figures,
        @Schema(required = true) Threshold threshold,
        @Schema(required = true) Period period,
        @Schema(
                        required = true,
                        description = "Figures and threshold in the caller's language.",
                        examples =
                                "6 of 480 payments were disputed, 1.25 %; a signal from 0.9 % and 5 disputed payments on.")
                String text) {

    /** Whom it is about. */
    @Schema(name = "RiskSubject", description = "A card, a merchant, or a terminal with its merchant.")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Subject(
            @Schema(description = "The card's token.") String card,
            String merchantId,
            @Schema(description = "The terminal's number (DE 41).") String terminalId,
            @Schema(description = "Its id where it is registered.", examples = "trm_01kaf3v6n8e8q9w2s4d6f8g0h2")
                    String terminal) {}

    /** What was counted. */
    @Schema(name = "RiskFigures")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Figures(
            @Schema(
                            required = true,
                            description = "Denials, disputes lost, disputed or refunded payments, agreements, reports,"
                                    + " payments after the loss, payments without an answer.")
                    long count,
            @Schema(
                            description =
                                    "Of a ratio: payments that were first heard of in the period; of a terminal, those"
                                            + " that it told of.")
                    Long of,
            @Schema(
                            description = "count / of, cut after six decimals, as text; absent where of is 0.",
                            examples = "0.0125")
                    String ratio) {}

    /** What makes it a signal, when it is reached. */
    @Schema(name = "RiskThreshold")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Threshold(
            @Schema(description = "Where the number itself counts.") Long count,
            @Schema(description = "Where the ratio counts, as text.", examples = "0.009") String ratio,
            @Schema(
                            description =
                                    "Below so many a ratio is no signal: of disputed or refunded payments, and of all"
                                            + " that a terminal told of.")
                    Long minimum) {}

    /** What was looked at. */
    @Schema(name = "RiskPeriod")
    record Period(
            @Schema(required = true, format = "date-time") String from,
            @Schema(required = true, format = "date-time", description = "Just after the end.") String to) {}

    /** A page of a list. */
    @Schema(name = "RiskSignalPage")
    record Page(
            @Schema(required = true) List<SignalAnswer> data,
            @Schema(required = true, nullable = true, description = "Where the next page begins; null at the end.")
                    String nextCursor) {}

    static SignalAnswer of(
            Signal signal, SignalQuery query, SignalKind.Threshold threshold, ZoneId zone, Language language) {
        return new SignalAnswer(
                signal.place().kind().code(),
                subject(signal),
                new Figures(signal.count(), signal.of(), ratio(signal.count(), signal.of())),
                threshold.ratio() == 0
                        ? new Threshold(threshold.least(), null, null)
                        : new Threshold(null, plain(BigDecimal.valueOf(threshold.ratio(), 6)), threshold.least()),
                new Period(VerdictAnswer.time(query.from(), zone), VerdictAnswer.time(query.to(), zone)),
                SignalWords.text(signal, threshold, language));
    }

    private static Subject subject(Signal signal) {
        Signal.Place place = signal.place();
        return switch (place.kind().about()) {
            case CARD -> new Subject(place.subject(), null, null, null);
            case MERCHANT -> new Subject(null, place.subject(), null, null);
            case TERMINAL ->
                new Subject(
                        null,
                        place.subject(),
                        place.terminalId(),
                        signal.terminal() == null ? null : TypeId.format(TypeId.TERMINAL, signal.terminal()));
        };
    }

    // Cut and not rounded: what is shown has never reached a threshold that it has not.
    private static String ratio(long count, Long of) {
        return of == null || of == 0
                ? null
                : plain(BigDecimal.valueOf(count).divide(BigDecimal.valueOf(of), 6, RoundingMode.DOWN));
    }

    private static String plain(BigDecimal ratio) {
        return ratio.stripTrailingZeros().toPlainString();
    }
}
