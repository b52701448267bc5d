package org.paywitness.fee;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.paywitness.money.Money;
import org.paywitness.verdict.Fact;
import org.paywitness.verdict.Outcome;
import org.paywitness.verdict.Source;

/**
 * A source that has taken another fee than the schedule allows.
 *
 * @param stated what the source says: the fact that carries the fee
 * @param expected the schedule's fee on the amount that this very source took, so that a wrong amount is not told twice
 * @param difference stated less expected, in minor units: positive where too much was taken
 */
public record FeeMismatch(FeeSchedule schedule, Fact stated, Money expected, long difference) {
    private static final Set<Outcome> TAKEN = EnumSet.of(Outcome.CAPTURED, Outcome.PAID);

    /**
     * The mismatches of a payment, one for each source that took another fee. The latest word of each source counts. Equal
     * is what is the same minor unit after the schedule's rounding, or no farther from it than the tolerance. What a
     * source states with money that goes back is told, and not compared: some repeat the fee of the whole payment there.
     *
     * @param facts of one payment, in {@link Fact#IN_TIME} order
     * @param schedule that holds for it; null where there is none, and then nothing is a mismatch
     * @param tolerance in minor units, not negative
     */
    public static List<FeeMismatch> of(List<Fact> facts, FeeSchedule schedule, long tolerance) {
        if (schedule == null) {
            return List.of();
        }
        List<FeeMismatch> mismatches = new ArrayList<>(1);
        for (Fact fact : stated(facts).values()) {
            if (fact.amount() == null
                    || !fact.amount().currency().equals(schedule.key().currency())
                    || !fact.fee().currency().equals(schedule.key().currency())) {
                continue;
            }
            Money expected = schedule.fee(fact.amount());
            long difference = Math.subtractExact(fact.fee().amount(), expected.amount());
            if (Math.abs(difference) > tolerance) {
                mismatches.add(new FeeMismatch(schedule, fact, expected, difference));
            }
        }
        return mismatches;
    }

    /** What each source says it took as its fee: its latest word. */
    static Map<Source, Fact> stated(List<Fact> facts) {
        Map<Source, Fact> latest = new EnumMap<>(Source.class);
        for (Fact fact : facts) {
            if (fact.fee() != null && TAKEN.contains(fact.outcome())) {
                latest.put(fact.source(), fact);
            }
        }
        return latest;
    }
}
