package org.paywitness.standing;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.paywitness.id.TypeId;
import org.paywitness.transaction.Completenesses;
import org.paywitness.transaction.Transaction;
import org.paywitness.transaction.Transactions;
import org.paywitness.verdict.Source;

/**
 * Finds transactions whose moment has come, holds them and has them looked at: a step of each kind, in the caller's database
 * transaction. Holding comes first and reading after it, so that what is read is what the one before has written.
 */
@Singleton
class Due {
    private static final String BY_TIME = "SELECT transaction_id, told FROM verdict_standing WHERE look_at <= $1"
            + " ORDER BY look_at LIMIT $2 FOR UPDATE SKIP LOCKED";

    // One that is waited for comes back when whoever may have read what was complete before has ended.
    private static final String ADVANCE =
            "SELECT merchant_id, source, through, until IS NOT NULL FROM completeness_follow"
                    + " WHERE until IS NULL OR until <= pg_snapshot_xmin(pg_current_snapshot())"
                    + " ORDER BY until IS NULL DESC, merchant_id, source LIMIT 1 FOR UPDATE SKIP LOCKED";
    private static final String FOUND = "WITH RECURSIVE %2$s found AS MATERIALIZED (%3$s)"
            + ", held AS (SELECT s.transaction_id, s.told FROM verdict_standing s"
            + " WHERE s.transaction_id = ANY (ARRAY(SELECT transaction_id FROM found)) AND s.%1$s_at <= $2"
            + " ORDER BY s.transaction_id FOR UPDATE SKIP LOCKED)"
            + " SELECT f.transaction_id, h.told FROM found f LEFT JOIN held h ON h.transaction_id = f.transaction_id";
    private static final String OF_MERCHANT = "SELECT transaction_id FROM verdict_standing WHERE merchant_id = $1"
            + " AND %1$s_at <= $2 ORDER BY %1$s_at LIMIT $3";
    // From one merchant to the next by the index: those who wait for a later instant are passed over unseen.
    private static final String MERCHANTS = "merchant AS ((SELECT merchant_id FROM verdict_standing"
            + " WHERE %1$s_at IS NOT NULL AND $1::text IS NOT NULL ORDER BY merchant_id LIMIT 1)"
            + " UNION ALL SELECT (SELECT s.merchant_id FROM verdict_standing s WHERE s.%1$s_at IS NOT NULL"
            + " AND s.merchant_id > m.merchant_id ORDER BY s.merchant_id LIMIT 1)"
            + " FROM merchant m WHERE m.merchant_id IS NOT NULL),";
    private static final String OF_ALL = "SELECT s.transaction_id FROM merchant m, LATERAL (SELECT transaction_id"
            + " FROM verdict_standing WHERE merchant_id = m.merchant_id AND %1$s_at <= $2 ORDER BY %1$s_at LIMIT $3) s"
            + " LIMIT $3";
    private static final String FOLLOWED = "DELETE FROM completeness_follow WHERE merchant_id = $1 AND source = $2";
    private static final String WAIT = "UPDATE completeness_follow SET until = pg_snapshot_xmax(pg_current_snapshot())"
            + " WHERE merchant_id = $1 AND source = $2";

    private static final String WALK = "SELECT after FROM verdict_standing_walk FOR UPDATE SKIP LOCKED";
    private static final String NEXT = "SELECT t.id, t.merged_into IS NULL AND NOT EXISTS"
            + " (SELECT FROM verdict_standing s WHERE s.transaction_id = t.id)"
            + " FROM transaction t WHERE t.id > $1 AND t.id < $2 ORDER BY t.id LIMIT $3";
    // Whoever writes one tells of it, too: we wait for each other, in order.
    private static final String HOLD = "SELECT t.id FROM transaction t WHERE t.id = ANY($1) AND t.merged_into IS NULL"
            + " ORDER BY t.id FOR NO KEY UPDATE";
    private static final String UNTOLD = "SELECT id FROM unnest($1::uuid[]) id WHERE NOT EXISTS"
            + " (SELECT FROM verdict_standing s WHERE s.transaction_id = id)";
    private static final String WALKED = "UPDATE verdict_standing_walk SET after = $1";

    private final Standings standings;
    private final Transactions transactions;
    private final StandingSettings settings;
    private final Clock clock;
    private final Map<Source, String> ofMerchant = new HashMap<>();
    private final Map<Source, String> ofAll = new HashMap<>();

    Due(Standings standings, Transactions transactions, StandingSettings settings, Clock clock) {
        this.standings = standings;
        this.transactions = transactions;
        this.settings = settings;
        this.clock = clock;
        for (Source source : Source.values()) {
            // Columns are named for sources, which are four names of ours.
            String name = source.code();
            ofMerchant.put(source, FOUND.formatted(name, "", OF_MERCHANT.formatted(name)));
            ofAll.put(source, FOUND.formatted(name, MERCHANTS.formatted(name), OF_ALL.formatted(name)));
        }
    }

    /**
     * What came of a step.
     *
     * @param looked how many transactions were looked at
     * @param more whether there may be more to do now
     */
    record Step(int looked, boolean more) {
        private static final Step NOTHING = new Step(0, false);
    }

    /** Those whose time has come. */
    Uni<Step> byTime(SqlConnection connection) {
        Instant now = now();
        return connection
                .preparedQuery(BY_TIME)
                .execute(Tuple.of(utc(now), settings.step()))
                .chain(rows -> look(connection, held(rows), "time", now))
                .map(looked -> new Step(looked, looked > 0));
    }

    /** Those that waited for data which is complete now. */
    Uni<Step> byCompleteness(SqlConnection connection) {
        return connection.query(ADVANCE).execute().chain(rows -> {
            if (rows.size() == 0) {
                return Uni.createFrom().item(Step.NOTHING);
            }
            Row row = rows.iterator().next();
            return follow(
                    connection,
                    row.getString(0),
                    Source.valueOf(row.getString(1).toUpperCase(java.util.Locale.ROOT)),
                    row.getOffsetDateTime(2),
                    row.getBoolean(3));
        });
    }

    private Uni<Step> follow(
            SqlConnection connection, String merchant, Source source, OffsetDateTime through, boolean everybodyEnded) {
        String sql = (merchant.equals(Completenesses.ALL) ? ofAll : ofMerchant).get(source);
        return connection
                .preparedQuery(sql)
                .execute(Tuple.of(merchant, through, settings.step()))
                .chain(rows -> {
                    boolean last = rows.size() < settings.step();
                    Uni<Void> then = last
                            ? connection
                                    .preparedQuery(everybodyEnded ? FOLLOWED : WAIT)
                                    .execute(Tuple.of(merchant, source.code()))
                                    .replaceWithVoid()
                            : Uni.createFrom().voidItem();
                    return look(connection, held(rows), "completeness", now())
                            .call(() -> then)
                            .map(looked -> new Step(looked, last || looked > 0));
                });
    }

    /** What was told of each that is held. */
    private static Map<UUID, Told> held(RowSet<Row> rows) {
        Map<UUID, Told> held = new HashMap<>();
        for (Row row : rows) {
            if (row.getString(1) != null) {
                held.put(row.getUUID(0), Told.decode(row.getString(1)));
            }
        }
        return held;
    }

    private Uni<Integer> look(SqlConnection connection, Map<UUID, Told> held, String reason, Instant now) {
        return transactions.byIds(connection, held.keySet()).chain(found -> {
            List<Standings.Look> looks = new ArrayList<>(found.size());
            found.stream()
                    .filter(one -> one.mergedInto() == null)
                    .forEach(one -> looks.add(new Standings.Look(one, held.get(one.id()), null, reason)));
            return standings.look(connection, looks, now).replaceWith(looks.size());
        });
    }

    /** Transactions of the version before: some that follow the last that were taken up; how many were. */
    Uni<Integer> untold(SqlConnection connection) {
        Instant now = now();
        return connection
                .query(WALK)
                .execute()
                .chain(rows -> rows.size() == 0
                        ? Uni.createFrom().item(0)
                        : connection
                                .preparedQuery(NEXT)
                                .execute(Tuple.of(
                                        rows.iterator().next().getUUID(0),
                                        TypeId.least(now.minus(settings.takeUpAfter())),
                                        settings.step()))
                                .chain(next -> takeUp(connection, next, now)));
    }

    private Uni<Integer> takeUp(SqlConnection connection, RowSet<Row> next, Instant now) {
        if (next.size() == 0) {
            return Uni.createFrom().item(0);
        }
        List<Row> rows = StreamSupport.stream(next.spliterator(), false).toList();
        UUID[] untold = rows.stream()
                .filter(row -> row.getBoolean(1))
                .map(row -> row.getUUID(0))
                .toArray(UUID[]::new);
        Uni<Integer> taken = untold.length == 0
                ? Uni.createFrom().item(0)
                : ids(connection, HOLD, untold)
                        // Somebody may have written, told and gone in between.
                        .chain(held -> ids(connection, UNTOLD, held))
                        .chain(left -> transactions.byIds(connection, List.of(left)))
                        .chain(found -> takeUp(connection, found, now));
        UUID last = rows.get(rows.size() - 1).getUUID(0);
        return taken.call(() -> connection.preparedQuery(WALKED).execute(Tuple.of(last)));
    }

    private Uni<Integer> takeUp(SqlConnection connection, List<Transaction> found, Instant now) {
        return standings.takeUp(connection, found, now).replaceWith(found.size());
    }

    private static Uni<UUID[]> ids(SqlConnection connection, String sql, UUID[] of) {
        return connection.preparedQuery(sql).execute(Tuple.of(of)).map(rows -> StreamSupport.stream(
                        rows.spliterator(), false)
                .map(row -> row.getUUID(0))
                .toArray(UUID[]::new));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    private static OffsetDateTime utc(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }
}
