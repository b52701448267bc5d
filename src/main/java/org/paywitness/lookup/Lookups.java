package org.paywitness.lookup;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.tracing.TracingPolicy;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlConnectOptions;
import io.vertx.sqlclient.Tuple;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.paywitness.database.DatabaseOptions;
import org.paywitness.problem.Problem;
import org.paywitness.trace.Traces;

/**
 * Makes the hot lookups. They run on pipelined connections of their own, a few per event loop, because the pool takes a
 * whole connection for each statement. The connections are made with the first lookup and made anew when lost.
 */
@Singleton
public class Lookups {
    /** Apart from the pool of commands in metrics, which leave these out (MeterLimits): many clients, one name. */
    static final String POOL = "lookups";

    /** Where the primary inserts: right however a commit was made durable, and so behind what is flushed. */
    private static final String WHERE =
            "SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint, pg_walfile_name(pg_current_wal_insert_lsn())";

    private static final Question<String, Position> POSITION =
            new Question<>(WHERE, WHERE, key -> Tuple.tuple(), keys -> Tuple.tuple(), Mirrors::position, row -> WHERE);

    private final Vertx vertx;
    private final LookupConfig config;
    private final MeterRegistry metrics;
    private final Traces traces;
    private final EventLoops<LookupClient> clients;
    private final List<Replica> replicas;
    private final EventLoops<Mirrors> mirrors;
    private final Lookup<String, Position> position;
    private final Counter fromPrimary;
    private final Counter fromReplica;

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

    /** @throws IllegalArgumentException if a replica's address is none */
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
        Supplier<Future<PgConnectOptions>> options = () -> database.get().map(DatabaseOptions::copy);
        this.clients = new EventLoops<>(
                vertx,
                loop -> new LookupClient(
                        loop, () -> connect(vertx, options, config), config, config.connectionsPerLoop()));
        this.replicas = replicas(config);
        this.replicas.forEach(replica -> replica.register(metrics));
        this.mirrors = new EventLoops<>(vertx, loop -> mirrors(loop, options));
        this.position = replicas.isEmpty() ? null : lookup("position", POSITION);
        this.fromPrimary = reads("primary");
        this.fromReplica = reads("replica");
    }

    private static List<Replica> replicas(LookupConfig config) {
        List<String> addresses = config.replicas().orElse(List.of());
        return IntStream.range(0, addresses.size())
                .mapToObj(i -> Replica.parse(addresses.get(i), i + 1))
                .toList();
    }

    private Mirrors mirrors(ContextInternal loop, Supplier<Future<PgConnectOptions>> options) {
        List<Mirror> all = IntStream.range(0, replicas.size())
                .mapToObj(i -> new Mirror(replicas.get(i), i, loop, options, config))
                .toList();
        return new Mirrors(loop, clients.of(loop.nettyEventLoop()), all, config);
    }

    private Counter reads(String target) {
        return Counter.builder("paywitness.lookup.reads")
                .description("Look-ups that replicas may answer, by who did")
                .tag("target", target)
                .register(metrics);
    }

    /**
     * A lookup of the primary to keep and to ask often: each one made has its own queue per event loop.
     *
     * @param name tells it apart in the metrics {@code paywitness.lookups} and {@code paywitness.lookup.*}
     */
    public <K, R> Lookup<K, R> lookup(String name, Question<K, R> question) {
        Batcher.Meters meters = Batcher.Meters.of(name, metrics);
        EventLoops<Batcher<K, R>> batchers = new EventLoops<>(vertx, loop -> ofPrimary(loop, question, meters));
        return new Lookup<>(name, question, batchers, traces);
    }

    /** The same, for what replicas may answer too: never for what decides on money. */
    public <K, R> ScaledLookup<K, R> scaledLookup(String name, Question<K, R> question) {
        Batcher.Meters meters = Batcher.Meters.of(name, metrics);
        EventLoops<ScaledLookup.Readers<K, R>> readers = new EventLoops<>(vertx, loop -> {
            Mirrors here = replicas.isEmpty() ? null : mirrors.of(loop.nettyEventLoop());
            List<Batcher<K, R>> others = here == null
                    ? List.of()
                    : here.all().stream()
                            .map(mirror -> new Batcher<>(
                                    loop, mirror.client(), question, config, config.replicaDeadline(), meters))
                            .toList();
            return new ScaledLookup.Readers<>(
                    ofPrimary(loop, question, meters), here, others, fromPrimary, fromReplica);
        });
        return new ScaledLookup<>(name, question, readers, traces);
    }

    private <K, R> Batcher<K, R> ofPrimary(ContextInternal loop, Question<K, R> question, Batcher.Meters meters) {
        return new Batcher<>(loop, clients.of(loop.nettyEventLoop()), question, config, config.deadline(), meters);
    }

    /** Whether there are replicas at all. */
    boolean areScaled() {
        return !replicas.isEmpty();
    }

    /**
     * What an answer must have seen, by the header {@link Consistency#HEADER}; null asks for nothing in particular.
     *
     * @throws Problem 400 if it is none of ours
     */
    public Consistency consistency(String header) {
        Position needed = header == null ? null : Position.parse(header);
        if (header != null && needed == null) {
            throw Problem.badRequest(
                    "invalid_request",
                    Consistency.HEADER + " must be as an answer to a write told it, such as 1-0/16B3748.");
        }
        if (replicas.isEmpty()) {
            return Consistency.LATEST;
        }
        return needed == null ? Consistency.ANY : Consistency.atLeast(needed);
    }

    /** Where the primary's log ends now: behind every write that was acknowledged before. Only where there are replicas. */
    Future<Position> position() {
        return position.ask(WHERE).map(rows -> rows.get(0));
    }

    @PreDestroy
    void close() {
        mirrors.all().forEach(Mirrors::close);
        clients.all().forEach(LookupClient::close);
    }

    /** A pipelined client of one connection; what lookups want is added to the given options. */
    static SqlClient connect(Vertx vertx, Supplier<Future<PgConnectOptions>> database, LookupConfig config) {
        PoolOptions one = new PoolOptions()
                .setName(POOL)
                .setMaxSize(1)
                // Deadlines are the batcher's: no timer per statement.
                .setConnectionTimeout(0)
                .setIdleTimeout(Math.toIntExact(config.idleTimeout().toMillis()))
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
        Supplier<Future<SqlConnectOptions>> options = () -> database.get().map(given -> forLookups(given, config));
        return PgBuilder.client().with(one).connectingTo(options).using(vertx).build();
    }

    private static SqlConnectOptions forLookups(PgConnectOptions options, LookupConfig config) {
        options.setPipeliningLimit(config.pipeliningLimit())
                // A shared statement belongs to nobody's trace.
                .setTracingPolicy(TracingPolicy.IGNORE)
                .setConnectTimeout(Math.toIntExact(config.connectTimeout().toMillis()))
                .setTcpKeepAlive(true)
                // A lookup rather fails at once than waits for attempts.
                .setReconnectAttempts(0);
        if (options.getUseLayer7Proxy()) {
            // A pooler: no state of a connection, and not even another name, which it would set again and again.
            return options;
        }
        options.setCachePreparedStatements(true)
                // The statements are few and fixed, however long they are.
                .setPreparedStatementCacheSqlFilter(sql -> true)
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
