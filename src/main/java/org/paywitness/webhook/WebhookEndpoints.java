package org.paywitness.webhook;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.paywitness.access.Visibility;

/** The table of endpoints, as people see and change them. */
@ApplicationScoped
class WebhookEndpoints {
    private static final String COLUMNS = "id, merchant_id, url, description, event_types, disabled_because,"
            + " disabled_at, secret_before_until, created_by, created_at, waiting, failing_since";
    private static final String BY_ID =
            "SELECT " + COLUMNS + " FROM webhook_endpoint WHERE id = $1 AND status <> 'deleted'";
    private static final String LOCK = BY_ID + " FOR UPDATE";
    private static final String PAGE = "SELECT " + COLUMNS + " FROM webhook_endpoint WHERE status <> 'deleted'"
            + " AND ($1::text IS NULL OR merchant_id = $1) AND ($2::uuid IS NULL OR id < $2)"
            + " ORDER BY id DESC LIMIT $3";
    // Whoever adds one for the same merchant meanwhile waits here.
    private static final String COUNT_LOCK = "SELECT pg_advisory_xact_lock(7264, hashtext($1))";
    private static final String COUNT =
            "SELECT count(*)::int FROM webhook_endpoint WHERE merchant_id = $1 AND status <> 'deleted'";
    /** From the event on that tells of it: the fan-out finds it. */
    private static final String NOT_YET = Long.toString(Long.MAX_VALUE);

    private static final String INSERT = "INSERT INTO webhook_endpoint (id, merchant_id, url, description, event_types,"
            + " status, secret, created_by, created_at, from_position)"
            + " VALUES ($1, $2, $3, $4, $5, 'enabled', $6, $7, $8, NOT_YET)".replace("NOT_YET", NOT_YET);
    private static final String CHANGE =
            "UPDATE webhook_endpoint SET url = $2, description = $3, event_types = $4 WHERE id = $1";
    // What was told meanwhile is not sent; what waited goes on.
    private static final String ENABLE = "UPDATE webhook_endpoint SET status = 'enabled', disabled_because = NULL,"
            + " disabled_at = NULL, failing_since = NULL, paused_until = NULL, work_at = $2,"
            + " from_position = " + NOT_YET + " WHERE id = $1";
    private static final String DISABLE = "UPDATE webhook_endpoint SET status = 'disabled', disabled_because = $2,"
            + " disabled_at = $3 WHERE id = $1 AND status = 'enabled' RETURNING " + COLUMNS;
    private static final String DELETE = "UPDATE webhook_endpoint SET status = 'deleted', disabled_because = NULL,"
            + " disabled_at = NULL, secret = NULL, secret_before = NULL, secret_before_until = NULL, work_at = NULL"
            + " WHERE id = $1";
    private static final String ROTATE = "UPDATE webhook_endpoint SET secret_before = CASE WHEN $4 THEN secret END,"
            + " secret_before_until = CASE WHEN $4 THEN $3::timestamptz END, secret = $2 WHERE id = $1";

    private final Pool pool;

    WebhookEndpoints(Pool pool) {
        this.pool = pool;
    }

    /** Null when there is none. */
    Uni<Endpoint> byId(UUID id) {
        return pool.preparedQuery(BY_ID).execute(Tuple.of(id)).map(WebhookEndpoints::first);
    }

    /** The same, held until the end of the transaction. */
    Uni<Endpoint> lock(SqlConnection connection, UUID id) {
        return connection.preparedQuery(LOCK).execute(Tuple.of(id)).map(WebhookEndpoints::first);
    }

    /** A page, newest first. */
    Uni<List<Endpoint>> page(Visibility visibility, String merchantId, UUID before, int limit) {
        String merchant = visibility instanceof Visibility.OfMerchant of ? of.merchantId() : merchantId;
        if (merchantId != null && !merchantId.equals(merchant)) {
            return Uni.createFrom().item(List.of());
        }
        return pool.preparedQuery(PAGE)
                .execute(Tuple.of(merchant, before, limit))
                .map(WebhookEndpoints::all);
    }

    /** How many a merchant has; nobody adds one until the end of the transaction. */
    Uni<Integer> count(SqlConnection connection, String merchantId) {
        return connection
                .preparedQuery(COUNT_LOCK)
                .execute(Tuple.of(merchantId))
                .chain(() -> connection.preparedQuery(COUNT).execute(Tuple.of(merchantId)))
                .map(rows -> rows.iterator().next().getInteger(0));
    }

    /** @param sealed its secret */
    Uni<Void> insert(SqlConnection connection, Endpoint endpoint, String sealed) {
        return connection
                .preparedQuery(INSERT)
                .execute(Tuple.tuple()
                        .addValue(endpoint.id())
                        .addValue(endpoint.merchantId())
                        .addValue(endpoint.url())
                        .addValue(endpoint.description())
                        .addValue(endpoint.types().types().toArray(String[]::new))
                        .addValue(sealed)
                        .addValue(endpoint.createdBy())
                        .addValue(utc(endpoint.createdAt())))
                .replaceWithVoid();
    }

    Uni<Void> change(SqlConnection connection, Endpoint endpoint) {
        return connection
                .preparedQuery(CHANGE)
                .execute(Tuple.of(
                        endpoint.id(),
                        endpoint.url(),
                        endpoint.description(),
                        endpoint.types().types().toArray(String[]::new)))
                .replaceWithVoid();
    }

    Uni<Void> enable(SqlConnection connection, UUID id, Instant now) {
        return connection.preparedQuery(ENABLE).execute(Tuple.of(id, utc(now))).replaceWithVoid();
    }

    /** The endpoint after it; null where it was not enabled. */
    Uni<Endpoint> disable(SqlClient client, UUID id, Endpoint.Reason reason, Instant now) {
        return client.preparedQuery(DISABLE)
                .execute(Tuple.of(id, reason.code(), utc(now)))
                .map(WebhookEndpoints::first);
    }

    Uni<Void> delete(SqlConnection connection, UUID id) {
        return connection.preparedQuery(DELETE).execute(Tuple.of(id)).replaceWithVoid();
    }

    /** @param beforeUntil until when the secret before stays valid; null: no longer */
    Uni<Void> rotate(SqlConnection connection, UUID id, String sealed, Instant beforeUntil) {
        return connection
                .preparedQuery(ROTATE)
                .execute(Tuple.of(id, sealed, beforeUntil == null ? null : utc(beforeUntil), beforeUntil != null))
                .replaceWithVoid();
    }

    private static Endpoint first(RowSet<Row> rows) {
        List<Endpoint> all = all(rows);
        return all.isEmpty() ? null : all.get(0);
    }

    private static List<Endpoint> all(RowSet<Row> rows) {
        List<Endpoint> all = new ArrayList<>(rows.size());
        rows.forEach(row -> all.add(new Endpoint(
                row.getUUID(0),
                row.getString(1),
                row.getString(2),
                row.getString(3),
                new EventTypes(List.of(row.getArrayOfStrings(4))),
                Endpoint.Reason.of(row.getString(5)),
                time(row, 6),
                time(row, 7),
                row.getString(8),
                time(row, 9),
                row.getLong(10),
                time(row, 11))));
        return all;
    }

    static Instant time(Row row, int position) {
        OffsetDateTime at = row.getOffsetDateTime(position);
        return at == null ? null : at.toInstant();
    }

    static OffsetDateTime utc(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }
}
