package org.paywitness.explanation;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;

/** Durations as people say them and as ISO 8601; a missing text fails the start. */
public final class Durations {
    private static final List<ChronoUnit> UNITS =
            List.of(ChronoUnit.DAYS, ChronoUnit.HOURS, ChronoUnit.MINUTES, ChronoUnit.SECONDS);

    private static final Map<Language, Map<String, String>> TEXTS = read();

    private Durations() {}

    /** "1 day 12 hours", without fractions of a second. */
    public static String said(Duration duration, Language language) {
        List<String> parts = new ArrayList<>();
        long left = duration.toSeconds();
        for (ChronoUnit unit : UNITS) {
            long count = left / unit.getDuration().toSeconds();
            left %= unit.getDuration().toSeconds();
            boolean nothingElse = unit == ChronoUnit.SECONDS && parts.isEmpty();
            if (count > 0 || nothingElse) {
                parts.add(TEXTS.get(language).get(key(unit, count == 1)).replace("{n}", Long.toString(count)));
            }
        }
        return String.join(" ", parts);
    }

    /** ISO 8601, in days where it is whole days: Java would say PT168H for a week. */
    public static String iso(Duration duration) {
        boolean wholeDays = !duration.isZero() && duration.equals(Duration.ofDays(duration.toDays()));
        return wholeDays ? "P" + duration.toDays() + "D" : duration.toString();
    }

    private static String key(ChronoUnit unit, boolean one) {
        String plural = unit.name().toLowerCase(Locale.ROOT);
        return "duration." + (one ? plural.substring(0, plural.length() - 1) : plural);
    }

    private static Map<Language, Map<String, String>> read() {
        Map<Language, Map<String, String>> all = new EnumMap<>(Language.class);
        for (Language language : Language.values()) {
            Properties properties = Messages.read("duration", language);
            Map<String, String> texts = new HashMap<>();
            for (ChronoUnit unit : UNITS) {
                for (boolean one : new boolean[] {true, false}) {
                    String text = properties.getProperty(key(unit, one));
                    if (text == null || !text.contains("{n}")) {
                        throw new IllegalStateException(
                                Messages.resource("duration", language) + " has no text " + key(unit, one));
                    }
                    texts.put(key(unit, one), text);
                }
            }
            all.put(language, texts);
        }
        return all;
    }
}
