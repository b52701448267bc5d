package org.paywitness.transaction;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** What hangs on old transactions: it keeps them here while it is not over itself, and leaves with them. */
public abstract class Attached {
    private final String holds;
    private final List<String> forget;

    /**
     * @param holds a query of those among the transactions $1 that must stay for it, where what was used at $2 or later is
     *     not over; without $2 whatever there is keeps them; null where nothing does
     * @param forget statements that remove, in this order, all of it that hangs on the transactions $1
     */
    protected Attached(String holds, List<String> forget) {
        this.holds = holds;
        this.forget = forget;
    }

    /** Those of these transactions that must stay for it. */
    public final Uni<Set<UUID>> holds(SqlConnection connection, Collection<UUID> transactions, Instant before) {
        if (holds == null) {
            return Uni.createFrom().item(Set.of());
        }
        Tuple tuple = Tuple.of((Object) transactions.toArray(UUID[]::new));
        if (holds.contains("$2")) {
            tuple.addValue(before.atOffset(ZoneOffset.UTC));
        }
        return connection.preparedQuery(holds).execute(tuple).map(rows -> {
            Set<UUID> held = new HashSet<>();
            rows.forEach(row -> held.add(row.getUUID(0)));
            return held;
        });
    }

    /** Removes all of it that hangs on these, in the database transaction in which they leave. */
    public final Uni<Void> leave(SqlConnection connection, Collection<UUID> transactions) {
        UUID[] ids = transactions.toArray(UUID[]::new);
        Uni<Void> all = Uni.createFrom().voidItem();
        for (String sql : forget) {
            all = all.chain(() -> connection.preparedQuery(sql).execute(Tuple.of((Object) ids)))
                    .replaceWithVoid();
        }
        return all;
    }
}
