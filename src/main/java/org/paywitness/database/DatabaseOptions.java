package org.paywitness.database;

import io.quarkus.credentials.CredentialsProvider;
import io.quarkus.credentials.runtime.CredentialsProviderFinder;
import io.quarkus.reactive.datasource.runtime.ConnectOptionsSupplier;
import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlConnectOptions;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * How Quarkus was told to reach the database: address, credentials and TLS of {@code quarkus.datasource.*}. Makes the
 * injected pool with the limits that Quarkus has no names for, and remembers the options for whoever needs another kind of client.
 */
@Singleton
public class DatabaseOptions implements PgPoolCreator {
    private static final int MAX_KEPT_STATEMENT = 8_192;

    private final Optional<String> credentials;
    private final Optional<String> credentialsProvider;
    private final Duration acquisitionTimeout;
    private final Duration connectTimeout;
    private final int maxWaiting;
    private final Duration statementTimeout;
    private final boolean pooler;
    private volatile Supplier<Future<PgConnectOptions>> next;

    DatabaseOptions(
            @ConfigProperty(name = "paywitness.database.acquisition-timeout") Duration acquisitionTimeout,
            @ConfigProperty(name = "paywitness.database.connect-timeout") Duration connectTimeout,
            @ConfigProperty(name = "paywitness.database.max-waiting") int maxWaiting,
            @ConfigProperty(name = "paywitness.database.statement-timeout") Duration statementTimeout,
            @ConfigProperty(name = "paywitness.database.pooler") boolean pooler,
            @ConfigProperty(name = "quarkus.datasource.credentials-provider") Optional<String> credentials,
            @ConfigProperty(name = "quarkus.datasource.credentials-provider-name")
                    Optional<String> credentialsProvider) {
        this.acquisitionTimeout = acquisitionTimeout;
        this.connectTimeout = connectTimeout;
        this.maxWaiting = maxWaiting;
        this.statementTimeout = statementTimeout;
        this.pooler = pooler;
        this.credentials = credentials;
        this.credentialsProvider = credentialsProvider;
    }

    @Override
    public Pool create(Input input) {
        Vertx vertx = input.vertx();
        // Vert.x waits 30 s for a connection by default, and lets any number wait: longer than any caller does.
        PoolOptions pool = input.poolOptions()
                // How metrics call it.
                .setName("commands")
                .setConnectionTimeout(Math.toIntExact(acquisitionTimeout.toMillis()))
                .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS)
                .setMaxWaitQueueSize(maxWaiting);
        for (PgConnectOptions option : input.pgConnectOptionsList()) {
            option.setConnectTimeout(Math.toIntExact(connectTimeout.toMillis()));
            option.addProperty("application_name", "paywitness");
            if (pooler) {
                throughPooler(option);
            } else {
                // In the server: what we have stopped waiting for must not go on working there.
                option.addProperty("statement_timeout", Long.toString(statementTimeout.toMillis()));
                // The client by itself keeps no statement longer than 2,048 characters; ours are few and fixed.
                option.setPreparedStatementCacheSqlFilter(sql -> sql.length() <= MAX_KEPT_STATEMENT);
            }
        }
        next = credentials
                .map(name -> rotating(name, input.pgConnectOptionsList()))
                .orElseGet(() -> inTurn(input.pgConnectOptionsList()));
        return PgBuilder.pool()
                .with(pool)
                .connectingTo(() -> next().map(SqlConnectOptions.class::cast))
                .using(vertx)
                .build();
    }

    /**
     * The options for the next connection, shared: copy before changing.
     *
     * @throws IllegalStateException if the pool has not been made yet
     */
    public Future<PgConnectOptions> next() {
        Supplier<Future<PgConnectOptions>> known = next;
        if (known == null) {
            throw new IllegalStateException("The pool of the default datasource has not been made.");
        }
        return known.get();
    }

    /**
     * A pooler in transaction mode hands each transaction to any server connection: nothing may be kept there. So every
     * statement goes with its text, and a limit of the session is set for the role (README, "Behind PgBouncer").
     */
    private static void throughPooler(PgConnectOptions option) {
        option.setUseLayer7Proxy(true).setCachePreparedStatements(false);
        // Refused by PgBouncer unless told to ignore it; since version 12 PostgreSQL tells floats exactly without.
        option.getProperties().remove("extra_float_digits");
        // In the words in which PostgreSQL tells them, else PgBouncer sets them anew for each transaction.
        option.addProperty("DateStyle", "ISO, MDY").addProperty("client_encoding", "UTF8");
    }

    /** A copy to change; the client's own forgets what stands between it and PostgreSQL. */
    public static PgConnectOptions copy(PgConnectOptions options) {
        return new PgConnectOptions(options).setUseLayer7Proxy(options.getUseLayer7Proxy());
    }

    private static Supplier<Future<PgConnectOptions>> inTurn(List<PgConnectOptions> hosts) {
        AtomicInteger turn = new AtomicInteger();
        return () -> Future.succeededFuture(hosts.get(Math.floorMod(turn.getAndIncrement(), hosts.size())));
    }

    /** Credentials that may change while we run, asked for with each connection. */
    private Supplier<Future<PgConnectOptions>> rotating(String name, List<PgConnectOptions> hosts) {
        CredentialsProvider provider = CredentialsProviderFinder.find(credentialsProvider.orElse(null));
        Supplier<Future<PgConnectOptions>> supplier =
                new ConnectOptionsSupplier<>(provider, name, hosts, PgConnectOptions::new);
        return () -> supplier.get().map(options -> options.setUseLayer7Proxy(pooler));
    }
}
