package org.paywitness.invoice;

import jakarta.inject.Singleton;
import java.util.List;
import org.paywitness.transaction.Attached;

/** Invoices and what was asked for leave with their transaction, once nobody waits for one. */
@Singleton
class OldInvoices extends Attached {
    private static final String HOLDS =
            "SELECT transaction_id FROM invoice_request WHERE transaction_id = ANY($1) AND (status ="
                    + " 'requested' OR decided_at >= $2)";
    private static final List<String> FORGET = List.of(
            "DELETE FROM invoice_file WHERE invoice_request_id IN (SELECT id FROM invoice_request"
                    + " WHERE transaction_id = ANY($1))",
            "DELETE FROM audit_entry WHERE subject_id IN (SELECT id FROM invoice_request WHERE"
                    + " transaction_id = ANY($1))",
            "DELETE FROM invoice_request WHERE transaction_id = ANY($1)");

    OldInvoices() {
        super(HOLDS, FORGET);
    }
}
