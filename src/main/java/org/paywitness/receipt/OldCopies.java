package org.paywitness.receipt;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.paywitness.transaction.Attached;

/** Slips that were printed again keep nothing here. */
@Singleton
class OldCopies implements Attached {
    private static final List<String> FORGET = List.of(
            "DELETE FROM receipt_copy WHERE transaction_id = ANY($1)",
            "DELETE FROM receipt_count WHERE transaction_id = ANY($1)");

    @Override
    public Uni<Set<UUID>> holds(SqlConnection connection, Collection<UUID> transactions, Instant before) {
        return Uni.createFrom().item(Set.of());
    }

    @Override
    public Uni<Void> leave(SqlConnection connection, Collection<UUID> transactions) {
        UUID[] ids = transactions.toArray(UUID[]::new);
        Uni<Void> all = Uni.createFrom().voidItem();
        for (String sql : FORGET) {
            all = all.chain(() -> connection.preparedQuery(sql).execute(Tuple.of((Object) ids)))
                    .replaceWithVoid();
        }
        return all;
    }
}
