package org.paywitness.retention;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;
import org.paywitness.id.TypeId;

/**
 * What others were told. The events of a dispute are a part of its timeline: they leave with the dispute, and only cease to
 * be read as events.
 */
@Singleton
class OldEvents implements Leaves {
    private static final String STEP = "WITH looked AS (SELECT id FROM outbox WHERE id > $1 AND id < $2 ORDER BY id"
            + " LIMIT $3), gone AS (DELETE FROM outbox o USING looked l WHERE o.id = l.id"
            + " AND o.aggregatetype <> 'dispute' AND o.at < $4 RETURNING o.id)"
            // The place of the others goes with them; that of a dispute's goes alone.
            + ", placeless AS (DELETE FROM event_position p USING looked l, outbox o WHERE p.event_id = l.id"
            + " AND o.id = l.id AND o.aggregatetype = 'dispute' AND o.at < $4)"
            + " SELECT (SELECT max(id::text)::uuid FROM looked), (SELECT count(*)::int FROM looked),"
            + " (SELECT count(*)::int FROM gone)";

    private final RetentionSettings settings;

    OldEvents(RetentionSettings settings) {
        this.settings = settings;
    }

    @Override
    public String kind() {
        return "events";
    }

    @Override
    public Optional<Duration> keep() {
        return settings.events();
    }

    @Override
    public Uni<Step> step(SqlConnection connection, UUID after, Instant before, int rows) {
        return connection
                .preparedQuery(STEP)
                .execute(Tuple.of(after, TypeId.least(before), rows, before.atOffset(ZoneOffset.UTC)))
                .map(found -> Step.of(found, rows));
    }
}
