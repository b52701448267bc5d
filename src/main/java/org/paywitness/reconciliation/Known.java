package org.paywitness.reconciliation;

import java.util.List;
import org.paywitness.fee.FeeMismatch;

/**
 * What is not in the payment itself.
 *
 * @param journal whether its terminal told of anything on its day
 * @param late the id of the observation by which it was first heard of, where its source's data had been declared
 *     complete for its day before; or null
 * @param fees where another fee was taken than the schedule says
 */
record Known(boolean journal, String late, List<FeeMismatch> fees) {
    static final Known NOTHING = new Known(false, null, List.of());

    Known(boolean journal, String late) {
        this(journal, late, List.of());
    }

    Known with(List<FeeMismatch> mismatches) {
        return new Known(journal, late, mismatches);
    }
}
