package org.paywitness.reconciliation;

import jakarta.inject.Singleton;
import java.util.List;
import org.paywitness.transaction.Attached;

/** A payment stays while one of its exceptions is open, or was closed not long ago; they leave with it. */
@Singleton
class OldExceptions extends Attached {
    private static final String HOLDS = "SELECT transaction_id FROM reconciliation_exception"
            + " WHERE transaction_id = ANY($1) AND (closed_at IS NULL OR closed_at >= $2)";
    private static final String FORGET = "DELETE FROM reconciliation_exception WHERE transaction_id = ANY($1)";

    OldExceptions() {
        super(HOLDS, List.of(FORGET));
    }
}
