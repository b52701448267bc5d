package org.paywitness.transaction;

import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import org.paywitness.access.Visibility;
import org.paywitness.explanation.Language;
import org.paywitness.verdict.Policy;

/** A transaction as it was found, to be told to many: judged and explained once for all of a language. */
public final class Seen {
    private final Found found;
    private final Policy policy;
    private final Instant at;
    private final Map<Language, VerdictAnswer> answers = new EnumMap<>(Language.class);

    Seen(Found found, Policy policy, Instant at) {
        this.found = found;
        this.policy = policy;
        this.at = at;
    }

    /** The same as it is at another time. */
    Seen at(Instant time) {
        return new Seen(found, policy, time);
    }

    Found found() {
        return found;
    }

    public boolean isVisible(Visibility visibility) {
        return found.isVisible(visibility);
    }

    public synchronized VerdictAnswer answer(Language language) {
        return answers.computeIfAbsent(language, words -> VerdictAnswer.of(found, policy, at, words));
    }
}
