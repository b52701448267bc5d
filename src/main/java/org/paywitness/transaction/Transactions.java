package org.paywitness.transaction;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.paywitness.money.Money;

/** The table of transactions, for writers: everything here runs inside the caller's database transaction. */
@ApplicationScoped
public class Transactions {
    /** What a transaction is read from, of a table named t. */
    public static final String COLUMNS =
            "t.id, t.merged_into, t.version, t.merchant_id, t.terminal_id, t.batch, t.stan,"
                    + " t.rrn, t.merchant_order_no, t.wallet_transaction_no, t.card_token, t.card_first6, t.card_last4,"
                    + " t.amount, t.currency, t.occurred_at, t.summary";

    /**
     * Whether a transaction t occurred while its terminal was lost: the room of terminals writes the few rows of this
     * table, and every reader looks, so that a report counts for what was heard before it and after it alike.
     */
    static final String AFTER_TERMINAL_LOST = "EXISTS (SELECT FROM terminal_freeze z"
            + " WHERE z.terminal_id = t.terminal_id AND z.since <= t.occurred_at"
            + " AND (z.until IS NULL OR z.until > t.occurred_at)"
            + " AND (t.merchant_id IS NULL OR z.merchant_id = t.merchant_id))";

    private static final String BY_IDS = "SELECT " + COLUMNS + " FROM transaction t WHERE t.id = ANY($1)";

    private static final String LOCK =
            "SELECT FROM transaction WHERE id = $1 AND version = $2 AND merged_into IS NULL" + " FOR NO KEY UPDATE";

    // OFFSET 0 makes each of these an index scan for every key: see RegionReader.ROUND. The merchant is compared
    // outside, or the index of a merchant's day looks as good, which reads all payments of a shop in that time.
    private static final String BY_CARD = "SELECT " + COLUMNS
            + " FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::timestamptz[],"
            + " $7::timestamptz[]) AS k(merchant, first6, last4, amount, currency, since, until)"
            + ", LATERAL (SELECT * FROM transaction WHERE card_first6 = k.first6 AND card_last4 = k.last4"
            + " AND amount = k.amount AND currency = k.currency AND occurred_at BETWEEN k.since AND k.until"
            + " AND merged_into IS NULL OFFSET 0) t WHERE t.merchant_id = k.merchant";

    private static final String BY_TOKEN = "SELECT " + COLUMNS
            + " FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::timestamptz[],"
            + " $6::timestamptz[]) AS k(merchant, token, amount, currency, since, until)"
            + ", LATERAL (SELECT * FROM transaction WHERE card_token = k.token AND amount = k.amount"
            + " AND currency = k.currency AND occurred_at BETWEEN k.since AND k.until"
            + " AND merged_into IS NULL OFFSET 0) t WHERE t.merchant_id = k.merchant";

    private static final String WRITE = "INSERT INTO transaction (id, merged_into, version, merchant_id, terminal_id,"
            + " batch, stan, rrn, merchant_order_no, wallet_transaction_no, card_token, card_first6, card_last4,"
            + " amount, currency, occurred_at, summary)"
            + " SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::text[], $6::text[],"
            + " $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[],"
            + " $14::bigint[], $15::text[], $16::timestamptz[], $17::text[])"
            + " ON CONFLICT (id) DO UPDATE SET merged_into = excluded.merged_into, version = excluded.version,"
            + " merchant_id = excluded.merchant_id, terminal_id = excluded.terminal_id, batch = excluded.batch,"
            + " stan = excluded.stan, rrn = excluded.rrn, merchant_order_no = excluded.merchant_order_no,"
            + " wallet_transaction_no = excluded.wallet_transaction_no, card_token = excluded.card_token,"
            + " card_first6 = excluded.card_first6, card_last4 = excluded.card_last4, amount = excluded.amount,"
            + " currency = excluded.currency, occurred_at = excluded.occurred_at, summary = excluded.summary"
            + " WHERE transaction.version = excluded.version - 1";

    private static final String RECORD = "INSERT INTO transaction_change (transaction_id, version, at, reason,"
            + " merged_into, merchant_id, amount, currency, occurred_at, summary)"
            + " SELECT t.id, t.version, $1, c.reason, t.merged_into, t.merchant_id, t.amount, t.currency,"
            + " t.occurred_at, t.summary"
            + " FROM unnest($2::uuid[], $3::text[]) AS c(id, reason),"
            + " LATERAL (SELECT * FROM transaction WHERE id = c.id OFFSET 0) t";

    /** Somebody else has changed a transaction since it was read: read again. */
    public static final class Overtaken extends RuntimeException {
        Overtaken() {
            super("a transaction was changed by another writer", null, false, false);
        }
    }

    /** A transaction as it is after a change, and why it changed. */
    public record Change(Transaction transaction, String reason) {}

    public Uni<List<Transaction>> byIds(SqlClient client, Collection<UUID> ids) {
        return ids.isEmpty()
                ? Uni.createFrom().item(List.of())
                : client.preparedQuery(BY_IDS)
                        .execute(Tuple.of(ids.toArray(UUID[]::new)))
                        .map(Transactions::all);
    }

    /** Locks the row of a transaction. Fails with {@link Overtaken} when it is another one than was read. */
    public Uni<Void> lock(SqlClient client, Transaction current) {
        return client.preparedQuery(LOCK)
                .execute(Tuple.of(current.id(), current.version()))
                .invoke(rows -> {
                    if (rows.size() == 0) {
                        throw new Overtaken();
                    }
                })
                .replaceWithVoid();
    }

    /** Live transactions of the same merchant, card and amount as these, at most this far apart in time. */
    public Uni<List<Transaction>> near(SqlClient client, Collection<Transaction> those, Duration window) {
        List<Transaction> masked = those.stream()
                .filter(t ->
                        comparable(t) && t.card().first6() != null && t.card().last4() != null)
                .toList();
        List<Transaction> tokens = those.stream()
                .filter(t -> comparable(t) && t.card().token() != null)
                .toList();
        Uni<List<Transaction>> byCard = masked.isEmpty()
                ? Uni.createFrom().item(List.of())
                : client.preparedQuery(BY_CARD)
                        .execute(Tuple.from(List.of(
                                column(masked, t -> t.reference().merchantId(), String[]::new),
                                column(masked, t -> t.card().first6(), String[]::new),
                                column(masked, t -> t.card().last4(), String[]::new),
                                column(masked, t -> t.amount().amount(), Long[]::new),
                                column(masked, t -> t.amount().currency(), String[]::new),
                                column(masked, t -> utc(t.occurredAt().minus(window)), OffsetDateTime[]::new),
                                column(masked, t -> utc(t.occurredAt().plus(window)), OffsetDateTime[]::new))))
                        .map(Transactions::all);
        return byCard.chain(found -> tokens.isEmpty()
                ? Uni.createFrom().item(found)
                : client.preparedQuery(BY_TOKEN)
                        .execute(Tuple.from(List.of(
                                column(tokens, t -> t.reference().merchantId(), String[]::new),
                                column(tokens, t -> t.card().token(), String[]::new),
                                column(tokens, t -> t.amount().amount(), Long[]::new),
                                column(tokens, t -> t.amount().currency(), String[]::new),
                                column(tokens, t -> utc(t.occurredAt().minus(window)), OffsetDateTime[]::new),
                                column(tokens, t -> utc(t.occurredAt().plus(window)), OffsetDateTime[]::new))))
                        .map(rows -> {
                            List<Transaction> both = new ArrayList<>(found);
                            both.addAll(all(rows));
                            return both;
                        }));
    }

    private static boolean comparable(Transaction t) {
        return t.mergedInto() == null && t.reference().merchantId() != null && t.amount() != null;
    }

    /**
     * Writes the changed transactions and records each change. Fails with {@link Overtaken} when one of them is no
     * longer of the version before.
     */
    public Uni<Void> write(SqlClient client, List<Change> changes, Instant at) {
        if (changes.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        // In one order, as everybody locks them.
        List<Transaction> ts = changes.stream()
                .map(Change::transaction)
                .sorted(Comparator.comparing(Transaction::id))
                .toList();
        Tuple rows = Tuple.tuple()
                .addValue(column(ts, Transaction::id, UUID[]::new))
                .addValue(column(ts, Transaction::mergedInto, UUID[]::new))
                .addValue(column(ts, Transaction::version, Integer[]::new))
                .addValue(column(ts, t -> t.reference().merchantId(), String[]::new))
                .addValue(column(ts, t -> t.reference().terminalId(), String[]::new))
                .addValue(column(ts, t -> t.reference().batch(), String[]::new))
                .addValue(column(ts, t -> t.reference().stan(), String[]::new))
                .addValue(column(ts, t -> t.reference().rrn(), String[]::new))
                .addValue(column(ts, t -> t.reference().merchantOrderNo(), String[]::new))
                .addValue(column(ts, t -> t.reference().walletTransactionNo(), String[]::new))
                .addValue(column(ts, t -> t.card().token(), String[]::new))
                .addValue(column(ts, t -> t.card().first6(), String[]::new))
                .addValue(column(ts, t -> t.card().last4(), String[]::new))
                .addValue(column(ts, t -> t.amount() == null ? null : t.amount().amount(), Long[]::new))
                .addValue(column(ts, t -> t.amount() == null ? null : t.amount().currency(), String[]::new))
                .addValue(column(ts, t -> utc(t.occurredAt()), OffsetDateTime[]::new))
                .addValue(column(ts, t -> t.summary().encode(), String[]::new));
        Tuple records = Tuple.of(
                utc(at),
                changes.stream().map(change -> change.transaction().id()).toArray(UUID[]::new),
                changes.stream().map(Change::reason).toArray(String[]::new));
        return client.preparedQuery(WRITE)
                .execute(rows)
                .invoke(written -> {
                    if (written.rowCount() < changes.size()) {
                        throw new Overtaken();
                    }
                })
                .chain(() -> client.preparedQuery(RECORD).execute(records))
                .replaceWithVoid();
    }

    static List<Transaction> all(RowSet<Row> rows) {
        List<Transaction> found = new ArrayList<>(rows.size());
        rows.forEach(row -> found.add(from(row.getDelegate())));
        return found;
    }

    /** A transaction from a row of {@link #COLUMNS}, in their order. */
    public static Transaction from(io.vertx.sqlclient.Row row) {
        Long amount = row.getLong(13);
        return new Transaction(
                row.getUUID(0),
                row.getUUID(1),
                row.getInteger(2),
                new Transaction.Reference(
                        row.getString(3),
                        row.getString(4),
                        row.getString(5),
                        row.getString(6),
                        row.getString(7),
                        row.getString(8),
                        row.getString(9)),
                new Transaction.Card(row.getString(10), row.getString(11), row.getString(12)),
                amount == null ? null : Money.of(amount, row.getString(14)),
                row.getOffsetDateTime(15).toInstant(),
                Summary.decode(row.getString(16)));
    }

    private static <T, V> V[] column(List<T> rows, Function<T, V> field, java.util.function.IntFunction<V[]> array) {
        return rows.stream().map(field).toArray(array);
    }

    private static OffsetDateTime utc(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }
}
