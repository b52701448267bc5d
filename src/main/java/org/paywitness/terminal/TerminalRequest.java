package org.paywitness.terminal;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.UUID;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.paywitness.card.CardNumbers;
import org.paywitness.id.TypeId;
import org.paywitness.observation.JsonFields;
import org.paywitness.problem.Problem;

/** The bodies of requests about terminals, read strictly. */
final class TerminalRequest {
    /** What DE 41 and DE 42 look like in observations. */
    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    /** A terminal reported of earlier than this is a mistake. */
    private static final Instant EARLIEST = Instant.EPOCH;

    /** A terminal that is to be registered. */
    record Registered(String terminalId, String merchantId, Terminal.Description description) {}

    /**
     * What is reported of a terminal.
     *
     * @param replacedBy with {@link Report#REPLACED} only; the nil UUID where it cannot be the id of any terminal
     */
    record Told(Report report, Instant since, String text, UUID replacedBy) {}

    /** As it is documented. */
    @Schema(name = "TerminalRegistration")
    record RegisteredBody(
            @Schema(
                            required = true,
                            description = "ISO 8583 DE 41",
                            pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
                            examples = "T0000417")
                    String terminalId,
            @Schema(required = true, pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", examples = "m_0001")
                    String merchantId,
            @Schema(maxLength = 100, examples = "till 2") String name,
            @Schema(maxLength = 100, examples = "ground floor") String location,
            @Schema(maxLength = 100) String model) {}

    /** As it is documented. */
    @Schema(name = "TerminalReportRequest")
    record ToldBody(
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
            @Schema(required = true, format = "date-time", description = "Since when it is so; not in the future.")
                    String since,
            @Schema(maxLength = 500, description = "What happened; card numbers in it are masked.") String text,
            @Schema(
                            description = "With replaced, and only then: the live terminal of the same merchant that"
                                    + " takes its place.",
                            examples = "trm_01kaf3v6n8e8q9w2s4d6f8g0h2")
                    String replacedBy) {}

    private final JsonFields fields;

    private TerminalRequest(byte[] body, ObjectMapper json) {
        this.fields = JsonFields.of(body, json);
    }

    /** @throws Problem 400 naming each bad field */
    static Registered registered(byte[] body, ObjectMapper json, int maxName) {
        TerminalRequest request = new TerminalRequest(body, json);
        String terminal = request.identifier("terminal_id");
        String merchant = request.identifier("merchant_id");
        Terminal.Description description = new Terminal.Description(
                request.text("name", maxName), request.text("location", maxName), request.text("model", maxName));
        request.fields.finish();
        return new Registered(terminal, merchant, description);
    }

    /** @throws Problem 400 naming each bad field */
    static Told told(byte[] body, ObjectMapper json, int maxText, Instant now) {
        TerminalRequest request = new TerminalRequest(body, json);
        Report report = request.fields.oneOf("report", Report.class);
        Instant since = request.fields.time("since");
        String text = request.text("text", maxText);
        String replacedBy = request.fields.text("replaced_by");
        request.fields.require("report", report);
        request.fields.require("since", since);
        if (since != null && (since.isBefore(EARLIEST) || since.isAfter(now))) {
            request.fields.refuse("since", "must not lie before 1970 or in the future");
        }
        if (report == Report.REPLACED) {
            request.fields.require("replaced_by", replacedBy);
        } else if (report != null && replacedBy != null) {
            request.fields.refuse("replaced_by", "belongs to the report replaced only");
        }
        request.fields.finish();
        return new Told(
                report,
                since,
                text,
                replacedBy == null
                        ? null
                        : TypeId.parse(TypeId.TERMINAL, replacedBy).orElse(new UUID(0, 0)));
    }

    private String identifier(String name) {
        String text = fields.text(name);
        fields.require(name, text);
        if (text != null && !IDENTIFIER.matcher(text).matches()) {
            fields.refuse(name, "must be 1 to 64 of A-Z a-z 0-9 . _ -");
        }
        return text;
    }

    private String text(String name, int max) {
        String text = fields.text(name);
        if (text != null && text.length() > max) {
            fields.refuse(name, "must have at most " + max + " characters");
        }
        return text == null ? null : CardNumbers.mask(text);
    }
}
