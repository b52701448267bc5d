package org.paywitness.invoice;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.paywitness.card.CardNumbers;
import org.paywitness.observation.JsonFields;
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

    private final JsonFields fields;

    private InvoiceBody(byte[] body, ObjectMapper json) {
        fields = JsonFields.of(body, json);
    }

    /** @throws Problem 400 naming each bad field */
    static Asked asked(byte[] body, ObjectMapper json, InvoiceSettings settings) {
        InvoiceBody request = new InvoiceBody(body, json);
        String title = request.text("title", settings.maxTitleLength(), true);
        String taxId = request.fields.text("tax_id");
        String note = request.text("note", settings.maxNoteLength(), false);
        String upper = taxId == null ? null : taxId.toUpperCase(Locale.ROOT);
        if (upper != null && !TaxId.isValid(upper)) {
            request.fields.refuse(
                    "tax_id",
                    "must be a unified social credit code (18 characters with its check character), or 15 or"
                            + " 20 digits");
        }
        request.fields.finish();
        return new Asked(title, upper, note);
    }

    static Issued issued(byte[] body, ObjectMapper json, InvoiceSettings settings) {
        InvoiceBody request = new InvoiceBody(body, json);
        String number = request.fields.text("number");
        byte[] content = request.fields.base64("file", settings.maxFileBytes());
        InvoiceFile file = content == null ? null : InvoiceFile.of(content);
        request.fields.require("number", number);
        if (number != null && !number.matches("[0-9A-Za-z][0-9A-Za-z-]{0,39}")) {
            request.fields.refuse("number", "must have 1 to 40 letters, digits or hyphens");
        }
        if (content != null && file == null) {
            request.fields.refuse("file", "must be a PDF or an OFD");
        }
        request.fields.finish();
        return new Issued(number, file);
    }

    static Refused refused(byte[] body, ObjectMapper json, InvoiceSettings settings) {
        InvoiceBody request = new InvoiceBody(body, json);
        String reason = request.text("reason", settings.maxNoteLength(), true);
        request.fields.finish();
        return new Refused(reason);
    }

    private String text(String name, int max, boolean required) {
        String text = fields.text(name);
        if (text != null && text.length() > max) {
            fields.refuse(name, "must have at most " + max + " characters");
        }
        if (text != null && text.isBlank()) {
            fields.refuse(name, "must not be blank");
        }
        if (required) {
            fields.require(name, text);
        }
        return CardNumbers.mask(text);
    }
}
