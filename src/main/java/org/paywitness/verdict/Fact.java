package org.paywitness.verdict;

import java.time.Instant;
import java.util.Comparator;
import org.paywitness.money.Money;

/**
 * What the judge needs of one observation.
 *
 * @param observationId TypeID of the observation
 * @param responseCode ISO 8583 DE 39, or null
 * @param at the source's own time
 * @param amount what this source says moved, or null where it does not say
 * @param statement id of the file it came in, or "" when it came by itself: equal debits of one statement are two
 *     bookings, the same debit told by two feeds is one
 * @param fee what this source says it took of the merchant, or gave back with what goes back; null where it does not say.
 *     No verdict depends on it
 */
public record Fact(
        String observationId,
        Source source,
        Outcome outcome,
        String responseCode,
        Instant at,
        Money amount,
        String statement,
        Money fee) {

    /** Of a source that says nothing of a fee. */
    public Fact(
            String observationId,
            Source source,
            Outcome outcome,
            String responseCode,
            Instant at,
            Money amount,
            String statement) {
        this(observationId, source, outcome, responseCode, at, amount, statement, null);
    }

    private static final Comparator<Money> BY_AMOUNT =
            Comparator.comparing(Money::currency).thenComparing(Money::amount);

    /**
     * By the source's own time; at the same time by the life of a payment, then by what is said. Ids follow arrival and
     * bank lines carry only dates, so ids come last: which of two facts counts as the later never depends on arrival.
     */
    public static final Comparator<Fact> IN_TIME = Comparator.comparing(Fact::at)
            .thenComparing(Fact::outcome)
            .thenComparing(Fact::source)
            .thenComparing(Fact::amount, Comparator.nullsFirst(BY_AMOUNT))
            .thenComparing(Fact::responseCode, Comparator.nullsFirst(Comparator.naturalOrder()))
            .thenComparing(Fact::statement)
            .thenComparing(Fact::fee, Comparator.nullsFirst(BY_AMOUNT))
            .thenComparing(Fact::observationId);

    boolean is(Source who, Outcome what) {
        return source == who && outcome == what;
    }

    /** What a decline or approval with a code says about money; CHARGED for an approval without a code. */
    ResponseCode.About about() {
        if (outcome == Outcome.APPROVED) {
            return "10".equals(responseCode) ? ResponseCode.About.CHARGED_PART : ResponseCode.About.CHARGED;
        }
        return ResponseCode.of(responseCode).money();
    }
}
