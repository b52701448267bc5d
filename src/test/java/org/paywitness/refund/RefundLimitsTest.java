package org.paywitness.refund;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.paywitness.acquirer.Operation;
import org.paywitness.money.Money;
import org.paywitness.verdict.Policy;

class RefundLimitsTest {
    private static final Map<String, String> CONFIGURED = Map.of(
            "paywitness.refund.automatic-up-to.CNY", "100000",
            "paywitness.refund.automatic-up-to.JPY", "20000",
            "paywitness.refund.merchants.\"m_strict\".automatic-up-to.CNY", "0",
            "paywitness.refund.merchants.\"m_strict\".automatic-within", "12h",
            "paywitness.refund.merchants.\"m_strict\".cut-off", "18:30",
            "paywitness.refund.merchants.\"m_kind\".automatic-up-to.USD", "500",
            "paywitness.refund.merchants.\"m_kind\".cooling-off", "30d");

    private static RefundLimits of(String merchantId) {
        return RefundLimits.of(settings(CONFIGURED), Policy.DEFAULT, merchantId);
    }

    static RefundSettings settings(Map<String, String> configured) {
        return new SmallRyeConfigBuilder()
                .withConverter(Duration.class, 100, new io.quarkus.runtime.configuration.DurationConverter())
                .withMapping(RefundSettings.class)
                .withSources(new PropertiesConfigSource(new HashMap<>(configured), "test", 100))
                .build()
                .getConfigMapping(RefundSettings.class);
    }

    private static Instant at(String time) {
        return OffsetDateTime.parse(time).toInstant();
    }

    @ParameterizedTest
    @CsvSource({
        "m_any,    100000, CNY, 2026-11-21T12:00:00+08:00, true",
        "m_any,    100001, CNY, 2026-11-21T12:00:00+08:00, false",
        "m_any,    20000,  JPY, 2026-11-21T12:00:00+08:00, true",
        "m_any,    20001,  JPY, 2026-11-21T12:00:00+08:00, false",
        "m_any,    1,      USD, 2026-11-21T12:00:00+08:00, false",
        // To the nanosecond 30 days after, and one more.
        "m_any,    100000, CNY, 2026-12-21T12:00:00+08:00, true",
        "m_any,    100000, CNY, 2026-12-21T12:00:00.000000001+08:00, false",
        // The payment's clock was fast.
        "m_any,    100000, CNY, 2026-11-21T11:59:00+08:00, true",
        "m_strict, 1,      CNY, 2026-11-21T12:00:00+08:00, false",
        "m_strict, 20000,  JPY, 2026-11-22T00:00:00+08:00, true",
        "m_strict, 20000,  JPY, 2026-11-22T00:00:01+08:00, false",
        "m_kind,   500,    USD, 2026-12-21T12:00:00+08:00, true",
        "m_kind,   501,    USD, 2026-12-21T12:00:00+08:00, false",
        "m_kind,   100000, CNY, 2026-12-21T12:00:00+08:00, true",
    })
    void secondPersonIsAskedBeyondAmountOrAge(
            String merchant, long amount, String currency, String now, boolean automatic) {
        Instant paid = at("2026-11-21T12:00:00+08:00");
        assertEquals(automatic, of(merchant).isAutomatic(Money.of(amount, currency), paid, at(now)));
    }

    @ParameterizedTest
    @CsvSource({
        "m_any,    2026-11-28T12:00:00+08:00, true",
        "m_any,    2026-11-28T12:00:01+08:00, false",
        "m_strict, 2026-11-28T12:00:00+08:00, true",
        "m_strict, 2026-11-28T12:00:01+08:00, false",
        "m_kind,   2026-12-21T12:00:00+08:00, true",
        "m_kind,   2026-12-21T12:00:01+08:00, false",
    })
    void coolingOffEndsWithItsLastInstant(String merchant, String now, boolean within) {
        assertEquals(within, of(merchant).isWithinCoolingOff(at("2026-11-21T12:00:00+08:00"), at(now)));
    }

    @ParameterizedTest
    @CsvSource({
        "m_any,    true,  2026-11-21T12:00:00+08:00, 2026-11-21T12:00:01+08:00, VOID",
        "m_any,    false, 2026-11-21T12:00:00+08:00, 2026-11-21T12:00:01+08:00, REFUND",
        "m_any,    true,  2026-11-21T12:00:00+08:00, 2026-11-21T22:59:59.999+08:00, VOID",
        "m_any,    true,  2026-11-21T12:00:00+08:00, 2026-11-21T23:00:00+08:00, REFUND",
        "m_any,    true,  2026-11-21T12:00:00+08:00, 2026-11-22T00:00:00+08:00, REFUND",
        // The first and the last second of the merchant's day, which is not the day of UTC.
        "m_any,    true,  2026-11-20T16:00:00Z,      2026-11-21T14:59:59Z,      VOID",
        "m_any,    true,  2026-11-20T15:59:59Z,      2026-11-20T16:00:00Z,      REFUND",
        "m_any,    true,  2026-11-21T23:30:00+08:00, 2026-11-21T23:31:00+08:00, REFUND",
        "m_any,    true,  2026-11-22T00:00:01+08:00, 2026-11-21T23:59:59+08:00, REFUND",
        "m_strict, true,  2026-11-21T12:00:00+08:00, 2026-11-21T18:29:59+08:00, VOID",
        "m_strict, true,  2026-11-21T12:00:00+08:00, 2026-11-21T18:30:00+08:00, REFUND",
        "m_kind,   true,  2026-11-21T12:00:00+08:00, 2026-11-21T18:30:00+08:00, VOID",
    })
    void wholePaymentIsVoidedWhileItsBatchIsOpen(
            String merchant, boolean whole, String paid, String now, Operation route) {
        assertEquals(route, of(merchant).route(whole, at(paid), at(now)));
    }

    @Test
    void merchantsOwnLimitsGoBeforeThoseOfAllKeyByKey() {
        assertEquals(of(null), of("m_any"));
        RefundLimits strict = of("m_strict");
        assertEquals(
                Map.of("CNY", Money.of(0, "CNY"), "JPY", Money.of(20_000, "JPY")),
                strict.automaticUpTo(),
                "one currency replaced, the other as for all");
        assertEquals(Duration.ofHours(12), strict.automaticWithin());
        assertEquals(Duration.ofDays(7), strict.coolingOff());
        assertEquals(LocalTime.of(18, 30), strict.cutOff());
        RefundLimits kind = of("m_kind");
        assertEquals(Set.of("CNY", "JPY", "USD"), kind.automaticUpTo().keySet());
        assertEquals(Duration.ofDays(30), kind.automaticWithin());
        assertEquals(Policy.DEFAULT.cutOff(), kind.cutOff());
    }

    @Test
    void currencyMayBeInLowerCaseAsEnvironmentVariablesAre() {
        RefundSettings settings = settings(Map.of("paywitness.refund.automatic-up-to.usd", "500"));
        RefundLimits limits = RefundLimits.of(settings, Policy.DEFAULT, null);
        assertEquals(Map.of("USD", Money.of(500, "USD")), limits.automaticUpTo());
    }

    @ParameterizedTest
    @CsvSource({"CNX, 1", "CNY, -1", "CNY, 1000000000001"})
    void limitThatCannotBeOneIsRefused(String currency, String amount) {
        RefundSettings settings = settings(Map.of("paywitness.refund.automatic-up-to." + currency, amount));
        String message = assertThrows(
                        IllegalArgumentException.class, () -> RefundLimits.of(settings, Policy.DEFAULT, null))
                .getMessage();
        assertTrue(message.contains("automatic-up-to." + currency + "=" + amount), message);
    }

    @Test
    void currencyIsNamedOnce() {
        RefundSettings settings = settings(
                Map.of("paywitness.refund.automatic-up-to.usd", "500", "paywitness.refund.automatic-up-to.USD", "900"));
        assertThrows(IllegalArgumentException.class, () -> RefundLimits.of(settings, Policy.DEFAULT, null));
    }
}
