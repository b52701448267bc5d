package org.paywitness.transaction;

import java.util.UUID;
import org.paywitness.access.Visibility;
import org.paywitness.verdict.Completeness;

/**
 * A transaction as a look-up finds it.
 *
 * @param completeness of the data for its merchant
 * @param askedId the id that was asked for, where it was merged into this transaction; else null
 */
public record Found(Transaction transaction, Completeness completeness, UUID askedId) {
    boolean isVisible(Visibility visibility) {
        return visibility.shows(
                transaction.reference().merchantId(), transaction.card().token());
    }
}
