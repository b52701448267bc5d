package org.paywitness.refund;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.paywitness.transaction.Attached;

/** Refunds leave with their transaction, once each has come to its end and nobody has to look at it. */
@Singleton
class OldRefunds implements Attached {
    private static final String HOLDS =
            "SELECT r.transaction_id FROM refund r WHERE r.transaction_id = ANY($1) AND (r.status NOT"
                    + " IN ('succeeded', 'failed', 'rejected', 'canceled') OR r.due_at IS NOT NULL OR"
                    + " r.needs_attention OR r.news > 0 OR EXISTS (SELECT FROM audit_entry a WHERE a.subject_id"
                    + " = r.id AND a.at >= $2))";
    private static final List<String> FORGET = List.of(
            "DELETE FROM audit_entry WHERE subject_id IN (SELECT id FROM refund WHERE transaction_id =" + " ANY($1))",
            "DELETE FROM refund WHERE transaction_id = ANY($1)",
            "DELETE FROM refund_balance WHERE transaction_id = ANY($1)");

    @Override
    public Uni<Set<UUID>> holds(SqlConnection connection, Collection<UUID> transactions, Instant before) {
        return connection
                .preparedQuery(HOLDS)
                .execute(Tuple.of(transactions.toArray(UUID[]::new), before.atOffset(ZoneOffset.UTC)))
                .map(rows -> {
                    Set<UUID> held = new HashSet<>();
                    rows.forEach(row -> held.add(row.getUUID(0)));
                    return held;
                });
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
