package org.paywitness.explanation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LanguageTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "null",
            value = {
                "null|zh-CN",
                "''|zh-CN",
                "zh|zh-CN",
                "zh-CN|zh-CN",
                "ZH-cn|zh-CN",
                "zh-Hans-CN|zh-CN",
                "zh-TW|zh-CN",
                "en|en",
                "EN|en",
                "en-GB|en",
                "en-US,en;q=0.9|en",
                "en ; q=0.5|en",
                "en;Q=1.000|en",
                "*, en;q=0.5|zh-CN",
                "zh-CN,zh;q=0.9,en;q=0.8|zh-CN",
                "en,zh;q=0.9|en",
                "zh;q=0.5, en;q=0.501|en",
                "en;q=0.5, zh;q=0.5|en",
                "zh, en|zh-CN",
                "fr, en;q=0.1|en",
                "fr|zh-CN",
                "fr, *|zh-CN",
                "*|zh-CN",
                "*;q=0.5, zh;q=0|en",
                "en;q=0|zh-CN",
                "zh;q=0|zh-CN",
                "zh;q=0, en;q=0.1|en",
                "en;q=0, *|zh-CN",
                "en;q=2|zh-CN",
                "en;q=0.1234|zh-CN",
                "en;q=|zh-CN",
                "en;q=-1|zh-CN",
                "en;q=abc, en-GB;q=0.3|en",
                "en;level=1|zh-CN",
                "english|zh-CN",
                "e|zh-CN",
                "en_US|zh-CN",
                ",,, ,en|en",
                ";;;|zh-CN",
                "=|zh-CN",
                "en!|zh-CN",
                "ｅｎ|zh-CN",
                "中文|zh-CN"
            })
    void weightsDecide(String header, String tag) {
        assertEquals(tag, Language.of(header).tag());
    }

    @Test
    void hugeHeadersCostNothingAndGarbageNeverThrows() {
        for (String part : new String[] {",", ";", "en;q=0.", "zh;q=0.1,", " ", "en-", "*,"}) {
            String huge = part.repeat(4_000_000 / part.length());
            assertTimeout(Duration.ofSeconds(1), () -> {
                for (int i = 0; i < 1_000; i++) {
                    Language.of(huge);
                }
            });
        }
        Random random = new Random(7);
        String alphabet = "zhen-CN,;q=01. \t*\u4e2d";
        for (int i = 0; i < 100_000; i++) {
            StringBuilder header = new StringBuilder();
            for (int n = random.nextInt(40); n > 0; n--) {
                header.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            Language.of(header.toString());
        }
    }
}
