package org.paywitness.evidence;

import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import org.jboss.logging.Logger;
import org.paywitness.database.Migrations;

/** Removes what uploads have left whose process died in the middle: nobody sees it, and nobody needs it. */
@Singleton
class Orphans {
    private static final Logger LOG = Logger.getLogger(Orphans.class);

    private final Evidences evidences;
    private final EvidenceSettings settings;
    private final Migrations migrations;
    private final Clock clock;
    private final Vertx vertx;

    Orphans(Evidences evidences, EvidenceSettings settings, Migrations migrations, Clock clock, Vertx vertx) {
        this.evidences = evidences;
        this.settings = settings;
        this.migrations = migrations;
        this.clock = clock;
        this.vertx = vertx;
    }

    void start(@Observes StartupEvent event) {
        vertx.setPeriodic(settings.sweepEvery().toMillis(), timer -> {
            if (migrations.isDone()) {
                sweep().subscribe().with(done -> {}, failure -> LOG.warnf("Orphans wait: %s", failure.toString()));
            }
        });
    }

    /** Those that are old enough, the oldest first, one after the other. */
    Uni<Void> sweep() {
        return evidences
                .orphans(clock.instant().minus(settings.orphanAge()), settings.sweepMost())
                .chain(ids -> Multi.createFrom()
                        .iterable(ids)
                        .onItem()
                        .transformToUniAndConcatenate(evidences::remove)
                        .collect()
                        .last()
                        .replaceWithVoid());
    }
}
