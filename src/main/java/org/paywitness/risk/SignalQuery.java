package org.paywitness.risk;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.paywitness.access.Visibility;
import org.paywitness.problem.Problem;
import org.paywitness.transaction.QueryParameters;

/**
 * Which signals are asked for; null narrows nothing.
 *
 * @param kinds those that can be about what it is narrowed to and that the caller is told; may be empty
 * @param from the beginning of the period
 * @param to just after its end
 * @param now nothing is late before it
 * @param after where the page before ended
 */
record SignalQuery(
        Set<SignalKind> kinds,
        String merchantId,
        String card,
        String terminalId,
        Instant from,
        Instant to,
        Instant now,
        Signal.Place after) {

    static final Set<String> PARAMETERS =
            Set.of("kind", "merchant_id", "card", "terminal_id", "from", "to", "limit", "cursor");

    private static final Pattern CARD = Pattern.compile("card_[0-9a-z]{10,64}");

    static SignalQuery parse(
            QueryParameters parameters, Visibility visibility, RiskSettings.Signals settings, Instant now) {
        String card = parameters.text("card");
        if (card != null && !CARD.matcher(card).matches()) {
            throw Problem.invalid("?card", "must be a card token");
        }
        String merchant = parameters.text("merchant_id");
        String terminal = parameters.text("terminal_id");
        String cursor = parameters.text("cursor");
        Set<SignalKind> kinds = kinds(parameters);
        if (card != null) {
            kinds.removeIf(kind -> kind.about() != SignalKind.About.CARD);
        }
        if (merchant != null) {
            kinds.removeIf(kind -> kind.about() == SignalKind.About.CARD);
        }
        if (terminal != null) {
            kinds.removeIf(kind -> kind.about() != SignalKind.About.TERMINAL);
        }
        if (visibility instanceof Visibility.OfMerchant of) {
            boolean foreign = merchant != null && !merchant.equals(of.merchantId());
            kinds.removeIf(kind -> foreign || !kind.isToldToMerchants());
            merchant = of.merchantId();
        }
        Instant end = parameters.time("to");
        // The end of the minute, so that an answer stays the same for a while.
        Instant to = end != null ? end : now.truncatedTo(ChronoUnit.MINUTES).plus(1, ChronoUnit.MINUTES);
        return new SignalQuery(
                kinds,
                merchant,
                card,
                terminal,
                from(parameters, to, settings),
                to,
                now,
                cursor == null ? null : Signal.Place.parse(cursor));
    }

    private static Set<SignalKind> kinds(QueryParameters parameters) {
        String code = parameters.text("kind");
        if (code == null) {
            return EnumSet.allOf(SignalKind.class);
        }
        SignalKind kind = SignalKind.of(code);
        if (kind == null) {
            throw Problem.invalid("?kind", "must be a kind of signals, like card_denials");
        }
        return EnumSet.of(kind);
    }

    private static Instant from(QueryParameters parameters, Instant to, RiskSettings.Signals settings) {
        Instant begin = parameters.time("from");
        Instant from = begin != null ? begin : to.minus(settings.period());
        if (!from.isBefore(to) || Duration.between(from, to).compareTo(settings.maxPeriod()) > 0) {
            throw Problem.invalid(
                    "?from",
                    "must lie before the end, at most " + settings.maxPeriod().toDays() + " days");
        }
        return from;
    }
}
