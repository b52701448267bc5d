package org.paywitness.receipt;

import jakarta.inject.Singleton;
import java.util.List;
import org.paywitness.transaction.Attached;

/** Slips that were printed again keep nothing here. */
@Singleton
class OldCopies extends Attached {
    private static final List<String> FORGET = List.of(
            "DELETE FROM receipt_copy WHERE transaction_id = ANY($1)",
            "DELETE FROM receipt_count WHERE transaction_id = ANY($1)");

    OldCopies() {
        super(null, FORGET);
    }
}
