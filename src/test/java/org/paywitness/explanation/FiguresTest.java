package org.paywitness.explanation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.paywitness.money.Money;

class FiguresTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "12800|CNY|¥128.00|128.00 CNY",
                "5|CNY|¥0.05|0.05 CNY",
                "0|CNY|¥0.00|0.00 CNY",
                "1780|USD|US$17.80|17.80 USD",
                "1280|JPY|JP¥1,280|1,280 JPY",
                "999|JPY|JP¥999|999 JPY",
                "1250|KWD|KWD 1.250|1.250 KWD",
                "1234567|KWD|KWD 1,234.567|1,234.567 KWD",
                "100000|CNY|¥1,000.00|1,000.00 CNY",
                "1000000000000|CNY|¥10,000,000,000.00|10,000,000,000.00 CNY"
            })
    void amountsAreWrittenAsTheCurrencyIs(long amount, String currency, String symbol, String code) {
        StringBuilder withSymbol = new StringBuilder("x");
        Figures.money(withSymbol, Money.of(amount, currency));
        assertEquals("x" + symbol, withSymbol.toString());
        StringBuilder withCode = new StringBuilder();
        Figures.moneyWithCode(withCode, Money.of(amount, currency));
        assertEquals(code, withCode.toString());
    }

    @Test
    void timesAreInTheMerchantsZoneWithTheYearWhereItDiffers() {
        Instant at = Instant.parse("2026-11-24T02:00:00Z");
        assertEquals("11月24日 10:00", time(at, "2026-11-21T04:20:00Z", "Asia/Shanghai", Language.ZH));
        assertEquals("24 Nov, 10:00", time(at, "2026-11-21T04:20:00Z", "Asia/Shanghai", Language.EN));
        assertEquals("23 Nov, 21:00", time(at, "2026-11-21T04:20:00Z", "America/New_York", Language.EN));
        Instant newYear = Instant.parse("2026-12-31T16:05:00Z");
        assertEquals("2027年1月1日 00:05", time(newYear, "2026-12-31T15:00:00Z", "Asia/Shanghai", Language.ZH));
        assertEquals("1 Jan 2027, 00:05", time(newYear, "2026-12-31T15:00:00Z", "Asia/Shanghai", Language.EN));
        assertEquals("1 Jan, 00:05", time(newYear, "2026-12-31T16:01:00Z", "Asia/Shanghai", Language.EN));
    }

    private static String time(Instant at, String now, String zone, Language language) {
        StringBuilder to = new StringBuilder();
        Figures.time(to, at, Instant.parse(now), ZoneId.of(zone), language);
        return to.toString();
    }
}
