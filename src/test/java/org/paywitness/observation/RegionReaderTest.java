package org.paywitness.observation;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.QuarkusTest;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a chunk reads must not grow with the table. */
@QuarkusTest
class RegionReaderTest {
    @Inject
    Pool pool;

    @Test
    void everyBranchOfARoundUsesAnIndexWhateverTheParameters() {
        for (String sql : List.of(RegionReader.ROUND, RegionReader.PLACES)) {
            String plan = plan(sql);
            for (String index :
                    List.of("rrn", "order", "wallet", "slip", "card", "token", "opened_key", "transaction")) {
                assertTrue(plan.contains(" observation_" + index), () -> index + "\n" + plan);
            }
            assertFalse(plan.contains("Seq Scan on observation"), plan);
        }
    }

    @Test
    void knownReferencesAreFoundByIndex() {
        String plan = plan(RegionReader.BY_REFS);
        assertTrue(plan.contains(" observation_source_source_ref_key"), plan);
        assertFalse(plan.contains("Seq Scan on observation"), plan);
    }

    private String plan(String sql) {
        StringBuilder plan = new StringBuilder();
        // Where sequential scans are forbidden, one that is left had no index to use.
        pool.withTransaction(connection -> connection
                        .query("SET LOCAL enable_seqscan = off")
                        .execute()
                        .chain(() -> connection
                                .query("EXPLAIN (GENERIC_PLAN) " + sql)
                                .execute())
                        .invoke(rows -> rows.forEach(
                                row -> plan.append(row.getString(0)).append('\n'))))
                .await()
                .indefinitely();
        return plan.toString();
    }
}
