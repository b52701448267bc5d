package org.paywitness.reconciliation;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.paywitness.transaction.Transaction;
import org.paywitness.transaction.Transactions;
import org.paywitness.verdict.Completeness;
import org.paywitness.verdict.Policy;

/** Exceptions and payments for readers. */
@Singleton
class ExceptionLists {
    private static final int TRANSACTION_COLUMNS = 17;
    private static final int EXCEPTION_COLUMNS = 14;

    private static final String SHOWN = "SELECT " + Transactions.COLUMNS + ", " + Exceptions.COLUMNS
            + ", c.terminal, c.acquirer, c.bank, c.wallet FROM reconciliation_exception e"
            + " JOIN transaction o ON o.id = e.transaction_id"
            + " JOIN transaction t ON t.id = coalesce(o.merged_into, o.id), LATERAL (SELECT max(terminal) AS terminal,"
            + " max(acquirer) AS acquirer, max(bank) AS bank, max(wallet) AS wallet FROM completeness_now"
            + " WHERE merchant_id IN ('*', t.merchant_id)) c";

    private static final String COUNTS = "SELECT e.kind, count(*) FILTER (WHERE e.closed_at IS NULL),"
            + " count(e.closed_at) FROM reconciliation_exception e WHERE e.merchant_id = $1 AND e.day = $2"
            + " GROUP BY e.kind";

    private static final String DAY = "SELECT " + Transactions.COLUMNS + " FROM transaction t WHERE t.merchant_id = $1"
            + " AND t.occurred_at < $3 AND (t.occurred_at, t.id) > ($2, $4) AND t.merged_into IS NULL"
            + " ORDER BY t.occurred_at, t.id LIMIT $5";

    private static final String WITHOUT_JOURNAL = "SELECT k.terminal FROM unnest($1::text[]) AS k(terminal)"
            + " LEFT JOIN terminal_journal j ON j.terminal_id = k.terminal AND j.days @> $2::date"
            + " WHERE j.terminal_id IS NULL ORDER BY 1";

    private final Pool pool;
    private final Policy policy;

    ExceptionLists(Pool pool, Policy policy) {
        this.pool = pool;
        this.policy = policy;
    }

    /** Null where there is none. */
    Uni<Shown> byId(SqlClient client, UUID id) {
        return client.preparedQuery(SHOWN + " WHERE e.id = $1")
                .execute(Tuple.of(id))
                .map(rows -> {
                    List<Shown> found = all(rows);
                    return found.isEmpty() ? null : found.get(0);
                });
    }

    Uni<Shown> byId(UUID id) {
        return byId(pool, id);
    }

    /** A page, newest first. */
    Uni<List<Shown>> page(ExceptionQuery query, UUID before, int limit) {
        List<String> where = new ArrayList<>();
        Tuple tuple = Tuple.tuple();
        query.where(where, tuple);
        if (before != null) {
            tuple.addValue(before);
            where.add("e.id < $" + tuple.size());
        }
        tuple.addValue(limit);
        return pool.preparedQuery(SHOWN
                        + (where.isEmpty() ? "" : " WHERE " + String.join(" AND ", where))
                        + " ORDER BY e.id DESC LIMIT $"
                        + tuple.size())
                .execute(tuple)
                .map(ExceptionLists::all);
    }

    /** How many of a kind there are. */
    record Count(long open, long closed) {}

    /** Those of a merchant's day, by kind; a kind that there is none of is not among them. */
    Uni<Map<Kind, Count>> counts(String merchantId, LocalDate day) {
        return pool.preparedQuery(COUNTS).execute(Tuple.of(merchantId, day)).map(rows -> {
            Map<Kind, Count> counts = new EnumMap<>(Kind.class);
            rows.forEach(row -> counts.put(Kind.of(row.getString(0)), new Count(row.getLong(1), row.getLong(2))));
            return counts;
        });
    }

    /**
     * A merchant's payments of a day in the order in which they occurred.
     *
     * @param after the last one before, or null at the beginning
     */
    Uni<List<Transaction>> payments(String merchantId, LocalDate day, Transaction after, int limit) {
        Instant begin = day.atStartOfDay(policy.zone()).toInstant();
        return pool.preparedQuery(DAY)
                .execute(Tuple.of(
                        merchantId,
                        Exceptions.utc(after == null ? begin : after.occurredAt()),
                        Exceptions.utc(
                                day.plusDays(1).atStartOfDay(policy.zone()).toInstant()),
                        after == null ? new UUID(0, 0) : after.id(),
                        limit))
                .map(rows -> {
                    List<Transaction> found = new ArrayList<>(rows.size());
                    rows.forEach(row -> found.add(Transactions.from(row.getDelegate())));
                    return found;
                });
    }

    /** Those of these terminals that told of nothing on that day. */
    Uni<List<String>> withoutJournal(List<String> terminals, LocalDate day) {
        return pool.preparedQuery(WITHOUT_JOURNAL)
                .execute(Tuple.of(terminals.toArray(String[]::new), day))
                .map(rows -> {
                    List<String> found = new ArrayList<>();
                    rows.forEach(row -> found.add(row.getString(0)));
                    return found;
                });
    }

    private static List<Shown> all(RowSet<Row> rows) {
        List<Shown> found = new ArrayList<>(rows.size());
        rows.forEach(row -> found.add(new Shown(
                Exceptions.from(row, TRANSACTION_COLUMNS),
                Transactions.from(row.getDelegate()),
                completeness(row, TRANSACTION_COLUMNS + EXCEPTION_COLUMNS))));
        return found;
    }

    private static Completeness completeness(Row row, int at) {
        return new Completeness(time(row, at), time(row, at + 1), time(row, at + 2), time(row, at + 3));
    }

    private static Instant time(Row row, int at) {
        OffsetDateTime time = row.getOffsetDateTime(at);
        return time == null ? null : time.toInstant();
    }
}
