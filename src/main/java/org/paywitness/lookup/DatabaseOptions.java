package org.paywitness.lookup;

import io.quarkus.credentials.CredentialsProvider;
import io.quarkus.credentials.runtime.CredentialsProviderFinder;
import io.quarkus.reactive.datasource.runtime.ConnectOptionsSupplier;
import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnectOptions;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * How Quarkus was told to reach the database: address, credentials and TLS of {@code quarkus.datasource.*}. Makes the
 * injected pool just as Quarkus would, and remembers the options for whoever needs another kind of client.
 */
@Singleton
class DatabaseOptions implements PgPoolCreator {
    private final Optional<String> credentials;
    private final Optional<String> credentialsProvider;
    private volatile Supplier<Future<PgConnectOptions>> next;

    DatabaseOptions(
            @ConfigProperty(name = "quarkus.datasource.credentials-provider") Optional<String> credentials,
            @ConfigProperty(name = "quarkus.datasource.credentials-provider-name")
                    Optional<String> credentialsProvider) {
        this.credentials = credentials;
        this.credentialsProvider = credentialsProvider;
    }

    @Override
    public Pool create(Input input) {
        Vertx vertx = input.vertx();
        next = credentials
                .map(name -> rotating(name, input.pgConnectOptionsList()))
                .orElseGet(() -> inTurn(input.pgConnectOptionsList()));
        return PgBuilder.pool()
                .with(input.poolOptions())
                .connectingTo(() -> next().map(SqlConnectOptions.class::cast))
                .using(vertx)
                .build();
    }

    /**
     * The options for the next connection, shared: copy before changing.
     *
     * @throws IllegalStateException if the pool has not been made yet
     */
    Future<PgConnectOptions> next() {
        Supplier<Future<PgConnectOptions>> known = next;
        if (known == null) {
            throw new IllegalStateException("The pool of the default datasource has not been made.");
        }
        return known.get();
    }

    private static Supplier<Future<PgConnectOptions>> inTurn(List<PgConnectOptions> hosts) {
        AtomicInteger turn = new AtomicInteger();
        return () -> Future.succeededFuture(hosts.get(Math.floorMod(turn.getAndIncrement(), hosts.size())));
    }

    /** Credentials that may change while we run, asked for with each connection. */
    private Supplier<Future<PgConnectOptions>> rotating(String name, List<PgConnectOptions> hosts) {
        CredentialsProvider provider = CredentialsProviderFinder.find(credentialsProvider.orElse(null));
        return new ConnectOptionsSupplier<>(provider, name, hosts, PgConnectOptions::new);
    }
}
