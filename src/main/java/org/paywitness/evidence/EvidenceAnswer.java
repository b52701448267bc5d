package org.paywitness.evidence;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.ZoneId;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.paywitness.id.TypeId;
import org.paywitness.transaction.VerdictAnswer;

/** Evidence on the wire. */
@Schema(name = "Evidence")
@JsonInclude(JsonInclude.Include.NON_NULL)
record EvidenceAnswer(
        @Schema(required = true, examples = "evd_01kaf3v6n8e8q9w2s4d6f8g0h2") String id,
        @Schema(required = true, examples = "dsp_01kaf3v6n8e8q9w2s4d6f8g0h2") String disputeId,
        @Schema(required = true) String type,
        @Schema(required = true, description = "Who put it forward.") String party,
        @Schema(required = true, description = "As it was sent, to be shown: never a path.", examples = "签购单.jpg")
                String fileName,
        @Schema(required = true, description = "By its content.") String mediaType,
        @Schema(required = true, description = "In bytes.", minimum = "1") long size,
        @Schema(required = true, pattern = "^[0-9a-f]{64}$", description = "Of the content.") String sha256,
        @Schema(description = "Without card numbers.") String description,
        @Schema(description = "The person, for the same side and the desk.") String addedBy,
        @Schema(description = "Present where the desk sent it for the party.") Party sentBy,
        @Schema(required = true, format = "date-time") String addedAt) {

    /** All evidence of a dispute. */
    @Schema(name = "EvidencePage")
    record Page(
            @Schema(required = true, description = "Oldest first.") List<EvidenceAnswer> data,
            @Schema(required = true, nullable = true, description = "Always null: all are on one page.")
                    String nextCursor) {}

    /** @param asker whose side the asker is on */
    static EvidenceAnswer of(Evidence e, Party asker, ZoneId zone) {
        return new EvidenceAnswer(
                e.reference(),
                TypeId.format(TypeId.DISPUTE, e.dispute()),
                e.type().code(),
                e.party().code(),
                e.fileName(),
                e.format().mediaType(),
                e.size(),
                e.sha256(),
                e.description(),
                asker == Party.DESK || asker == e.sentBy() ? e.addedBy() : null,
                e.sentBy() == e.party() ? null : e.sentBy(),
                VerdictAnswer.time(e.addedAt(), zone));
    }
}
