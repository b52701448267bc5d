package org.paywitness.risk;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.paywitness.card.CardNumbers;
import org.paywitness.id.TypeId;
import org.paywitness.observation.JsonFields;
import org.paywitness.problem.Problem;

/** The bodies of requests about reports of misconduct, read strictly. */
final class MisconductRequest {
    private static final String IDENTIFIER = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}";

    /** The longest name of a person that a token can reasonably carry. */
    private static final int MAX_OWNER = 256;

    /**
     * What is reported: of a transaction or of a merchant, exactly one.
     *
     * @param transactionId null where merchantId is given; empty where it cannot be the id of any transaction
     */
    record Told(
            Optional<UUID> transactionId,
            String merchantId,
            MisconductReport.Kind kind,
            String text,
            List<UUID> evidence) {}

    /** What was found. */
    record Closed(MisconductReport.Outcome outcome, String note) {}

    /** As it is documented. */
    @Schema(name = "MisconductReportRequest", description = "Exactly one of transaction_id and merchant_id.")
    record ToldBody(
            @Schema(examples = "txn_01kaf3v6n8e8q9w2s4d6f8g0h2", description = "The payment that it happened with.")
                    String transactionId,
            @Schema(pattern = "^" + IDENTIFIER + "$", description = "For the desk: the merchant as such.")
                    String merchantId,
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
            @Schema(
                            required = true,
                            minLength = 1,
                            maxLength = 1000,
                            description = "What happened; card numbers in it are masked.")
                    String text,
            @Schema(maxItems = 20, description = "Ids of evidence (evd_…); kept as they are.") List<String> evidence) {}

    /** As it is documented. */
    @Schema(name = "MisconductAssignment")
    record AssignedBody(@Schema(required = true, minLength = 1, maxLength = MAX_OWNER) String owner) {}

    /** As it is documented. */
    @Schema(name = "MisconductClosing")
    record ClosedBody(
            @Schema(
                            required = true,
                            enumeration = {"upheld", "not_upheld", "duplicate"})
                    String outcome,
            @Schema(required = true, minLength = 1, maxLength = 500, description = "How you know.") String note) {}

    private final JsonFields fields;

    private MisconductRequest(byte[] body, ObjectMapper json) {
        this.fields = JsonFields.of(body, json);
    }

    /** @throws Problem 400 naming each bad field */
    static Told told(byte[] body, ObjectMapper json, RiskSettings settings) {
        MisconductRequest request = new MisconductRequest(body, json);
        String transaction = request.fields.text("transaction_id");
        String merchant = request.fields.text("merchant_id");
        MisconductReport.Kind kind = request.fields.oneOf("kind", MisconductReport.Kind.class);
        String text = request.text("text", settings.maxTextLength());
        List<UUID> evidence = request.evidence(settings.maxEvidence());
        if (merchant != null && !merchant.matches(IDENTIFIER)) {
            request.fields.refuse("merchant_id", "must be 1 to 64 of A-Z a-z 0-9 . _ -");
        }
        if (merchant != null && transaction != null) {
            request.fields.refuse("merchant_id", "belongs to a report without a transaction_id");
        }
        if (merchant == null) {
            request.fields.require("transaction_id", transaction);
        }
        request.fields.require("kind", kind);
        request.fields.require("text", text);
        request.fields.finish();
        return new Told(
                transaction == null ? null : TypeId.parse(TypeId.TRANSACTION, transaction),
                merchant,
                kind,
                text,
                evidence);
    }

    /** @throws Problem 400 naming each bad field */
    static String owner(byte[] body, ObjectMapper json) {
        MisconductRequest request = new MisconductRequest(body, json);
        String owner = request.text("owner", MAX_OWNER);
        request.fields.require("owner", owner);
        request.fields.finish();
        return owner;
    }

    /** @throws Problem 400 naming each bad field */
    static Closed closed(byte[] body, ObjectMapper json, RiskSettings settings) {
        MisconductRequest request = new MisconductRequest(body, json);
        MisconductReport.Outcome outcome = request.fields.oneOf("outcome", MisconductReport.Outcome.class);
        String note = request.text("note", settings.maxNoteLength());
        request.fields.require("outcome", outcome);
        request.fields.require("note", note);
        request.fields.finish();
        return new Closed(outcome, note);
    }

    private String text(String name, int max) {
        String text = fields.text(name);
        if (text != null && text.isBlank()) {
            fields.refuse(name, "must not be blank");
        }
        if (text != null && text.length() > max) {
            fields.refuse(name, "must have at most " + max + " characters");
        }
        return CardNumbers.mask(text);
    }

    private List<UUID> evidence(int max) {
        List<String> references = fields.texts("evidence", max);
        List<UUID> evidence = new ArrayList<>(references.size());
        for (int i = 0; i < references.size(); i++) {
            Optional<UUID> id = TypeId.parse(TypeId.EVIDENCE, references.get(i));
            if (id.isEmpty()) {
                fields.refuse("evidence/" + i, "must be the id of a piece of evidence, evd_…");
            } else if (evidence.contains(id.get())) {
                fields.refuse("evidence/" + i, "is given more than once");
            } else {
                evidence.add(id.get());
            }
        }
        return evidence;
    }
}
