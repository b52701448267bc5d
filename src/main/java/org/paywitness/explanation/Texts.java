package org.paywitness.explanation;

import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.function.Function;

/** The texts of one language, read and compiled once; a missing, blank or unknown text fails the start. */
final class Texts {
    private static final Texts ZH = new Texts(Language.ZH);
    private static final Texts EN = new Texts(Language.EN);

    private final Map<Story, Template> headlines = new EnumMap<>(Story.class);
    private final Map<Story, Template> explanations = new EnumMap<>(Story.class);
    private final Map<Note, Template> notes = new EnumMap<>(Note.class);
    private final Map<Step, Template> steps = new EnumMap<>(Step.class);

    private Texts(Language language) {
        String resource = Messages.resource("verdict", language);
        Properties properties = Messages.read("verdict", language);
        Set<String> known = new HashSet<>();
        Function<String, Template> compile = key -> {
            known.add(key);
            String text = properties.getProperty(key);
            if (text == null || text.isBlank()) {
                throw new IllegalStateException(resource + " has no text " + key);
            }
            return Template.compile(text);
        };
        for (Story story : Story.values()) {
            headlines.put(story, compile.apply(story.key() + ".headline"));
            explanations.put(story, compile.apply(story.key() + ".explanation"));
        }
        for (Note note : Note.values()) {
            notes.put(note, compile.apply(note.key()));
        }
        for (Step step : Step.values()) {
            steps.put(step, compile.apply(step.key()));
        }
        for (String key : properties.stringPropertyNames()) {
            if (!known.contains(key)) {
                throw new IllegalStateException(resource + " has an unknown text " + key);
            }
        }
    }

    static Texts in(Language language) {
        return language == Language.EN ? EN : ZH;
    }

    Template headline(Story story) {
        return headlines.get(story);
    }

    Template explanation(Story story) {
        return explanations.get(story);
    }

    Template note(Note note) {
        return notes.get(note);
    }

    Template step(Step step) {
        return steps.get(step);
    }
}
