package org.paywitness.refund;

import jakarta.inject.Singleton;
import java.util.List;
import org.paywitness.transaction.Attached;

/** Refunds leave with their transaction, once each has come to its end and nobody has to look at it. */
@Singleton
class OldRefunds extends Attached {
    private static final String HOLDS =
            "SELECT r.transaction_id FROM refund r WHERE r.transaction_id = ANY($1) AND (r.status NOT"
                    + " IN ('succeeded', 'failed', 'rejected', 'canceled') OR r.due_at IS NOT NULL OR"
                    + " r.needs_attention OR r.news > 0 OR EXISTS (SELECT FROM audit_entry a WHERE a.subject_id"
                    + " = r.id AND a.at >= $2))";
    private static final List<String> FORGET = List.of(
            "DELETE FROM audit_entry WHERE subject_id IN (SELECT id FROM refund WHERE transaction_id =" + " ANY($1))",
            "DELETE FROM refund WHERE transaction_id = ANY($1)",
            "DELETE FROM refund_balance WHERE transaction_id = ANY($1)");

    OldRefunds() {
        super(HOLDS, FORGET);
    }
}
