package org.paywitness.statement;

import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.paywitness.id.TypeId;

/** The tables of statements: the file in chunks, how far it was worked in, and the rows refused. */
@ApplicationScoped
class Statements {
    /** A row that was refused, by its line in the file. */
    record RefusedRow(long line, String code, String value, String detail) {}

    /** A statement that this worker holds; the attempt is its token: a later holder has a higher one. */
    record Claim(UUID id, String merchantId, Format format, int chunks, long rowsRead, int attempt) {}

    /** How many rows went which way. */
    record Progress(long read, long accepted, long duplicate, long refused) {}

    /** Another worker has taken the statement over. */
    static final class Lost extends RuntimeException {
        Lost() {
            super("the statement was taken over", null, false, false);
        }
    }

    private static final String BEGIN =
            "INSERT INTO statement (id, client, merchant_id, file_name, received_at, status,"
                    + " bytes, chunks, rows_read, rows_accepted, rows_duplicate, rows_refused, attempts)"
                    + " VALUES ($1, $2, $3, $4, $5, 'receiving', 0, 0, 0, 0, 0, 0, 0)";
    private static final String BY_ID = "SELECT client, merchant_id, file_name, received_at, format, status, rows_read,"
            + " rows_accepted, rows_duplicate, rows_refused, complete_through, failure_code, failure_detail"
            + " FROM statement WHERE id = $1";
    private static final String CHUNK =
            "INSERT INTO statement_chunk (statement_id, number, content) VALUES ($1, $2, $3)";
    private static final String READ = "SELECT content FROM statement_chunk WHERE statement_id = $1 AND number = $2";
    // Told in the statement that makes the change.
    private static final String TELL = ", told AS (INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload,"
            + " merchant_id, at) SELECT %1$s::uuid, 'statement', %2$s, 'statement.' || c.status, json_strip_nulls("
            + "json_build_object('statement_id', %2$s::text, 'merchant_id', c.merchant_id, 'format', c.format, 'status',"
            + " c.status, 'rows', json_build_object('read', c.rows_read, 'accepted', c.rows_accepted, 'duplicate',"
            + " c.rows_duplicate, 'refused', c.rows_refused), 'complete_through', to_char(c.complete_through"
            + " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), 'failure_code', c.failure_code,"
            + " 'failure_detail', c.failure_detail))::text, c.merchant_id, %3$s::timestamptz FROM changed c)"
            + " SELECT count(*)::int FROM changed";
    private static final String RECEIVED = "WITH changed AS (UPDATE statement SET status = 'received', format = $2,"
            + " bytes = $3, chunks = $4 WHERE id = $1 AND status = 'receiving' RETURNING *)"
            + TELL.formatted("$5", "$6", "$7");
    private static final String DROP = "DELETE FROM statement WHERE id = $1 AND status = 'receiving'";
    private static final String PURGE = "DELETE FROM statement WHERE status = 'receiving' AND received_at < $1";
    private static final String CLAIM = "UPDATE statement SET status = 'running', leased_until = $2,"
            + " attempts = attempts + 1 WHERE id = (SELECT s.id FROM statement s WHERE (s.status = 'received'"
            + " OR s.status = 'running' AND s.leased_until < $1) AND NOT EXISTS (SELECT FROM statement r"
            + " WHERE r.status = 'running' AND r.leased_until >= $1 AND r.merchant_id IS NOT DISTINCT FROM s.merchant_id)"
            + " ORDER BY s.received_at FOR UPDATE SKIP LOCKED LIMIT 1)"
            + " RETURNING id, merchant_id, format, chunks, rows_read, attempts";
    private static final String RUNNING =
            "WITH changed AS (SELECT * FROM statement WHERE id = $1)" + TELL.formatted("$2", "$3", "$4");
    private static final String CHECKPOINT = "UPDATE statement SET rows_read = rows_read + $3,"
            + " rows_accepted = rows_accepted + $4, rows_duplicate = rows_duplicate + $5,"
            + " rows_refused = rows_refused + $6, leased_until = $7 WHERE id = $1 AND attempts = $2"
            + " AND status = 'running'";
    private static final String RENEW =
            "UPDATE statement SET leased_until = $3 WHERE id = $1 AND attempts = $2 AND status = 'running'";
    private static final String REFUSE = "INSERT INTO statement_refusal (statement_id, number, line, code, value,"
            + " detail) SELECT $1, (SELECT rows_refused FROM statement WHERE id = $1) - cardinality($2::bigint[]) + n,"
            + " line, code, value, detail FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[])"
            + " WITH ORDINALITY AS r(line, code, value, detail, n)";
    private static final String REFUSALS = "SELECT line, code, value, detail FROM statement_refusal"
            + " WHERE statement_id = $1 ORDER BY number LIMIT $2";
    private static final String END = "WITH changed AS (UPDATE statement SET status = $3, complete_through = $4,"
            + " failure_code = $5, failure_detail = $6, leased_until = NULL WHERE id = $1 AND attempts = $2"
            + " AND status = 'running' RETURNING *)"
            + TELL.formatted("$7", "$8", "$9");
    private static final String FORGET_CHUNKS = "DELETE FROM statement_chunk WHERE statement_id = $1";

    /** For how long a worker that gives no sign of life keeps a statement. */
    @ConfigProperty(name = "paywitness.statements.lease", defaultValue = "20s")
    Duration lease;

    private final Pool pool;

    Statements(Pool pool) {
        this.pool = pool;
    }

    // --- receiving ---------------------------------------------------------------------------------------------------

    void begin(Statement s) {
        run(pool.preparedQuery(BEGIN)
                .execute(Tuple.of(s.id(), s.client(), s.merchantId(), s.fileName(), utc(s.receivedAt()))));
    }

    void store(UUID id, int number, byte[] content, int length) {
        byte[] exact = length == content.length ? content : java.util.Arrays.copyOf(content, length);
        run(pool.preparedQuery(CHUNK).execute(Tuple.of(id, number, Buffer.buffer(exact))));
    }

    Uni<Void> received(UUID id, Format format, long bytes, int chunks, Instant at) {
        return pool.preparedQuery(RECEIVED)
                .execute(Tuple.tuple()
                        .addValue(id)
                        .addValue(format.code())
                        .addValue(bytes)
                        .addValue(chunks)
                        .addValue(TypeId.next())
                        .addValue(TypeId.format(TypeId.STATEMENT, id))
                        .addValue(utc(at)))
                .replaceWithVoid();
    }

    /** Forgets a file that was not received whole. */
    void drop(UUID id) {
        run(pool.preparedQuery(DROP).execute(Tuple.of(id)));
    }

    void dropAbandoned(Instant before) {
        run(pool.preparedQuery(PURGE).execute(Tuple.of(utc(before))));
    }

    // --- reading -----------------------------------------------------------------------------------------------------

    /** Null when there is none. */
    Uni<Statement> byId(UUID id) {
        return pool.preparedQuery(BY_ID)
                .execute(Tuple.of(id))
                .map(rows ->
                        rows.size() == 0 ? null : statement(id, rows.iterator().next()));
    }

    private static Statement statement(UUID id, Row row) {
        return new Statement(
                id,
                row.getString(0),
                row.getString(1),
                row.getString(2),
                row.getOffsetDateTime(3).toInstant(),
                row.getString(4),
                Statement.Status.valueOf(row.getString(5)),
                new Progress(row.getLong(6), row.getLong(7), row.getLong(8), row.getLong(9)),
                row.getOffsetDateTime(10) == null
                        ? null
                        : row.getOffsetDateTime(10).toInstant(),
                row.getString(11),
                row.getString(12));
    }

    Uni<List<RefusedRow>> refusals(UUID id, int limit) {
        return pool.preparedQuery(REFUSALS).execute(Tuple.of(id, limit)).map(rows -> {
            List<RefusedRow> refusals = new ArrayList<>(rows.size());
            for (Row row : rows) {
                refusals.add(new RefusedRow(row.getLong(0), row.getString(1), row.getString(2), row.getString(3)));
            }
            return refusals;
        });
    }

    // --- working in --------------------------------------------------------------------------------------------------

    /**
     * The oldest statement that waits or whose worker died; null when there is none. Of one merchant one is worked in after
     * the other, as far as can be seen: two at once tell of the same payments and would wait for each other at every step.
     */
    Claim claim(Instant now) {
        return run(pool.withTransaction(connection -> connection
                .preparedQuery(CLAIM)
                .execute(Tuple.of(utc(now), utc(now.plus(lease))))
                .map(rows -> rows.size() == 0 ? null : claim(rows.iterator().next()))
                .call(claim -> claim == null || claim.attempt() > 1
                        ? Uni.createFrom().voidItem()
                        : connection
                                .preparedQuery(RUNNING)
                                .execute(Tuple.of(
                                        claim.id(),
                                        TypeId.next(),
                                        TypeId.format(TypeId.STATEMENT, claim.id()),
                                        utc(now))))));
    }

    private static Claim claim(Row row) {
        return new Claim(
                row.getUUID(0),
                row.getString(1),
                Format.of(row.getString(2)),
                row.getInteger(3),
                row.getLong(4),
                row.getInteger(5));
    }

    /** How often a worker gives a sign of life: several times within its lease. */
    Duration renewal() {
        return lease.dividedBy(4);
    }

    /** Keeps the statement for another lease, where it is still ours; never fails. */
    void renew(Claim claim, Clock clock) {
        lease(claim, clock.instant().plus(lease)).subscribe().with(done -> {}, unreachable -> {});
    }

    /** Lets another worker take the statement up at once. */
    void release(Claim claim, Instant now) {
        run(lease(claim, now));
    }

    private Uni<Void> lease(Claim claim, Instant until) {
        return pool.preparedQuery(RENEW)
                .execute(Tuple.of(claim.id(), claim.attempt(), utc(until)))
                .replaceWithVoid();
    }

    /** The file from its first byte, a chunk at a time. */
    InputStream content(Claim claim) {
        return new ChunkStream(
                claim.chunks(), number -> run(pool.preparedQuery(READ).execute(Tuple.of(claim.id(), number)))
                        .iterator()
                        .next()
                        .getBuffer(0)
                        .getBytes());
    }

    /** Notes progress in the transaction of the rows themselves. */
    Uni<Void> checkpoint(SqlClient connection, Claim claim, Progress progress, List<RefusedRow> refused, Instant now) {
        return connection
                .preparedQuery(CHECKPOINT)
                .execute(Tuple.tuple()
                        .addValue(claim.id())
                        .addValue(claim.attempt())
                        .addValue(progress.read())
                        .addValue(progress.accepted())
                        .addValue(progress.duplicate())
                        .addValue(progress.refused())
                        .addValue(utc(now.plus(lease))))
                .invoke(rows -> {
                    if (rows.rowCount() == 0) {
                        throw new Lost();
                    }
                })
                .chain(() -> refused.isEmpty()
                        ? Uni.createFrom().voidItem()
                        : connection
                                .preparedQuery(REFUSE)
                                .execute(Tuple.of(
                                        claim.id(),
                                        refused.stream().map(RefusedRow::line).toArray(Long[]::new),
                                        refused.stream().map(RefusedRow::code).toArray(String[]::new),
                                        refused.stream().map(RefusedRow::value).toArray(String[]::new),
                                        refused.stream().map(RefusedRow::detail).toArray(String[]::new)))
                                .replaceWithVoid());
    }

    /** @param through how far its source's data is complete by this file, or null */
    Uni<Void> end(
            SqlClient connection,
            Claim claim,
            Statement.Status status,
            Instant through,
            String code,
            String detail,
            Instant at) {
        return connection
                .preparedQuery(END)
                .execute(Tuple.tuple()
                        .addValue(claim.id())
                        .addValue(claim.attempt())
                        .addValue(status.name())
                        .addValue(through == null ? null : utc(through))
                        .addValue(code)
                        .addValue(detail)
                        .addValue(TypeId.next())
                        .addValue(TypeId.format(TypeId.STATEMENT, claim.id()))
                        .addValue(utc(at)))
                .invoke(rows -> {
                    if (rows.iterator().next().getInteger(0) == 0) {
                        throw new Lost();
                    }
                })
                .chain(() -> connection.preparedQuery(FORGET_CHUNKS).execute(Tuple.of(claim.id())))
                .replaceWithVoid();
    }

    private static OffsetDateTime utc(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }

    /** Waits, on a thread that may. */
    static <T> T run(Uni<T> work) {
        return work.await().atMost(MAX_WAIT);
    }

    /** Longer than any statement may take in the database, so that this is never what ends it. */
    private static final Duration MAX_WAIT = Duration.ofMinutes(2);
}
