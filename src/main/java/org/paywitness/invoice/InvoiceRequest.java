package org.paywitness.invoice;

import java.time.Instant;
import java.util.UUID;
import org.paywitness.id.TypeId;
import org.paywitness.money.Money;
import org.paywitness.problem.Problem;

/**
 * A request for the invoice of one payment.
 *
 * @param transactionId the transaction's own id when it was asked for
 * @param merchantId null where no source had told it
 * @param amount what was charged and had not come back when it was asked for
 * @param taxId null: a person
 * @param decision null while it is open
 * @param file null where none was sent; without its content
 */
record InvoiceRequest(
        UUID id,
        UUID transactionId,
        String merchantId,
        Money amount,
        String title,
        String taxId,
        String note,
        String requestedBy,
        Instant requestedAt,
        InvoiceStatus status,
        Decision decision,
        InvoiceFile file,
        Trail trail) {

    /**
     * What became of it.
     *
     * @param number of the invoice; null where it was refused
     * @param reason of the refusal; null where it was issued
     */
    record Decision(String by, Instant at, String number, String reason) {}

    /** The end of its audit trail. */
    record Trail(int number, byte[] hash) {
        static final Trail NONE = new Trail(0, null);
    }

    String reference() {
        return TypeId.format(TypeId.INVOICE_REQUEST, id);
    }

    /** @throws Problem 409 {@code invoice_request_closed} */
    InvoiceRequest issue(String number, InvoiceFile issued, String by, Instant at) {
        return decided(status.to(InvoiceStatus.ISSUED), new Decision(by, at, number, null), issued);
    }

    /** @throws Problem 409 {@code invoice_request_closed} */
    InvoiceRequest refuse(String reason, String by, Instant at) {
        return decided(status.to(InvoiceStatus.REFUSED), new Decision(by, at, null, reason), null);
    }

    private InvoiceRequest decided(InvoiceStatus next, Decision made, InvoiceFile issued) {
        return new InvoiceRequest(
                id,
                transactionId,
                merchantId,
                amount,
                title,
                taxId,
                note,
                requestedBy,
                requestedAt,
                next,
                made,
                issued,
                trail);
    }
}
