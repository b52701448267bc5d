package org.paywitness.guidance;

import java.time.Duration;
import java.time.LocalTime;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.paywitness.explanation.Durations;
import org.paywitness.explanation.Language;
import org.paywitness.guidance.Deadlines.Figure;
import org.paywitness.verdict.ResponseCode;

/** All advice in one language, with the deadlines filled in. Immutable. */
final class Guidance {
    private final Deadlines deadlines;
    private final Language language;
    private final GuidanceTexts texts;
    private final Map<String, GuidanceAnswer> answers = new LinkedHashMap<>();

    private Guidance(Deadlines deadlines, Language language, GuidanceTexts texts) {
        this.deadlines = deadlines;
        this.language = language;
        this.texts = texts;
    }

    /** @throws IllegalStateException where a text is missing, blank, unknown or has an unknown placeholder */
    static Guidance of(Deadlines deadlines, Language language) {
        return of(deadlines, language, GuidanceTexts.in(language));
    }

    static Guidance of(Deadlines deadlines, Language language, GuidanceTexts texts) {
        Guidance guidance = new Guidance(deadlines, language, texts);
        for (Situation situation : Situation.values()) {
            guidance.add(situation);
        }
        for (ResponseCode code : ResponseCode.all()) {
            guidance.add(code);
        }
        // The text of a call may be there before a situation names it.
        for (Call call : Call.values()) {
            texts.text(call.key());
        }
        texts.refuseOthers();
        return guidance;
    }

    /** Null where there is no such situation. */
    GuidanceAnswer about(String situation) {
        return answers.get(situation);
    }

    /** Situations, symptoms, then response codes. */
    Collection<GuidanceAnswer> all() {
        return Collections.unmodifiableCollection(answers.values());
    }

    private void add(Situation situation) {
        String key = situation.code();
        put(new GuidanceAnswer(
                key,
                situation.kind().code(),
                null,
                filled(texts.text(key + ".title")),
                filled(texts.text(key + ".summary")),
                deadlines.policy().zone().getId(),
                steps(key),
                related(situation.related())));
    }

    private void add(ResponseCode code) {
        CodeGroup group = CodeGroup.of(code);
        String meaning = language == Language.ZH ? code.zh() : code.en();
        String title = texts.text("code.title").replace("{code}", code.code()).replace("{meaning}", meaning);
        String money = texts.text("money." + code.money().name().toLowerCase(Locale.ROOT));
        String summary = texts.text(group.key() + ".summary");
        put(new GuidanceAnswer(
                "code_" + code.code(),
                Situation.Kind.RESPONSE_CODE.code(),
                code.code(),
                title,
                filled(language == Language.ZH ? money + summary : money + ' ' + summary),
                deadlines.policy().zone().getId(),
                steps(group.key()),
                related(group.related())));
    }

    private void put(GuidanceAnswer answer) {
        answers.put(answer.situation(), answer);
    }

    private List<GuidanceAnswer.Step> steps(String key) {
        return texts.steps(key).stream()
                .map(step -> new GuidanceAnswer.Step(
                        step.who().code(), filled(step.text()), within(step.text()), before(step.text())))
                .toList();
    }

    private List<GuidanceAnswer.Related> related(List<Call> calls) {
        return calls.stream()
                .map(call -> new GuidanceAnswer.Related(call.method(), call.path(), texts.text(call.key())))
                .toList();
    }

    private String filled(String text) {
        String filled = text;
        for (Figure figure : Figure.values()) {
            filled = filled.replace(figure.placeholder(), said(deadlines.value(figure)));
        }
        if (filled.indexOf('{') >= 0) {
            throw new IllegalStateException("unknown placeholder in: " + text);
        }
        return filled;
    }

    private String said(Object figure) {
        return figure instanceof Duration duration ? Durations.said(duration, language) : figure.toString();
    }

    // Cards of different kinds have different deadlines: the text names each, the longest binds all.
    private String within(String text) {
        Duration longest = null;
        for (Figure figure : Figure.values()) {
            if (figure.isDeadline()
                    && text.contains(figure.placeholder())
                    && deadlines.value(figure) instanceof Duration duration
                    && (longest == null || duration.compareTo(longest) > 0)) {
                longest = duration;
            }
        }
        return longest == null ? null : Durations.iso(longest);
    }

    private String before(String text) {
        for (Figure figure : Figure.values()) {
            if (text.contains(figure.placeholder()) && deadlines.value(figure) instanceof LocalTime time) {
                return time.toString();
            }
        }
        return null;
    }
}
