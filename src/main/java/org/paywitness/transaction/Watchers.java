package org.paywitness.transaction;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.paywitness.lookup.Consistency;
import org.paywitness.verdict.Policy;

/**
 * Who waits for changes of which transaction. While nothing happens nobody asks anything; a change costs one look-up of the
 * primary, which all that wait for this transaction share, however many they are.
 *
 * <p>No change is lost: whoever watches is registered first and looks after that, and a look-up that fails is tried again. A
 * change may be told more than once, and an answer may be the same as the one before.
 */
@Singleton
public class Watchers {
    /** Who is told. Called on any event loop; must not block. */
    public interface Watcher {
        /** The transaction as it is now. Whether it is another verdict, and still visible, is for the watcher to see. */
        void changed(Seen seen);

        /** The transaction is there no more. */
        void gone();
    }

    /** One watcher of one transaction, until it is {@link #close closed}. */
    public final class Watch {
        private final UUID asked;
        private final Watcher watcher;
        /** The transaction that it was merged into; null for one that stands by itself. */
        private UUID survivor;

        private boolean closed;

        private Watch(UUID asked, Watcher watcher) {
            this.asked = asked;
            this.watcher = watcher;
        }

        public synchronized void close() {
            if (!closed) {
                closed = true;
                remove(asked, this);
                remove(survivor, this);
            }
        }

        /** Whether it did not follow there before. */
        private synchronized boolean follow(UUID into) {
            if (closed || into.equals(survivor) || into.equals(asked)) {
                return false;
            }
            remove(survivor, this);
            survivor = into;
            add(into, this);
            return true;
        }
    }

    private static final class Entry {
        /** Mostly one. */
        private final List<Watch> watches = new ArrayList<>(1);

        private boolean asking;
        private boolean again;
    }

    // What is written of an entry is written while its bin is locked.
    private final Map<UUID, Entry> entries = new ConcurrentHashMap<>();
    private final TransactionFinder transactions;
    private final ChangeFeed feed;
    private final Policy policy;
    private final Clock clock;
    private final Vertx vertx;
    private final long pauseMillis;

    Watchers(
            TransactionFinder transactions,
            ChangeFeed feed,
            Policy policy,
            Clock clock,
            Vertx vertx,
            @ConfigProperty(name = "paywitness.wait.pause") Duration pause) {
        this.transactions = transactions;
        this.feed = feed;
        this.policy = policy;
        this.clock = clock;
        this.vertx = vertx;
        this.pauseMillis = pause.toMillis();
        feed.tell(new ChangeFeed.Listener() {
            @Override
            public boolean isAnybodyThere() {
                return !entries.isEmpty();
            }

            @Override
            public void changed(Collection<UUID> ids) {
                ids.forEach(Watchers.this::changed);
            }
        });
    }

    /** Registers; to be followed by {@link #look}, and closed in any case. */
    public Watch watch(UUID id, Watcher watcher) {
        Watch watch = new Watch(id, watcher);
        add(id, watch);
        return watch;
    }

    /**
     * The transaction that is watched as it is now, on the caller's context; null when there is none. Every change that is
     * not in this answer will be told.
     */
    public Future<Seen> look(Watch watch) {
        return feed.ready()
                .compose(ready -> transactions.byId(watch.asked, Consistency.LATEST))
                .map(found -> {
                    if (found == null) {
                        return null;
                    }
                    follow(List.of(watch), found);
                    return new Seen(found, policy, now());
                });
    }

    /** Whether every change until a moment ago has been told. */
    boolean isCurrent() {
        return feed.isCurrent();
    }

    Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private void add(UUID id, Watch watch) {
        entries.compute(id, (key, there) -> {
            Entry entry = there == null ? new Entry() : there;
            entry.watches.add(watch);
            return entry;
        });
    }

    private void remove(UUID id, Watch watch) {
        if (id != null) {
            entries.computeIfPresent(id, (key, entry) -> {
                entry.watches.remove(watch);
                return entry.watches.isEmpty() && !entry.asking ? null : entry;
            });
        }
    }

    private void changed(UUID id) {
        if (!entries.containsKey(id)) {
            return;
        }
        boolean[] ask = new boolean[1];
        entries.computeIfPresent(id, (key, entry) -> {
            // An answer that is on its way may be of before this change.
            entry.again = entry.asking;
            ask[0] = !entry.asking;
            entry.asking = true;
            return entry;
        });
        if (ask[0]) {
            ask(id);
        }
    }

    private void ask(UUID id) {
        transactions.byId(id, Consistency.LATEST).onComplete(done -> {
            if (done.failed()) {
                vertx.setTimer(pauseMillis, timer -> ask(id));
                return;
            }
            Watch[][] there = new Watch[1][];
            boolean[] again = new boolean[1];
            entries.computeIfPresent(id, (key, entry) -> {
                there[0] = entry.watches.toArray(Watch[]::new);
                again[0] = entry.again;
                entry.asking = entry.again;
                entry.again = false;
                return entry.watches.isEmpty() && !entry.asking ? null : entry;
            });
            if (there[0] != null) {
                tell(List.of(there[0]), done.result());
            }
            if (again[0]) {
                ask(id);
            }
        });
    }

    private void tell(List<Watch> watches, Found found) {
        if (found == null) {
            watches.forEach(watch -> watch.watcher.gone());
            return;
        }
        follow(watches, found);
        UUID id = found.transaction().id();
        Seen itself = new Seen(found.askedAs(null), policy, now());
        for (Watch watch : watches) {
            watch.watcher.changed(
                    watch.asked.equals(id) ? itself : new Seen(found.askedAs(watch.asked), policy, now()));
        }
    }

    // What changes between a look-up and the registration at what it was merged into is seen by another look-up.
    private void follow(List<Watch> watches, Found found) {
        UUID id = found.transaction().id();
        boolean others = false;
        for (Watch watch : watches) {
            others |= watch.follow(id);
        }
        if (others) {
            changed(id);
        }
    }
}
