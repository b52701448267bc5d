package org.paywitness.verdict;

import java.util.ArrayList;
import java.util.List;

/** When a verdict may change though nothing more is said of its payment. Pure. */
public final class Moments {
    private Moments() {}

    /**
     * All moments at which time, or a source whose data is complete, may change the kind, cause, finality, amounts or flags
     * of the verdict: between two of them, and after the last, it stays. When it is expected to be final may move at other
     * times, too.
     */
    public static List<Moment> of(Payment payment, Policy policy) {
        Moment silence = Moment.complete(Source.BANK, policy.postedBy(payment.occurredAt(), payment.cardKind()));
        Completeness silent = new Completeness(null, null, silence.at(), null);
        Verdict open = Judge.verdict(payment, Completeness.NONE, policy, payment.occurredAt());
        Verdict closed = Judge.verdict(payment, silent, policy, payment.occurredAt());
        List<Moment> moments = new ArrayList<>();
        add(moments, open);
        if (!open.equals(closed)) {
            moments.add(silence);
            add(moments, closed);
        }
        return moments;
    }

    private static void add(List<Moment> moments, Verdict verdict) {
        if (verdict.finalBy() == null) {
            return;
        }
        switch (verdict.kind()) {
            case HELD -> moments.add(Moment.of(verdict.finalBy()));
            // What is awaited is overdue after its day.
            case BEING_RETURNED, PARTLY_RETURNED, DISAGREEMENT -> moments.add(Moment.after(verdict.finalBy()));
            default -> {
                // Whatever is due then would be said, or its silence is that of the source above.
            }
        }
    }
}
