package org.paywitness.lookup;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.impl.ContextInternal;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One event loop's connection to a replica, and how far that replica is known to have come. It is asked on the
 * connection that reads: behind one address there may be several replicas, and each connection meets one of them.
 */
final class Mirror {
    /**
     * Where the replica is, and on which timeline. The control file may name an older timeline for a while after a
     * promotion, and the receiver names its own only to members of pg_read_all_stats: either way it is not newer than
     * what is replayed, or what is received. No row of a server that is no replica.
     */
    private static final String WHERE = "SELECT (pg_last_wal_replay_lsn() - '0/0')::bigint,"
            + " greatest((SELECT timeline_id FROM pg_control_checkpoint()),"
            + " (SELECT min_recovery_end_timeline FROM pg_control_recovery()),"
            + " (SELECT received_tli FROM pg_stat_wal_receiver))"
            + " WHERE pg_is_in_recovery() AND pg_last_wal_replay_lsn() IS NOT NULL";

    private final Replica replica;
    private final int number;
    private final LookupClient client;
    private final long maxLagNanos;
    private final long maxSilenceNanos;
    private final AtomicInteger connection = new AtomicInteger();

    private volatile Seen seen;
    private boolean asking;
    private boolean serving;
    private String doubt = "not asked yet";

    /** @param number its place among the replicas */
    Mirror(
            Replica replica,
            int number,
            ContextInternal loop,
            Supplier<Future<PgConnectOptions>> database,
            LookupConfig config) {
        this.replica = replica;
        this.number = number;
        this.maxLagNanos = config.maxReplicaLag().toNanos();
        this.maxSilenceNanos =
                config.replicaProbe().plus(config.replicaDeadline()).toNanos();
        Supplier<Future<PgConnectOptions>> options = () -> {
            // A new connection may meet another replica.
            connection.incrementAndGet();
            seen = null;
            return database.get().map(replica::reach);
        };
        this.client = new LookupClient(loop, () -> Lookups.connect(loop.owner(), options, config), config, 1);
    }

    /**
     * What is known of the replica.
     *
     * @param connection which of the mirror's connections has told it
     * @param asOf it had all that the primary had written by then, in nanoseconds as System.nanoTime tells
     * @param heard when it told so
     */
    record Seen(Mirror mirror, int connection, Position position, long asOf, long heard) {
        /** Whether an answer that is asked for now has seen what it must. */
        boolean serves(Position needed, long now) {
            return now - asOf <= mirror.maxLagNanos && now - heard <= mirror.maxSilenceNanos && position.covers(needed);
        }

        /** Whether what was asked since came over the same connection, and so of the same replica. */
        boolean isOfThisConnection() {
            return connection == mirror.connection.get();
        }
    }

    int number() {
        return number;
    }

    LookupClient client() {
        return client;
    }

    /** Null where nothing is known: it must not be read from. */
    Seen seen() {
        return seen;
    }

    /** Not to be read from until it has told anew where it is. */
    void doubt() {
        seen = null;
    }

    /**
     * Asks where the replica is.
     *
     * @param asOf when the primary had come no further than this, or null if that is not known
     */
    void look(Function<Position, Long> asOf) {
        client.hangUpSilent();
        if (!asking) {
            asking = true;
            int over = connection.get();
            client.send(WHERE, Tuple.tuple()).onComplete(told -> heard(told, over, asOf));
        }
        tellChange();
    }

    private void heard(AsyncResult<RowSet<Row>> told, int over, Function<Position, Long> asOf) {
        asking = false;
        if (told.failed()) {
            forget("it does not answer");
        } else if (told.result().size() == 0) {
            forget("it is no replica");
        } else if (over == connection.get()) {
            Row row = told.result().iterator().next();
            Position position = new Position(row.getInteger(1), row.getLong(0));
            Long current = asOf.apply(position);
            Seen before = seen;
            if (current != null || before != null) {
                seen = new Seen(this, over, position, current == null ? before.asOf : current, System.nanoTime());
            }
            doubt = current == null ? "it lags" : "it is slow or lags";
        }
        tellChange();
    }

    private void forget(String why) {
        seen = null;
        doubt = why;
    }

    private void tellChange() {
        Seen known = seen;
        boolean serves = known != null && known.serves(Consistency.ANY.position(), System.nanoTime());
        if (serves != serving) {
            serving = serves;
            if (serves) {
                replica.taken();
            } else {
                replica.passedOver(doubt);
            }
        }
    }

    void close() {
        client.close();
    }
}
