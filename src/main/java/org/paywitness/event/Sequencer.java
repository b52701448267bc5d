package org.paywitness.event;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.jboss.logging.Logger;
import org.paywitness.database.Migrations;
import org.paywitness.database.Rounds;

/**
 * Gives events their positions. Every process may; the row of the head lets one at a time, so that positions become visible
 * in their order and without gaps, and whoever dies leaves a step that was not taken. Of one thing the event that counts
 * less was committed first, since its writers wait for each other: a look that finds one finds all before it.
 */
@Singleton
class Sequencer {
    private static final Logger LOG = Logger.getLogger(Sequencer.class);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(2);
    /** After a step others may be about to commit whom nobody notified of: looks follow, each after four times as long. */
    private static final long FIRST_LOOK_AFTER_MILLIS = 4;
    /** A step passes by all that were taken since the last vacuum: beyond so many it would be slower than the vacuum. */
    private static final int VACUUM_AFTER = 10_000;

    private static final String VACUUM = "VACUUM (TRUNCATE false) outbox_new";

    // A statement of its own: what follows must see all that was committed when the row was locked.
    private static final String LOCK = "SELECT position FROM event_head FOR UPDATE SKIP LOCKED";
    private static final String PLACE = "WITH taken AS (DELETE FROM outbox_new"
            + " WHERE number = ANY (ARRAY(SELECT number FROM outbox_new ORDER BY number LIMIT $2))"
            + " RETURNING number, event_id)"
            + ", placed AS (INSERT INTO event_position (position, event_id, merchant_id, aggregatetype, aggregateid, type)"
            // Events that have left already have no position.
            + " SELECT $1 + row_number() OVER (ORDER BY t.number), o.id, o.merchant_id, o.aggregatetype, o.aggregateid,"
            + " o.type FROM taken t JOIN outbox o ON o.id = t.event_id RETURNING position)"
            + ", moved AS (UPDATE event_head SET position = $1 + (SELECT count(*) FROM placed)"
            + " WHERE EXISTS (SELECT FROM placed) RETURNING pg_notify('" + Notifications.POSITIONS + "', ''))"
            + " SELECT (SELECT count(*)::int FROM taken), (SELECT count(*) FROM moved)";

    private final EventSettings settings;
    private final Notifications notifications;
    private final Pool pool;
    private final Vertx vertx;
    private final Rounds rounds;
    private volatile long lookAfter;
    private volatile int taken;
    private volatile long timer = -1;

    Sequencer(EventSettings settings, Notifications notifications, Migrations migrations, Pool pool, Vertx vertx) {
        this.settings = settings;
        this.notifications = notifications;
        this.pool = pool;
        this.vertx = vertx;
        this.rounds = new Rounds(migrations, LOG, "Events wait for their positions", this::round);
    }

    void start(@Observes StartupEvent event) {
        notifications.on(Notifications.EVENTS, rounds::hint);
        vertx.setPeriodic(settings.poll().toMillis(), timer -> rounds.look());
    }

    // A step under way comes to its end; the next one is another process's.
    void stop(@Observes ShutdownEvent event) {
        rounds.stop(STOP_PATIENCE);
    }

    private Uni<Boolean> round() {
        return step().invoke(this::lookAfter).call(this::vacuum).map(events -> events == settings.step());
    }

    // Whoever may not, leaves it to autovacuum, which comes once a minute.
    private Uni<Void> vacuum(int events) {
        taken += events;
        if (taken < VACUUM_AFTER) {
            return Uni.createFrom().voidItem();
        }
        taken = 0;
        return pool.query(VACUUM).execute().replaceWithVoid();
    }

    private void lookAfter(int events) {
        vertx.cancelTimer(timer);
        lookAfter = events > 0 ? FIRST_LOOK_AFTER_MILLIS : 4 * lookAfter;
        if (lookAfter >= settings.poll().toMillis()) {
            lookAfter = 0;
        } else if (lookAfter > 0) {
            timer = vertx.setTimer(lookAfter, due -> rounds.look());
        }
    }

    /** Takes one step; how many events it took, 0 also where another process is at it. */
    Uni<Integer> step() {
        return pool.withTransaction(connection -> connection
                .query(LOCK)
                .execute()
                .chain(rows -> rows.size() == 0
                        ? Uni.createFrom().item(0)
                        : place(connection, rows.iterator().next().getLong(0))));
    }

    private Uni<Integer> place(SqlConnection connection, long head) {
        return connection
                .preparedQuery(PLACE)
                .execute(Tuple.of(head, settings.step()))
                .map(rows -> rows.iterator().next().getInteger(0));
    }
}
