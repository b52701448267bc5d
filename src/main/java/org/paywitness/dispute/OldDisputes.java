package org.paywitness.dispute;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.paywitness.evidence.Evidences;
import org.paywitness.id.TypeId;
import org.paywitness.retention.Leaves;
import org.paywitness.retention.RetentionSettings;

/**
 * Disputes that ended long ago, and in which nothing was done or promised since: each with its timeline, the events that
 * tell of it, its proposals, promises and evidence. What it moved stays in the balance of its transactions.
 */
@Singleton
class OldDisputes implements Leaves {
    private static final String LOOK =
            "SELECT id, ended_at < $4 FROM dispute WHERE id > $1 AND id < $2 ORDER BY id LIMIT $3";
    private static final String LOCK =
            "SELECT id FROM dispute WHERE id = ANY($1) AND ended_at < $2 ORDER BY id FOR UPDATE SKIP LOCKED";
    // Whoever does something in a dispute locks it first: what is so under our lock stays so.
    private static final String OVER = "SELECT d.id FROM dispute d WHERE d.id = ANY($1)"
            + " AND NOT EXISTS (SELECT FROM audit_entry a WHERE a.subject_id = d.id AND a.at >= $2)"
            + " AND NOT EXISTS (SELECT FROM dispute_transaction c WHERE c.dispute_id = d.id AND c.open_claim > 0)"
            + " AND NOT EXISTS (SELECT FROM follow_up f WHERE f.dispute_id = d.id"
            + " AND (f.status = 'promised' OR f.ended_at >= $2))";
    private static final String FORGET_EVENTS =
            "DELETE FROM outbox WHERE aggregatetype = 'dispute' AND aggregateid = ANY($1)";
    private static final List<String> FORGET = List.of(
            "DELETE FROM audit_entry WHERE subject_id = ANY($1)",
            "DELETE FROM follow_up WHERE dispute_id = ANY($1)",
            "DELETE FROM proposal WHERE dispute_id = ANY($1)",
            "DELETE FROM dispute_transaction WHERE dispute_id = ANY($1)",
            "DELETE FROM dispute WHERE id = ANY($1)");

    private final RetentionSettings settings;
    private final Evidences evidences;
    private final Clock clock;

    OldDisputes(RetentionSettings settings, Evidences evidences, Clock clock) {
        this.settings = settings;
        this.evidences = evidences;
        this.clock = clock;
    }

    @Override
    public String kind() {
        return "disputes";
    }

    @Override
    public Optional<Duration> keep() {
        return settings.disputes();
    }

    @Override
    public Uni<Step> step(SqlConnection connection, UUID after, Instant before, int rows) {
        var until = before.atOffset(ZoneOffset.UTC);
        return connection
                .preparedQuery(LOOK)
                .execute(Tuple.of(after, TypeId.least(before), rows, until))
                .chain(looked -> {
                    UUID last = null;
                    List<UUID> ended = new ArrayList<>();
                    for (Row row : looked) {
                        last = row.getUUID(0);
                        if (Boolean.TRUE.equals(row.getBoolean(1))) {
                            ended.add(last);
                        }
                    }
                    UUID reached = looked.size() < rows ? null : last;
                    return ids(connection, LOCK, Tuple.of(array(ended), until))
                            .chain(locked -> ids(connection, OVER, Tuple.of(array(locked), until)))
                            .call(over -> forget(connection, over))
                            .map(over -> new Step(reached, over.size()));
                });
    }

    private Uni<Void> forget(SqlConnection connection, List<UUID> disputes) {
        if (disputes.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        String[] references =
                disputes.stream().map(id -> TypeId.format(TypeId.DISPUTE, id)).toArray(String[]::new);
        Uni<?> all = evidences
                .leave(connection, disputes, clock.instant())
                .chain(() -> connection.preparedQuery(FORGET_EVENTS).execute(Tuple.of((Object) references)));
        for (String sql : FORGET) {
            all = all.chain(() -> connection.preparedQuery(sql).execute(Tuple.of((Object) array(disputes))));
        }
        return all.replaceWithVoid();
    }

    private static Uni<List<UUID>> ids(SqlConnection connection, String sql, Tuple tuple) {
        return connection.preparedQuery(sql).execute(tuple).map(rows -> {
            List<UUID> ids = new ArrayList<>();
            rows.forEach(row -> ids.add(row.getUUID(0)));
            return ids;
        });
    }

    private static UUID[] array(List<UUID> ids) {
        return ids.toArray(UUID[]::new);
    }
}
