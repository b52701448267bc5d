package org.paywitness.observation;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.QuarkusTest;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import org.junit.jupiter.api.Test;

/** What a chunk reads must not grow with the table. */
@QuarkusTest
class RegionReaderTest {
    @Inject
    Pool pool;

    @Test
    void everyBranchOfARoundUsesAnIndexWhateverTheParameters() {
        StringBuilder plan = new StringBuilder();
        // Where sequential scans are forbidden, one that is left had no index to use.
        pool.withTransaction(connection -> connection
                        .query("SET LOCAL enable_seqscan = off")
                        .execute()
                        .chain(() -> connection
                                .query("EXPLAIN (GENERIC_PLAN) " + RegionReader.ROUND)
                                .execute())
                        .invoke(rows -> rows.forEach(
                                row -> plan.append(row.getString(0)).append('\n'))))
                .await()
                .indefinitely();
        assertTrue(plan.indexOf("observation_rrn") > 0, plan::toString);
        assertFalse(plan.indexOf("Seq Scan on observation") >= 0, plan::toString);
    }
}
