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
import org.jboss.logging.Logger;
import org.paywitness.database.Migrations;
import org.paywitness.database.Rounds;

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
    private final Pool pool;
    private final Vertx vertx;
    private final Counter looked;
    private final Rounds rounds;
    private long tookUpAt = System.nanoTime();

    Looks(Due due, StandingSettings settings, Migrations migrations, Pool pool, MeterRegistry meters, Vertx vertx) {
        this.due = due;
        this.settings = settings;
        this.pool = pool;
        this.vertx = vertx;
        this.looked = Counter.builder("paywitness.looks")
                .description("Transactions that were looked at again, since time or completeness may have changed them")
                .register(meters);
        this.rounds = new Rounds(migrations, LOG, "Verdicts are not looked at again", this::step);
    }

    void start(@Observes StartupEvent event) {
        vertx.setPeriodic(settings.poll().toMillis(), timer -> rounds.look());
    }

    // The step under way comes to its end; the others are other processes'.
    void stop(@Observes ShutdownEvent event) {
        rounds.stop(STOP_PATIENCE);
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
