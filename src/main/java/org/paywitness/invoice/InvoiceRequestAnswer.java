package org.paywitness.invoice;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.ZoneId;
import java.util.HexFormat;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.paywitness.access.Visibility;
import org.paywitness.id.TypeId;
import org.paywitness.transaction.Amount;
import org.paywitness.transaction.VerdictAnswer;

/** A request for an invoice on the wire. */
@Schema(name = "InvoiceRequest")
@JsonInclude(JsonInclude.Include.NON_NULL)
public record InvoiceRequestAnswer(
        @Schema(required = true, examples = "inv_01kaf3v6n8e8q9w2s4d6f8g0h2") String id,
        @Schema(required = true, examples = "txn_01kaf3v6n8e8q9w2s4d6f8g0h2") String transactionId,
        String merchantId,
        @Schema(required = true, description = "What was charged and had not come back when it was asked for.")
                Amount amount,
        @Schema(required = true) String title,
        @Schema(description = "Absent for a person.") String taxId,
        String note,
        @Schema(
                        required = true,
                        enumeration = {"requested", "issued", "refused"})
                String status,
        @Schema(description = "Not told to cardholders.") String requestedBy,
        @Schema(required = true, format = "date-time") String requestedAt,
        @Schema(description = "Not told to cardholders.") String decidedBy,
        @Schema(format = "date-time", description = "When it was issued or refused.") String decidedAt,
        @Schema(description = "Of the invoice that was issued.") String number,
        @Schema(description = "Why it was refused.") String reason,
        @Schema(description = "The invoice itself, where it was sent.") File file) {

    /** A file that was sent. */
    @Schema(name = "InvoiceFile")
    public record File(
            @Schema(
                            required = true,
                            enumeration = {InvoiceFile.PDF, InvoiceFile.OFD})
                    String mediaType,
            @Schema(required = true, description = "In bytes.") int size,
            @Schema(required = true, pattern = "^[0-9a-f]{64}$") String sha256,
            @Schema(required = true, format = "uri-reference", description = "Where it is found.") String href) {}

    static InvoiceRequestAnswer of(InvoiceRequest r, Visibility visibility, ZoneId zone) {
        boolean staff = !(visibility instanceof Visibility.OfCards);
        InvoiceRequest.Decision made = r.decision();
        String transaction = TypeId.format(TypeId.TRANSACTION, r.transactionId());
        return new InvoiceRequestAnswer(
                r.reference(),
                transaction,
                r.merchantId(),
                Amount.of(r.amount()),
                r.title(),
                r.taxId(),
                r.note(),
                r.status().code(),
                staff ? r.requestedBy() : null,
                VerdictAnswer.time(r.requestedAt(), zone),
                staff && made != null ? made.by() : null,
                made == null ? null : VerdictAnswer.time(made.at(), zone),
                made == null ? null : made.number(),
                made == null ? null : made.reason(),
                r.file() == null
                        ? null
                        : new File(
                                r.file().mediaType(),
                                r.file().size(),
                                HexFormat.of().formatHex(r.file().sha256()),
                                path(transaction, r) + "/file"));
    }

    static String path(String transaction, InvoiceRequest request) {
        return "/v1/transactions/" + transaction + "/invoice-requests/" + request.reference();
    }
}
