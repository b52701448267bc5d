package org.paywitness.fee;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.paywitness.money.Money;

class FeeScheduleTest {
    private static final Instant NEW_YEAR = Instant.parse("2026-01-01T00:00:00Z");

    /** The contract values of the field, at and around the places where they turn. */
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                // debit card: 0.50 % capped at ¥20
                "0.50, 2000, 0, half_up, 64944 CNY, 325",
                "0.50, 2000, 0, half_up, 399899 CNY, 1999",
                "0.50, 2000, 0, half_up, 399900 CNY, 2000",
                "0.50, 2000, 0, half_up, 400000 CNY, 2000",
                "0.50, 2000, 0, half_up, 1000000000000 CNY, 2000",
                "0.50, 2000, 0, half_up, 99 CNY, 0",
                "0.50, 2000, 0, half_up, 100 CNY, 1",
                "0.50, 2000, 0, half_even, 100 CNY, 0",
                "0.50, 2000, 0, half_even, 300 CNY, 2",
                "0.50, 2000, 0, half_down, 300 CNY, 1",
                "0.50, 2000, 0, up, 1 CNY, 1",
                "0.50, 2000, 0, down, 199 CNY, 0",
                // credit card: 0.60 %, uncapped
                "0.60, -, 0, half_up, 9425 CNY, 57",
                "0.60, -, 0, half_up, 60750 CNY, 365",
                "0.60, -, 0, half_even, 60750 CNY, 364",
                "0.60, -, 0, half_up, 1000000000000 CNY, 6000000000",
                // QR and discount classes
                "0.38, -, 0, half_up, 18713 CNY, 71",
                "0.38, -, 0, half_up, 1697338 CNY, 6450",
                "0.48, -, 0, half_up, 10000 CNY, 48",
                "0.385, -, 0, half_up, 10000 CNY, 39",
                "0.0001, -, 0, half_up, 1000000 CNY, 1",
                // public welfare
                "0, -, 0, up, 1000000000000 CNY, 0",
                "0.00, 0, 0, half_up, 12800 CNY, 0",
                // a floor, also where it is more than the amount, and the cap that wins over it
                "0.50, -, 10, half_up, 100 CNY, 10",
                "0.50, -, 10, half_up, 1 CNY, 10",
                "0.50, 10, 10, half_up, 1000000 CNY, 10",
                // currencies without and with three decimals
                "0.50, -, 0, half_up, 100 JPY, 1",
                "0.50, -, 0, half_up, 99 JPY, 0",
                "0.38, 500, 0, half_up, 150000 JPY, 500",
                "0.60, -, 0, half_up, 12345 KWD, 74",
                "0.38, -, 0, half_up, 1000 KWD, 4",
                "100, -, 0, half_up, 1000000000000 KWD, 1000000000000",
            })
    void contractValues(String rate, Long cap, long floor, String rounding, String amount, long fee) {
        Money of = money(amount);
        FeeSchedule schedule = schedule(of.currency(), rate, cap, floor, rounding, "100");
        assertEquals(Money.of(fee, of.currency()), schedule.fee(of));
    }

    @Test
    void nothingCostsNothing() {
        assertEquals(
                Money.of(0, "CNY"),
                schedule("CNY", "0.50", null, 10, "up", "100").fee(Money.of(0, "CNY")));
    }

    @Test
    void anotherCurrencyIsRefusedRatherThanMixed() {
        FeeSchedule yuan = schedule("CNY", "0.50", null, 0, "up", "100");
        assertThrows(IllegalArgumentException.class, () -> yuan.fee(Money.of(100, "JPY")));
        assertThrows(
                IllegalArgumentException.class, () -> yuan.returnedFee(Money.of(100, "CNY"), Money.of(100, "JPY")));
    }

    /** Against the definition with arithmetic of any precision. */
    @Test
    void feeIsTheRoundedPartWithinFloorAndCap() {
        Random random = random("fee.seed");
        for (int i = 0; i < 100_000; i++) {
            FeeSchedule s = any(random);
            Money amount = Money.of(anyAmount(random), "CNY");
            BigDecimal exact = new BigDecimal(BigInteger.valueOf(amount.amount()))
                    .multiply(BigDecimal.valueOf(s.rate().millionths(), 6));
            long rounded = exact.setScale(0, s.rounding().mode()).longValueExact();
            long fee = s.fee(amount).amount();
            String said = s + " of " + amount;
            if (amount.isZero()) {
                assertEquals(0, fee, said);
                continue;
            }
            assertTrue(s.cap() == null || fee <= s.cap(), said);
            assertTrue(fee >= s.floor(), said);
            if (rounded >= s.floor() && (s.cap() == null || rounded <= s.cap())) {
                assertEquals(rounded, fee, said);
                assertTrue(BigDecimal.valueOf(fee).subtract(exact).abs().compareTo(BigDecimal.ONE) < 0, said);
            } else {
                assertTrue(fee == s.floor() || fee == s.cap(), said);
            }
        }
    }

    @Test
    void moreMoneyNeverCostsLess() {
        Random random = random("fee.seed");
        for (int i = 0; i < 50_000; i++) {
            FeeSchedule s = any(random);
            long less = anyAmount(random);
            long more = Math.min(Money.MAX, less + random.nextInt(1000));
            assertTrue(
                    s.fee(Money.of(less, "CNY")).amount()
                            <= s.fee(Money.of(more, "CNY")).amount(),
                    () -> s + " of " + less + " and " + more);
        }
    }

    @Test
    void partsThatGoBackNeverBringBackMoreThanTheWholeAndTheWholeBringsItsShare() {
        Random random = random("fee.seed");
        for (int i = 0; i < 50_000; i++) {
            FeeSchedule s = any(random);
            Money amount = Money.of(1 + anyAmount(random) % (Money.MAX - 1), "CNY");
            long fee = s.fee(amount).amount();
            long most = new BigDecimal(BigInteger.valueOf(fee))
                    .multiply(BigDecimal.valueOf(s.returned().millionths(), 6))
                    .setScale(0, s.rounding().mode())
                    .longValueExact();
            assertEquals(most, s.returnedFee(amount, amount).amount(), s + " of " + amount);
            long before = 0;
            for (long back = 0; back <= amount.amount(); back += Math.max(1, amount.amount() / 7)) {
                long now = s.returnedFee(amount, Money.of(back, "CNY")).amount();
                assertTrue(now >= before && now <= fee, s + " of " + amount + " after " + back);
                before = now;
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "100, 12800, 64, 12800, 64",
        "100, 12800, 64, 6400, 32",
        "100, 12800, 64, 100, 1",
        "100, 12800, 64, 99, 0",
        "0, 12800, 64, 12800, 0",
        "50, 12800, 64, 12800, 32",
        "50, 12800, 64, 6400, 16",
    })
    void aShareOfTheFeeComesBackWithTheMoney(String returned, long amount, long fee, long back, long expected) {
        FeeSchedule s = schedule("CNY", "0.50", null, 0, "half_up", returned);
        assertEquals(fee, s.fee(Money.of(amount, "CNY")).amount());
        assertEquals(
                expected,
                s.returnedFee(Money.of(amount, "CNY"), Money.of(back, "CNY")).amount());
    }

    @Test
    void theMostPreciseKeyAndThenTheNewestThatIsValidHolds() {
        FeeSchedule all = keyed(null, null, NEW_YEAR);
        FeeSchedule debit = keyed(null, "debit", NEW_YEAR);
        FeeSchedule qr = keyed("qr", null, NEW_YEAR);
        FeeSchedule qrDebit = keyed("qr", "debit", NEW_YEAR.plusSeconds(100));
        FeeSchedule later = keyed(null, "debit", NEW_YEAR.plusSeconds(50));
        FeeTable table = new FeeTable(List.of(all, debit, qr, qrDebit, later));
        assertNull(table.at(payment("qr", "debit"), NEW_YEAR.minusNanos(1000)));
        assertEquals(qr, table.at(payment("qr", "debit"), NEW_YEAR));
        assertEquals(qr, table.at(payment("qr", "debit"), NEW_YEAR.plusSeconds(99)));
        assertEquals(qrDebit, table.at(payment("qr", "debit"), NEW_YEAR.plusSeconds(100)));
        assertEquals(qr, table.at(payment("qr", null), NEW_YEAR.plusSeconds(100)));
        assertEquals(debit, table.at(payment("chip", "debit"), NEW_YEAR.plusSeconds(49)));
        assertEquals(later, table.at(payment("chip", "debit"), NEW_YEAR.plusSeconds(50)));
        assertEquals(all, table.at(payment("chip", "credit"), NEW_YEAR.plusSeconds(50)));
        assertEquals(all, table.at(payment(null, null), NEW_YEAR));
        assertEquals(all, table.at(payment(null, "unknown"), NEW_YEAR));
        assertNull(table.at(new FeeSchedule.Key("other", "CNY", "qr", "debit"), NEW_YEAR));
        assertNull(table.at(new FeeSchedule.Key("m", "JPY", "qr", "debit"), NEW_YEAR));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "100.0001", "1000", "0.00001", "1e2", ".5", "5.", "0,5", "0.38%", " 1", "٣"})
    void percentIsAPlainDecimal(String text) {
        assertThrows(IllegalArgumentException.class, () -> Percent.parse(text));
    }

    @ParameterizedTest
    @CsvSource({"0, 0.00", "0.5, 0.50", "0.38, 0.38", "0.385, 0.385", "0.0001, 0.0001", "100, 100.00", "020, 20.00"})
    void percentIsToldAsContractsWriteIt(String text, String told) {
        assertEquals(told, Percent.parse(text).text());
        assertEquals(Percent.parse(text), Percent.parse(told));
    }

    private static FeeSchedule.Key payment(String channel, String kind) {
        return new FeeSchedule.Key("m", "CNY", channel, kind);
    }

    private static FeeSchedule keyed(String channel, String kind, Instant from) {
        return new FeeSchedule(
                UUID.randomUUID(),
                payment(channel, kind),
                new Percent(1),
                null,
                0,
                Rounding.HALF_UP,
                new Percent(0),
                from,
                "clerk",
                NEW_YEAR);
    }

    static FeeSchedule schedule(String currency, String rate, Long cap, long floor, String rounding, String returned) {
        return new FeeSchedule(
                UUID.randomUUID(),
                new FeeSchedule.Key("m", currency, null, null),
                Percent.parse(rate),
                cap,
                floor,
                Rounding.of(rounding),
                Percent.parse(returned),
                NEW_YEAR,
                "clerk",
                NEW_YEAR);
    }

    private static FeeSchedule any(Random random) {
        long floor = random.nextBoolean() ? 0 : random.nextInt(500);
        Long cap = random.nextBoolean() ? null : floor + random.nextInt(5000);
        return new FeeSchedule(
                UUID.randomUUID(),
                new FeeSchedule.Key("m", "CNY", null, null),
                new Percent(random.nextInt(random.nextBoolean() ? 10_000 : Percent.WHOLE + 1)),
                cap,
                floor,
                Rounding.values()[random.nextInt(Rounding.values().length)],
                new Percent(random.nextInt(Percent.WHOLE + 1)),
                NEW_YEAR,
                "clerk",
                NEW_YEAR);
    }

    private static long anyAmount(Random random) {
        return random.nextLong(1L << random.nextInt(1, 40)) % (Money.MAX + 1);
    }

    private static Random random(String name) {
        long seed = Long.getLong(name, System.nanoTime());
        System.out.println(name + "=" + seed);
        return new Random(seed);
    }

    private static Money money(String text) {
        String[] parts = text.split(" ");
        return Money.of(Long.parseLong(parts[0]), parts[1]);
    }
}
