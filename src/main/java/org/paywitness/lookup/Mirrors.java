package org.paywitness.lookup;

import io.vertx.core.impl.ContextInternal;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/**
 * One event loop's replicas, taken in turn. Where the primary is and where they are is asked for all the time, so that a
 * look-up never waits to learn it: a replica that is not known to have come far enough is passed over.
 */
final class Mirrors {
    private static final String WHERE =
            "SELECT (pg_current_wal_flush_lsn() - '0/0')::bigint, pg_walfile_name(pg_current_wal_flush_lsn())";

    /** Of where the primary was, within the lag that is allowed. */
    private static final int MAX_KEPT = 64;

    private final ContextInternal loop;
    private final LookupClient primary;
    private final List<Mirror> all;
    private final long timer;
    private final long maxLagNanos;
    private final Deque<Milestone> milestones = new ArrayDeque<>();
    private boolean asking;
    private int turn;

    Mirrors(ContextInternal loop, LookupClient primary, List<Mirror> all, LookupConfig config) {
        this.loop = loop;
        this.primary = primary;
        this.all = all;
        this.maxLagNanos = config.maxReplicaLag().toNanos();
        this.timer = loop.setPeriodic(config.replicaProbe().toMillis(), each -> look());
    }

    /** Where the primary was; at this time it had written no less. */
    private record Milestone(Position position, long at) {}

    List<Mirror> all() {
        return all;
    }

    /** What is known of a replica that may answer; null where there is none. Callable from any thread. */
    Mirror.Seen pick(Consistency needed) {
        long now = System.nanoTime();
        // Other threads may turn it too, which only changes whose turn it is.
        int first = turn;
        turn = first + 1 < all.size() ? first + 1 : 0;
        for (int i = 0; i < all.size(); i++) {
            Mirror.Seen seen = all.get((first + i) % all.size()).seen();
            if (seen != null && seen.serves(needed.position(), now)) {
                return seen;
            }
        }
        return null;
    }

    private void look() {
        if (!asking) {
            asking = true;
            // What the primary had written by now it has written when it answers.
            long now = System.nanoTime();
            primary.send(WHERE, Tuple.tuple()).onComplete(told -> {
                asking = false;
                if (told.succeeded()) {
                    reach(position(told.result().iterator().next()), now);
                }
            });
        }
        primary.hangUpSilent();
        all.forEach(mirror -> mirror.look(this::asOf));
    }

    private void reach(Position position, long now) {
        Milestone last = milestones.peekLast();
        if (last != null && last.position.equals(position)) {
            milestones.removeLast();
            milestones.addLast(new Milestone(position, now));
        } else if (last == null || now - last.at >= maxLagNanos / MAX_KEPT) {
            milestones.addLast(new Milestone(position, now));
        }
        while (milestones.size() > MAX_KEPT) {
            milestones.removeFirst();
        }
    }

    /** When the primary had come no further than this; null when that is longer ago than is remembered. */
    private Long asOf(Position position) {
        for (Iterator<Milestone> back = milestones.descendingIterator(); back.hasNext(); ) {
            Milestone milestone = back.next();
            if (position.covers(milestone.position)) {
                return milestone.at;
            }
        }
        return null;
    }

    /** From a row of an LSN as a number, and the name of its file, which begins with the timeline. */
    static Position position(Row row) {
        return new Position(Long.parseLong(row.getString(1).substring(0, 8), 16), row.getLong(0));
    }

    void close() {
        loop.owner().cancelTimer(timer);
        all.forEach(Mirror::close);
    }
}
