package org.paywitness.dossier;

import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.paywitness.audit.AuditEntry;
import org.paywitness.dispute.CaseFile;
import org.paywitness.dispute.DisputeWords;
import org.paywitness.dispute.Proposal;
import org.paywitness.dispute.Stage;
import org.paywitness.dispute.Status;
import org.paywitness.dispute.TimelineAnswer;
import org.paywitness.evidence.EvidenceType;
import org.paywitness.explanation.Figures;
import org.paywitness.explanation.Language;
import org.paywitness.money.Money;

/** Tells the steps of a timeline in words: who did what, what they said, and where the dispute was then. */
final class TimelineWords {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss xxx");

    /** What every entry has: told once for the whole entry. */
    private static final Set<String> FRAME = Set.of("party", "stage", "status", "due_at");

    /** Minor units of the dispute's currency. */
    private static final Set<String> SUMS = Set.of("won", "claimed_back");

    private final DossierWords words;
    private final ZoneId zone;
    private final Language language;
    private final String currency;
    private final Map<Integer, TimelineAnswer.EntryAnswer> told = new HashMap<>();
    private final Map<String, String> codes = new HashMap<>();

    TimelineWords(CaseFile file, DossierWords words, ZoneId zone) {
        this.words = words;
        this.zone = zone;
        this.language = file.language();
        this.currency = file.dispute().claimed().currency();
        file.told().entries().forEach(entry -> told.put(entry.number(), entry));
        codes.put("reason=" + file.dispute().reason().code(), file.dispute().reasonText());
        for (Stage stage : Stage.values()) {
            codes.put("stage=" + stage.code(), DisputeWords.stage(stage, language));
        }
        for (Status status : Status.values()) {
            String text = DisputeWords.status(status, language);
            codes.put("status=" + status.code(), text);
            codes.put("outcome=" + status.code(), text);
            codes.put("appeal=" + status.code(), text);
        }
        for (Proposal.Kind kind : Proposal.Kind.values()) {
            codes.put("kind=" + kind.code(), DisputeWords.proposal(kind, language));
        }
        for (EvidenceType type : EvidenceType.values()) {
            codes.put("type=" + type.code(), DisputeWords.evidence(type, language));
        }
    }

    String of(AuditEntry entry) {
        TimelineAnswer.EntryAnswer step = told.get(entry.number());
        Map<String, Object> content = step.content();
        String party = content.get("party") instanceof String code ? words.text("party.", code) : null;
        StringBuilder text = new StringBuilder(step.text());
        text.append(" · ").append(party == null ? entry.actor() : party + " (" + entry.actor() + ")");
        if (content.isEmpty()) {
            // Somebody has made something of it that is none of ours: it is shown as it is.
            text.append('\n').append(entry.content());
        }
        content.forEach((name, value) -> {
            if (!FRAME.contains(name)) {
                text.append('\n').append(words.text("detail.", name));
                text.append(words.text("colon")).append(value(name, value));
            }
        });
        return text.append('\n').append(state(content)).toString();
    }

    private String state(Map<String, Object> content) {
        String state = words.text("then") + value("stage", content.get("stage")) + " · "
                + value("status", content.get("status"));
        return content.get("due_at") instanceof String due
                ? state + " · " + words.text("label.due_at") + " " + time(due)
                : state;
    }

    private String value(String name, Object value) {
        if (value instanceof Map<?, ?> amount
                && amount.get("amount") instanceof Number sum
                && amount.get("currency") instanceof String of) {
            return money(sum, of);
        }
        if (SUMS.contains(name) && value instanceof Number sum) {
            return money(sum, currency);
        }
        if (value instanceof Boolean yes) {
            return words.text(yes ? "yes" : "no");
        }
        if (value instanceof Iterable<?> all) {
            StringBuilder listed = new StringBuilder();
            all.forEach(one -> listed.append(listed.isEmpty() ? "" : ", ").append(one));
            return listed.toString();
        }
        String code = String.valueOf(value);
        return name.equals("silent") || name.equals("whose_turn")
                ? words.text("party.", code)
                : codes.getOrDefault(name + "=" + code, code);
    }

    // What was changed behind our back may name no amount and no time at all.
    private static String money(Number sum, String currency) {
        try {
            return Figures.money(Money.of(sum.longValue(), currency));
        } catch (RuntimeException e) {
            return sum + " " + currency;
        }
    }

    private String time(String at) {
        try {
            return TIME.format(OffsetDateTime.parse(at).atZoneSameInstant(zone));
        } catch (RuntimeException e) {
            return at;
        }
    }
}
