package org.paywitness.database;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Waits in the background for the schema of this version: the service starts without a reachable database, is alive,
 * not ready, and becomes ready by itself. Where {@code paywitness.migrations.at-start} says so it brings the schema
 * there itself, and pods that start together wait for each other on Flyway's lock; otherwise it only looks.
 */
@Singleton
public class Migrations {
    private static final Logger LOG = Logger.getLogger(Migrations.class);

    private final Schema schema;
    private final boolean only;
    private final boolean atStart;
    private final Duration firstPause;
    private final Duration maxPause;
    private volatile boolean done;
    private volatile String lacking = "not looked at yet";
    private Thread worker;

    Migrations(
            Schema schema,
            @ConfigProperty(name = "paywitness.migrations.only") boolean only,
            @ConfigProperty(name = "paywitness.migrations.at-start") boolean atStart,
            @ConfigProperty(name = "paywitness.migrations.first-pause") Duration firstPause,
            @ConfigProperty(name = "paywitness.migrations.max-pause") Duration maxPause) {
        this.schema = schema;
        this.only = only;
        this.atStart = atStart;
        this.firstPause = firstPause;
        this.maxPause = maxPause;
    }

    /** The schema is that of this version, or newer. */
    public boolean isDone() {
        return done;
    }

    /** What keeps it from being done, for operators. */
    String lacking() {
        return lacking;
    }

    void start(@Observes StartupEvent event) {
        if (only) {
            return;
        }
        // A thread of its own: it may wait for the database for hours, and no pool should lack a worker meanwhile.
        worker = new Thread(this::waitForSchema, "migrations");
        worker.setDaemon(true);
        worker.start();
    }

    void stop(@Observes ShutdownEvent event) {
        if (worker != null) {
            worker.interrupt();
        }
    }

    private void waitForSchema() {
        Duration pause = firstPause;
        while (!Thread.currentThread().isInterrupted()) {
            if (isThere()) {
                done = true;
                return;
            }
            try {
                Thread.sleep(pause.toMillis());
            } catch (InterruptedException e) {
                return;
            }
            pause = pause.multipliedBy(2).compareTo(maxPause) < 0 ? pause.multipliedBy(2) : maxPause;
        }
    }

    private boolean isThere() {
        try {
            if (atStart) {
                schema.migrate();
            }
            int version = schema.version();
            if (version >= Schema.NEEDED) {
                return true;
            }
            lacking = "the schema is of version %d, %d is needed: run this with --migrate"
                    .formatted(version, Schema.NEEDED);
            LOG.warn(lacking);
        } catch (RuntimeException e) {
            // An unreachable database comes back; a migration that fails is for a human to see, again and again.
            lacking = atStart ? "not migrated" : "unreachable";
            LOG.errorf("Looking for the schema failed, trying again: %s", e.getMessage());
        }
        return false;
    }
}
