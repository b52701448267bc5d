package org.paywitness.dispute;

import jakarta.inject.Singleton;
import java.util.List;
import org.paywitness.transaction.Attached;

/** A transaction stays as long as a dispute about it does. */
@Singleton
class DisputedTransactions extends Attached {
    private static final String HOLDS =
            "SELECT transaction_id FROM dispute_transaction WHERE transaction_id = ANY($1) UNION"
                    + " SELECT booked_under FROM dispute_transaction WHERE booked_under = ANY($1) UNION SELECT"
                    + " transaction_id FROM proposal WHERE transaction_id = ANY($1)";

    DisputedTransactions() {
        super(HOLDS, List.of());
    }
}
