package org.paywitness.dispute;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.vertx.core.json.JsonObject;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.paywitness.audit.AuditEntry;
import org.paywitness.evidence.Party;
import org.paywitness.explanation.Language;
import org.paywitness.id.TypeId;

/** The timeline on the wire. */
@Schema(name = "Timeline", description = "What happened, in order; each entry is hashed over the one before.")
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TimelineAnswer(
        @Schema(required = true) String disputeId,
        @Schema(required = true, description = "Whether it is whole and as it was written.") boolean verified,
        @Schema(description = "What is wrong with it; absent where it is whole.") String fault,
        @Schema(required = true) List<EntryAnswer> entries) {

    /** One step. */
    @Schema(name = "TimelineEntry")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record EntryAnswer(
            @Schema(required = true) int number,
            @Schema(required = true, format = "date-time", description = "To the microsecond, in UTC, as it is hashed.")
                    String at,
            @Schema(
                            required = true,
                            description = "Whose side did it, and which person of it: the same person has the same"
                                    + " name throughout a dispute, and another in another.",
                            examples = "merchant-5f3a90c1")
                    String actor,
            @Schema(description = "The person or software, for their own side and the desk.") String person,
            @Schema(required = true, examples = "evidence_added") String action,
            @Schema(required = true, description = "The step in words.") String text,
            @Schema(required = true, description = "What was done, and where the dispute was after it.")
                    Map<String, Object> content,
            @Schema(required = true, description = "The content as it is hashed.") String hashed,
            @Schema(
                            required = true,
                            description = "SHA-256 in hex of the hash before and of dispute id (as UUID), number, at,"
                                    + " actor, action and content, each ended by a zero byte.")
                    String hash) {}

    /** @param asker who is told: a side does not learn who the other's persons are, and null learns of nobody */
    static TimelineAnswer of(UUID dispute, Timeline.Verified timeline, Party asker, Language language) {
        return new TimelineAnswer(
                TypeId.format(TypeId.DISPUTE, dispute),
                timeline.isWhole(),
                timeline.fault(),
                timeline.entries().stream()
                        .map(entry -> entry(entry, timeline.persons().get(entry.number()), asker, language))
                        .toList());
    }

    private static EntryAnswer entry(AuditEntry entry, String person, Party asker, Language language) {
        Map<String, Object> content = content(entry);
        Object by = content.getOrDefault("by", content.get("party"));
        return new EntryAnswer(
                entry.number(),
                entry.at().toString(),
                entry.actor(),
                asker == Party.DESK || asker != null && asker.code().equals(by) ? person : null,
                entry.action(),
                DisputeWords.action(entry.action(), language),
                content,
                entry.content(),
                HexFormat.of().formatHex(entry.hash()));
    }

    // What somebody has made of it behind our back may be no JSON at all.
    private static Map<String, Object> content(AuditEntry entry) {
        try {
            return new JsonObject(entry.content()).getMap();
        } catch (RuntimeException e) {
            return Map.of();
        }
    }
}
