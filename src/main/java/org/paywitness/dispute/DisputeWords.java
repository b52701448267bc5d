package org.paywitness.dispute;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import org.paywitness.evidence.EvidenceType;
import org.paywitness.explanation.Language;

/**
 * What disputes say to people, from {@code messages/dispute.*.properties}. Read once; a missing, blank or unknown text
 * fails the start.
 */
public final class DisputeWords {
    /** What timelines tell of. */
    static final List<String> ACTIONS = List.of(
            "opened",
            "message",
            "proposed",
            "accepted",
            "declined",
            "evidence_added",
            "answered",
            "escalated",
            "decided",
            "reversed",
            "withdrawn",
            "expired",
            "deadline_passed",
            "reminded",
            "addressed",
            "promise_kept",
            "promise_failed",
            "promise_late",
            "followed_up");

    private static final Map<String, String> ZH = read(Language.ZH);
    private static final Map<String, String> EN = read(Language.EN);

    private DisputeWords() {}

    static String reason(Reason reason, Language language) {
        return in(language).get("reason." + reason.code());
    }

    public static String stage(Stage stage, Language language) {
        return in(language).get("stage." + stage.code());
    }

    public static String status(Status status, Language language) {
        return in(language).get("status." + status.code());
    }

    /** What whoever's turn it is can do. */
    static String next(Status status, Language language) {
        return in(language).get("next." + status.code());
    }

    /** That something promised is to be done. */
    static String promise(Proposal.Kind kind, Language language) {
        return in(language).get("next.promised").replace("{proposal}", proposal(kind, language));
    }

    static String weakness(Checklist.Weakness weakness, Language language) {
        return in(language).get("weakness." + weakness.code());
    }

    public static String evidence(EvidenceType type, Language language) {
        return in(language).get("evidence." + type.code());
    }

    public static String proposal(Proposal.Kind kind, Language language) {
        return in(language).get("proposal." + kind.code());
    }

    static String action(String action, Language language) {
        return in(language).getOrDefault("action." + action, action);
    }

    /** A line of the checklist, all that would do named. */
    static String item(Checklist.Item item, Language language) {
        String any = item.oneOf().stream()
                .map(type -> evidence(type, language))
                .collect(Collectors.joining(in(language).get("separator")));
        String key =
                item.need() == Checklist.Need.HELPFUL ? "helpful" : item.oneOf().size() == 1 ? "required" : "one_of";
        return in(language).get("need." + key).replace("{evidence}", any);
    }

    private static Map<String, String> in(Language language) {
        return language == Language.EN ? EN : ZH;
    }

    private static Map<String, String> read(Language language) {
        String resource = "/messages/dispute." + language.tag() + ".properties";
        Properties properties = new Properties();
        try (InputStream in = DisputeWords.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("no " + resource);
            }
            properties.load(new InputStreamReader(in, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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

    private static Set<String> keys() {
        Set<String> keys =
                new HashSet<>(List.of("separator", "next.promised", "need.required", "need.one_of", "need.helpful"));
        for (Reason reason : Reason.values()) {
            keys.add("reason." + reason.code());
        }
        for (Stage stage : Stage.values()) {
            keys.add("stage." + stage.code());
        }
        for (Status status : Status.values()) {
            keys.add("status." + status.code());
            if (status.isLive()) {
                keys.add("next." + status.code());
            }
        }
        for (Checklist.Weakness weakness : Checklist.Weakness.values()) {
            keys.add("weakness." + weakness.code());
        }
        for (EvidenceType type : EvidenceType.values()) {
            keys.add("evidence." + type.code());
        }
        for (Proposal.Kind kind : Proposal.Kind.values()) {
            keys.add("proposal." + kind.code());
        }
        for (String action : ACTIONS) {
            keys.add("action." + action);
        }
        return keys;
    }
}
