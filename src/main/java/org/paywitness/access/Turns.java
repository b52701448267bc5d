package org.paywitness.access;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Whose turn it is. So many places are worked in at once. Whoever comes when they are taken waits in a queue of its
 * client, and places that become free go to the clients in turn: who asks for a hundred times as much waits a hundred
 * times as long, and the others hardly notice. Thread-safe; callbacks run outside of any lock, on whatever thread.
 */
final class Turns {
    /** Why somebody is not let in. */
    enum Refused {
        ALL_WAITING,
        CLIENT_WAITING,
        WAITED
    }

    /** One request: begins at most once, or is refused. */
    abstract static class Turn {
        private final String client;
        private final int places;
        private long deadline;
        private boolean holds;
        private boolean gone;

        /** @param places how many it takes, such as for a large body */
        Turn(String client, int places) {
            this.client = client;
            this.places = places;
        }

        /** It is its turn; {@link Turns#leave} must follow. */
        abstract void begin();

        abstract void refuse(Refused why);
    }

    private final int places;
    private final int maxWaiting;
    private final int maxWaitingOfClient;
    private final long maxWaitNanos;
    private final LongSupplier nanoTime;

    private final Map<String, ArrayDeque<Turn>> queues = new LinkedHashMap<>();
    private int taken;
    private int waiting;

    Turns(int places, int maxWaiting, int maxWaitingOfClient, long maxWaitNanos, LongSupplier nanoTime) {
        this.places = places;
        this.maxWaiting = maxWaiting;
        this.maxWaitingOfClient = maxWaitingOfClient;
        this.maxWaitNanos = maxWaitNanos;
        this.nanoTime = nanoTime;
    }

    synchronized int taken() {
        return taken;
    }

    synchronized int waiting() {
        return waiting;
    }

    /** Begins it now, keeps it waiting, or refuses it. */
    void enter(Turn turn) {
        Refused refused = take(turn);
        if (refused != null) {
            turn.refuse(refused);
        } else if (turn.holds) {
            turn.begin();
        }
    }

    // Null: it holds its places, or waits.
    private synchronized Refused take(Turn turn) {
        if (waiting == 0 && fits(turn)) {
            hold(turn);
            return null;
        }
        ArrayDeque<Turn> queue = queues.get(turn.client);
        boolean full = (queue == null ? 0 : queue.size()) >= maxWaitingOfClient;
        if (full || waiting >= maxWaiting) {
            turn.gone = true;
            return full ? Refused.CLIENT_WAITING : Refused.ALL_WAITING;
        }
        turn.deadline = nanoTime.getAsLong() + maxWaitNanos;
        queues.computeIfAbsent(turn.client, client -> new ArrayDeque<>()).add(turn);
        waiting++;
        return null;
    }

    // Whoever takes more than there are gets all.
    private boolean fits(Turn turn) {
        return taken == 0 || taken + turn.places <= places;
    }

    private void hold(Turn turn) {
        turn.holds = true;
        taken += turn.places;
    }

    /** It has ended, whether it ever began or not. More than once is once. */
    void leave(Turn turn) {
        List<Turn> begun = new ArrayList<>(1);
        synchronized (this) {
            if (turn.gone) {
                return;
            }
            turn.gone = true;
            if (turn.holds) {
                taken -= turn.places;
            } else {
                remove(turn);
            }
            // Also when a large one went that waited, and kept smaller ones from their places.
            next(begun);
        }
        begun.forEach(Turn::begin);
    }

    private void next(List<Turn> begun) {
        while (waiting > 0) {
            Map.Entry<String, ArrayDeque<Turn>> first =
                    queues.entrySet().iterator().next();
            Turn turn = first.getValue().peek();
            if (!fits(turn)) {
                return;
            }
            String client = first.getKey();
            ArrayDeque<Turn> queue = queues.remove(client);
            queue.poll();
            waiting--;
            if (!queue.isEmpty()) {
                // To the end: the others come first.
                queues.put(client, queue);
            }
            hold(turn);
            begun.add(turn);
        }
    }

    private void remove(Turn turn) {
        ArrayDeque<Turn> queue = queues.get(turn.client);
        if (queue != null && queue.remove(turn)) {
            waiting--;
            if (queue.isEmpty()) {
                queues.remove(turn.client);
            }
        }
    }

    /** Refuses those who have waited too long; to be called now and then. */
    void sweep() {
        List<Turn> late = new ArrayList<>();
        List<Turn> begun = new ArrayList<>(1);
        synchronized (this) {
            long now = nanoTime.getAsLong();
            Iterator<ArrayDeque<Turn>> all = queues.values().iterator();
            while (all.hasNext()) {
                ArrayDeque<Turn> queue = all.next();
                // They came in the order of their deadlines.
                while (!queue.isEmpty() && queue.peek().deadline - now <= 0) {
                    Turn turn = queue.poll();
                    turn.gone = true;
                    waiting--;
                    late.add(turn);
                }
                if (queue.isEmpty()) {
                    all.remove();
                }
            }
            // A large one that went may have kept smaller ones from their places.
            next(begun);
        }
        late.forEach(turn -> turn.refuse(Refused.WAITED));
        begun.forEach(Turn::begin);
    }
}
