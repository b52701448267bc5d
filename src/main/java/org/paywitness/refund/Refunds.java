package org.paywitness.refund;

import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.paywitness.acquirer.Operation;
import org.paywitness.acquirer.Refusal;
import org.paywitness.audit.AuditEntry;
import org.paywitness.id.TypeId;
import org.paywitness.lookup.Lookup;
import org.paywitness.lookup.Lookups;
import org.paywitness.lookup.Question;
import org.paywitness.money.Money;
import org.paywitness.transaction.Transaction;
import org.paywitness.transaction.Transactions;
import org.paywitness.verdict.CardKind;
import org.paywitness.verdict.Completeness;

/** The table of refunds, and with each change its audit entry and its event. */
@ApplicationScoped
class Refunds {
    /** A transaction with all that decides what may go back for it. */
    record Base(Transaction transaction, Completeness completeness, Refundable.Books books) {}

    /** Somebody else has claimed or written the refund since. */
    static final class Lost extends RuntimeException {
        Lost() {
            super("the refund was claimed or written by another", null, false, false);
        }
    }

    // OFFSET 0 keeps each balance a look-up by its key. As joins they are planned by how many there are, and a plan is
    // kept: made while the table is new, it would read the whole of it each time.
    private static final String BALANCE =
            "LATERAL (SELECT o.refunds, o.chargebacks, o.open_claims, o.compensations FROM refund_balance o"
                    + " WHERE o.transaction_id = ";

    private static final String BASE = "SELECT " + Transactions.COLUMNS
            + ", greatest((SELECT a.bank FROM completeness_now a WHERE a.merchant_id = '*'),"
            + " (SELECT c.bank FROM completeness_now c WHERE c.merchant_id = t.merchant_id)),"
            + " b.refunds, b.chargebacks, b.open_claims, b.compensations,"
            + " m.refunds, m.chargebacks, m.open_claims, m.compensations"
            + " FROM transaction t LEFT JOIN " + BALANCE + "t.id OFFSET 0) b ON true,"
            + " LATERAL (SELECT sum(n.refunds)::bigint AS refunds, sum(n.chargebacks)::bigint AS chargebacks,"
            + " sum(n.open_claims)::bigint AS open_claims, sum(n.compensations)::bigint AS compensations FROM transaction x, "
            + BALANCE + "x.id OFFSET 0) n WHERE x.merged_into = t.id) m"
            + " WHERE t.id = ";

    private static final String UNSENT = "SELECT r.id FROM refund r JOIN transaction t ON t.id = r.transaction_id"
            + " WHERE (t.id = $1 OR t.merged_into = $1) AND r.status IN ('pending_approval', 'approved') ORDER BY r.id";

    private static final String TAKEN =
            "SELECT refunds + chargebacks + compensations FROM refund_balance WHERE transaction_id = $1";

    private static final String COLUMNS = "r.id, r.transaction_id, r.merchant_id, r.channel, r.card_kind,"
            + " r.via_wallet, r.amount, r.currency, r.reason, r.note, r.requested_by, r.requested_at, r.status,"
            + " r.route, r.decided_by, r.decided_at, r.decision_note, r.submitted_at, r.succeeded_at, r.failed_at,"
            + " r.failure, r.acquirer_reference, r.expected_by, r.arrived_at, r.needs_attention, r.overdue_told,"
            + " r.due_at, r.claim, r.news, r.inquiries, r.open_since, r.audit_number, r.audit_hash, r.planned_at";

    private static final String BY_ID = "SELECT " + COLUMNS + ", coalesce(z.card_token, t.card_token)"
            + " FROM refund r JOIN transaction t ON t.id = r.transaction_id"
            + " LEFT JOIN transaction z ON z.id = t.merged_into WHERE r.id = $1";
    private static final String LOCK = "SELECT " + COLUMNS + " FROM refund r WHERE r.id = $1 FOR UPDATE";
    private static final String HISTORY =
            "SELECT number, at, actor, action, content, hash FROM audit_entry WHERE subject_id = $1 ORDER BY number"
                    + " LIMIT 1000";
    private static final String OF_TRANSACTIONS = "SELECT " + COLUMNS + ", coalesce(t.merged_into, t.id)"
            + " FROM refund r JOIN transaction t ON t.id = r.transaction_id"
            + " WHERE t.id = ANY($1) OR t.merged_into = ANY($1) ORDER BY r.id";

    // News that came since the claim are news still.
    private static final String SAVE = "WITH saved AS (UPDATE refund SET status = $3, route = $4, decided_by = $5,"
            + " decided_at = $6, decision_note = $7, submitted_at = $8, succeeded_at = $9, failed_at = $10,"
            + " failure = $11, acquirer_reference = $12, expected_by = $13, arrived_at = $14, needs_attention = $15,"
            + " overdue_told = $16, due_at = CASE WHEN news > $18 AND $3 IN ('submitted', 'in_doubt', 'succeeded')"
            + " THEN $19::timestamptz ELSE $17::timestamptz END, news = greatest(news - $18, 0), planned_at = $19,"
            + " claim = claim + 1, inquiries = $20, open_since = $21, audit_number = $22, audit_hash = $23 WHERE id = $1 AND claim = $2 RETURNING id)"
            + ", audited AS (INSERT INTO audit_entry (subject_id, number, at, actor, action, content, hash)"
            + " SELECT id, $22, $19, $24, $25, $26, $23 FROM saved WHERE $25::text IS NOT NULL)"
            + ", told AS (INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, merchant_id, at)"
            + " SELECT $27::uuid, 'refund', $28, 'refund.' || $25, $26, $29, $19 FROM saved WHERE $25::text IS NOT NULL)"
            + " SELECT count(*)::int FROM saved";

    private static final String DUE = "SELECT " + COLUMNS + " FROM refund r WHERE r.due_at <= $1"
            + " ORDER BY r.due_at LIMIT $2 FOR UPDATE SKIP LOCKED";
    private static final String PLAN_ANEW = "UPDATE refund SET due_at = $1, planned_at = $1 WHERE id IN"
            + " (SELECT id FROM refund WHERE due_at > $1 AND planned_at > $2 ORDER BY id FOR UPDATE SKIP LOCKED)";
    private static final String CLAIM =
            "UPDATE refund SET claim = claim + 1, due_at = $2, planned_at = $3 WHERE id = ANY($1)";
    private static final String HAND_BACK = "UPDATE refund r SET due_at = $3, planned_at = $3"
            + " FROM unnest($1::uuid[], $2::int[]) AS held(id, claim) WHERE r.id = held.id AND r.claim = held.claim"
            + " AND r.due_at > $3";
    private static final String NEWS = "UPDATE refund SET news = news + 1, due_at = $2, planned_at = $2"
            + " WHERE id = $1 AND status IN ('submitted', 'in_doubt', 'succeeded')";

    private final Pool pool;
    private final Lookup<UUID, Base> bases;

    Refunds(Pool pool, Lookups lookups) {
        this.pool = pool;
        this.bases = lookups.lookup(
                "refund",
                new Question<>(
                        BASE + "$1",
                        BASE + "ANY($1)",
                        io.vertx.sqlclient.Tuple::of,
                        ids -> io.vertx.sqlclient.Tuple.of(ids.toArray(UUID[]::new)),
                        Refunds::base,
                        row -> row.getUUID(0)));
    }

    // --- asking for one ----------------------------------------------------------------------------------------------

    /** The transaction, or the one that it was merged into; null when there is none. */
    Uni<Base> base(UUID transaction) {
        return bases.find(transaction).chain(found -> {
            if (found.isEmpty()) {
                return Uni.createFrom().nullItem();
            }
            UUID into = found.get(0).transaction().mergedInto();
            return into == null ? Uni.createFrom().item(found.get(0)) : base(into);
        });
    }

    /** Likewise, as the caller's database transaction sees it. */
    Uni<Base> base(SqlClient connection, UUID transaction) {
        return connection
                .preparedQuery(BASE + "$1")
                .execute(Tuple.of(transaction))
                .chain(rows -> {
                    if (rows.size() == 0) {
                        return Uni.createFrom().nullItem();
                    }
                    Base found = base(rows.iterator().next().getDelegate());
                    UUID into = found.transaction().mergedInto();
                    return into == null ? Uni.createFrom().item(found) : base(connection, into);
                });
    }

    /** Refunds of the transaction, and of those merged into it, that were not sent yet. */
    Uni<List<UUID>> unsent(SqlClient connection, UUID transaction) {
        return connection.preparedQuery(UNSENT).execute(Tuple.of(transaction)).map(rows -> {
            List<UUID> ids = new ArrayList<>();
            rows.forEach(row -> ids.add(row.getUUID(0)));
            return ids;
        });
    }

    /** What refunds and disputes take under this very id, in minor units. */
    Uni<Long> taken(SqlClient connection, UUID transaction) {
        return connection.preparedQuery(TAKEN).execute(Tuple.of(transaction)).map(rows -> {
            long taken = 0;
            for (Row row : rows) {
                taken = row.getLong(0);
            }
            return taken;
        });
    }

    private static Base base(io.vertx.sqlclient.Row row) {
        OffsetDateTime bank = row.getOffsetDateTime(17);
        return new Base(
                Transactions.from(row),
                bank == null ? Completeness.NONE : new Completeness(null, null, bank.toInstant(), null),
                new Refundable.Books(
                        number(row, 18),
                        number(row, 22),
                        new Refundable.Claims(
                                number(row, 19) + number(row, 23),
                                number(row, 20) + number(row, 24),
                                number(row, 21) + number(row, 25)),
                        number(row, 19) + number(row, 21)));
    }

    private static long number(io.vertx.sqlclient.Row row, int position) {
        Long value = row.getLong(position);
        return value == null ? 0 : value;
    }

    // --- reading -----------------------------------------------------------------------------------------------------

    /** A refund and the card of its transaction, by which cardholders see it. */
    record Seen(Refund refund, String card) {}

    Uni<Seen> byId(UUID id) {
        return pool.preparedQuery(BY_ID).execute(Tuple.of(id)).map(rows -> {
            for (Row row : rows) {
                return new Seen(refund(row), row.getString(34));
            }
            return null;
        });
    }

    /** What was done to a refund, in order. */
    Uni<List<AuditEntry>> history(UUID id) {
        return pool.preparedQuery(HISTORY).execute(Tuple.of(id)).map(rows -> {
            List<AuditEntry> entries = new ArrayList<>();
            for (Row row : rows) {
                entries.add(new AuditEntry(
                        id,
                        row.getInteger(0),
                        time(row, 1),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        row.getBuffer(5).getBytes()));
            }
            return entries;
        });
    }

    /** Refunds of these transactions, those merged into them included, oldest first. */
    Uni<Map<UUID, List<Refund>>> ofTransactions(Collection<UUID> transactions) {
        return pool.preparedQuery(OF_TRANSACTIONS)
                .execute(Tuple.of(transactions.toArray(UUID[]::new)))
                .map(rows -> {
                    Map<UUID, List<Refund>> of = new HashMap<>();
                    for (Row row : rows) {
                        of.computeIfAbsent(row.getUUID(34), id -> new ArrayList<>())
                                .add(refund(row));
                    }
                    return of;
                });
    }

    /** A page, newest first. */
    Uni<List<Refund>> page(RefundQuery query, UUID before, int limit, Instant now) {
        List<String> where = new ArrayList<>();
        Tuple tuple = Tuple.tuple();
        query.where(where, tuple, now);
        if (before != null) {
            tuple.addValue(before);
            where.add("r.id < $" + tuple.size());
        }
        tuple.addValue(limit);
        return pool.preparedQuery("SELECT " + COLUMNS + " FROM refund r"
                        + (where.isEmpty() ? "" : " WHERE " + String.join(" AND ", where))
                        + " ORDER BY r.id DESC LIMIT $"
                        + tuple.size())
                .execute(tuple)
                .map(Refunds::all);
    }

    // --- changing ----------------------------------------------------------------------------------------------------

    /**
     * The refund, locked until the caller's transaction ends; null when there is none. The acquirer's news stay news:
     * only whoever has asked the acquirer settles them.
     */
    Uni<Refund> lock(SqlClient connection, UUID id) {
        return connection.preparedQuery(LOCK).execute(Tuple.of(id)).map(rows -> {
            for (Row row : rows) {
                Refund refund = refund(row);
                refund.news = 0;
                return refund;
            }
            return null;
        });
    }

    /**
     * Writes what changed with its audit entry and event. Fails with {@link Lost} when it was claimed or written by
     * another since it was read.
     *
     * @param action what the entry and the event are named for; null: nothing that others need to know
     */
    Uni<Void> save(SqlClient connection, Refund refund, String actor, String action, Instant now) {
        AuditEntry entry = action == null ? null : entry(refund, actor, action, now);
        Tuple tuple = Tuple.tuple()
                .addValue(refund.id)
                .addValue(refund.claim)
                .addValue(refund.status.code())
                .addValue(refund.route.code())
                .addValue(refund.decidedBy)
                .addValue(utc(refund.decidedAt))
                .addValue(refund.decisionNote)
                .addValue(utc(refund.submittedAt))
                .addValue(utc(refund.succeededAt))
                .addValue(utc(refund.failedAt))
                .addValue(refund.failure == null ? null : refund.failure.code())
                .addValue(refund.acquirerReference)
                .addValue(utc(refund.expectedBy))
                .addValue(utc(refund.arrivedAt))
                .addValue(refund.needsAttention)
                .addValue(refund.overdueTold)
                .addValue(utc(refund.dueAt))
                .addValue(refund.news)
                .addValue(utc(now))
                .addValue(refund.inquiries)
                .addValue(utc(refund.openSince))
                .addValue(refund.auditNumber)
                .addValue(Buffer.buffer(refund.auditHash))
                .addValue(entry == null ? null : actor)
                .addValue(action)
                .addValue(entry == null ? null : entry.content())
                .addValue(TypeId.next())
                .addValue(refund.reference())
                .addValue(refund.merchantId);
        return connection
                .preparedQuery(SAVE)
                .execute(tuple)
                .invoke(rows -> {
                    if (rows.iterator().next().getInteger(0) == 0) {
                        throw new Lost();
                    }
                    refund.claim++;
                    refund.news = 0;
                })
                .replaceWithVoid();
    }

    /** The entry that begins the audit trail of a new refund. */
    static AuditEntry firstEntry(Refund refund) {
        refund.auditNumber = 0;
        refund.auditHash = null;
        return entry(refund, refund.requestedBy, "requested", refund.requestedAt);
    }

    /** Continues the refund's audit trail. */
    private static AuditEntry entry(Refund refund, String actor, String action, Instant at) {
        JsonObject content = new JsonObject()
                .put("refund_id", refund.reference())
                .put("transaction_id", TypeId.format(TypeId.TRANSACTION, refund.transactionId))
                .put("status", refund.status.code())
                .put("route", refund.route.code())
                .put("amount", refund.amount.amount())
                .put("currency", refund.amount.currency())
                .put("reason", refund.reason.code());
        if (refund.failure != null) {
            content.put("failure", refund.failure.code());
        }
        if (refund.decisionNote != null && actor.equals(refund.decidedBy)) {
            content.put("note", refund.decisionNote);
        }
        AuditEntry entry =
                AuditEntry.after(refund.auditNumber, refund.auditHash, refund.id, at, actor, action, content.encode());
        refund.auditNumber = entry.number();
        refund.auditHash = entry.hash();
        return entry;
    }

    // --- for executors -----------------------------------------------------------------------------------------------

    /** Refunds that are due, locked until the caller's transaction ends. */
    Uni<List<Refund>> due(SqlConnection connection, int limit, Instant now) {
        return connection.preparedQuery(DUE).execute(Tuple.of(utc(now), limit)).map(Refunds::all);
    }

    /**
     * Makes due what was planned by a clock that was ahead of ours: it would wait until ours gets there.
     *
     * @param skew how far ahead the clock of another pod may be
     */
    Uni<Void> planAnew(Instant now, Duration skew) {
        return pool.preparedQuery(PLAN_ANEW)
                .execute(Tuple.of(utc(now), utc(now.plus(skew))))
                .replaceWithVoid();
    }

    /** Keeps these for one executor until then. */
    Uni<Void> claim(SqlConnection connection, List<Refund> due, Instant now, Instant until) {
        if (due.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        due.forEach(refund -> refund.claim++);
        return connection
                .preparedQuery(CLAIM)
                .execute(Tuple.of(due.stream().map(r -> r.id).toArray(UUID[]::new), utc(until), utc(now)))
                .replaceWithVoid();
    }

    /**
     * Makes due what an executor does not go on with: whoever takes it up asks the acquirer first. How many that were;
     * what was claimed or written since is left alone.
     *
     * @param held the claims, by refund
     */
    Uni<Integer> handBack(Map<UUID, Integer> held, Instant now) {
        List<Map.Entry<UUID, Integer>> all = List.copyOf(held.entrySet());
        return pool.preparedQuery(HAND_BACK)
                .execute(Tuple.of(
                        all.stream().map(Map.Entry::getKey).toArray(UUID[]::new),
                        all.stream().map(Map.Entry::getValue).toArray(Integer[]::new),
                        utc(now)))
                .map(RowSet::rowCount);
    }

    /** The acquirer has news of it. */
    Uni<Void> news(UUID id, Instant now) {
        return pool.preparedQuery(NEWS).execute(Tuple.of(id, utc(now))).replaceWithVoid();
    }

    private static List<Refund> all(RowSet<Row> rows) {
        List<Refund> found = new ArrayList<>(rows.size());
        rows.forEach(row -> found.add(refund(row)));
        return found;
    }

    private static Refund refund(Row row) {
        Refund refund = new Refund(
                row.getUUID(0),
                row.getUUID(1),
                row.getString(2),
                row.getString(3),
                CardKind.valueOf(row.getString(4).toUpperCase(Locale.ROOT)),
                row.getBoolean(5),
                Money.of(row.getLong(6), row.getString(7)),
                Reason.of(row.getString(8)),
                row.getString(9),
                row.getString(10),
                time(row, 11));
        refund.status = RefundStatus.of(row.getString(12));
        refund.route = "void".equals(row.getString(13)) ? Operation.VOID : Operation.REFUND;
        refund.decidedBy = row.getString(14);
        refund.decidedAt = time(row, 15);
        refund.decisionNote = row.getString(16);
        refund.submittedAt = time(row, 17);
        refund.succeededAt = time(row, 18);
        refund.failedAt = time(row, 19);
        refund.failure = row.getString(20) == null ? null : Refusal.of(row.getString(20));
        refund.acquirerReference = row.getString(21);
        refund.expectedBy = time(row, 22);
        refund.arrivedAt = time(row, 23);
        refund.needsAttention = row.getBoolean(24);
        refund.overdueTold = row.getBoolean(25);
        refund.dueAt = time(row, 26);
        refund.claim = row.getInteger(27);
        refund.news = row.getInteger(28);
        refund.inquiries = row.getInteger(29);
        refund.openSince = time(row, 30);
        refund.auditNumber = row.getInteger(31);
        refund.auditHash = row.getBuffer(32).getBytes();
        refund.plannedAt = time(row, 33);
        return refund;
    }

    private static Instant time(Row row, int position) {
        OffsetDateTime at = row.getOffsetDateTime(position);
        return at == null ? null : at.toInstant();
    }

    private static OffsetDateTime utc(Instant at) {
        return at == null ? null : at.atOffset(ZoneOffset.UTC);
    }
}
