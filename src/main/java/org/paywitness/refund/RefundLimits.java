package org.paywitness.refund;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.paywitness.acquirer.Operation;
import org.paywitness.money.Money;
import org.paywitness.verdict.Policy;

/**
 * The limits that hold for one merchant: its own where it has some, key by key, else those of all. Boundaries are
 * inclusive, but the cut-off is not: at that time the batch is closed. Immutable.
 *
 * @param zone the merchants' zone: days are days there
 * @param cutOff when the merchant's batch is closed
 * @param automaticUpTo by currency: up to this amount no second person is asked; without an entry one always is
 * @param automaticWithin up to this age of the payment no second person is asked
 * @param coolingOff how long after the payment the law lets a customer return without a reason
 */
record RefundLimits(
        ZoneId zone,
        LocalTime cutOff,
        Map<String, Money> automaticUpTo,
        Duration automaticWithin,
        Duration coolingOff) {

    /**
     * @param merchantId one without limits of its own has those of all, and so has null
     * @throws IllegalArgumentException when an amount or a currency that is configured cannot be one
     */
    static RefundLimits of(RefundSettings settings, Policy policy, String merchantId) {
        Optional<RefundSettings.MerchantLimits> own =
                Optional.ofNullable(merchantId).map(settings.merchants()::get);
        RefundSettings.Limits all = settings.limits();
        Map<String, Money> automaticUpTo = new TreeMap<>(amounts(all.automaticUpTo()));
        own.ifPresent(merchant -> automaticUpTo.putAll(amounts(merchant.automaticUpTo())));
        return new RefundLimits(
                policy.zone(),
                own.flatMap(RefundSettings.MerchantLimits::cutOff).orElse(policy.cutOff()),
                Collections.unmodifiableMap(automaticUpTo),
                duration(own, RefundSettings.MerchantLimits::automaticWithin, all.automaticWithin()),
                duration(own, RefundSettings.MerchantLimits::coolingOff, all.coolingOff()));
    }

    private static Duration duration(
            Optional<RefundSettings.MerchantLimits> own,
            Function<RefundSettings.MerchantLimits, Optional<Duration>> limit,
            Duration ofAll) {
        return own.flatMap(limit).orElse(ofAll);
    }

    // An environment variable cannot say whether its key is in upper case.
    private static Map<String, Money> amounts(Map<String, Long> configured) {
        Map<String, Money> amounts = new TreeMap<>();
        configured.forEach((key, amount) -> {
            String currency = key.toUpperCase(Locale.ROOT);
            if (amounts.put(currency, amount(key, amount, currency)) != null) {
                throw new IllegalArgumentException("paywitness.refund: automatic-up-to names " + currency + " twice");
            }
        });
        return amounts;
    }

    private static Money amount(String key, long amount, String currency) {
        try {
            return Money.of(amount, currency);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "paywitness.refund: automatic-up-to." + key + "=" + amount + ": " + e.getMessage(), e);
        }
    }

    /** Whether no second person is asked. */
    boolean isAutomatic(Money amount, Instant occurredAt, Instant now) {
        Money limit = automaticUpTo.get(amount.currency());
        return limit != null && limit.covers(amount) && isWithin(automaticWithin, occurredAt, now);
    }

    /** The largest sum that automatic refunds under a transaction's id may reach, as its balance is bounded. */
    long automaticBound(String currency, Refundable.Books books) {
        Money limit = automaticUpTo.get(currency);
        long more = limit == null ? 0 : Math.max(0, limit.amount() - books.live());
        return Math.addExact(books.here() + books.held(), more);
    }

    /** Whether the law lets the customer return without a reason. */
    boolean isWithinCoolingOff(Instant occurredAt, Instant now) {
        return isWithin(coolingOff, occurredAt, now);
    }

    // A payment that lies ahead was told by a clock that is fast: it is as new as can be.
    private static boolean isWithin(Duration limit, Instant occurredAt, Instant now) {
        return !now.isAfter(occurredAt.plus(limit));
    }

    /**
     * A void while the batch is open, else a refund.
     *
     * @param whole whether all that was charged goes back: a part cannot be voided
     */
    Operation route(boolean whole, Instant occurredAt, Instant now) {
        Instant closed = occurredAt
                .atZone(zone)
                .toLocalDate()
                .atTime(cutOff)
                .atZone(zone)
                .toInstant();
        boolean sameDay =
                occurredAt.atZone(zone).toLocalDate().equals(now.atZone(zone).toLocalDate());
        return whole && sameDay && now.isBefore(closed) ? Operation.VOID : Operation.REFUND;
    }
}
