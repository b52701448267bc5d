package org.paywitness.refund;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.paywitness.acquirer.Operation;
import org.paywitness.acquirer.Refusal;
import org.paywitness.explanation.Durations;
import org.paywitness.explanation.Language;
import org.paywitness.explanation.Messages;

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

    private static String filled(String key, Duration within, Language language) {
        String text = in(language).get(key);
        return within == null ? text : text.replace("{within}", Durations.said(within, language));
    }

    private static String arrivalKey(Operation route, PaidWith paidWith) {
        return "arrival." + route.code() + "." + paidWith.code();
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
        return keys;
    }

    private static Map<String, String> read(Language language) {
        return checked(Messages.read("refund", language), Messages.resource("refund", language));
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
