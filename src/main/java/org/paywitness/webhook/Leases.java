package org.paywitness.webhook;

import static org.paywitness.webhook.WebhookEndpoints.time;
import static org.paywitness.webhook.WebhookEndpoints.utc;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.paywitness.event.Event;
import org.paywitness.event.Outbox;

/** What senders take, record and give back. Whoever records holds the latest claim, or learns that it does not. */
@Singleton
class Leases {
    // Until when others hold an endpoint, or it wants to be left alone, was written by a clock that may have been
    // ahead; what lies further away than any of us would write counts for nothing.
    private static final String TAKE = "UPDATE webhook_endpoint e SET claim = e.claim + 1, leased_until = $2"
            + " FROM (SELECT id FROM webhook_endpoint WHERE status = 'enabled' AND work_at <= $1"
            + " AND (leased_until IS NULL OR leased_until <= $1 OR leased_until > $3)"
            + " AND (paused_until IS NULL OR paused_until <= $1 OR paused_until > $4)"
            + " AND (failing_since IS NOT NULL) = $5 ORDER BY work_at, id LIMIT $6 FOR UPDATE SKIP LOCKED) d"
            + " WHERE e.id = d.id RETURNING e.id, e.claim, e.url, e.secret, e.secret_before, e.secret_before_until,"
            + " e.failing_since";
    private static final String PARCELS = "SELECT d.id, d.attempts, d.tries, o.id, o.aggregateid, o.type, o.payload,"
            + " o.merchant_id, o.at FROM webhook_delivery d JOIN outbox o ON o.id = d.event_id"
            + " WHERE d.endpoint_id = $1 AND d.status = 'pending' AND ";
    private static final String FIRST = PARCELS + "d.attempts = 0 ORDER BY d.position LIMIT $2";
    private static final String LATER = PARCELS + "d.attempts > 0 AND d.due_at <= $3 ORDER BY d.due_at LIMIT $2";

    // The endpoint first, then the delivery: whoever wants both takes them so.
    private static final String RECORD = "WITH held AS (UPDATE webhook_endpoint SET"
            + " failing_since = CASE WHEN $3 THEN NULL ELSE coalesce(failing_since, $4) END,"
            + " paused_until = coalesce($5, paused_until), waiting = waiting - CASE WHEN $7 = 'pending' THEN 0 ELSE 1 END"
            + " WHERE id = $1 AND claim = $2 AND EXISTS (SELECT FROM webhook_delivery WHERE id = $6 AND status = 'pending')"
            + " RETURNING id)"
            + " UPDATE webhook_delivery d SET status = $7, due_at = $8, ended_at = $9, attempts = d.attempts + 1,"
            + " tries = d.tries + 1, log = CASE WHEN jsonb_array_length(d.log) >= $11 THEN d.log - 0 ELSE d.log END"
            + " || $10::text::jsonb FROM held WHERE d.id = $6 AND d.endpoint_id = held.id";
    private static final String HOLD = "SELECT id FROM webhook_endpoint WHERE id = $1 AND claim = $2 FOR UPDATE";
    // What was handed out before the row was held is seen; what is handed out later wakes it itself.
    private static final String GIVE_BACK = "UPDATE webhook_endpoint SET leased_until = NULL, work_at ="
            + " CASE WHEN EXISTS (SELECT FROM webhook_delivery WHERE endpoint_id = $1 AND status = 'pending'"
            + " AND attempts = 0) THEN $2 ELSE (SELECT greatest(min(due_at), $2) FROM webhook_delivery"
            + " WHERE endpoint_id = $1 AND status = 'pending' AND attempts > 0 HAVING count(*) > 0) END WHERE id = $1"
            + " RETURNING work_at";
    private static final String LET_GO = "UPDATE webhook_endpoint e SET leased_until = NULL"
            + " FROM unnest($1::uuid[], $2::bigint[]) AS held (id, claim) WHERE e.id = held.id AND e.claim = held.claim";

    private final Pool pool;
    private final WebhookEndpoints endpoints;
    private final Outbox outbox;
    private final WebhookSettings settings;

    Leases(Pool pool, WebhookEndpoints endpoints, Outbox outbox, WebhookSettings settings) {
        this.pool = pool;
        this.endpoints = endpoints;
        this.outbox = outbox;
        this.settings = settings;
    }

    /** Another has the claim now. */
    static final class Lost extends RuntimeException {
        Lost() {
            super("taken over", null, false, false);
        }
    }

    /**
     * An endpoint that one sender holds.
     *
     * @param sealed its secrets, the current one first, each with its last instant; null: for good
     */
    record Held(UUID endpoint, long claim, String url, List<Secret> sealed, Instant failingSince) {}

    /** A sealed secret, and until when it signs; null: for good. */
    record Secret(String sealed, Instant until) {}

    /** One delivery with its event. */
    record Parcel(UUID delivery, int attempts, int tries, Event event) {}

    /** @param failing those whose last attempt failed, or the others */
    Uni<List<Held>> take(int limit, boolean failing, Instant now) {
        if (limit <= 0) {
            return Uni.createFrom().item(List.of());
        }
        return pool.preparedQuery(TAKE)
                .execute(Tuple.of(
                        utc(now),
                        utc(now.plus(settings.lease())),
                        utc(now.plus(settings.lease().multipliedBy(2))),
                        utc(now.plus(settings.maxRetryAfter().multipliedBy(2))),
                        failing,
                        limit))
                .map(rows -> {
                    List<Held> held = new ArrayList<>(rows.size());
                    rows.forEach(row -> held.add(held(row)));
                    return held;
                });
    }

    private static Held held(Row row) {
        List<Secret> secrets = new ArrayList<>();
        secrets.add(new Secret(row.getString(3), null));
        if (row.getString(4) != null) {
            secrets.add(new Secret(row.getString(4), time(row, 5)));
        }
        return new Held(row.getUUID(0), row.getLong(1), row.getString(2), secrets, time(row, 6));
    }

    /** What has not been tried yet, in the order of events. */
    Uni<List<Parcel>> first(Held held) {
        return pool.preparedQuery(FIRST)
                .execute(Tuple.of(held.endpoint(), settings.turnSize()))
                .map(Leases::parcels);
    }

    /** What is to be tried again by now. */
    Uni<List<Parcel>> later(Held held, Instant now) {
        return pool.preparedQuery(LATER)
                .execute(Tuple.of(held.endpoint(), settings.turnSize(), utc(now)))
                .map(Leases::parcels);
    }

    private static List<Parcel> parcels(RowSet<Row> rows) {
        List<Parcel> parcels = new ArrayList<>(rows.size());
        for (Row row : rows) {
            Event event = new Event(
                    row.getUUID(3),
                    null,
                    row.getString(4),
                    row.getString(5),
                    row.getString(6),
                    row.getString(7),
                    time(row, 8));
            parcels.add(new Parcel(row.getUUID(0), row.getInteger(1), row.getInteger(2), event));
        }
        return parcels;
    }

    /**
     * @param pause until when the endpoint wants to be left alone, or null
     * @param disabled why it is to be disabled with this, or null; an event tells of it
     * @throws Lost (in the Uni) where another has the claim: nothing was recorded
     */
    Uni<Void> record(
            Held held,
            Parcel parcel,
            Attempt attempt,
            Delivery.Next next,
            Instant pause,
            Endpoint.Reason disabled,
            Instant now) {
        Tuple all = Tuple.tuple()
                .addValue(held.endpoint())
                .addValue(held.claim())
                .addValue(attempt.isDelivered())
                .addValue(utc(now))
                .addValue(nullable(pause))
                .addValue(parcel.delivery())
                .addValue(next.status().code())
                .addValue(nullable(next.dueAt()))
                .addValue(next.dueAt() == null ? utc(now) : null)
                .addValue(attempt.entry().encode())
                .addValue(settings.maxListedAttempts());
        if (disabled == null) {
            return pool.preparedQuery(RECORD)
                    .execute(all)
                    .invoke(Leases::requireHeld)
                    .replaceWithVoid();
        }
        return pool.withTransaction(connection -> connection
                .preparedQuery(RECORD)
                .execute(all)
                .invoke(Leases::requireHeld)
                .chain(() -> endpoints.disable(connection, held.endpoint(), disabled, now))
                .chain(endpoint -> endpoint == null
                        ? Uni.createFrom().voidItem()
                        : outbox.tell(connection, List.of(EndpointEvents.of(endpoint, "disabled", null, now)))));
    }

    private static void requireHeld(RowSet<Row> rows) {
        if (rows.rowCount() == 0) {
            throw new Lost();
        }
    }

    /** Ends a turn: others may take the endpoint, when there is something to do for it. */
    Uni<Void> giveBack(Held held, Instant now) {
        return pool.withTransaction(connection -> connection
                .preparedQuery(HOLD)
                .execute(Tuple.of(held.endpoint(), held.claim()))
                .chain(rows -> rows.size() == 0 ? Uni.createFrom().voidItem() : free(connection, held, now)));
    }

    private static Uni<Void> free(SqlConnection connection, Held held, Instant now) {
        return connection
                .preparedQuery(GIVE_BACK)
                .execute(Tuple.of(held.endpoint(), utc(now)))
                .replaceWithVoid();
    }

    /** Lets others take these at once, by endpoint and claim: whoever held them stops. */
    Uni<Void> letGo(Map<UUID, Long> held) {
        List<Map.Entry<UUID, Long>> all = List.copyOf(held.entrySet());
        return pool.preparedQuery(LET_GO)
                .execute(Tuple.of(
                        all.stream().map(Map.Entry::getKey).toArray(UUID[]::new),
                        all.stream().map(Map.Entry::getValue).toArray(Long[]::new)))
                .replaceWithVoid();
    }

    private static OffsetDateTime nullable(Instant at) {
        return at == null ? null : utc(at);
    }
}
