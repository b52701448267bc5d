package org.paywitness.explanation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DurationsTest {
    @ParameterizedTest
    @CsvSource({
        "P1D,       1 天,            1 day,                    P1D",
        "P30D,      30 天,           30 days,                  P30D",
        "PT36H,     1 天 12 小时,     1 day 12 hours,           PT36H",
        "PT5M,      5 分钟,          5 minutes,                PT5M",
        "PT1H1M1S,  1 小时 1 分钟 1 秒, 1 hour 1 minute 1 second, PT1H1M1S",
        "PT0S,      0 秒,            0 seconds,                PT0S",
    })
    void durationsAreSaidAsPeopleSayThem(Duration duration, String zh, String en, String iso) {
        assertEquals(zh, Durations.said(duration, Language.ZH));
        assertEquals(en, Durations.said(duration, Language.EN));
        assertEquals(iso, Durations.iso(duration));
    }
}
