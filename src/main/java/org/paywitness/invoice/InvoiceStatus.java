package org.paywitness.invoice;

import java.util.Locale;
import java.util.Set;
import org.paywitness.problem.Problem;

/** Where a request for an invoice is, and where it may go from there. */
enum InvoiceStatus {
    REQUESTED,
    ISSUED,
    REFUSED;

    private final String code = name().toLowerCase(Locale.ROOT);

    String code() {
        return code;
    }

    Set<InvoiceStatus> next() {
        return this == REQUESTED ? Set.of(ISSUED, REFUSED) : Set.of();
    }

    /** @throws Problem 409 {@code invoice_request_closed} where that is no step of the graph */
    InvoiceStatus to(InvoiceStatus other) {
        if (!next().contains(other)) {
            throw Problem.conflict("invoice_request_closed", "This request was decided on already.")
                    .with("invoice_status", code);
        }
        return other;
    }

    static InvoiceStatus of(String code) {
        return valueOf(code.toUpperCase(Locale.ROOT));
    }
}
