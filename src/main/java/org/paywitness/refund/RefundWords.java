package org.paywitness.refund;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.paywitness.acquirer.Operation;
import org.paywitness.acquirer.Refusal;
import org.paywitness.explanation.Language;

/**
 * What a refund says to people, from {@code messages/refund.*.properties}. Read once; a missing, blank or unknown text
 * fails the start. No answer is ever null.
 */
final class RefundWords {
    /** The parts of the published policy that have a text of their own. */
    enum Section {
        ROUTES,
        APPROVAL,
        COOLING_OFF,
        ARRIVALS,
        INQUIRIES;

        private final String key = "policy." + name().toLowerCase(Locale.ROOT);
    }

    private static final List<ChronoUnit> UNITS =
            List.of(ChronoUnit.DAYS, ChronoUnit.HOURS, ChronoUnit.MINUTES, ChronoUnit.SECONDS);

    private static final Map<String, String> ZH = read(Language.ZH);
    private static final Map<String, String> EN = read(Language.EN);

    private RefundWords() {}

    /** Where the refund is now. */
    static String status(RefundStatus status, Language language) {
        return in(language).get("status." + status.code());
    }

    /** Why the money goes back. */
    static String reason(Reason reason, Language language) {
        return in(language).get("reason." + reason.code());
    }

    /** Why the acquirer did not send it. */
    static String failure(Refusal failure, Language language) {
        return in(language).get("failure." + failure.code());
    }

    /** What to do then, or which other way the money can go. */
    static String failureNext(Refusal failure, Language language) {
        return in(language).get("failure." + failure.code() + ".next");
    }

    static String route(Operation route, Language language) {
        return in(language).get("route." + route.code());
    }

    /** Where the money arrives, and within which time. */
    static String arrival(Operation route, PaidWith paidWith, Duration within, Language language) {
        return filled(arrivalKey(route, paidWith), within, language);
    }

    /** @param within the time that the section is about; null where it is about none */
    static String section(Section section, Duration within, Language language) {
        return filled(section.key, within, language);
    }

    /** A duration as people say it: "1 day 12 hours", without fractions of a second. */
    static String duration(Duration duration, Language language) {
        List<String> parts = new ArrayList<>();
        long left = duration.toSeconds();
        for (ChronoUnit unit : UNITS) {
            long count = left / unit.getDuration().toSeconds();
            left %= unit.getDuration().toSeconds();
            boolean nothingElse = unit == ChronoUnit.SECONDS && parts.isEmpty();
            if (count > 0 || nothingElse) {
                parts.add(in(language).get(unitKey(unit, count == 1)).replace("{n}", Long.toString(count)));
            }
        }
        return String.join(" ", parts);
    }

    private static String filled(String key, Duration within, Language language) {
        String text = in(language).get(key);
        return within == null ? text : text.replace("{within}", duration(within, language));
    }

    private static String arrivalKey(Operation route, PaidWith paidWith) {
        return "arrival." + route.code() + "." + paidWith.code();
    }

    private static String unitKey(ChronoUnit unit, boolean one) {
        String plural = unit.name().toLowerCase(Locale.ROOT);
        return "duration." + (one ? plural.substring(0, plural.length() - 1) : plural);
    }

    private static Map<String, String> in(Language language) {
        return language == Language.EN ? EN : ZH;
    }

    private static Set<String> keys() {
        Set<String> keys = new HashSet<>();
        for (RefundStatus status : RefundStatus.values()) {
            keys.add("status." + status.code());
        }
        for (Reason reason : Reason.values()) {
            keys.add("reason." + reason.code());
        }
        for (Refusal failure : Refusal.values()) {
            keys.add("failure." + failure.code());
            keys.add("failure." + failure.code() + ".next");
        }
        for (Operation route : Operation.values()) {
            keys.add("route." + route.code());
            for (PaidWith paidWith : PaidWith.values()) {
                keys.add(arrivalKey(route, paidWith));
            }
        }
        for (Section section : Section.values()) {
            keys.add(section.key);
        }
        for (ChronoUnit unit : UNITS) {
            keys.add(unitKey(unit, true));
            keys.add(unitKey(unit, false));
        }
        return keys;
    }

    private static Map<String, String> read(Language language) {
        String resource = "/messages/refund." + language.tag() + ".properties";
        try (InputStream in = RefundWords.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("no " + resource);
            }
            Properties properties = new Properties();
            properties.load(new InputStreamReader(in, StandardCharsets.UTF_8));
            return checked(properties, resource);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @throws IllegalStateException where a text is missing, blank or unknown */
    static Map<String, String> checked(Properties properties, String resource) {
        Map<String, String> texts = new HashMap<>();
        for (String key : keys()) {
            String text = properties.getProperty(key);
            if (text == null || text.isBlank()) {
                throw new IllegalStateException(resource + " has no text " + key);
            }
            texts.put(key, text);
        }
        for (String key : properties.stringPropertyNames()) {
            if (!texts.containsKey(key)) {
                throw new IllegalStateException(resource + " has an unknown text " + key);
            }
        }
        return texts;
    }
}
