package org.paywitness.live;

import io.quarkus.runtime.ShutdownEvent;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.paywitness.event.EventSettings;
import org.paywitness.event.Notifications;
import org.paywitness.id.TypeId;
import org.paywitness.transaction.ChangeFeed;

/**
 * Reads the order of events, once for all that wait in this process and only while somebody does: from where it stood when
 * the first of them came. Notifications make it quick; looking makes it sure.
 */
@Singleton
class PositionFeed implements ChangeFeed {
    private static final Logger LOG = Logger.getLogger(PositionFeed.class);
    private static final String HEAD = "SELECT position FROM event_head";
    private static final String READ = "SELECT position, aggregatetype, aggregateid FROM event_position"
            + " WHERE position > $1 ORDER BY position LIMIT $2";
    private static final String TRANSACTION = "transaction";
    private static final long NOWHERE = -1;
    /** So many looks may be late before what we know counts as old. */
    private static final int LATE_LOOKS = 3;

    private final Notifications notifications;
    private final Pool pool;
    private final Vertx vertx;
    private final int step;
    private final long pollMillis;
    private Listener listener;

    // Guarded by this, as is all below.
    private long position = NOWHERE;
    private Promise<Void> beginning;
    private boolean reading;
    private boolean again;
    private boolean failing;
    private long readAt;
    private boolean stopping;

    PositionFeed(Notifications notifications, EventSettings events, LiveSettings settings, Pool pool, Vertx vertx) {
        this.notifications = notifications;
        this.pool = pool;
        this.vertx = vertx;
        this.step = settings.step();
        this.pollMillis = events.poll().toMillis();
    }

    @Override
    public void tell(Listener one) {
        listener = one;
        notifications.on(Notifications.POSITIONS, this::look);
        vertx.setPeriodic(pollMillis, timer -> look());
    }

    void stop(@Observes ShutdownEvent event) {
        synchronized (this) {
            stopping = true;
        }
    }

    @Override
    public synchronized Future<Void> ready() {
        if (position != NOWHERE) {
            return Future.succeededFuture();
        }
        if (beginning == null) {
            Promise<Void> begun = Promise.promise();
            beginning = begun;
            pool.query(HEAD).execute().onComplete(head -> {
                synchronized (this) {
                    beginning = null;
                    if (head.succeeded()) {
                        position = head.result().iterator().next().getLong(0);
                        readAt = System.nanoTime();
                    }
                }
                if (head.succeeded()) {
                    begun.complete();
                } else {
                    begun.fail(head.cause());
                }
            });
        }
        return beginning.future();
    }

    @Override
    public synchronized boolean isCurrent() {
        return position != NOWHERE
                && !failing
                && System.nanoTime() - readAt < TimeUnit.MILLISECONDS.toNanos(LATE_LOOKS * pollMillis);
    }

    private void look() {
        long after;
        synchronized (this) {
            again = true;
            if (stopping || reading || position == NOWHERE) {
                return;
            }
            if (!listener.isAnybodyThere()) {
                // Whoever comes next begins anew.
                position = NOWHERE;
                return;
            }
            reading = true;
            again = false;
            after = position;
        }
        pool.preparedQuery(READ).execute(Tuple.of(after, step)).onComplete(read -> {
            if (read.failed()) {
                failed(read.cause());
                return;
            }
            boolean more = took(after, read.result());
            if (more) {
                look();
            }
        });
    }

    private boolean took(long after, RowSet<Row> rows) {
        Set<UUID> changed = new LinkedHashSet<>();
        long last = after;
        for (Row row : rows) {
            last = row.getLong(0);
            if (TRANSACTION.equals(row.getString(1))) {
                TypeId.parse(TypeId.TRANSACTION, row.getString(2)).ifPresent(changed::add);
            }
        }
        if (!changed.isEmpty()) {
            listener.changed(changed);
        }
        synchronized (this) {
            reading = false;
            failing = false;
            readAt = System.nanoTime();
            if (position == after) {
                position = last;
            }
            return again || rows.size() == step;
        }
    }

    // The next look tries again, from the same position.
    private synchronized void failed(Throwable failure) {
        if (!failing) {
            LOG.warnf("Changes are told late: %s", failure.toString());
        }
        failing = true;
        reading = false;
    }
}
