package org.paywitness.fee;

import java.util.Set;
import org.paywitness.money.Money;
import org.paywitness.verdict.Verdict;

/**
 * What a payment should cost its merchant by a schedule.
 *
 * @param expected what may be taken of what was charged
 * @param returned what comes back of it for what went back or was promised back so far
 */
public record Fee(FeeSchedule schedule, Money expected, Money returned) {
    // Before settlement the sale is undone as if it had never been, and so is its fee.
    private static final Set<Verdict.Cause> UNDONE =
            Set.of(Verdict.Cause.VOIDED, Verdict.Cause.REVERSED, Verdict.Cause.RELEASED);

    // Nothing was sold: nothing may be taken.
    private static final Set<Verdict.Kind> NOTHING_SOLD =
            Set.of(Verdict.Kind.NOT_CHARGED, Verdict.Kind.HELD, Verdict.Kind.PENDING, Verdict.Kind.NOT_FOUND);

    /** By the verdict on the payment; null where nothing was charged, or in another currency than the schedule's. */
    public static Fee of(FeeSchedule schedule, Verdict verdict) {
        Money charged = verdict.charged();
        if (charged == null
                || NOTHING_SOLD.contains(verdict.kind())
                || !charged.currency().equals(schedule.key().currency())) {
            return null;
        }
        Money fee = schedule.fee(charged);
        if (UNDONE.contains(verdict.cause())) {
            return new Fee(schedule, fee, fee);
        }
        return new Fee(schedule, fee, schedule.returnedFee(charged, back(verdict)));
    }

    // What has arrived fulfils what was promised, and is not added to it.
    private static Money back(Verdict verdict) {
        Money arrived =
                verdict.returned() == null ? Money.of(0, verdict.charged().currency()) : verdict.returned();
        Money promised = verdict.promised();
        return promised != null && promised.covers(arrived) ? promised : arrived;
    }

    /** What is left with whoever took it. */
    public Money net() {
        return expected.minus(returned);
    }
}
