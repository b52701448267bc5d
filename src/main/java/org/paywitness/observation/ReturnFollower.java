package org.paywitness.observation;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.time.Instant;
import org.paywitness.transaction.Transaction;

/** Whoever follows transactions for which we have sent money back: rooms that this one does not know. */
public interface ReturnFollower {
    /** The transaction has changed; to be done in the database transaction of the change, whose failure it shares. */
    Uni<Void> changed(SqlConnection connection, Transaction transaction, Instant now);
}
