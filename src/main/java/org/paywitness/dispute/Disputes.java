package org.paywitness.dispute;

import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.paywitness.audit.AuditEntry;
import org.paywitness.evidence.EvidenceType;
import org.paywitness.evidence.Party;
import org.paywitness.id.TypeId;
import org.paywitness.money.Money;
import org.paywitness.verdict.Policy;

/** The tables of disputes, and with each step its entry in the timeline and its event. */
@ApplicationScoped
class Disputes {
    /**
     * A dispute with all that belongs to it but its timeline.
     *
     * @param shown the types of evidence that each side has shown
     */
    record Whole(
            Dispute dispute,
            List<Claim> claims,
            List<Proposal> proposals,
            List<FollowUp> followUps,
            Map<Party, Set<EvidenceType>> shown) {}

    private static final String COLUMNS = "d.id, d.reason, d.stage, d.status, d.opened_by, d.merchant_id, d.card_token,"
            + " d.claimed, d.currency, d.text, d.opened_at, d.due_at, d.act_at, d.reminders, d.ended_at,"
            + " d.timeline_number, d.timeline_hash, d.opener";

    private static final String WHOLE = "SELECT " + COLUMNS
            + ", (SELECT json_agg(json_build_array(c.transaction_id, c.amount, c.open_claim, c.won, c.compensated,"
            + " c.booked_under)"
            + " ORDER BY c.transaction_id) FROM dispute_transaction c WHERE c.dispute_id = d.id)"
            + ", (SELECT json_agg(p ORDER BY p.id) FROM proposal p WHERE p.dispute_id = d.id)"
            + ", (SELECT json_agg(f ORDER BY f.id) FROM follow_up f WHERE f.dispute_id = d.id)"
            + ", (SELECT json_agg(DISTINCT json_build_array(e.party, e.type)::jsonb)"
            + " FROM evidence e WHERE e.dispute_id = d.id)"
            + " FROM dispute d";

    private static final String LOCK = "SELECT " + COLUMNS + " FROM dispute d WHERE d.id = $1 FOR NO KEY UPDATE";

    private static final String OPEN = "INSERT INTO dispute (id, reason, stage, status, opened_by, merchant_id,"
            + " card_token, claimed, currency, text, opened_at, due_at, act_at, reminders, timeline_number,"
            + " timeline_hash, opener)"
            + " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";

    private static final String CLAIMS =
            "INSERT INTO dispute_transaction (dispute_id, transaction_id, reason, currency,"
                    + " amount, booked_under)"
                    + " SELECT $1::uuid, c.transaction_id, $2::text, $3::text, c.amount, c.transaction_id"
                    + " FROM unnest($4::uuid[], $5::bigint[]) AS c(transaction_id, amount)";

    private static final String SAVE = "UPDATE dispute SET stage = $2, status = $3, merchant_id = $4, card_token = $5,"
            + " due_at = $6, act_at = $7, reminders = $8, ended_at = $9, timeline_number = $10, timeline_hash = $11"
            + " WHERE id = $1";

    private static final String TELL = "WITH step AS (SELECT * FROM unnest($1::int[], $2::text[], $3::text[],"
            + " $4::text[], $5::bytea[], $6::uuid[], $7::text[], $12::text[]) AS s(number, actor, action, content, hash, event,"
            + " payload, person))"
            + ", audited AS (INSERT INTO audit_entry (subject_id, number, at, actor, action, content, hash, person)"
            + " SELECT $8::uuid, number, $9::timestamptz, actor, action, content, hash, person FROM step)"
            + " INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, merchant_id, at)"
            + " SELECT event, 'dispute', $10::text, 'dispute.' || action, payload, $11::text, $9::timestamptz FROM step";

    private static final String LIVE = "UPDATE dispute_transaction SET live = $2 WHERE dispute_id = $1 AND live <> $2";

    private static final String TAKE = "UPDATE dispute_transaction SET open_claim = $3, won = $4, compensated = $5,"
            + " charged = $6, booked_under = $7 WHERE dispute_id = $1 AND transaction_id = $2";

    private static final String OTHER = "SELECT c.dispute_id FROM dispute_transaction c"
            + " JOIN transaction t ON t.id = c.transaction_id WHERE (t.id = ANY($1) OR t.merged_into = ANY($1))"
            + " AND c.reason = $2 AND c.live LIMIT 1";

    private static final String PROPOSE = "INSERT INTO proposal (id, dispute_id, party, kind, transaction_id, amount,"
            + " currency, text, status, proposed_by, proposed_at)"
            + " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'proposed', $9, $10)";

    private static final String ANSWER =
            "UPDATE proposal SET status = $2, answered_by = $3, answered_at = $4 WHERE id = $1";

    private static final String SUPERSEDE =
            "UPDATE proposal SET status = 'superseded' WHERE dispute_id = $1 AND status = 'proposed'";

    private static final String PROMISE = "INSERT INTO follow_up (id, dispute_id, merchant_id, kind, owed_by, amount,"
            + " currency, refund_id, due_at, status) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'promised')";

    private static final String KEEP = "UPDATE follow_up SET status = $2, proof = $3, ended_at = $4 WHERE id = $1";

    private static final String DUE = "SELECT id FROM dispute WHERE act_at <= $1 ORDER BY act_at LIMIT $2";

    // A dispute that waits for its merchant to be known is looked at while others are.
    private static final String ADDRESSABLE = "SELECT d.id, coalesce(z.merchant_id, t.merchant_id)"
            + " FROM dispute d JOIN dispute_transaction c ON c.dispute_id = d.id"
            + " JOIN transaction t ON t.id = c.transaction_id LEFT JOIN transaction z ON z.id = t.merged_into"
            + " WHERE d.merchant_id IS NULL AND d.act_at IS NOT NULL"
            + " AND coalesce(z.merchant_id, t.merchant_id) IS NOT NULL ORDER BY d.id LIMIT $1";

    // OFFSET 0 keeps each refund a look-up by its key, however many there are.
    private static final String CARRIED_OUT = "SELECT f.dispute_id, f.id, r.status FROM follow_up f,"
            + " LATERAL (SELECT status FROM refund WHERE id = f.refund_id OFFSET 0) r"
            + " WHERE f.status = 'promised' AND f.refund_id IS NOT NULL"
            + " AND r.status IN ('succeeded', 'failed', 'rejected', 'canceled') ORDER BY f.id LIMIT $1";

    private static final String LATE = "SELECT dispute_id, id, kind FROM follow_up"
            + " WHERE due_at <= $1 AND status = 'promised' AND NOT reminded ORDER BY due_at LIMIT $2";

    private static final String REMINDED =
            "UPDATE follow_up SET reminded = true WHERE id = $1 AND status = 'promised' AND NOT reminded";

    private static final String OF_TRANSACTIONS = "SELECT coalesce(t.merged_into, t.id), c.dispute_id"
            + " FROM transaction t JOIN dispute_transaction c ON c.transaction_id = t.id"
            + " WHERE t.id = ANY($1) OR t.merged_into = ANY($1) ORDER BY c.dispute_id";

    private final Pool pool;
    private final Policy policy;

    Disputes(Pool pool, Policy policy) {
        this.pool = pool;
        this.policy = policy;
    }

    // --- reading -----------------------------------------------------------------------------------------------------

    Uni<Whole> byId(UUID id) {
        return byId(pool, id);
    }

    /** As the caller's database transaction sees it; null when there is none. */
    Uni<Whole> byId(SqlClient client, UUID id) {
        return client.preparedQuery(WHOLE + " WHERE d.id = $1")
                .execute(Tuple.of(id))
                .map(rows -> {
                    for (Row row : rows) {
                        return whole(row);
                    }
                    return null;
                });
    }

    /** A page, newest first. */
    Uni<List<Whole>> page(DisputeQuery query, UUID before, int limit, Instant now) {
        Tuple tuple = Tuple.tuple();
        String narrowed = query.narrow(tuple, before, now);
        // A limit that is a parameter counts as a tenth of the table where the plan is made: it would seem worth much.
        return pool.preparedQuery(WHOLE + narrowed + " LIMIT " + limit)
                .execute(tuple)
                .map(rows -> {
                    List<Whole> page = new ArrayList<>();
                    rows.forEach(row -> page.add(whole(row)));
                    return page;
                });
    }

    /** The disputes of these transactions, those merged into them included, oldest first. */
    Uni<Map<UUID, List<UUID>>> ofTransactions(Collection<UUID> transactions) {
        return pool.preparedQuery(OF_TRANSACTIONS)
                .execute(Tuple.of(transactions.toArray(UUID[]::new)))
                .map(rows -> {
                    Map<UUID, List<UUID>> of = new HashMap<>();
                    for (Row row : rows) {
                        of.computeIfAbsent(row.getUUID(0), id -> new ArrayList<>())
                                .add(row.getUUID(1));
                    }
                    return of;
                });
    }

    // --- changing ----------------------------------------------------------------------------------------------------

    /** The dispute, locked until the caller's transaction ends; null when there is none. */
    Uni<Dispute> lock(SqlClient connection, UUID id) {
        return connection.preparedQuery(LOCK).execute(Tuple.of(id)).map(rows -> {
            for (Row row : rows) {
                return dispute(row);
            }
            return null;
        });
    }

    /** A live dispute of one of these transactions for this reason, or null. */
    Uni<UUID> other(SqlClient connection, Collection<UUID> transactions, Reason reason) {
        return connection
                .preparedQuery(OTHER)
                .execute(Tuple.of(transactions.toArray(UUID[]::new), reason.code()))
                .map(rows -> {
                    for (Row row : rows) {
                        return row.getUUID(0);
                    }
                    return null;
                });
    }

    /** A new dispute with its first entry. */
    Uni<Void> open(SqlClient connection, Dispute d, List<Claim> claims, Entry entry, Instant now) {
        AuditEntry first = entry.append(d, now, policy.zone());
        Tuple row = Tuple.tuple()
                .addValue(d.id)
                .addValue(d.reason.code())
                .addValue(d.stage.code())
                .addValue(d.status.code())
                .addValue(d.openedBy.code())
                .addValue(d.merchantId)
                .addValue(d.cardToken)
                .addValue(d.claimed.amount())
                .addValue(d.claimed.currency())
                .addValue(d.text)
                .addValue(utc(d.openedAt))
                .addValue(utc(d.dueAt))
                .addValue(utc(d.actAt))
                .addValue(d.reminders)
                .addValue(d.timelineNumber)
                .addValue(Buffer.buffer(d.timelineHash))
                .addValue(d.opener);
        Tuple disputed = Tuple.of(
                d.id,
                d.reason.code(),
                d.claimed.currency(),
                column(claims, Claim::transactionId, UUID[]::new),
                column(claims, Claim::amount, Long[]::new));
        return connection
                .preparedQuery(OPEN)
                .execute(row)
                .chain(() -> connection.preparedQuery(CLAIMS).execute(disputed))
                .chain(() -> tell(connection, d, List.of(entry), List.of(first), now));
    }

    /** Writes where the dispute is with what happened, in this order. */
    Uni<Void> save(SqlClient connection, Dispute d, List<Entry> steps, Instant now) {
        List<AuditEntry> entries =
                steps.stream().map(step -> step.append(d, now, policy.zone())).toList();
        Tuple row = Tuple.tuple()
                .addValue(d.id)
                .addValue(d.stage.code())
                .addValue(d.status.code())
                .addValue(d.merchantId)
                .addValue(d.cardToken)
                .addValue(utc(d.dueAt))
                .addValue(utc(d.actAt))
                .addValue(d.reminders)
                .addValue(utc(d.endedAt))
                .addValue(d.timelineNumber)
                .addValue(Buffer.buffer(d.timelineHash));
        return connection
                .preparedQuery(SAVE)
                .execute(row)
                .chain(() -> connection.preparedQuery(LIVE).execute(Tuple.of(d.id, d.status.isLive())))
                .chain(() -> d.status.isLive() ? Uni.createFrom().voidItem() : supersede(connection, d.id))
                .chain(() -> tell(connection, d, steps, entries, now));
    }

    // The head of the timeline is told with each entry: whoever cuts the timeline off behind our back leaves it there.
    private Uni<Void> tell(SqlClient connection, Dispute d, List<Entry> steps, List<AuditEntry> entries, Instant now) {
        Tuple tuple = Tuple.tuple()
                .addValue(column(entries, AuditEntry::number, Integer[]::new))
                .addValue(column(entries, AuditEntry::actor, String[]::new))
                .addValue(column(entries, AuditEntry::action, String[]::new))
                .addValue(column(entries, AuditEntry::content, String[]::new))
                .addValue(column(entries, e -> Buffer.buffer(e.hash()), Buffer[]::new))
                .addValue(column(entries, e -> TypeId.next(), UUID[]::new))
                .addValue(column(entries, e -> Timeline.event(d.reference(), e), String[]::new))
                .addValue(d.id)
                .addValue(utc(now))
                .addValue(d.reference())
                .addValue(d.merchantId)
                .addValue(column(steps, Entry::person, String[]::new));
        return connection.preparedQuery(TELL).execute(tuple).replaceWithVoid();
    }

    /** What the dispute takes for one transaction from now on; beyond the bound the database refuses. */
    Uni<Void> take(SqlClient connection, UUID dispute, Claim claim, long bound) {
        return connection
                .preparedQuery(TAKE)
                .execute(Tuple.tuple()
                        .addValue(dispute)
                        .addValue(claim.transactionId())
                        .addValue(claim.open())
                        .addValue(claim.won())
                        .addValue(claim.compensated())
                        .addValue(bound)
                        .addValue(claim.bookedUnder()))
                .replaceWithVoid();
    }

    /** A new proposal; the one that waited for an answer waits no longer. */
    Uni<Void> propose(SqlClient connection, Proposal p) {
        Tuple tuple = Tuple.tuple()
                .addValue(p.id())
                .addValue(p.disputeId())
                .addValue(p.party().code())
                .addValue(p.kind().code())
                .addValue(p.transactionId())
                .addValue(p.amount() == null ? null : p.amount().amount())
                .addValue(p.amount() == null ? null : p.amount().currency())
                .addValue(p.text())
                .addValue(p.proposedBy())
                .addValue(utc(p.proposedAt()));
        return supersede(connection, p.disputeId())
                .chain(() -> connection.preparedQuery(PROPOSE).execute(tuple))
                .replaceWithVoid();
    }

    private static Uni<Void> supersede(SqlClient connection, UUID dispute) {
        return connection.preparedQuery(SUPERSEDE).execute(Tuple.of(dispute)).replaceWithVoid();
    }

    Uni<Void> answer(SqlClient connection, Proposal p, Proposal.State state, String person, Instant now) {
        return connection
                .preparedQuery(ANSWER)
                .execute(Tuple.of(p.id(), state.code(), person, utc(now)))
                .replaceWithVoid();
    }

    Uni<Void> promise(SqlClient connection, Dispute d, FollowUp f) {
        Tuple tuple = Tuple.tuple()
                .addValue(f.id())
                .addValue(d.id)
                .addValue(d.merchantId)
                .addValue(f.kind().code())
                .addValue(f.owedBy().code())
                .addValue(f.amount() == null ? null : f.amount().amount())
                .addValue(f.amount() == null ? null : f.amount().currency())
                .addValue(f.refundId())
                .addValue(utc(f.dueAt()));
        return connection.preparedQuery(PROMISE).execute(tuple).replaceWithVoid();
    }

    /** A promise has ended. */
    Uni<Void> keep(SqlClient connection, UUID followUp, FollowUp.State state, String proof, Instant now) {
        return connection
                .preparedQuery(KEEP)
                .execute(Tuple.of(followUp, state.code(), proof, utc(now)))
                .replaceWithVoid();
    }

    // --- deadlines ---------------------------------------------------------------------------------------------------

    /** Disputes that somebody must be reminded of, or whose deadline has come. */
    Uni<List<UUID>> due(Instant now, int limit) {
        return pool.preparedQuery(DUE).execute(Tuple.of(utc(now), limit)).map(rows -> {
            List<UUID> due = new ArrayList<>();
            rows.forEach(row -> due.add(row.getUUID(0)));
            return due;
        });
    }

    /** Disputes that waited for their merchant to be known, and the merchant. */
    Uni<Map<UUID, String>> addressable(int limit) {
        return pool.preparedQuery(ADDRESSABLE).execute(Tuple.of(limit)).map(rows -> {
            Map<UUID, String> found = new HashMap<>();
            rows.forEach(row -> found.put(row.getUUID(0), row.getString(1)));
            return found;
        });
    }

    /** A promise that something happened to. */
    record Promise(UUID dispute, UUID followUp, String what) {}

    /** Promised refunds that have ended, with their status. */
    Uni<List<Promise>> carriedOut(int limit) {
        return pool.preparedQuery(CARRIED_OUT).execute(Tuple.of(limit)).map(Disputes::promises);
    }

    /** Whether it is told just now, and was not before, that a promise is late. */
    Uni<Boolean> reminded(SqlClient connection, UUID followUp) {
        return connection.preparedQuery(REMINDED).execute(Tuple.of(followUp)).map(done -> done.rowCount() == 1);
    }

    /** Promises that are late and of which it was not told yet, with their kind. */
    Uni<List<Promise>> late(Instant now, int limit) {
        return pool.preparedQuery(LATE).execute(Tuple.of(utc(now), limit)).map(Disputes::promises);
    }

    private static List<Promise> promises(Iterable<Row> rows) {
        List<Promise> promises = new ArrayList<>();
        rows.forEach(row -> promises.add(new Promise(row.getUUID(0), row.getUUID(1), row.getString(2))));
        return promises;
    }

    // --- rows --------------------------------------------------------------------------------------------------------

    private static Whole whole(Row row) {
        Dispute dispute = dispute(row);
        List<Claim> claims = new ArrayList<>();
        each(
                row,
                18,
                JsonArray.class,
                c -> claims.add(new Claim(
                        UUID.fromString(c.getString(0)),
                        c.getLong(1),
                        c.getLong(2),
                        c.getLong(3),
                        c.getLong(4),
                        UUID.fromString(c.getString(5)))));
        List<Proposal> proposals = new ArrayList<>();
        each(row, 19, JsonObject.class, p -> proposals.add(proposal(dispute.id, p)));
        List<FollowUp> followUps = new ArrayList<>();
        each(row, 20, JsonObject.class, f -> followUps.add(followUp(f)));
        Map<Party, Set<EvidenceType>> shown = new EnumMap<>(Party.class);
        each(row, 21, JsonArray.class, e -> shown.computeIfAbsent(
                        Party.of(e.getString(0)), party -> EnumSet.noneOf(EvidenceType.class))
                .add(EvidenceType.of(e.getString(1))));
        return new Whole(dispute, claims, proposals, followUps, shown);
    }

    private static <T> void each(Row row, int position, Class<T> type, Consumer<T> use) {
        Object all = row.getValue(position);
        if (all instanceof JsonArray array) {
            for (int i = 0; i < array.size(); i++) {
                use.accept(type.cast(array.getValue(i)));
            }
        }
    }

    private static Proposal proposal(UUID dispute, JsonObject p) {
        return new Proposal(
                uuid(p.getString("id")),
                dispute,
                Party.of(p.getString("party")),
                Proposal.Kind.valueOf(p.getString("kind").toUpperCase(Locale.ROOT)),
                uuid(p.getString("transaction_id")),
                money(p),
                p.getString("text"),
                Proposal.State.valueOf(p.getString("status").toUpperCase(Locale.ROOT)),
                p.getString("proposed_by"),
                time(p.getString("proposed_at")),
                p.getString("answered_by"),
                time(p.getString("answered_at")));
    }

    private static FollowUp followUp(JsonObject f) {
        return new FollowUp(
                uuid(f.getString("id")),
                Proposal.Kind.valueOf(f.getString("kind").toUpperCase(Locale.ROOT)),
                Party.of(f.getString("owed_by")),
                money(f),
                uuid(f.getString("refund_id")),
                time(f.getString("due_at")),
                FollowUp.State.valueOf(f.getString("status").toUpperCase(Locale.ROOT)),
                f.getString("proof"),
                time(f.getString("ended_at")));
    }

    private static Money money(JsonObject of) {
        return of.getLong("amount") == null ? null : Money.of(of.getLong("amount"), of.getString("currency"));
    }

    private static UUID uuid(String text) {
        return text == null ? null : UUID.fromString(text);
    }

    private static Instant time(String text) {
        return text == null ? null : OffsetDateTime.parse(text).toInstant();
    }

    private static Dispute dispute(Row row) {
        Dispute d = new Dispute(
                row.getUUID(0),
                Reason.of(row.getString(1)),
                Party.of(row.getString(4)),
                row.getString(17),
                Money.of(row.getLong(7), row.getString(8)),
                row.getString(9),
                time(row, 10));
        d.stage = Stage.of(row.getString(2));
        d.status = Status.of(row.getString(3));
        d.merchantId = row.getString(5);
        d.cardToken = row.getString(6);
        d.dueAt = time(row, 11);
        d.actAt = time(row, 12);
        d.reminders = row.getInteger(13);
        d.endedAt = time(row, 14);
        d.timelineNumber = row.getInteger(15);
        d.timelineHash = row.getBuffer(16).getBytes();
        return d;
    }

    private static Instant time(Row row, int position) {
        OffsetDateTime at = row.getOffsetDateTime(position);
        return at == null ? null : at.toInstant();
    }

    private static OffsetDateTime utc(Instant at) {
        return at == null ? null : at.atOffset(ZoneOffset.UTC);
    }

    private static <T, V> V[] column(List<T> rows, Function<T, V> field, IntFunction<V[]> array) {
        return rows.stream().map(field).toArray(array);
    }
}
