package org.paywitness.database;

import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The pool as configured, with the limits that Quarkus has no names for. */
@Singleton
class DatabasePool implements PgPoolCreator {
    private final Duration acquisitionTimeout;
    private final Duration connectTimeout;
    private final int maxWaiting;
    private final Duration statementTimeout;

    DatabasePool(
            @ConfigProperty(name = "paywitness.database.acquisition-timeout") Duration acquisitionTimeout,
            @ConfigProperty(name = "paywitness.database.connect-timeout") Duration connectTimeout,
            @ConfigProperty(name = "paywitness.database.max-waiting") int maxWaiting,
            @ConfigProperty(name = "paywitness.database.statement-timeout") Duration statementTimeout) {
        this.acquisitionTimeout = acquisitionTimeout;
        this.connectTimeout = connectTimeout;
        this.maxWaiting = maxWaiting;
        this.statementTimeout = statementTimeout;
    }

    @Override
    public Pool create(Input input) {
        // Vert.x waits 30 s for a connection by default, and lets any number wait: longer than any caller does.
        PoolOptions pool = input.poolOptions()
                .setConnectionTimeout(Math.toIntExact(acquisitionTimeout.toMillis()))
                .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS)
                .setMaxWaitQueueSize(maxWaiting);
        for (PgConnectOptions option : input.pgConnectOptionsList()) {
            option.setConnectTimeout(Math.toIntExact(connectTimeout.toMillis()));
            // In the server: what we have stopped waiting for must not go on working there.
            option.addProperty("statement_timeout", Long.toString(statementTimeout.toMillis()));
            option.addProperty("application_name", "paywitness");
        }
        return PgBuilder.pool()
                .with(pool)
                .connectingTo(List.copyOf(input.pgConnectOptionsList()))
                .using(input.vertx())
                .build();
    }
}
