package org.paywitness.database;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.flywaydb.core.Flyway;
import org.jboss.logging.Logger;

/**
 * Migrates in the background from the start on until it works: the service starts without a reachable database, is
 * alive, not ready, and becomes ready by itself. Pods that start together wait for each other on Flyway's lock.
 */
@Singleton
public class Migrations {
    private static final Logger LOG = Logger.getLogger(Migrations.class);

    private final Flyway flyway;
    private final Duration firstPause;
    private final Duration maxPause;
    private volatile boolean done;
    private Thread worker;

    Migrations(
            Flyway flyway,
            @ConfigProperty(name = "paywitness.migrations.first-pause") Duration firstPause,
            @ConfigProperty(name = "paywitness.migrations.max-pause") Duration maxPause) {
        this.flyway = flyway;
        this.firstPause = firstPause;
        this.maxPause = maxPause;
    }

    /** The schema is that of this version, or newer. */
    public boolean isDone() {
        return done;
    }

    void start(@Observes StartupEvent event) {
        // A thread of its own: it may wait for the database for hours, and no pool should lack a worker meanwhile.
        worker = new Thread(this::migrateUntilDone, "migrations");
        worker.setDaemon(true);
        worker.start();
    }

    void stop(@Observes ShutdownEvent event) {
        worker.interrupt();
    }

    private void migrateUntilDone() {
        Duration pause = firstPause;
        while (!Thread.currentThread().isInterrupted()) {
            try {
                flyway.migrate();
                done = true;
                return;
            } catch (RuntimeException e) {
                // An unreachable database comes back; a migration that fails is for a human to see, again and again.
                LOG.errorf("Migration failed, trying again in %s: %s", pause, e.getMessage());
            }
            try {
                Thread.sleep(pause.toMillis());
            } catch (InterruptedException e) {
                return;
            }
            pause = pause.multipliedBy(2).compareTo(maxPause) < 0 ? pause.multipliedBy(2) : maxPause;
        }
    }
}
