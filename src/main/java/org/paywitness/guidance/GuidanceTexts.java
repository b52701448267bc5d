package org.paywitness.guidance;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import org.paywitness.explanation.Language;
import org.paywitness.explanation.Messages;
import org.paywitness.explanation.NextStep.Who;

/**
 * What is advised, from {@code messages/guidance.*.properties}: titles, summaries and numbered steps for each person.
 * Placeholders are not filled in yet. A missing, blank or unknown text fails the start.
 */
final class GuidanceTexts {
    /** One step of one person. */
    record Step(Who who, String text) {}

    private final Properties texts;
    private final String resource;
    private final Set<String> asked = new HashSet<>();

    GuidanceTexts(Properties texts, String resource) {
        this.texts = texts;
        this.resource = resource;
    }

    static GuidanceTexts in(Language language) {
        return new GuidanceTexts(Messages.read("guidance", language), Messages.resource("guidance", language));
    }

    /** @throws IllegalStateException where there is none */
    String text(String key) {
        String text = optional(key);
        if (text == null) {
            throw new IllegalStateException(resource + " has no text " + key);
        }
        return text;
    }

    /** In the order cardholder, merchant, acquirer, bank, each in the order of their numbers from 1. */
    List<Step> steps(String key) {
        List<Step> steps = new ArrayList<>();
        for (Who who : Who.values()) {
            int number = 1;
            for (String text = step(key, who, number); text != null; text = step(key, who, ++number)) {
                steps.add(new Step(who, text));
            }
            // An acquirer may have nothing to do; the others always have.
            if (number == 1 && who != Who.ACQUIRER) {
                throw new IllegalStateException(resource + " has no step for the " + who.code() + " in " + key);
            }
        }
        return steps;
    }

    private String step(String key, Who who, int number) {
        return optional(key + "." + who.code() + "." + number);
    }

    private String optional(String key) {
        asked.add(key);
        String text = texts.getProperty(key);
        if (text != null && text.isBlank()) {
            throw new IllegalStateException(resource + " has a blank text " + key);
        }
        return text;
    }

    /** @throws IllegalStateException where there is a text that nobody has asked for */
    void refuseOthers() {
        for (String key : texts.stringPropertyNames()) {
            if (!asked.contains(key)) {
                throw new IllegalStateException(resource + " has an unknown text " + key);
            }
        }
    }
}
