package org.paywitness.dev;

import static org.paywitness.verdict.Source.BANK;

import io.quarkus.arc.profile.IfBuildProfile;
import io.quarkus.runtime.StartupEvent;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.paywitness.database.Migrations;
import org.paywitness.observation.Observations;
import org.paywitness.transaction.Completenesses;

/** Tells the demo stories once, into a fresh database. */
@Singleton
@IfBuildProfile("dev")
class DemoData {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Migrations migrations;
    private final Observations observations;
    private final Completenesses completenesses;
    private final Pool pool;
    private final Clock clock;

    DemoData(Migrations migrations, Observations observations, Completenesses completenesses, Pool pool, Clock clock) {
        this.migrations = migrations;
        this.observations = observations;
        this.completenesses = completenesses;
        this.pool = pool;
        this.clock = clock;
    }

    /** Path of a verdict worth asking for first. */
    Optional<String> example() {
        return Optional.of("/v1/was-i-charged?rrn=900000000004");
    }

    void load(@Observes @Priority(Integer.MAX_VALUE - 1) StartupEvent event) {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (!migrations.isDone() && System.nanoTime() < until) {
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
        boolean told =
                pool.query("SELECT 1 FROM observation WHERE source_ref = 'demo:" + DemoStories.FIRST + ":captured'")
                                .executeAndAwait()
                                .size()
                        > 0;
        if (!told) {
            Instant now = clock.instant();
            observations.accept(DemoStories.told(now)).await().atMost(PATIENCE);
            pool.withTransaction(c -> completenesses.tell(
                            c, BANK, DemoStories.MERCHANT, now.minus(DemoStories.BANK_COMPLETE_BEFORE), now))
                    .await()
                    .atMost(PATIENCE);
        }
    }
}
