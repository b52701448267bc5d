package org.paywitness.standing;

import jakarta.inject.Singleton;
import java.util.List;
import org.paywitness.transaction.Attached;

/**
 * A payment stays while somebody looks at it: whoever does holds its standing, and may yet write what refers to it. What was
 * told of it leaves with it.
 */
@Singleton
class LookedAt extends Attached {
    private static final String HOLDS = "WITH held AS MATERIALIZED (SELECT transaction_id FROM verdict_standing"
            + " WHERE transaction_id = ANY($1) ORDER BY transaction_id FOR UPDATE SKIP LOCKED)"
            + " SELECT transaction_id FROM verdict_standing WHERE transaction_id = ANY($1)"
            + " AND transaction_id NOT IN (SELECT transaction_id FROM held)";

    LookedAt() {
        super(HOLDS, List.of("DELETE FROM verdict_standing WHERE transaction_id = ANY($1)"));
    }
}
