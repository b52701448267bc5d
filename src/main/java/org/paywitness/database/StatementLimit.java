package org.paywitness.database;

import io.quarkus.runtime.StartupEvent;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Looks, once at the start, whether statements have a limit behind a pooler, where we cannot set it ourselves. */
@Singleton
class StatementLimit {
    private static final Logger LOG = Logger.getLogger(StatementLimit.class);

    private final Pool pool;
    private final boolean pooler;

    StatementLimit(Pool pool, @ConfigProperty(name = "paywitness.database.pooler") boolean pooler) {
        this.pool = pool;
        this.pooler = pooler;
    }

    void look(@Observes StartupEvent event) {
        if (pooler) {
            pool.query("SELECT current_setting('statement_timeout')")
                    .execute()
                    .subscribe()
                    .with(rows -> tell(rows.iterator().next().getString(0)), unreachable -> {
                        // Readiness says so.
                    });
        }
    }

    private static void tell(String limit) {
        if (limit.equals("0")) {
            LOG.warn("Behind a pooler no statement has a limit until the role has one:"
                    + " ALTER ROLE … SET statement_timeout = '30s'");
        }
    }
}
