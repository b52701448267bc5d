package org.paywitness.lookup;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.tracing.TracingPolicy;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlConnectOptions;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.paywitness.database.DatabaseOptions;
import org.paywitness.trace.Traces;

/**
 * Makes the hot lookups. They run on pipelined connections of their own, a few per event loop, because the pool takes a
 * whole connection for each statement. The connections are made with the first lookup and made anew when lost.
 */
@Singleton
public class Lookups {
    /** Apart from the pool of commands in metrics, which leave these out (MeterLimits): many clients, one name. */
    static final String POOL = "lookups";

    private static final Duration[] BUCKETS = Stream.of(1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_000)
            .map(Duration::ofMillis)
            .toArray(Duration[]::new);

    private final Vertx vertx;
    private final LookupConfig config;
    private final MeterRegistry metrics;
    private final Traces traces;
    private final EventLoops<LookupClient> clients;

    /** @param pool is not used, but must have been made: with it Quarkus tells how the database is reached */
    @Inject
    Lookups(
            Vertx vertx,
            Pool pool,
            DatabaseOptions database,
            LookupConfig config,
            MeterRegistry metrics,
            Traces traces) {
        this(vertx, database::next, config, metrics, traces);
        // Injection may be lazy; any call makes the pool.
        pool.size();
    }

    Lookups(
            Vertx vertx,
            Supplier<Future<PgConnectOptions>> database,
            LookupConfig config,
            MeterRegistry metrics,
            Traces traces) {
        this.vertx = vertx;
        this.config = config;
        this.metrics = metrics;
        this.traces = traces;
        this.clients =
                new EventLoops<>(vertx, loop -> new LookupClient(loop, () -> connect(vertx, database, config), config));
    }

    /**
     * A lookup to keep and to ask often: each one made has its own queue per event loop.
     *
     * @param name tells it apart in the metrics {@code paywitness.lookups} and {@code paywitness.lookup.*}
     */
    public <K, R> Lookup<K, R> lookup(String name, Question<K, R> question) {
        Counter lookups = Counter.builder("paywitness.lookups")
                .description("Lookups asked")
                .tag("lookup", name)
                .register(metrics);
        Counter statements = Counter.builder("paywitness.lookup.statements")
                .description("Statements sent for lookups")
                .tag("lookup", name)
                .register(metrics);
        Timer time = Timer.builder("paywitness.lookup.statement.time")
                .description("From sending a statement of lookups to its answer, once for all that share it")
                .tag("lookup", name)
                .serviceLevelObjectives(BUCKETS)
                .register(metrics);
        EventLoops<Batcher<K, R>> batchers = new EventLoops<>(
                vertx,
                loop -> new Batcher<>(
                        loop, clients.of(loop.nettyEventLoop()), question, config, lookups, statements, time));
        return new Lookup<>(name, question, batchers, traces);
    }

    @PreDestroy
    void close() {
        clients.all().forEach(LookupClient::close);
    }

    /** A pipelined client of one connection, made from the given options with what lookups want on top. */
    static SqlClient connect(Vertx vertx, Supplier<Future<PgConnectOptions>> database, LookupConfig config) {
        PoolOptions one = new PoolOptions()
                .setName(POOL)
                .setMaxSize(1)
                // Deadlines are the batcher's: no timer per statement.
                .setConnectionTimeout(0)
                .setIdleTimeout(Math.toIntExact(config.idleTimeout().toMillis()))
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
        Supplier<Future<SqlConnectOptions>> options =
                () -> database.get().map(given -> forLookups(new PgConnectOptions(given), config));
        return PgBuilder.client().with(one).connectingTo(options).using(vertx).build();
    }

    private static SqlConnectOptions forLookups(PgConnectOptions options, LookupConfig config) {
        options.setPipeliningLimit(config.pipeliningLimit())
                .setCachePreparedStatements(true)
                // The statements are few and fixed, however long they are.
                .setPreparedStatementCacheSqlFilter(sql -> true)
                // A shared statement belongs to nobody's trace.
                .setTracingPolicy(TracingPolicy.IGNORE)
                .setConnectTimeout(Math.toIntExact(config.connectTimeout().toMillis()))
                .setTcpKeepAlive(true)
                // A lookup rather fails at once than waits for attempts.
                .setReconnectAttempts(0)
                .addProperty("application_name", config.applicationName());
        if (config.genericPlan()) {
            options.addProperty("plan_cache_mode", "force_generic_plan");
        }
        if (!config.statementTimeout().isZero()) {
            options.addProperty(
                    "statement_timeout", Long.toString(config.statementTimeout().toMillis()));
        }
        return options;
    }
}
