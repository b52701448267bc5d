package org.paywitness.webhook;

import static org.paywitness.webhook.WebhookEndpoints.utc;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.paywitness.database.Migrations;
import org.paywitness.database.Rounds;
import org.paywitness.event.Notifications;
import org.paywitness.id.TypeId;

/**
 * Hands each event to the endpoints that want it, in the order of events. Every process may; the row of the cursor lets one
 * at a time, and a step that dies has never been.
 */
@Singleton
class WebhookFanOut {
    private static final Logger LOG = Logger.getLogger(WebhookFanOut.class);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(2);

    // A statement of its own: what follows must see all that was there when the row was locked.
    private static final String LOCK = "SELECT position FROM webhook_cursor FOR UPDATE SKIP LOCKED";
    private static final String EVENTS = "SELECT position, event_id, merchant_id, aggregateid, type FROM event_position"
            + " WHERE position > $1 ORDER BY position LIMIT $2";
    private static final String ENDPOINTS = "SELECT id, merchant_id, event_types, from_position FROM webhook_endpoint"
            + " WHERE merchant_id = ANY($1) AND status = 'enabled'";
    private static final String HAND =
            "INSERT INTO webhook_delivery (id, endpoint_id, event_id, position, type, status, created_at, due_at)"
                    + " SELECT id, endpoint, event, position, type, 'pending', $6, $6 FROM unnest($1::uuid[],"
                    + " $2::uuid[], $3::uuid[], $4::bigint[], $5::text[]) AS d (id, endpoint, event, position, type)";
    // In any order: whoever else changes an endpoint changes one at a time.
    private static final String WAKE = "UPDATE webhook_endpoint e SET waiting = e.waiting + d.more,"
            + " work_at = least(coalesce(e.work_at, $2), $2) FROM (SELECT endpoint, count(*) AS more"
            + " FROM unnest($1::uuid[]) AS endpoint GROUP BY endpoint) d WHERE e.id = d.endpoint";
    private static final String BEGIN = "UPDATE webhook_endpoint e SET from_position = d.position"
            + " FROM unnest($1::uuid[], $2::bigint[]) AS d (endpoint, position) WHERE e.id = d.endpoint"
            + " AND e.from_position = 9223372036854775807";
    private static final String MOVE = "UPDATE webhook_cursor SET position = $1";

    private final WebhookSettings settings;
    private final WebhookSender sender;
    private final Notifications notifications;
    private final Pool pool;
    private final Clock clock;
    private final Vertx vertx;
    private final Rounds rounds;

    private record Event(long position, UUID id, String merchantId, String aggregateId, String type) {}

    /** What an endpoint wants, from which event on: that which tells that it is there. */
    private static final class Wish {
        private final UUID endpoint;
        private final String reference;
        private final String merchantId;
        private final EventTypes types;
        private long from;
        private boolean begins;

        Wish(UUID endpoint, String merchantId, EventTypes types, long from) {
            this.endpoint = endpoint;
            this.reference = TypeId.format(TypeId.WEBHOOK_ENDPOINT, endpoint);
            this.merchantId = merchantId;
            this.types = types;
            this.from = from;
        }

        /** To be asked of each event in their order. */
        boolean wants(Event event) {
            boolean own = event.aggregateId().equals(reference);
            if (own && from == Long.MAX_VALUE && EventTypes.BEGINNINGS.contains(event.type())) {
                from = event.position();
                begins = true;
            }
            if (event.position() <= from || !merchantId.equals(event.merchantId())) {
                return false;
            }
            return event.type().equals(EventTypes.PING) ? own : types.want(event.type());
        }
    }

    private record Handed(UUID id, UUID endpoint, Event event) {}

    WebhookFanOut(
            WebhookSettings settings,
            WebhookSender sender,
            Notifications notifications,
            Migrations migrations,
            Pool pool,
            Clock clock,
            Vertx vertx) {
        this.settings = settings;
        this.sender = sender;
        this.notifications = notifications;
        this.pool = pool;
        this.clock = clock;
        this.vertx = vertx;
        this.rounds = new Rounds(migrations, LOG, "Events wait for their endpoints", this::round);
    }

    void start(@Observes StartupEvent event) {
        notifications.on(Notifications.POSITIONS, rounds::hint);
        vertx.setPeriodic(settings.poll().toMillis(), timer -> rounds.look());
    }

    // A step under way comes to its end; the next one is another process's.
    void stop(@Observes ShutdownEvent event) {
        rounds.stop(STOP_PATIENCE);
    }

    private Uni<Boolean> round() {
        return step().map(events -> {
            if (events > 0) {
                sender.look();
            }
            return events == settings.fanOut();
        });
    }

    /** Takes one step; how many events it looked at, 0 also where another process is at it. */
    Uni<Integer> step() {
        return pool.withTransaction(connection -> connection
                .query(LOCK)
                .execute()
                .chain(rows -> rows.size() == 0
                        ? Uni.createFrom().item(0)
                        : after(connection, rows.iterator().next().getLong(0))));
    }

    private Uni<Integer> after(SqlConnection connection, long position) {
        return events(connection, position).chain(events -> {
            if (events.isEmpty()) {
                return Uni.createFrom().item(0);
            }
            long last = events.get(events.size() - 1).position();
            return wishes(connection, events)
                    .chain(wishes -> hand(connection, handed(events, wishes)).chain(() -> begin(connection, wishes)))
                    .chain(() -> connection.preparedQuery(MOVE).execute(Tuple.of(last)))
                    .replaceWith(events.size());
        });
    }

    private Uni<List<Event>> events(SqlConnection connection, long position) {
        return connection
                .preparedQuery(EVENTS)
                .execute(Tuple.of(position, settings.fanOut()))
                .map(rows -> {
                    List<Event> events = new ArrayList<>(rows.size());
                    for (Row row : rows) {
                        events.add(new Event(
                                row.getLong(0), row.getUUID(1), row.getString(2), row.getString(3), row.getString(4)));
                    }
                    return events;
                });
    }

    private Uni<List<Wish>> wishes(SqlConnection connection, List<Event> events) {
        String[] merchants = events.stream()
                .map(Event::merchantId)
                .filter(merchant -> merchant != null)
                .distinct()
                .toArray(String[]::new);
        return connection
                .preparedQuery(ENDPOINTS)
                .execute(Tuple.tuple().addValue(merchants))
                .map(rows -> {
                    List<Wish> wishes = new ArrayList<>(rows.size());
                    rows.forEach(row -> wishes.add(new Wish(
                            row.getUUID(0),
                            row.getString(1),
                            new EventTypes(List.of(row.getArrayOfStrings(2))),
                            row.getLong(3))));
                    return wishes;
                });
    }

    private static List<Handed> handed(List<Event> events, List<Wish> wishes) {
        List<Handed> handed = new ArrayList<>();
        for (Event event : events) {
            for (Wish wish : wishes) {
                if (wish.wants(event)) {
                    handed.add(new Handed(TypeId.next(), wish.endpoint, event));
                }
            }
        }
        return handed;
    }

    private static Uni<Void> begin(SqlConnection connection, List<Wish> wishes) {
        List<Wish> begun = wishes.stream().filter(wish -> wish.begins).toList();
        return begun.isEmpty()
                ? Uni.createFrom().voidItem()
                : connection
                        .preparedQuery(BEGIN)
                        .execute(Tuple.of(
                                begun.stream().map(wish -> wish.endpoint).toArray(UUID[]::new),
                                begun.stream().map(wish -> wish.from).toArray(Long[]::new)))
                        .replaceWithVoid();
    }

    private Uni<Void> hand(SqlConnection connection, List<Handed> handed) {
        if (handed.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        UUID[] endpoints = handed.stream().map(Handed::endpoint).toArray(UUID[]::new);
        Tuple all = Tuple.tuple()
                .addValue(handed.stream().map(Handed::id).toArray(UUID[]::new))
                .addValue(endpoints)
                .addValue(handed.stream().map(one -> one.event().id()).toArray(UUID[]::new))
                .addValue(handed.stream().map(one -> one.event().position()).toArray(Long[]::new))
                .addValue(handed.stream().map(one -> one.event().type()).toArray(String[]::new))
                .addValue(utc(now));
        return connection
                .preparedQuery(HAND)
                .execute(all)
                .chain(() -> connection
                        .preparedQuery(WAKE)
                        .execute(Tuple.tuple().addValue(endpoints).addValue(utc(now))))
                .replaceWithVoid();
    }
}
