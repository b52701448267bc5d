package org.paywitness.refund;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.paywitness.acquirer.Operation;
import org.paywitness.acquirer.Refusal;
import org.paywitness.explanation.Language;

class RefundWordsTest {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{(\\w*)}");

    private static Properties read(Language language) throws IOException {
        String name = "/messages/refund." + language.tag() + ".properties";
        try (var in = new InputStreamReader(RefundWordsTest.class.getResourceAsStream(name), StandardCharsets.UTF_8)) {
            Properties properties = new Properties();
            properties.load(in);
            return properties;
        }
    }

    private static Set<String> placeholders(String text) {
        Set<String> names = new TreeSet<>();
        PLACEHOLDER.matcher(text).results().forEach(match -> names.add(match.group(1)));
        return names;
    }

    @Test
    void bothLanguagesHaveTheSameKeysAndPlaceholders() throws IOException {
        Properties zh = read(Language.ZH);
        Properties en = read(Language.EN);
        assertEquals(zh.stringPropertyNames(), en.stringPropertyNames());
        for (String key : zh.stringPropertyNames()) {
            assertEquals(placeholders(zh.getProperty(key)), placeholders(en.getProperty(key)), key);
        }
    }

    @Test
    void eachTextIsInItsLanguageAndSaidOnce() throws IOException {
        for (Language language : Language.values()) {
            Properties texts = read(language);
            Set<String> seen = new HashSet<>();
            for (String key : texts.stringPropertyNames()) {
                String text = texts.getProperty(key);
                assertEquals(language == Language.EN, text.chars().allMatch(c -> c < 128), key + "=" + text);
                assertTrue(seen.add(text), () -> language + " says twice: " + text);
            }
        }
    }

    @Test
    void everythingIsFilledIn() {
        for (Language language : Language.values()) {
            Set<String> said = new HashSet<>();
            for (RefundStatus status : RefundStatus.values()) {
                said.add(RefundWords.status(status, language));
            }
            for (Reason reason : Reason.values()) {
                said.add(RefundWords.reason(reason, language));
            }
            for (Refusal failure : Refusal.values()) {
                said.add(RefundWords.failure(failure, language));
                said.add(RefundWords.failureNext(failure, language));
            }
            for (Operation route : Operation.values()) {
                said.add(RefundWords.route(route, language));
                for (PaidWith paidWith : PaidWith.values()) {
                    said.add(RefundWords.arrival(route, paidWith, Duration.ofDays(3), language));
                }
            }
            for (RefundWords.Section section : RefundWords.Section.values()) {
                said.add(RefundWords.section(section, Duration.ofDays(7), language));
            }
            assertFalse(said.contains(null));
            said.forEach(text -> assertFalse(text.contains("{"), text));
        }
    }

    @Test
    void missingBlankOrUnknownTextFailsTheStart() throws IOException {
        RefundWords.checked(read(Language.EN), "good");
        for (String key : List.of("status.in_doubt", "failure.card_closed.next", "arrival.void.wallet_card")) {
            Properties without = read(Language.EN);
            without.remove(key);
            assertThrows(IllegalStateException.class, () -> RefundWords.checked(without, "without " + key));
            Properties blank = read(Language.EN);
            blank.setProperty(key, " ");
            assertThrows(IllegalStateException.class, () -> RefundWords.checked(blank, "blank " + key));
        }
        Properties unknown = read(Language.EN);
        unknown.setProperty("status.lost", "Lost");
        assertThrows(IllegalStateException.class, () -> RefundWords.checked(unknown, "unknown"));
    }
}
