package org.paywitness.transaction;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.time.Instant;
import java.util.Collection;
import java.util.Set;
import java.util.UUID;

/** What hangs on old transactions: it keeps them here while it is not over itself, and leaves with them. */
public interface Attached {
    /**
     * Those of these transactions that must stay for it.
     *
     * @param before what was used then or later is not over
     */
    Uni<Set<UUID>> holds(SqlConnection connection, Collection<UUID> transactions, Instant before);

    /** Removes all of it that hangs on these, in the database transaction in which they leave. */
    Uni<Void> leave(SqlConnection connection, Collection<UUID> transactions);
}
