package org.paywitness.invoice;

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

/** Invoices and what was asked for leave with their transaction, once nobody waits for one. */
@Singleton
class OldInvoices implements Attached {
    private static final String HOLDS =
            "SELECT transaction_id FROM invoice_request WHERE transaction_id = ANY($1) AND (status ="
                    + " 'requested' OR decided_at >= $2)";
    private static final List<String> FORGET = List.of(
            "DELETE FROM invoice_file WHERE invoice_request_id IN (SELECT id FROM invoice_request"
                    + " WHERE transaction_id = ANY($1))",
            "DELETE FROM audit_entry WHERE subject_id IN (SELECT id FROM invoice_request WHERE"
                    + " transaction_id = ANY($1))",
            "DELETE FROM invoice_request WHERE transaction_id = ANY($1)");

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
