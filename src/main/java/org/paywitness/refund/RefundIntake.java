package org.paywitness.refund;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.paywitness.audit.AuditEntry;
import org.paywitness.database.DatabaseFailure;
import org.paywitness.id.TypeId;
import org.paywitness.idempotency.Idempotency;
import org.paywitness.problem.Problem;

/**
 * Writes new refunds, each with its key, first audit entry, event and answer: all of one or nothing of it. Refunds that
 * are asked for while others are being written wait and are written together: a statement and a commit cost little more
 * for many than for one. One that the database refuses is written again alone, and refuses none of the others.
 */
@ApplicationScoped
class RefundIntake {
    /**
     * A refund that was granted and is to be written.
     *
     * @param version of the transaction that was judged
     * @param bound what the refunds under this transaction's id may sum up to; beyond it the database refuses
     * @param body what whoever sends the key again gets
     */
    record Granted(Refund refund, int version, long bound, Idempotency.Key key, String body) {}

    /** What became of it. */
    enum Written {
        DONE,
        /** The transaction is another one than was judged, or is being changed: judge again. */
        OVERTAKEN,
        /** The key was used before. */
        KEY_TAKEN
    }

    // The rows of the transactions are locked and must still be those that were judged. One that somebody else holds
    // keeps nobody waiting: it counts as changed, and whoever comes back meets what the other has left.
    private static final String WRITE = "WITH asked AS (SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[],"
            + " $4::text[], $5::bytea[], $6::text[], $7::timestamptz[], $8::uuid[], $9::text[], $10::text[],"
            + " $11::text[], $12::bool[], $13::bigint[], $14::text[], $15::bigint[], $16::text[], $17::text[],"
            + " $18::text[], $19::text[], $20::text[], $21::timestamptz[], $22::timestamptz[], $23::bytea[],"
            + " $24::text[], $25::uuid[], $26::text[]) AS a(transaction_id, version, client, key, fingerprint, body,"
            + " at, id, merchant_id, channel, card_kind, via_wallet, amount, currency, charged, reason, note, status,"
            + " route, person, expected_by, due_at, hash, content, event, reference))"
            + ", locked AS (SELECT t.id, t.version FROM transaction t WHERE t.id = ANY($1) AND t.merged_into IS NULL"
            + " ORDER BY t.id FOR NO KEY UPDATE SKIP LOCKED)"
            + ", claimed AS (INSERT INTO idempotency_key AS k"
            + " (client, key, fingerprint, status, location, body, created_at)"
            + " SELECT a.client, a.key, a.fingerprint, 201, '/v1/refunds/' || a.reference, a.body, a.at FROM asked a"
            + " JOIN locked l ON l.id = a.transaction_id AND l.version = a.version"
            + " ON CONFLICT (client, key) DO UPDATE SET fingerprint = excluded.fingerprint, status = 201,"
            + " location = excluded.location, body = excluded.body, created_at = excluded.created_at"
            + " WHERE k.created_at < $27 RETURNING k.client, k.key)"
            + ", granted AS (SELECT a.* FROM asked a JOIN claimed c ON c.client = a.client AND c.key = a.key)"
            + ", refunded AS (INSERT INTO refund (id, transaction_id, merchant_id, channel, card_kind, via_wallet,"
            + " amount, currency, charged, reason, note, status, route, requested_by, requested_at, expected_by,"
            + " due_at, planned_at, audit_number, audit_hash) SELECT id, transaction_id, merchant_id, channel,"
            + " card_kind, via_wallet, amount, currency, charged, reason, note, status, route, person, at,"
            + " expected_by, due_at, at, 1, hash FROM granted)"
            + ", audited AS (INSERT INTO audit_entry (subject_id, number, at, actor, action, content, hash)"
            + " SELECT id, 1, at, person, 'requested', content, hash FROM granted)"
            + ", told AS (INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, merchant_id, at)"
            + " SELECT event, 'refund', reference, 'refund.requested', content, merchant_id, at FROM granted)"
            + " SELECT a.id, l.version IS NOT DISTINCT FROM a.version, c.key IS NOT NULL FROM asked a"
            + " LEFT JOIN locked l ON l.id = a.transaction_id"
            + " LEFT JOIN claimed c ON c.client = a.client AND c.key = a.key";

    private final Pool pool;
    private final Idempotency idempotency;
    private final RefundSettings settings;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private int writing;

    RefundIntake(Pool pool, Idempotency idempotency, RefundSettings settings) {
        this.pool = pool;
        this.idempotency = idempotency;
        this.settings = settings;
    }

    private record Waiting(Granted granted, UniEmitter<? super Written> emitter) {}

    /**
     * Writes it, now or with those that are asked for meanwhile. Fails as the database does, or with 503
     * {@code overloaded} when too many wait.
     */
    Uni<Written> write(Granted granted) {
        return Uni.createFrom().emitter(emitter -> {
            synchronized (this) {
                if (waiting.size() >= settings.intakeWaiting()) {
                    emitter.fail(Problem.unavailable("overloaded", "Too many refunds are asked for at once."));
                    return;
                }
                waiting.add(new Waiting(granted, emitter));
            }
            next();
        });
    }

    private void next() {
        List<Waiting> together;
        synchronized (this) {
            if (waiting.isEmpty() || writing >= settings.intakeStatements()) {
                return;
            }
            writing++;
            together = together();
        }
        List<Granted> all = together.stream().map(Waiting::granted).toList();
        write(all)
                .subscribe()
                .with(
                        written -> {
                            ended();
                            together.forEach(one -> one.emitter()
                                    .complete(written.get(one.granted().refund().id)));
                        },
                        failure -> {
                            if (together.size() > 1
                                    && failure instanceof PgException
                                    && !DatabaseFailure.isOutage(failure)) {
                                alone(together);
                                return;
                            }
                            ended();
                            together.forEach(one -> one.emitter().fail(failure));
                        });
    }

    private void ended() {
        synchronized (this) {
            writing--;
        }
        next();
    }

    // One of each transaction and of each key: a second one shall see what the first has left.
    private List<Waiting> together() {
        List<Waiting> together = new ArrayList<>();
        Set<Object> met = new HashSet<>();
        Iterator<Waiting> queue = waiting.iterator();
        while (queue.hasNext() && together.size() < settings.intakeTogether()) {
            Waiting one = queue.next();
            Object key =
                    List.of(one.granted().key().client(), one.granted().key().key());
            UUID transaction = one.granted().refund().transactionId;
            if (!met.contains(key) && !met.contains(transaction)) {
                met.add(key);
                met.add(transaction);
                together.add(one);
                queue.remove();
            }
        }
        return together;
    }

    // Nothing of them was written: each gets its own answer.
    private void alone(List<Waiting> all) {
        Uni<Void> each = Uni.createFrom().voidItem();
        for (Waiting one : all) {
            each = each.chain(() -> Uni.createFrom()
                    .deferred(() -> write(List.of(one.granted())))
                    .onItemOrFailure()
                    .invoke((written, failure) -> {
                        if (failure == null) {
                            one.emitter().complete(written.get(one.granted().refund().id));
                        } else {
                            one.emitter().fail(failure);
                        }
                    })
                    .onFailure()
                    .recoverWithNull()
                    .replaceWithVoid());
        }
        each.subscribe().with(done -> ended());
    }

    /** Writes it at once in the caller's database transaction, which holds the transaction. */
    Uni<Written> write(SqlClient connection, Granted granted) {
        return write(connection, List.of(granted)).map(written -> written.get(granted.refund().id));
    }

    private Uni<Map<UUID, Written>> write(List<Granted> all) {
        return write(pool, all);
    }

    private Uni<Map<UUID, Written>> write(SqlClient client, List<Granted> all) {
        List<AuditEntry> entries =
                all.stream().map(g -> Refunds.firstEntry(g.refund())).toList();
        Tuple tuple = Tuple.tuple()
                .addValue(refunds(all, r -> r.transactionId, UUID[]::new))
                .addValue(column(all, Granted::version, Integer[]::new))
                .addValue(column(all, g -> g.key().client(), String[]::new))
                .addValue(column(all, g -> g.key().key(), String[]::new))
                .addValue(column(all, g -> g.key().fingerprint(), Buffer[]::new))
                .addValue(column(all, Granted::body, String[]::new))
                .addValue(refunds(all, r -> r.requestedAt.atOffset(ZoneOffset.UTC), OffsetDateTime[]::new))
                .addValue(refunds(all, r -> r.id, UUID[]::new))
                .addValue(refunds(all, r -> r.merchantId, String[]::new))
                .addValue(refunds(all, r -> r.channel, String[]::new))
                .addValue(refunds(all, r -> r.cardKind.name().toLowerCase(Locale.ROOT), String[]::new))
                .addValue(refunds(all, r -> r.viaWallet, Boolean[]::new))
                .addValue(refunds(all, r -> r.amount.amount(), Long[]::new))
                .addValue(refunds(all, r -> r.amount.currency(), String[]::new))
                .addValue(column(all, Granted::bound, Long[]::new))
                .addValue(refunds(all, r -> r.reason.code(), String[]::new))
                .addValue(refunds(all, r -> r.note, String[]::new))
                .addValue(refunds(all, r -> r.status.code(), String[]::new))
                .addValue(refunds(all, r -> r.route.code(), String[]::new))
                .addValue(refunds(all, r -> r.requestedBy, String[]::new))
                .addValue(refunds(all, r -> r.expectedBy.atOffset(ZoneOffset.UTC), OffsetDateTime[]::new))
                .addValue(refunds(
                        all, r -> r.dueAt == null ? null : r.dueAt.atOffset(ZoneOffset.UTC), OffsetDateTime[]::new))
                .addValue(column(entries, e -> Buffer.buffer(e.hash()), Buffer[]::new))
                .addValue(column(entries, AuditEntry::content, String[]::new))
                .addValue(column(all, g -> TypeId.next(), UUID[]::new))
                .addValue(refunds(all, Refund::reference, String[]::new))
                .addValue(idempotency.expired().atOffset(ZoneOffset.UTC));
        return client.preparedQuery(WRITE).execute(tuple).map(rows -> {
            Map<UUID, Written> written = new HashMap<>();
            for (Row row : rows) {
                written.put(
                        row.getUUID(0),
                        !row.getBoolean(1) ? Written.OVERTAKEN : row.getBoolean(2) ? Written.DONE : Written.KEY_TAKEN);
            }
            return written;
        });
    }

    private static <V> V[] refunds(List<Granted> all, Function<Refund, V> field, IntFunction<V[]> array) {
        return column(all, g -> field.apply(g.refund()), array);
    }

    private static <T, V> V[] column(List<T> all, Function<T, V> field, IntFunction<V[]> array) {
        return all.stream().map(field).toArray(array);
    }
}
