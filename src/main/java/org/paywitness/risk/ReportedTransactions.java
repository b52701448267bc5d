package org.paywitness.risk;

import jakarta.inject.Singleton;
import java.util.List;
import org.paywitness.transaction.Attached;

/** A transaction stays as long as a report of misconduct about it does. */
@Singleton
class ReportedTransactions extends Attached {
    private static final String HOLDS = "SELECT transaction_id FROM misconduct_report WHERE transaction_id = ANY($1)";

    ReportedTransactions() {
        super(HOLDS, List.of());
    }
}
