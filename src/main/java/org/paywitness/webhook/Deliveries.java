package org.paywitness.webhook;

import static org.paywitness.webhook.WebhookEndpoints.time;
import static org.paywitness.webhook.WebhookEndpoints.utc;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** The log of deliveries, as people see it and ask for more. */
@ApplicationScoped
class Deliveries {
    private static final String COLUMNS =
            "id, event_id, type, status, created_at, due_at, ended_at, attempts, log::text";
    private static final String PAGE = "SELECT " + COLUMNS + " FROM webhook_delivery WHERE endpoint_id = $1"
            + " AND ($2::uuid IS NULL OR id < $2) AND ($3::text IS NULL OR status = $3) ORDER BY id DESC LIMIT $4";
    private static final String LOCK =
            "SELECT " + COLUMNS + " FROM webhook_delivery WHERE id = $1 AND endpoint_id = $2 FOR UPDATE";
    private static final String AGAIN = "UPDATE webhook_delivery SET status = 'pending', due_at = $2, ended_at = NULL,"
            + " tries = 0 WHERE id = $1 RETURNING " + COLUMNS;
    private static final String WAITS = "UPDATE webhook_endpoint SET waiting = waiting + $3,"
            + " work_at = least(coalesce(work_at, $2), $2) WHERE id = $1";

    private final Pool pool;

    Deliveries(Pool pool) {
        this.pool = pool;
    }

    /** A page, newest first. */
    Uni<List<Delivery>> page(UUID endpoint, Delivery.Status status, UUID before, int limit) {
        return pool.preparedQuery(PAGE)
                .execute(Tuple.of(endpoint, before, status == null ? null : status.code(), limit))
                .map(Deliveries::all);
    }

    /** Null when the endpoint, which the caller holds, has none with this id. */
    Uni<Delivery> lock(SqlConnection connection, UUID endpoint, UUID id) {
        return connection.preparedQuery(LOCK).execute(Tuple.of(id, endpoint)).map(Deliveries::first);
    }

    /** Has it sent once more, as soon as may be, with the whole schedule before it; the delivery after it. */
    Uni<Delivery> again(SqlConnection connection, UUID endpoint, Delivery delivery, Instant now) {
        int more = delivery.status() == Delivery.Status.PENDING ? 0 : 1;
        return connection
                .preparedQuery(WAITS)
                .execute(Tuple.of(endpoint, utc(now), more))
                .chain(() -> connection.preparedQuery(AGAIN).execute(Tuple.of(delivery.id(), utc(now))))
                .map(Deliveries::first);
    }

    private static Delivery first(RowSet<Row> rows) {
        List<Delivery> all = all(rows);
        return all.isEmpty() ? null : all.get(0);
    }

    private static List<Delivery> all(RowSet<Row> rows) {
        List<Delivery> all = new ArrayList<>(rows.size());
        rows.forEach(row -> all.add(new Delivery(
                row.getUUID(0),
                row.getUUID(1),
                row.getString(2),
                Delivery.Status.of(row.getString(3)),
                time(row, 4),
                time(row, 5),
                time(row, 6),
                row.getInteger(7),
                new JsonArray(row.getString(8)))));
        return all;
    }
}
