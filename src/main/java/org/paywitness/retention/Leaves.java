package org.paywitness.retention;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** One kind of data that does not stay for ever. */
public interface Leaves {
    /**
     * What came of one step.
     *
     * @param after the last that was looked at; null where the round is over
     * @param gone how many have left
     */
    record Step(UUID after, int gone) {
        /**
         * From one row with the last that was looked at, how many were, and how many have left.
         *
         * @param rows how many were to be looked at
         */
        public static Step of(RowSet<Row> found, int rows) {
            Row row = found.iterator().next();
            return new Step(row.getInteger(1) < rows ? null : row.getUUID(0), row.getInteger(2));
        }
    }

    /** Its name in the table {@code retention_walk}, for good. */
    String kind();

    /** How long it is kept, at least; empty: for ever. */
    Optional<Duration> keep();

    /**
     * Looks at a bounded number of them and removes those that may leave, each with all that hangs on it, in the
     * caller's database transaction. Waits for nobody: what others hold stays until the next round.
     *
     * @param after where the step before has ended; the least of all ids at the beginning of a round
     * @param before what was still used then or later stays
     * @param rows how many are looked at, at most
     */
    Uni<Step> step(SqlConnection connection, UUID after, Instant before, int rows);
}
