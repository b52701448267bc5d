package org.paywitness.database;

import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready: the schema is there, and the pool that does the work answers. No part of liveness: restarting us does not mend a
 * database.
 */
@Readiness
@Singleton
class DatabaseReady implements AsyncHealthCheck {
    private static final String NAME = "database";

    private final Migrations migrations;
    private final Pool pool;
    private final Duration timeout;

    DatabaseReady(
            Migrations migrations, Pool pool, @ConfigProperty(name = "paywitness.readiness.timeout") Duration timeout) {
        this.migrations = migrations;
        this.pool = pool;
        this.timeout = timeout;
    }

    @Override
    public Uni<HealthCheckResponse> call() {
        if (!migrations.isDone()) {
            return Uni.createFrom().item(down(migrations.lacking()));
        }
        return pool.query("SELECT 1")
                .execute()
                .ifNoItem()
                .after(timeout)
                .fail()
                .map(rows -> HealthCheckResponse.up(NAME))
                .onFailure()
                .recoverWithItem(failure -> down("unreachable"));
    }

    private static HealthCheckResponse down(String why) {
        return HealthCheckResponse.named(NAME).down().withData("why", why).build();
    }
}
