package org.paywitness.standing;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;
import org.paywitness.database.Migrations;

/**
 * Looks again at transactions whose moment has come, in bounded steps. Any number of processes do so side by side: what one
 * holds the others pass over, and whoever dies leaves a step that was not taken.
 */
@Singleton
class Looks {
    private static final Logger LOG = Logger.getLogger(Looks.class);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(2);

    private final Due due;
    private final StandingSettings settings;
    private final Migrations migrations;
    private final Pool pool;
    private final Vertx vertx;
    private final Counter looked;
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile boolean stopping;
    private volatile boolean failing;
    private long tookUpAt = System.nanoTime();

    Looks(Due due, StandingSettings settings, Migrations migrations, Pool pool, MeterRegistry meters, Vertx vertx) {
        this.due = due;
        this.settings = settings;
        this.migrations = migrations;
        this.pool = pool;
        this.vertx = vertx;
        this.looked = Counter.builder("paywitness.looks")
                .description("Transactions that were looked at again, since time or completeness may have changed them")
                .register(meters);
    }

    void start(@Observes StartupEvent event) {
        vertx.setPeriodic(settings.poll().toMillis(), timer -> look());
    }

    // The step under way comes to its end; the others are other processes'.
    void stop(@Observes ShutdownEvent event) {
        stopping = true;
        long until = System.nanoTime() + STOP_PATIENCE.toNanos();
        while (looking.get() && System.nanoTime() < until) {
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
    }

    private void look() {
        if (stopping || !migrations.isDone() || !looking.compareAndSet(false, true)) {
            return;
        }
        all().onTermination().invoke(() -> looking.set(false)).subscribe().with(done -> failing = false, this::failed);
    }

    // The database is away: the next look tries again.
    private void failed(Throwable failure) {
        if (!failing) {
            LOG.warnf("Verdicts are not looked at again: %s", failure.toString());
        }
        failing = true;
    }

    private Uni<Void> all() {
        return step().chain(more -> more && !stopping ? all() : Uni.createFrom().voidItem());
    }

    /** Takes one step of each kind; whether there may be more to do now. */
    Uni<Boolean> step() {
        return pool.withTransaction(due::byTime)
                .chain(byTime -> pool.withTransaction(due::byCompleteness).map(more -> {
                    looked.increment((double) byTime.looked() + more.looked());
                    return byTime.more() || more.more();
                }))
                .call(this::takeUp);
    }

    // Beside the others and slowly: nobody waits for it.
    private Uni<Void> takeUp() {
        if (System.nanoTime() - tookUpAt < settings.takeUpPause().toNanos()) {
            return Uni.createFrom().voidItem();
        }
        tookUpAt = System.nanoTime();
        return pool.withTransaction(due::untold).replaceWithVoid();
    }
}
