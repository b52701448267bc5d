package org.paywitness.fee;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.paywitness.money.Money;
import org.paywitness.transaction.Transaction;
import org.paywitness.verdict.CardKind;

/** Schedules to look up the one that holds for a payment. Immutable. */
public final class FeeTable {
    // The most precise first, then the newest: the first that fits and was valid holds.
    private static final Comparator<FeeSchedule> BEST_FIRST = Comparator.comparing(
                    (FeeSchedule schedule) -> -schedule.key().precision())
            .thenComparing(FeeSchedule::validFrom, Comparator.reverseOrder());

    public static final FeeTable EMPTY = new FeeTable(List.of());

    private final Map<String, List<FeeSchedule>> byMerchant = new HashMap<>();

    public FeeTable(Collection<FeeSchedule> schedules) {
        schedules.stream().sorted(BEST_FIRST).forEach(schedule -> byMerchant
                .computeIfAbsent(schedule.key().merchantId(), merchant -> new ArrayList<>())
                .add(schedule));
    }

    /** The schedule of the most precise key that fits, the newest one that was valid then; null where there is none. */
    public FeeSchedule at(FeeSchedule.Key payment, Instant at) {
        for (FeeSchedule schedule : byMerchant.getOrDefault(payment.merchantId(), List.of())) {
            if (schedule.key().fits(payment) && !schedule.validFrom().isAfter(at)) {
                return schedule;
            }
        }
        return null;
    }

    /** The schedule that holds for a transaction, by when it occurred; null where there is none. */
    public FeeSchedule of(Transaction transaction) {
        Money amount = transaction.amount();
        String merchant = transaction.reference().merchantId();
        if (amount == null || merchant == null) {
            return null;
        }
        CardKind kind = transaction.summary().cardKind();
        FeeSchedule.Key payment = new FeeSchedule.Key(
                merchant,
                amount.currency(),
                transaction.summary().channel(),
                kind == null ? null : kind.name().toLowerCase(Locale.ROOT));
        return at(payment, transaction.occurredAt());
    }
}
