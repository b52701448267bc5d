package org.paywitness.invoice;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.paywitness.card.CardNumbers;
import org.paywitness.observation.JsonFields;
import org.paywitness.problem.JsonProblems;
import org.paywitness.problem.Problem;

/** The bodies of requests about invoices, read strictly. */
final class InvoiceBody {
    /** @param taxId null: a person */
    record Asked(String title, String taxId, String note) {}

    /** @param file null where none was sent */
    record Issued(String number, InvoiceFile file) {}

    /** Why not. */
    record Refused(String reason) {}

    /** As it is documented. */
    @Schema(name = "NewInvoiceRequest")
    record AskedBody(
            @Schema(required = true, minLength = 1, maxLength = 100, examples = "杭州小明科技有限公司") String title,
            @Schema(
                            nullable = true,
                            description = "Unified social credit code, or an older tax id of 15 or 20 digits; null or"
                                    + " absent for a person.",
                            examples = "91350100M000100Y43")
                    String taxId,
            @Schema(nullable = true, maxLength = 500, description = "Card numbers in it are masked.") String note) {}

    /** As it is documented. */
    @Schema(name = "InvoiceIssue")
    record IssuedBody(
            @Schema(required = true, pattern = "^[0-9A-Za-z][0-9A-Za-z-]{0,39}$", examples = "26332000000012345678")
                    String number,
            @Schema(
                            nullable = true,
                            description = "The invoice as PDF or OFD, in base64; 700,000 bytes at most.",
                            examples = "JVBERi0xLjcK")
                    String file) {}

    /** As it is documented. */
    @Schema(name = "InvoiceRefusal")
    record RefusedBody(
            @Schema(required = true, minLength = 1, maxLength = 500, description = "Card numbers in it are masked.")
                    String reason) {}

    private final Problem problem = Problem.badRequest("invalid_request", "The request is not valid.");
    private final JsonFields fields;

    private InvoiceBody(byte[] body, ObjectMapper json) {
        fields = new JsonFields(tree(body == null ? new byte[0] : body, json), "", problem);
    }

    /** @throws Problem 400 naming each bad field */
    static Asked asked(byte[] body, ObjectMapper json, InvoiceSettings settings) {
        InvoiceBody request = new InvoiceBody(body, json);
        String title = request.text("title", settings.maxTitleLength(), true);
        String taxId = request.fields.text("tax_id");
        String note = request.text("note", settings.maxNoteLength(), false);
        String upper = taxId == null ? null : taxId.toUpperCase(Locale.ROOT);
        if (upper != null && !TaxId.isValid(upper)) {
            request.problem.at(
                    "/tax_id",
                    "must be a unified social credit code (18 characters with its check character), or 15 or"
                            + " 20 digits");
        }
        request.finish();
        return new Asked(title, upper, note);
    }

    static Issued issued(byte[] body, ObjectMapper json, InvoiceSettings settings) {
        InvoiceBody request = new InvoiceBody(body, json);
        String number = request.fields.text("number");
        byte[] content = request.fields.base64("file", settings.maxFileBytes());
        InvoiceFile file = content == null ? null : InvoiceFile.of(content);
        request.require("number", number);
        if (number != null && !number.matches("[0-9A-Za-z][0-9A-Za-z-]{0,39}")) {
            request.problem.at("/number", "must have 1 to 40 letters, digits or hyphens");
        }
        if (content != null && file == null) {
            request.problem.at("/file", "must be a PDF or an OFD");
        }
        request.finish();
        return new Issued(number, file);
    }

    static Refused refused(byte[] body, ObjectMapper json, InvoiceSettings settings) {
        InvoiceBody request = new InvoiceBody(body, json);
        String reason = request.text("reason", settings.maxNoteLength(), true);
        request.finish();
        return new Refused(reason);
    }

    private String text(String name, int max, boolean required) {
        String text = fields.text(name);
        if (text != null && text.length() > max) {
            problem.at("/" + name, "must have at most " + max + " characters");
        }
        if (text != null && text.isBlank()) {
            problem.at("/" + name, "must not be blank");
        }
        if (required) {
            require(name, text);
        }
        return CardNumbers.mask(text);
    }

    // Of a field that is there and wrong the error was told already.
    private void require(String name, Object value) {
        boolean told = problem.errors().stream()
                .anyMatch(error ->
                        error.pointer().equals("/" + name) || error.pointer().isEmpty());
        if (value == null && !told) {
            problem.at("/" + name, "is required");
        }
    }

    private void finish() {
        fields.refuseOthers();
        if (!problem.errors().isEmpty()) {
            throw problem;
        }
    }

    private static JsonNode tree(byte[] body, ObjectMapper json) {
        try {
            return json.readTree(body);
        } catch (JsonProcessingException e) {
            throw JsonProblems.of(e);
        } catch (IOException e) {
            throw Problem.badRequest("malformed_json", "The body is not JSON in UTF-8.");
        }
    }
}
