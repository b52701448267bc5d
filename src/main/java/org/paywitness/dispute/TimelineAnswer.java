package org.paywitness.dispute;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.vertx.core.json.JsonObject;
import java.time.ZoneId;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.paywitness.audit.AuditEntry;
import org.paywitness.explanation.Language;
import org.paywitness.id.TypeId;
import org.paywitness.transaction.VerdictAnswer;

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
    public record EntryAnswer(
            @Schema(required = true) int number,
            @Schema(required = true, format = "date-time", description = "To the microsecond, in UTC, as it is hashed.")
                    String at,
            @Schema(required = true, description = "The person or software that did it.") String actor,
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

    /** Times in the zone are told in words only; what is hashed is shown as it is hashed. */
    static TimelineAnswer of(UUID dispute, Timeline.Verified timeline, Language language) {
        return new TimelineAnswer(
                TypeId.format(TypeId.DISPUTE, dispute),
                timeline.isWhole(),
                timeline.fault(),
                timeline.entries().stream().map(entry -> entry(entry, language)).toList());
    }

    private static EntryAnswer entry(AuditEntry entry, Language language) {
        return new EntryAnswer(
                entry.number(),
                entry.at().toString(),
                entry.actor(),
                entry.action(),
                DisputeWords.action(entry.action(), language),
                content(entry),
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

    /** A time as timelines tell it to people. */
    static String time(AuditEntry entry, ZoneId zone) {
        return VerdictAnswer.time(entry.at(), zone);
    }
}
