package org.paywitness.transaction;

import java.util.UUID;
import org.paywitness.access.Visibility;
import org.paywitness.verdict.Completeness;

/**
 * A transaction as a look-up finds it.
 *
 * @param completeness of the data for its merchant
 * @param afterTerminalLost whether it occurred while its terminal was reported lost or stolen
 * @param askedId the id that was asked for, where it was merged into this transaction; else null
 */
public record Found(Transaction transaction, Completeness completeness, boolean afterTerminalLost, UUID askedId) {
    /** The same for somebody who asked for an id that was merged into it. */
    Found askedAs(UUID id) {
        return new Found(transaction, completeness, afterTerminalLost, id);
    }

    public boolean isVisible(Visibility visibility) {
        return visibility.shows(
                transaction.reference().merchantId(), transaction.card().token());
    }
}
