package org.paywitness.risk;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.paywitness.id.TypeId;
import org.paywitness.retention.Leaves;
import org.paywitness.retention.RetentionSettings;

/** Reports of misconduct that were closed long ago, with who did what to them. */
@Singleton
class OldReports implements Leaves {
    private static final String LOOK =
            "SELECT id FROM misconduct_report WHERE id > $1 AND id < $2 ORDER BY id LIMIT $3";
    private static final String OVER = "SELECT id FROM misconduct_report WHERE id = ANY($1) AND state = 'closed'"
            + " AND closed_at < $2 ORDER BY id FOR UPDATE SKIP LOCKED";
    private static final String FORGET_ENTRIES = "DELETE FROM audit_entry WHERE subject_id = ANY($1)";
    private static final String FORGET = "DELETE FROM misconduct_report WHERE id = ANY($1)";

    private final RetentionSettings settings;

    OldReports(RetentionSettings settings) {
        this.settings = settings;
    }

    @Override
    public String kind() {
        return "misconduct_reports";
    }

    @Override
    public Optional<Duration> keep() {
        return settings.misconductReports();
    }

    @Override
    public Uni<Step> step(SqlConnection connection, UUID after, Instant before, int rows) {
        return ids(connection, LOOK, Tuple.of(after, TypeId.least(before), rows))
                .chain(looked -> ids(connection, OVER, Tuple.of(array(looked), before.atOffset(ZoneOffset.UTC)))
                        .call(over -> connection
                                .preparedQuery(FORGET_ENTRIES)
                                .execute(Tuple.of((Object) array(over)))
                                .chain(() -> connection.preparedQuery(FORGET).execute(Tuple.of((Object) array(over)))))
                        .map(over ->
                                new Step(looked.size() < rows ? null : looked.get(looked.size() - 1), over.size())));
    }

    private static Uni<List<UUID>> ids(SqlConnection connection, String sql, Tuple tuple) {
        return connection.preparedQuery(sql).execute(tuple).map(rows -> {
            List<UUID> ids = new ArrayList<>();
            for (Row row : rows) {
                ids.add(row.getUUID(0));
            }
            return ids;
        });
    }

    private static UUID[] array(List<UUID> ids) {
        return ids.toArray(UUID[]::new);
    }
}
