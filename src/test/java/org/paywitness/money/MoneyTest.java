package org.paywitness.money;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class MoneyTest {
    @Test
    void currenciesHaveNoneTwoOrThreeDecimals() {
        assertEquals(0, Money.of(1, "JPY").digits());
        assertEquals(2, Money.of(1, "CNY").digits());
        assertEquals(3, Money.of(1, "KWD").digits());
    }

    @Test
    void filesWriteMajorUnits() {
        assertEquals(Money.of(128, "JPY"), Money.parse("128", "JPY"));
        assertEquals(Money.of(128_00, "CNY"), Money.parse("128", "CNY"));
        assertEquals(Money.of(128_50, "CNY"), Money.parse("128.5", "CNY"));
        assertEquals(Money.of(5, "CNY"), Money.parse("0.05", "CNY"));
        assertEquals(Money.of(12_805, "KWD"), Money.parse("12.805", "KWD"));
        assertEquals(Money.of(0, "KWD"), Money.parse("0", "KWD"));
    }

    @Test
    void zerosBehindTheLastDecimalAreExact() {
        assertEquals(Money.of(128, "JPY"), Money.parse("128.00", "JPY"));
        assertEquals(Money.of(128_50, "CNY"), Money.parse("128.5000", "CNY"));
    }

    @Test
    void decimalsThatTheCurrencyLacksAreRefused() {
        refused(() -> Money.parse("128.5", "JPY"));
        refused(() -> Money.parse("128.005", "CNY"));
        refused(() -> Money.parse("12.8055", "KWD"));
    }

    @Test
    void onlyPlainDecimalsAreRead() {
        for (String text : new String[] {
            "",
            " ",
            "-1",
            "+1",
            "1,000.00",
            "1e3",
            ".5",
            "5.",
            "1.2.3",
            "NaN",
            "¥1",
            " 1",
            "1 ",
            "１２",
            "0x10",
            "12345678901234567",
            "1.123456789",
            "1\n"
        }) {
            refused(() -> Money.parse(text, "CNY"));
        }
        refused(() -> Money.parse(null, "CNY"));
    }

    @Test
    void amountsHaveLimits() {
        assertEquals(Money.MAX, Money.of(Money.MAX, "CNY").amount());
        assertTrue(Money.of(0, "CNY").isZero());
        assertFalse(Money.of(1, "CNY").isZero());
        refused(() -> Money.of(Money.MAX + 1, "CNY"));
        refused(() -> Money.of(-1, "CNY"));
        refused(() -> Money.of(Long.MIN_VALUE, "CNY"));
        assertEquals(Money.MAX, Money.parse("10000000000.00", "CNY").amount());
        refused(() -> Money.parse("10000000000.01", "CNY"));
        refused(() -> Money.parse("9999999999999999", "KWD"));
    }

    @Test
    void onlyCurrenciesWithAMinorUnitAreKnown() {
        for (String code : new String[] {"cny", "XXX", "XAU", "", "CN", "ABC", " CNY"}) {
            assertFalse(Money.isCurrency(code), code);
            refused(() -> Money.of(1, code));
            refused(() -> Money.parse("1", code));
        }
        assertFalse(Money.isCurrency(null));
        refused(() -> Money.of(1, null));
        assertTrue(Money.isCurrency("CNY"));
    }

    @Test
    void arithmeticIsChecked() {
        Money ten = Money.of(10, "CNY");
        Money three = Money.of(3, "CNY");
        assertEquals(Money.of(13, "CNY"), ten.plus(three));
        assertEquals(Money.of(7, "CNY"), ten.minus(three));
        assertEquals(Money.of(0, "CNY"), ten.minus(ten));
        refused(() -> three.minus(ten));
        refused(() -> Money.of(Money.MAX, "CNY").plus(Money.of(1, "CNY")));
    }

    @Test
    void comparesAmountsOfOneCurrency() {
        Money ten = Money.of(10, "CNY");
        Money three = Money.of(3, "CNY");
        assertEquals(three, ten.min(three));
        assertEquals(three, three.min(ten));
        assertTrue(ten.covers(three));
        assertTrue(ten.covers(ten));
        assertFalse(three.covers(ten));
    }

    @Test
    void currenciesNeverMix() {
        Money yuan = Money.of(10, "CNY");
        Money yen = Money.of(10, "JPY");
        refused(() -> yuan.plus(yen));
        refused(() -> yuan.minus(yen));
        refused(() -> yuan.min(yen));
        refused(() -> yuan.covers(yen));
        assertFalse(yuan.equals(yen));
    }

    private static void refused(org.junit.jupiter.api.function.Executable what) {
        assertThrows(IllegalArgumentException.class, what);
    }
}
