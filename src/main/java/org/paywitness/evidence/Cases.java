package org.paywitness.evidence;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.UUID;
import org.paywitness.access.Caller;

/** The disputes that evidence belongs to, which this room does not know. */
public interface Cases {
    /** What somebody wants with the evidence of a dispute. */
    enum Purpose {
        READ,
        ADD
    }

    /**
     * Whose side the caller is on. Fails with a problem: 404 when the dispute is not there or foreign, 403 without the
     * scope, 409 {@code dispute_closed} when something is to be added and nothing can be.
     */
    Uni<Party> admit(UUID dispute, Caller caller, Purpose purpose);

    /**
     * In the transaction that adds, after the row is written: locks the dispute, checks again, chains the timeline entry
     * and writes the event. A failure undoes all of it.
     */
    Uni<Void> added(SqlConnection connection, Evidence evidence);
}
