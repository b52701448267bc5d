package org.paywitness.transaction;

import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.paywitness.access.Visibility;
import org.paywitness.lookup.Consistency;
import org.paywitness.lookup.Lookups;
import org.paywitness.lookup.Question;
import org.paywitness.lookup.ScaledLookup;
import org.paywitness.money.Money;
import org.paywitness.verdict.Completeness;

/**
 * Finds transactions for those who ask. By id and by reference it is the hot path: one statement, one round trip, one
 * row, shared with the look-ups of the same moment, of a replica where one has come far enough. All else is read of the
 * primary.
 */
@Singleton
class TransactionFinder {
    /** The most transactions read for one reference; references are all but unique. */
    static final int MAX_SAME_REFERENCE = 50;

    private static final String COLUMNS = Transactions.COLUMNS
            + ", greatest((SELECT a.bank FROM completeness_now a WHERE a.merchant_id = '*'),"
            + " (SELECT c.bank FROM completeness_now c WHERE c.merchant_id = t.merchant_id)), "
            + Transactions.AFTER_TERMINAL_LOST;

    /** The hot statement; the benchmark sends the same. */
    static final String BY_ID = "SELECT " + COLUMNS + " FROM transaction t WHERE t.id = $1";

    private static final String BY_IDS = "SELECT " + COLUMNS + " FROM transaction t WHERE t.id = ANY($1)";

    private static final String BY_AMOUNT_AND_TIME = " AND t.amount = $3 AND t.currency = $4"
            + " AND t.occurred_at BETWEEN $5 AND $6 AND t.merged_into IS NULL ORDER BY t.id DESC LIMIT $7";

    private static final String BY_TOKEN = "SELECT " + COLUMNS
            + " FROM transaction t WHERE t.card_token = $1 AND $2::text IS NULL" + BY_AMOUNT_AND_TIME;

    private static final String BY_MASKED_CARD = "SELECT " + COLUMNS
            + " FROM transaction t WHERE t.card_first6 = $1 AND t.card_last4 = $2" + BY_AMOUNT_AND_TIME;

    private static final String MEMBERS_WITH_REFERENCE = "SELECT DISTINCT ON (t.id) " + COLUMNS
            + " FROM observation o JOIN transaction t ON t.id = o.transaction_id"
            + " WHERE ($1::text IS NULL OR t.merchant_id = $1) AND ($2::text[] IS NULL OR t.card_token = ANY($2))"
            + " AND %s ORDER BY t.id DESC LIMIT " + MAX_SAME_REFERENCE;

    private static final String AS_OF = "SELECT c.version, c.merged_into, c.merchant_id, c.amount, c.currency,"
            + " c.occurred_at, c.summary, t.terminal_id, t.batch, t.stan, t.rrn, t.merchant_order_no,"
            + " t.wallet_transaction_no, t.card_token, t.card_first6, t.card_last4,"
            + " (SELECT max(k.complete_through) FROM completeness k WHERE k.source = 'bank' AND k.heard_at <= $2"
            + " AND k.merchant_id IN ('*', c.merchant_id))"
            + ", EXISTS (SELECT FROM terminal_freeze z WHERE z.terminal_id = t.terminal_id AND z.reported_at <= $2"
            + " AND z.since <= c.occurred_at AND (z.until IS NULL OR z.until > c.occurred_at OR z.lifted_at > $2)"
            + " AND (c.merchant_id IS NULL OR z.merchant_id = c.merchant_id))"
            + " FROM transaction_change c JOIN transaction t ON t.id = c.transaction_id"
            + " WHERE c.transaction_id = $1 AND c.at <= $2 ORDER BY c.version DESC LIMIT 1";

    private final Pool pool;
    private final ScaledLookup<UUID, Found> byId;
    private final ScaledLookup<String, Found> byRrn;
    private final ScaledLookup<String, Found> byOrder;
    private final ScaledLookup<String, Found> byWallet;

    TransactionFinder(Pool pool, Lookups lookups) {
        this.pool = pool;
        this.byId = lookups.scaledLookup(
                "id",
                new Question<>(
                        BY_ID,
                        BY_IDS,
                        Tuple::of,
                        ids -> Tuple.of(ids.toArray(UUID[]::new)),
                        TransactionFinder::found,
                        row -> row.getUUID(0)));
        this.byRrn = reference(lookups, "rrn", 7);
        this.byOrder = reference(lookups, "merchant_order_no", 8);
        this.byWallet = reference(lookups, "wallet_transaction_no", 9);
    }

    private static ScaledLookup<String, Found> reference(Lookups lookups, String column, int position) {
        String rows = "SELECT " + COLUMNS + " FROM transaction t WHERE t." + column
                + " = %s AND t.merged_into IS NULL LIMIT " + MAX_SAME_REFERENCE;
        String one = rows.formatted("$1");
        String many =
                "SELECT f.* FROM unnest($1::text[]) AS k(reference), LATERAL (" + rows.formatted("k.reference") + ") f";
        return lookups.scaledLookup(
                column,
                new Question<String, Found>(
                        one,
                        many,
                        Tuple::of,
                        keys -> Tuple.of(keys.toArray(String[]::new)),
                        TransactionFinder::found,
                        row -> row.getString(position)));
    }

    /** The transaction, or the one that it was merged into; null when there is none. */
    Future<Found> byId(UUID id, Consistency needed) {
        return byId.ask(id, needed).compose(rows -> {
            if (rows.isEmpty()) {
                return Future.succeededFuture();
            }
            Found found = rows.get(0);
            UUID into = found.transaction().mergedInto();
            return into == null
                    ? Future.succeededFuture(found)
                    : byId(into, needed).map(survivor -> survivor.askedAs(id));
        });
    }

    Future<List<Found>> byRrn(String rrn, Visibility visibility, Consistency needed) {
        return orAmongMembers(byRrn.ask(rrn, needed), "o.rrn = $3", rrn, visibility);
    }

    Future<List<Found>> byMerchantOrderNo(String number, Visibility visibility, Consistency needed) {
        return orAmongMembers(byOrder.ask(number, needed), "o.merchant_order_no = $3", number, visibility);
    }

    Future<List<Found>> byWalletTransactionNo(String number, Visibility visibility, Consistency needed) {
        return orAmongMembers(byWallet.ask(number, needed), "o.wallet_transaction_no = $3", number, visibility);
    }

    /** By what a slip shows; the batch may be unknown. */
    Future<List<Found>> bySlip(String terminal, String batch, String stan, Visibility visibility) {
        String where = "o.terminal_id = $3 AND o.stan = $4 AND ($5::text IS NULL OR o.batch = $5)";
        return query(
                MEMBERS_WITH_REFERENCE.formatted(where),
                scope(visibility).addValue(terminal).addValue(stan).addValue(batch));
    }

    // A row holds one reference of a kind, and a transaction that several sources number differently has more; and
    // others' transactions with the same number must not crowd out the caller's own.
    private Future<List<Found>> orAmongMembers(
            Future<List<Found>> hot, String where, String reference, Visibility visibility) {
        return hot.compose(found -> {
            List<Found> visible =
                    found.stream().filter(f -> f.isVisible(visibility)).toList();
            return visible.isEmpty() || found.size() == MAX_SAME_REFERENCE
                    ? query(
                            MEMBERS_WITH_REFERENCE.formatted(where),
                            scope(visibility).addValue(reference))
                    : Future.succeededFuture(visible);
        });
    }

    private static Tuple scope(Visibility visibility) {
        return Tuple.tuple()
                .addValue(visibility instanceof Visibility.OfMerchant of ? of.merchantId() : null)
                .addValue(
                        visibility instanceof Visibility.OfCards of ? of.cards().toArray(String[]::new) : null);
    }

    /** By card, amount and time. The card is a token, or six and four digits around stars. */
    Future<List<Found>> byCard(CardQuery card, Money amount, Instant from, Instant to) {
        Tuple tuple = Tuple.tuple()
                .addValue(card.token() != null ? card.token() : card.first6())
                .addValue(card.token() != null ? null : card.last4())
                .addValue(amount.amount())
                .addValue(amount.currency())
                .addValue(from.atOffset(ZoneOffset.UTC))
                .addValue(to.atOffset(ZoneOffset.UTC))
                .addValue(MAX_SAME_REFERENCE);
        return query(card.token() != null ? BY_TOKEN : BY_MASKED_CARD, tuple);
    }

    /** What was known of the transaction at that time; null when nothing was. */
    Future<Found> asOf(UUID id, Instant at) {
        return pool.preparedQuery(AS_OF)
                .execute(Tuple.of(id, at.atOffset(ZoneOffset.UTC)))
                .compose(rows -> {
                    if (rows.size() == 0) {
                        return Future.succeededFuture();
                    }
                    Row row = rows.iterator().next();
                    UUID into = row.getUUID(1);
                    return into == null
                            ? Future.succeededFuture(asOf(id, row))
                            : asOf(into, at).map(survivor -> survivor.askedAs(id));
                });
    }

    private static Found asOf(UUID id, Row row) {
        Long amount = row.getLong(3);
        Transaction then = new Transaction(
                id,
                null,
                row.getInteger(0),
                new Transaction.Reference(
                        row.getString(2),
                        row.getString(7),
                        row.getString(8),
                        row.getString(9),
                        row.getString(10),
                        row.getString(11),
                        row.getString(12)),
                new Transaction.Card(row.getString(13), row.getString(14), row.getString(15)),
                amount == null ? null : Money.of(amount, row.getString(4)),
                row.getOffsetDateTime(5).toInstant(),
                Summary.decode(row.getString(6)));
        return new Found(then, bankComplete(row.getOffsetDateTime(16)), row.getBoolean(17), null);
    }

    /** A page of live transactions, newest first. */
    Future<List<Found>> page(ListQuery query, UUID before, int limit) {
        List<String> where = new ArrayList<>();
        Tuple tuple = Tuple.tuple();
        query.where(where, tuple);
        if (before != null) {
            tuple.addValue(before);
            where.add("t.id < $" + tuple.size());
        }
        tuple.addValue(limit);
        return query(
                "SELECT " + COLUMNS + " FROM transaction t WHERE t.merged_into IS NULL"
                        + (where.isEmpty() ? "" : " AND " + String.join(" AND ", where)) + " ORDER BY t.id DESC LIMIT $"
                        + tuple.size(),
                tuple);
    }

    private Future<List<Found>> query(String sql, Tuple tuple) {
        return pool.preparedQuery(sql).execute(tuple).map(rows -> {
            List<Found> found = new ArrayList<>(rows.size());
            rows.forEach(row -> found.add(found(row)));
            return found;
        });
    }

    private static Found found(Row row) {
        return new Found(Transactions.from(row), bankComplete(row.getOffsetDateTime(17)), row.getBoolean(18), null);
    }

    private static Completeness bankComplete(OffsetDateTime through) {
        return through == null ? Completeness.NONE : new Completeness(null, null, through.toInstant(), null);
    }
}
