package org.paywitness.risk;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.ZoneId;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.paywitness.id.TypeId;
import org.paywitness.transaction.VerdictAnswer;

/** A report of misconduct on the wire. */
@Schema(name = "MisconductReport", description = "What somebody reports of a merchant.")
@JsonInclude(JsonInclude.Include.NON_NULL)
record MisconductAnswer(
        @Schema(required = true, examples = "mcr_01kaf3v6n8e8q9w2s4d6f8g0h2") String id,
        @Schema(required = true) String merchantId,
        @Schema(description = "Absent where the desk reports the merchant as such.") String transactionId,
        @Schema(
                        required = true,
                        enumeration = {
                            "refused_refund",
                            "overcharged",
                            "fake_terminal",
                            "surcharge",
                            "no_receipt",
                            "threatened_customer",
                            "other"
                        })
                String kind,
        @Schema(required = true) String text,
        @Schema(required = true, description = "Ids of evidence, as they were given.") List<String> evidence,
        @Schema(
                        required = true,
                        enumeration = {"open", "in_review", "closed"})
                String state,
        @Schema(
                        description = "Only of a closed report.",
                        enumeration = {"upheld", "not_upheld", "duplicate"})
                String outcome,
        @Schema(required = true, format = "date-time") String reportedAt,
        @Schema(format = "date-time") String closedAt,
        @Schema(description = "Who answers for it; not told to cardholders.") String owner,
        @Schema(description = "Not told to cardholders.") String reportedBy,
        @Schema(description = "Not told to cardholders.") String closedBy,
        @Schema(description = "How it was found out; not told to cardholders.") String note,
        @Schema(description = "Each step; only of one report, and not told to cardholders.") List<Step> history) {

    /** One step in its life, from the audit trail. */
    @Schema(name = "MisconductStep")
    record Step(
            @Schema(required = true, format = "date-time") String at,
            @Schema(
                            required = true,
                            enumeration = {"opened", "assigned", "closed"})
                    String action,
            @Schema(required = true) String by) {}

    /** A page of a list. */
    @Schema(name = "MisconductReportPage")
    record Page(
            @Schema(required = true) List<MisconductAnswer> data,
            @Schema(required = true, nullable = true, description = "Where the next page begins; null at the end.")
                    String nextCursor) {}

    /** @param desk whether the desk asks; cardholders are told what became of it and not by whom */
    static MisconductAnswer of(MisconductReport r, boolean desk, List<Step> history, ZoneId zone) {
        return new MisconductAnswer(
                r.reference(),
                r.merchantId,
                r.transactionId == null ? null : TypeId.format(TypeId.TRANSACTION, r.transactionId),
                r.kind.code(),
                r.text,
                r.evidence.stream()
                        .map(id -> TypeId.format(TypeId.EVIDENCE, id))
                        .toList(),
                r.state.code(),
                r.outcome == null ? null : r.outcome.code(),
                VerdictAnswer.time(r.reportedAt, zone),
                VerdictAnswer.time(r.closedAt, zone),
                desk ? r.owner : null,
                desk ? r.reportedBy : null,
                desk ? r.closedBy : null,
                desk ? r.note : null,
                desk ? history : null);
    }
}
