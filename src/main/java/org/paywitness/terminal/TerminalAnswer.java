package org.paywitness.terminal;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.ZoneId;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.paywitness.id.TypeId;
import org.paywitness.transaction.VerdictAnswer;

/** A terminal on the wire. */
@Schema(name = "Terminal", description = "A device as it is registered, and how it is.")
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TerminalAnswer(
        @Schema(required = true, examples = "trm_01kaf3v6n8e8q9w2s4d6f8g0h2") String id,
        @Schema(required = true, description = "ISO 8583 DE 41", examples = "T0000417") String terminalId,
        @Schema(required = true, examples = "m_0001") String merchantId,
        @Schema(examples = "till 2") String name,
        @Schema(examples = "ground floor") String location,
        String model,
        @Schema(
                        required = true,
                        enumeration = {"active", "lost", "stolen", "faulty", "in_repair", "retired"})
                String state,
        @Schema(required = true, format = "date-time", description = "Since when it is in this state.") String since,
        @Schema(
                        format = "date-time",
                        description = "Lost or stolen since then and not found: payments at it from then on carry the"
                                + " flag after_terminal_lost.")
                String frozenSince,
        @Schema(description = "The terminal that took its place.") String replacedBy,
        @Schema(required = true) String registeredBy,
        @Schema(required = true, format = "date-time") String registeredAt,
        @Schema(description = "All that was reported of it, oldest first; only of one terminal.")
                List<ReportAnswer> reports) {

    /** What was reported. */
    @Schema(name = "TerminalReport")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ReportAnswer(
            @Schema(
                            required = true,
                            enumeration = {
                                "lost",
                                "stolen",
                                "faulty",
                                "in_repair",
                                "repaired",
                                "found",
                                "replaced",
                                "retired"
                            })
                    String report,
            @Schema(required = true, format = "date-time", description = "Since when it is so.") String since,
            String text,
            String replacedBy,
            @Schema(required = true) String reportedBy,
            @Schema(required = true, format = "date-time", description = "When it was said.") String reportedAt) {}

    static TerminalAnswer of(Terminal t, ZoneId zone) {
        return of(t, null, zone);
    }

    static TerminalAnswer of(Terminal.History history, ZoneId zone) {
        return of(
                history.terminal(),
                history.reports().stream().map(r -> report(r, zone)).toList(),
                zone);
    }

    private static TerminalAnswer of(Terminal t, List<ReportAnswer> reports, ZoneId zone) {
        return new TerminalAnswer(
                t.reference(),
                t.terminalId(),
                t.merchantId(),
                t.description().name(),
                t.description().location(),
                t.description().model(),
                t.state().code(),
                VerdictAnswer.time(t.since(), zone),
                VerdictAnswer.time(t.frozenSince(), zone),
                id(t.replacedBy()),
                t.registeredBy(),
                VerdictAnswer.time(t.registeredAt(), zone),
                reports);
    }

    private static ReportAnswer report(Terminal.Reported r, ZoneId zone) {
        return new ReportAnswer(
                r.report().code(),
                VerdictAnswer.time(r.since(), zone),
                r.text(),
                id(r.replacedBy()),
                r.by(),
                VerdictAnswer.time(r.at(), zone));
    }

    private static String id(UUID terminal) {
        return terminal == null ? null : TypeId.format(TypeId.TERMINAL, terminal);
    }
}
