package org.paywitness.transaction;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.paywitness.verdict.Moment;

/** Whoever holds something of each transaction that follows from what is said of it, from completeness or from time. */
public interface Follower {
    /**
     * These were written, or a moment has come. To be done in the same database transaction, whose failure it shares, with
     * a number of statements that does not grow with the batch. Called at least once after each moment and each change,
     * for one transaction never by two at the same time; also where nothing has changed.
     *
     * @param batch up to some thousand live transactions, each once
     * @param now the instant that they were judged at
     */
    Uni<Void> looked(SqlConnection connection, List<Looked> batch, Instant now);

    /** These were merged into others: what was held of them is held of those, which are looked at beside. */
    default Uni<Void> merged(SqlConnection connection, List<UUID> ids, Instant now) {
        return Uni.createFrom().voidItem();
    }

    /**
     * When time alone or completeness may change what this holds of the transaction; those that are past do not matter.
     * Pure.
     */
    List<Moment> moments(Transaction transaction);
}
