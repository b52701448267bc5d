package org.paywitness.database;

import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.flywaydb.core.Flyway;

/** What Flyway has made of the database. Both methods block. */
@Singleton
class Schema {
    /** The newest migration of {@code db/migration}. */
    static final int NEEDED = 14;

    // Without the table nothing has been migrated; a migration that failed has rolled back and counts for nothing.
    private static final String HISTORY = "SELECT to_regclass('flyway_schema_history') IS NOT NULL";
    private static final String VERSION =
            "SELECT coalesce(max(version::int), 0) FROM flyway_schema_history WHERE success AND version IS NOT NULL";

    private final Instance<Flyway> flyway;
    private final Pool pool;
    private final Duration patience;

    Schema(
            Instance<Flyway> flyway,
            Pool pool,
            @ConfigProperty(name = "paywitness.database.statement-timeout") Duration patience) {
        this.flyway = flyway;
        this.pool = pool;
        this.patience = patience;
    }

    /** The version that the database is of, 0 for an empty one. Newer ones are known to nobody here but Flyway's table. */
    int version() {
        boolean begun = one(HISTORY).getBoolean(0);
        return begun ? one(VERSION).getInteger(0) : 0;
    }

    /** Brings it to {@link #NEEDED}; a database of a newer version stays as it is. Needs {@code quarkus.datasource.jdbc.url}. */
    void migrate() {
        flyway.get().migrate();
    }

    private Row one(String sql) {
        RowSet<Row> rows = pool.query(sql).execute().await().atMost(patience);
        return rows.iterator().next();
    }
}
