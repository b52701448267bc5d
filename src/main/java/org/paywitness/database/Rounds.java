package org.paywitness.database;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Work in the database that every process does in steps: here one step at a time, the next one at once where there may be
 * more, and after a failure, which is logged once, with the next look. Nothing happens before the schema is there.
 */
public final class Rounds {
    private static final Duration STOP_PAUSE = Duration.ofMillis(10);

    private final Migrations migrations;
    private final Logger log;
    private final String waits;
    private final Supplier<Uni<Boolean>> step;
    private final AtomicBoolean working = new AtomicBoolean();
    private volatile boolean again;
    private volatile boolean stopping;
    private volatile boolean failing;

    /**
     * @param waits what is not done while it fails, as the log has it
     * @param step whether there may be more to do now
     */
    public Rounds(Migrations migrations, Logger log, String waits, Supplier<Uni<Boolean>> step) {
        this.migrations = migrations;
        this.log = log;
        this.waits = waits;
        this.step = step;
    }

    /** There is something to do: what is under way may not have seen it, so a step follows in any case. */
    public void hint() {
        again = true;
        look();
    }

    /** There may be something to do; whatever is under way sees to it. */
    public void look() {
        if (stopping || !migrations.isDone() || !working.compareAndSet(false, true)) {
            return;
        }
        again = false;
        Uni.createFrom()
                .deferred(step::get)
                .onTermination()
                .invoke(() -> working.set(false))
                .subscribe()
                .with(this::taken, this::failed);
    }

    private void taken(boolean more) {
        failing = false;
        if (more || again) {
            look();
        }
    }

    // The database is away: the next look tries again.
    private void failed(Throwable failure) {
        if (!failing) {
            log.warnf("%s: %s", waits, failure.toString());
        }
        failing = true;
    }

    /** Whether a step that is made of several should end early. */
    public boolean isStopping() {
        return stopping;
    }

    /** Begins no further step, and waits as long as this for the one under way; else its transaction rolls back. */
    public void stop(Duration patience) {
        stopping = true;
        long until = System.nanoTime() + patience.toNanos();
        while (working.get() && System.nanoTime() < until) {
            LockSupport.parkNanos(STOP_PAUSE.toNanos());
        }
    }
}
