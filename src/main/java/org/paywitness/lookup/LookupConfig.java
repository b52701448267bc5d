package org.paywitness.lookup;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.paywitness.settings.Whole;

/** The limits of the hot lookups. None of them changes an answer, only when it comes and what it costs. */
@ConfigMapping(prefix = "paywitness.lookup")
public interface LookupConfig {
    /** Lookups of the same moment share a statement. Off: every lookup is a statement of its own. */
    @WithDefault("true")
    boolean batching();

    /** The most keys one statement asks for. */
    @WithDefault("64")
    @WithConverter(Whole.To1024.class)
    int maxBatch();

    /** The most shared statements under way per event loop and question. */
    @WithDefault("2")
    @WithConverter(Whole.To64.class)
    int inFlight();

    /** The most lookups per event loop and question without an answer; one more is refused with 503 overloaded. */
    @WithDefault("4096")
    @WithConverter(Whole.Positive.class)
    int queue();

    /** How long a lookup waits for its answer before it fails with 503 database_unavailable. */
    @WithDefault("2s")
    Duration deadline();

    /** How often deadlines are looked at, so how late a failure may come. */
    @WithDefault("50ms")
    Duration sweep();

    /** Database connections per event loop for lookups, besides those of the pool. */
    @WithDefault("1")
    @WithConverter(Whole.To8.class)
    int connectionsPerLoop();

    /** The most statements sent on a connection before the first of them is answered. */
    @WithDefault("256")
    @WithConverter(Whole.Positive.class)
    int pipeliningLimit();

    /** How long a connection may take to be made. */
    @WithDefault("2s")
    Duration connectTimeout();

    /** How long a connection is kept without use. */
    @WithDefault("10m")
    Duration idleTimeout();

    /**
     * Plan each statement once per connection ({@code plan_cache_mode=force_generic_plan}): PostgreSQL would otherwise
     * plan every small array anew. Not asked of a pooler ({@code paywitness.database.pooler}).
     */
    @WithDefault("true")
    boolean genericPlan();

    /** PostgreSQL cancels a lookup after this time; 0 sends no {@code statement_timeout}, nor does one to a pooler. */
    @WithDefault("1s")
    Duration statementTimeout();

    /** How lookups are named in {@code pg_stat_activity}. */
    @WithDefault("paywitness-lookup")
    String applicationName();

    /**
     * Where look-ups may be read besides the primary: {@code postgresql://[user[:password]@]host[:port][/database]},
     * separated by commas; what an address leaves out is as for the primary. None: nothing changes.
     */
    Optional<List<String>> replicas();

    /** A replica that lags more is passed over. */
    @WithDefault("10s")
    Duration maxReplicaLag();

    /** How often each event loop asks the primary and its replicas where they are. */
    @WithDefault("100ms")
    Duration replicaProbe();

    /** How long a replica may take for an answer before the primary is asked. */
    @WithDefault("500ms")
    Duration replicaDeadline();
}
