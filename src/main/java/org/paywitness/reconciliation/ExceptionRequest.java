package org.paywitness.reconciliation;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.paywitness.card.CardNumbers;
import org.paywitness.observation.JsonFields;
import org.paywitness.problem.Problem;

/** What a person decides of an exception, read strictly. */
record ExceptionRequest(Action action, String reason) {
    /** As it is documented. */
    @Schema(name = "ExceptionResolution")
    record Body(
            @Schema(
                            required = true,
                            enumeration = {"refund", "dispute", "ask_acquirer", "accept"},
                            description = "What was done about it. It is noted, not carried out: refunds and disputes"
                                    + " have their own calls.")
                    String action,
            @Schema(
                            required = true,
                            minLength = 1,
                            maxLength = 500,
                            description = "Why; card numbers in it are masked.")
                    String reason) {}

    /** @throws Problem 400 naming each bad field */
    static ExceptionRequest read(byte[] body, ObjectMapper json, ReconciliationSettings settings) {
        JsonFields fields = JsonFields.of(body, json);
        Action action = fields.oneOf("action", Action.class);
        String reason = fields.text("reason");
        if (reason != null && reason.isBlank()) {
            fields.refuse("reason", "must not be blank");
        }
        if (reason != null && reason.length() > settings.maxReasonLength()) {
            fields.refuse("reason", "must have at most " + settings.maxReasonLength() + " characters");
        }
        fields.require("action", action);
        fields.require("reason", reason);
        fields.finish();
        return new ExceptionRequest(action, CardNumbers.mask(reason));
    }
}
