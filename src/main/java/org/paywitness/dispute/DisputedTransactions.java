package org.paywitness.dispute;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.paywitness.transaction.Attached;

/** A transaction stays as long as a dispute about it does. */
@Singleton
class DisputedTransactions implements Attached {
    private static final String HOLDS =
            "SELECT transaction_id FROM dispute_transaction WHERE transaction_id = ANY($1) UNION"
                    + " SELECT booked_under FROM dispute_transaction WHERE booked_under = ANY($1) UNION SELECT"
                    + " transaction_id FROM proposal WHERE transaction_id = ANY($1)";

    @Override
    public Uni<Set<UUID>> holds(SqlConnection connection, Collection<UUID> transactions, Instant before) {
        return connection
                .preparedQuery(HOLDS)
                .execute(Tuple.of((Object) transactions.toArray(UUID[]::new)))
                .map(rows -> {
                    Set<UUID> held = new HashSet<>();
                    rows.forEach(row -> held.add(row.getUUID(0)));
                    return held;
                });
    }

    @Override
    public Uni<Void> leave(SqlConnection connection, Collection<UUID> transactions) {
        return Uni.createFrom().voidItem();
    }
}
