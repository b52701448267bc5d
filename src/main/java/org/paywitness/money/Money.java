package org.paywitness.money;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Currency;

/**
 * An amount of money in integer minor units of an ISO 4217 currency: {@code Money.of(12800, "CNY")} is ¥128.00.
 * Never negative, never floating point; arithmetic is checked and refuses to mix currencies.
 *
 * @param amount minor units, 0 ≤ amount ≤ {@link #MAX}
 * @param currency ISO 4217 alphabetic code, upper case
 */
public record Money(long amount, String currency) {
    /** The largest amount the contract allows, in minor units. */
    public static final long MAX = 1_000_000_000_000L;

    public Money {
        if (amount < 0 || amount > MAX) {
            throw new IllegalArgumentException("amount must be between 0 and " + MAX + " minor units");
        }
        if (currency == null || !Currencies.isKnown(currency)) {
            throw new IllegalArgumentException("currency must be an ISO 4217 code");
        }
    }

    /** @throws IllegalArgumentException when the amount is out of range or the currency is not ISO 4217 */
    public static Money of(long amount, String currency) {
        return new Money(amount, currency);
    }

    /**
     * Reads a decimal amount as files write it ("128.00"), in major units.
     *
     * @throws IllegalArgumentException for anything but a plain decimal that the currency can hold exactly
     */
    public static Money parse(String decimal, String currency) {
        if (currency == null || !Currencies.isKnown(currency)) {
            throw new IllegalArgumentException("currency must be an ISO 4217 code");
        }
        if (decimal == null || !decimal.matches("\\d{1,16}(\\.\\d{1,8})?")) {
            throw new IllegalArgumentException("amount must be a plain decimal number");
        }
        try {
            return new Money(
                    new BigDecimal(decimal)
                            .movePointRight(Currencies.digits(currency))
                            .setScale(0, RoundingMode.UNNECESSARY)
                            .longValueExact(),
                    currency);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("amount has more decimals than " + currency + " has");
        }
    }

    public Money plus(Money other) {
        return new Money(Math.addExact(amount, sameCurrency(other).amount), currency);
    }

    /** @throws IllegalArgumentException when the result would be negative */
    public Money minus(Money other) {
        return new Money(Math.subtractExact(amount, sameCurrency(other).amount), currency);
    }

    public Money min(Money other) {
        return sameCurrency(other).amount < amount ? other : this;
    }

    public boolean covers(Money other) {
        return amount >= sameCurrency(other).amount;
    }

    public boolean isZero() {
        return amount == 0;
    }

    private Money sameCurrency(Money other) {
        if (!currency.equals(other.currency)) {
            throw new IllegalArgumentException("cannot combine " + currency + " with " + other.currency);
        }
        return other;
    }

    /** Decimal digits of an ISO 4217 currency's minor unit, without funds codes and metals. */
    static final class Currencies {
        private static final java.util.Map<String, Integer> DIGITS = Currency.getAvailableCurrencies().stream()
                .filter(c -> c.getDefaultFractionDigits() >= 0)
                .collect(java.util.stream.Collectors.toUnmodifiableMap(
                        Currency::getCurrencyCode, Currency::getDefaultFractionDigits));

        private Currencies() {}

        static boolean isKnown(String currency) {
            return DIGITS.containsKey(currency);
        }

        static int digits(String currency) {
            return DIGITS.get(currency);
        }
    }

    /** True for an ISO 4217 alphabetic code that has a minor unit. */
    public static boolean isCurrency(String code) {
        return code != null && Currencies.isKnown(code);
    }

    /** Part of many keys: a record's own is slow before Java 19, and says the same. */
    @Override
    public String toString() {
        return "Money[amount=" + amount + ", currency=" + currency + "]";
    }

    /** Decimal digits of the currency's minor unit: 2 for CNY, 0 for JPY, 3 for KWD. */
    public int digits() {
        return Currencies.digits(currency);
    }
}
