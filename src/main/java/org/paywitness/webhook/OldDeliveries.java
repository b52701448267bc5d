package org.paywitness.webhook;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;
import org.paywitness.retention.Leaves;
import org.paywitness.retention.RetentionSettings;

/** The log of deliveries: those that have ended, and all of endpoints that were deleted, with those at last. */
@Singleton
class OldDeliveries implements Leaves {
    private static final String STEP = "WITH looked AS (SELECT id, endpoint_id, ended_at FROM webhook_delivery"
            + " WHERE id > $1 ORDER BY id LIMIT $2), gone AS (DELETE FROM webhook_delivery d"
            + " USING looked l, webhook_endpoint e WHERE d.id = l.id AND e.id = l.endpoint_id"
            + " AND (l.ended_at < $3 OR e.status = 'deleted') RETURNING d.id)"
            + " SELECT (SELECT max(id::text)::uuid FROM looked), (SELECT count(*)::int FROM looked),"
            + " (SELECT count(*)::int FROM gone)";
    private static final String ENDPOINTS = "DELETE FROM webhook_endpoint e WHERE e.id IN (SELECT id FROM"
            + " webhook_endpoint WHERE status = 'deleted' AND NOT EXISTS (SELECT FROM webhook_delivery"
            + " WHERE endpoint_id = webhook_endpoint.id) LIMIT $1 FOR UPDATE SKIP LOCKED)";

    private final RetentionSettings settings;

    OldDeliveries(RetentionSettings settings) {
        this.settings = settings;
    }

    @Override
    public String kind() {
        return "webhook-deliveries";
    }

    @Override
    public Optional<Duration> keep() {
        return settings.webhookDeliveries();
    }

    @Override
    public Uni<Step> step(SqlConnection connection, UUID after, Instant before, int rows) {
        return connection
                .preparedQuery(STEP)
                .execute(Tuple.of(after, rows, before.atOffset(ZoneOffset.UTC)))
                .call(() -> connection.preparedQuery(ENDPOINTS).execute(Tuple.of(rows)))
                .map(found -> Step.of(found, rows));
    }
}
