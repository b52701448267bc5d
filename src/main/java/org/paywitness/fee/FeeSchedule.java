package org.paywitness.fee;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.UUID;
import org.paywitness.id.TypeId;
import org.paywitness.money.Money;

/**
 * What a contract lets be taken of a merchant's payments from an instant on, until a newer schedule of the same
 * {@link Key}. It is never changed: a correction is a new one.
 *
 * @param rate of the amount that was charged
 * @param cap the most that is taken, in minor units, or null; it wins over the floor
 * @param floor the least that is taken, in minor units; 0 where there is none
 * @param returned how much of the fee comes back with the money that goes back
 * @param setBy who answers for it
 */
public record FeeSchedule(
        UUID id,
        Key key,
        Percent rate,
        Long cap,
        long floor,
        Rounding rounding,
        Percent returned,
        Instant validFrom,
        String setBy,
        Instant setAt) {

    /**
     * Which payments it is for.
     *
     * @param currency ISO 4217
     * @param channel as on the wire, "qr"; null for every channel that has no schedule of its own
     * @param cardKind as on the wire, "debit"; null for every kind that has no schedule of its own
     */
    public record Key(String merchantId, String currency, String channel, String cardKind) {
        boolean fits(Key payment) {
            return merchantId.equals(payment.merchantId)
                    && currency.equals(payment.currency)
                    && (channel == null || channel.equals(payment.channel))
                    && (cardKind == null || cardKind.equals(payment.cardKind));
        }

        /** A channel says more than a kind of card: a wallet has its price whatever card is behind it. */
        int precision() {
            return (channel == null ? 0 : 2) + (cardKind == null ? 0 : 1);
        }
    }

    public FeeSchedule {
        if (floor < 0 || floor > Money.MAX) {
            throw new IllegalArgumentException("the floor must be an amount");
        }
        if (cap != null && (cap < floor || cap > Money.MAX)) {
            throw new IllegalArgumentException("the cap must be an amount and not less than the floor");
        }
    }

    /**
     * What may be taken of a payment of this amount: the rate, rounded to a minor unit, then at least the floor, then at
     * most the cap. Nothing of nothing. It may exceed the amount only where the floor does.
     *
     * @throws IllegalArgumentException for another currency
     */
    public Money fee(Money amount) {
        requireCurrency(amount);
        if (amount.isZero()) {
            return amount;
        }
        // At most 10^12 × 10^6: it fits, and would be refused if it did not.
        long exact = Math.multiplyExact(amount.amount(), (long) rate.millionths());
        long rounded = rounded(BigInteger.valueOf(exact), BigInteger.valueOf(Percent.WHOLE));
        long atLeast = Math.max(rounded, floor);
        return Money.of(cap == null ? atLeast : Math.min(atLeast, cap), amount.currency());
    }

    /**
     * What comes back of the fee once this much of the payment has gone back in all: in proportion, rounded once and not
     * for each part, so that parts never sum up to more than the whole.
     *
     * @param back at most the amount counts
     */
    public Money returnedFee(Money amount, Money back) {
        requireCurrency(back);
        Money fee = fee(amount);
        if (amount.isZero() || back.isZero() || fee.isZero()) {
            return Money.of(0, amount.currency());
        }
        BigInteger part = BigInteger.valueOf(fee.amount())
                .multiply(BigInteger.valueOf(returned.millionths()))
                .multiply(BigInteger.valueOf(back.min(amount).amount()));
        BigInteger whole = BigInteger.valueOf(Percent.WHOLE).multiply(BigInteger.valueOf(amount.amount()));
        return Money.of(rounded(part, whole), amount.currency());
    }

    /** The one rounding there is, of an exact fraction. */
    private long rounded(BigInteger part, BigInteger whole) {
        return new BigDecimal(part)
                .divide(new BigDecimal(whole), 0, rounding.mode())
                .longValueExact();
    }

    private void requireCurrency(Money money) {
        if (!money.currency().equals(key.currency())) {
            throw new IllegalArgumentException(
                    "a schedule in " + key.currency() + " says nothing of " + money.currency());
        }
    }

    /** TypeID. */
    public String reference() {
        return TypeId.format(TypeId.FEE_SCHEDULE, id);
    }
}
