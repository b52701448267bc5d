package org.paywitness.retention;

import io.quarkus.arc.All;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.paywitness.database.Migrations;
import org.paywitness.database.Rounds;

/**
 * Walks over all kinds of data that {@linkplain Leaves leave}, a step at a time: one step is one database transaction,
 * and ends with how far it came. The row that tells it is held meanwhile, so that any number of pods take turns, and
 * whoever dies leaves nothing but a step that was not taken.
 */
@Singleton
class Retention {
    private static final Logger LOG = Logger.getLogger(Retention.class);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(10);
    /** How long a kind that failed is left alone by this process: the others go on. */
    private static final Duration AFTER_FAILURE = Duration.ofMinutes(1);

    private static final UUID BEGINNING = new UUID(0, 0);

    private static final String BEGIN = "INSERT INTO retention_walk (kind, due_at)"
            + " SELECT kind, $2::timestamptz FROM unnest($1::text[]) kind ON CONFLICT DO NOTHING";
    // A time that no walk of ours would have set is that of a clock that was ahead.
    private static final String NEXT = "SELECT kind, after, now() FROM retention_walk WHERE kind = ANY($1)"
            + " AND (due_at <= $2 OR due_at > $3) ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED";
    private static final String MAY = "SELECT set_config('paywitness.retention', 'on', true)";
    private static final String TAKEN = "UPDATE retention_walk SET after = $2, due_at = $3, gone = gone + $4,"
            + " ended_at = CASE WHEN $2::uuid IS NULL THEN $5 ELSE ended_at END WHERE kind = $1";

    private final Map<String, Leaves> kinds = new ConcurrentHashMap<>();
    /** Kinds that failed here, and until when they are left alone. */
    final Map<String, Instant> leftAlone = new ConcurrentHashMap<>();

    private final RetentionSettings settings;
    private final Pool pool;
    private final Clock clock;
    private final Vertx vertx;
    private final Rounds rounds;
    private volatile boolean begun;

    Retention(
            @All List<Leaves> all,
            RetentionSettings settings,
            Shortest shortest,
            Migrations migrations,
            Pool pool,
            Clock clock,
            Vertx vertx) {
        this.settings = settings;
        this.pool = pool;
        this.clock = clock;
        this.vertx = vertx;
        // Its own pace, however much there is to do.
        this.rounds = new Rounds(migrations, LOG, "Retention waits", () -> step().replaceWith(false));
        shortest.check(settings);
        all.stream().filter(kind -> kind.keep().isPresent()).forEach(kind -> kinds.put(kind.kind(), kind));
    }

    /** What others of this service count on to be there, and for how long. */
    @Singleton
    static final class Shortest {
        @ConfigProperty(name = "paywitness.dispute.open-within")
        Duration disputable;

        @ConfigProperty(name = "paywitness.policy.preauth-expiry")
        Duration held;

        @ConfigProperty(name = "paywitness.risk.signals.max-period")
        Duration signals;

        @ConfigProperty(name = "paywitness.terminal.max-figures-period")
        Duration figures;

        private void check(RetentionSettings settings) {
            check("transactions", settings.transactions(), "paywitness.dispute.open-within", disputable);
            check("transactions", settings.transactions(), "paywitness.policy.preauth-expiry", held);
            check("transactions", settings.transactions(), "paywitness.risk.signals.max-period", signals);
            check("transactions", settings.transactions(), "paywitness.terminal.max-figures-period", figures);
            check("disputes", settings.disputes(), "paywitness.risk.signals.max-period", signals);
            check("misconduct-reports", settings.misconductReports(), "paywitness.risk.signals.max-period", signals);
            for (Duration pace : List.of(settings.pause(), settings.every(), settings.maxClockDifference())) {
                if (pace.isNegative() || pace.isZero()) {
                    throw new ConfigurationException(
                            "paywitness.retention.pause, .every and .max-clock-difference must be longer than 0");
                }
            }
        }

        private static void check(String kind, Optional<Duration> keep, String of, Duration least) {
            if (keep.isPresent() && keep.get().compareTo(least) < 0) {
                throw new ConfigurationException(
                        "paywitness.retention.%s is %s, but %s looks back %s: what is needed there must stay"
                                .formatted(kind, keep.get(), of, least));
            }
        }
    }

    void start(@Observes StartupEvent event) {
        if (!kinds.isEmpty()) {
            vertx.setPeriodic(Math.max(1, settings.pause().toMillis()), timer -> rounds.look());
        }
    }

    // A step under way comes to its end; the next one is another pod's.
    void stop(@Observes ShutdownEvent event) {
        rounds.stop(STOP_PATIENCE);
    }

    private Uni<Void> begin() {
        if (begun) {
            return Uni.createFrom().voidItem();
        }
        return pool.preparedQuery(BEGIN)
                .execute(Tuple.of(kinds.keySet().toArray(String[]::new), now().atOffset(ZoneOffset.UTC)))
                .invoke(done -> begun = true)
                .replaceWithVoid();
    }

    /** Takes the step that waits longest, if any is due; how many have left, or null where there was nothing to do. */
    Uni<Integer> step() {
        Instant now = now();
        String[] able = kinds.keySet().stream()
                .filter(kind -> !leftAlone.getOrDefault(kind, Instant.EPOCH).isAfter(now))
                .toArray(String[]::new);
        String[] kind = new String[1];
        return begin().chain(() -> pool.withTransaction(connection -> connection
                        .preparedQuery(NEXT)
                        .execute(Tuple.of(able, utc(now), utc(now.plus(longest()))))
                        .chain(rows -> {
                            if (rows.size() == 0) {
                                return Uni.createFrom().nullItem();
                            }
                            Row row = rows.iterator().next();
                            kind[0] = row.getString(0);
                            requireRightClock(now, row.getOffsetDateTime(2));
                            return step(
                                    connection,
                                    kinds.get(kind[0]),
                                    row.getUUID(1) == null ? BEGINNING : row.getUUID(1),
                                    now);
                        })))
                .onFailure()
                .invoke(failure -> {
                    if (kind[0] != null) {
                        leftAlone.put(kind[0], now.plus(AFTER_FAILURE));
                        LOG.warnf("Nothing left in a step over %s: %s", kind[0], failure.toString());
                    }
                });
    }

    private Uni<Integer> step(SqlConnection connection, Leaves kind, UUID after, Instant now) {
        Instant before = now.minus(kind.keep().orElseThrow());
        return connection
                .query(MAY)
                .execute()
                .chain(() -> kind.step(connection, after, before, settings.step()))
                .call(step -> connection
                        .preparedQuery(TAKEN)
                        .execute(Tuple.of(
                                kind.kind(),
                                step.after(),
                                utc(now.plus(step.after() == null ? settings.every() : settings.pause())),
                                (long) step.gone(),
                                utc(now))))
                .map(Leaves.Step::gone);
    }

    // A clock that is ahead by years would have everything leave at once.
    private void requireRightClock(Instant ours, OffsetDateTime database) {
        Duration apart = Duration.between(ours, database.toInstant()).abs();
        if (apart.compareTo(settings.maxClockDifference()) > 0) {
            throw new IllegalStateException("our clock and the database's are " + apart + " apart");
        }
    }

    private Duration longest() {
        return settings.every().compareTo(settings.pause()) > 0 ? settings.every() : settings.pause();
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    private static OffsetDateTime utc(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }
}
