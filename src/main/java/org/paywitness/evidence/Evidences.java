package org.paywitness.evidence;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;
import org.paywitness.media.MediaFormat;
import org.paywitness.problem.Problem;

/** The table of evidence, and the contents that its rows name. Whoever asks has been admitted to the dispute. */
@Singleton
public class Evidences {
    private static final String COLUMNS = "id, dispute_id, type, party, file_name, media_type, size, sha256, storage,"
            + " description, added_by, sent_by, added_at";
    private static final String OF_DISPUTE =
            "SELECT " + COLUMNS + " FROM evidence WHERE dispute_id = $1 ORDER BY added_at, id";
    private static final String BY_ID = "SELECT " + COLUMNS + " FROM evidence WHERE dispute_id = $1 AND id = $2";
    private static final String TOTAL =
            "SELECT count(*)::int, coalesce(sum(size), 0)::bigint FROM evidence WHERE dispute_id = $1";
    private static final String LOCK = "SELECT pg_advisory_xact_lock(hashtextextended($1::text, 5))";
    private static final String ADD = "INSERT INTO evidence (" + COLUMNS + ")"
            + " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    private static final String BEGIN = "INSERT INTO evidence_upload (id, storage, started_at) VALUES ($1, $2, $3)";
    private static final String END = "DELETE FROM evidence_upload WHERE id = $1 RETURNING storage";
    // Whoever removes what uploads have left finds the contents there, and removes them one by one.
    private static final String GIVE_UP = "INSERT INTO evidence_upload (id, storage, started_at)"
            + " SELECT id, storage, $2 FROM evidence WHERE dispute_id = ANY($1)";
    private static final String FORGET = "DELETE FROM evidence WHERE dispute_id = ANY($1)";
    private static final String ORPHANS =
            "SELECT id FROM evidence_upload WHERE started_at < $1 ORDER BY started_at LIMIT $2";

    /** How much of a content is read at once. */
    static final int PIECE_BYTES = PostgresStorage.CHUNK_BYTES;

    private final Pool pool;
    private final Storages storages;
    private final EvidenceSettings settings;

    Evidences(Pool pool, Storages storages, EvidenceSettings settings) {
        this.pool = pool;
        this.storages = storages;
        this.settings = settings;
    }

    // --- reading -----------------------------------------------------------------------------------------------------

    /** All evidence of a dispute, oldest first. */
    public Uni<List<Evidence>> of(UUID dispute) {
        return of(pool, dispute);
    }

    /** The same, on the connection of who asks. */
    public Uni<List<Evidence>> of(SqlClient connection, UUID dispute) {
        return connection.preparedQuery(OF_DISPUTE).execute(Tuple.of(dispute)).map(rows -> {
            List<Evidence> all = new ArrayList<>(rows.size());
            rows.forEach(row -> all.add(evidence(row)));
            return all;
        });
    }

    /**
     * The content, in pieces of 256 KiB at most, each read when it is asked for: nothing is held between them. Fails with
     * a problem 503 where the storage cannot be reached, and with {@link Missing} where it has lost what it was given.
     */
    public Multi<Buffer> content(Evidence evidence) {
        long pieces = (evidence.size() + PIECE_BYTES - 1) / PIECE_BYTES;
        return Multi.createFrom()
                .iterable(() -> LongStream.range(0, pieces).iterator())
                .onItem()
                .transformToUniAndConcatenate(number -> {
                    long from = number * PIECE_BYTES;
                    return piece(evidence, from, Math.min(evidence.size(), from + PIECE_BYTES), Buffer.buffer());
                });
    }

    private Uni<Buffer> piece(Evidence evidence, long from, long to, Buffer read) {
        return read(evidence, from, to).chain(part -> {
            read.appendBuffer(part);
            return from + part.length() == to
                    ? Uni.createFrom().item(read)
                    : piece(evidence, from + part.length(), to, read);
        });
    }

    /** Some of the bytes from there on, at least one. */
    Uni<Buffer> read(Evidence evidence, long from, long to) {
        return storages.of(evidence.storage()).read(evidence.id(), from, (int) Math.min(to - from, PIECE_BYTES));
    }

    /** Null where the dispute has none of this id. */
    Uni<Evidence> byId(UUID dispute, UUID id) {
        return pool.preparedQuery(BY_ID)
                .execute(Tuple.of(dispute, id))
                .map(rows -> rows.size() == 0 ? null : evidence(rows.iterator().next()));
    }

    private static Evidence evidence(Row row) {
        return new Evidence(
                row.getUUID(0),
                row.getUUID(1),
                EvidenceType.of(row.getString(2)),
                Party.of(row.getString(3)),
                row.getString(4),
                MediaFormat.of(row.getString(5)),
                row.getLong(6),
                HexFormat.of().formatHex(row.getBuffer(7).getBytes()),
                row.getString(8),
                row.getString(9),
                row.getString(10),
                Party.of(row.getString(11)),
                row.getOffsetDateTime(12).toInstant());
    }

    // --- adding ------------------------------------------------------------------------------------------------------

    /** Fails with 409 {@code evidence_limit_reached} where the dispute takes nothing more. */
    Uni<Void> requireRoom(UUID dispute) {
        return pool.preparedQuery(TOTAL)
                .execute(Tuple.of(dispute))
                .invoke(rows -> requireRoom(rows, 1, 1))
                .replaceWithVoid();
    }

    private void requireRoom(RowSet<Row> total, int files, long bytes) {
        Row row = total.iterator().next();
        if (row.getInteger(0) + files > settings.maxFiles()
                || row.getLong(1) + bytes > settings.maxTotalSize().asLongValue()) {
            throw Problem.conflict("evidence_limit_reached", "The dispute holds as much evidence as it may.")
                    .with("limit_files", settings.maxFiles())
                    .with("limit_bytes", settings.maxTotalSize().asLongValue());
        }
    }

    /** A file of this id begins to be written; until it is added it is nobody's. */
    Uni<Void> begin(UUID id, String storage, Instant now) {
        return pool.preparedQuery(BEGIN)
                .execute(Tuple.of(id, storage, utc(now)))
                .replaceWithVoid();
    }

    /** Adds evidence whose content is whole. Those of one dispute are added one after the other, within its limits. */
    Uni<Void> add(SqlConnection connection, Evidence e) {
        return connection
                .preparedQuery(LOCK)
                .execute(Tuple.of(e.dispute().toString()))
                .chain(() -> connection.preparedQuery(TOTAL).execute(Tuple.of(e.dispute())))
                .invoke(total -> requireRoom(total, 1, e.size()))
                .chain(() -> connection.preparedQuery(END).execute(Tuple.of(e.id())))
                .invoke(ended -> {
                    if (ended.rowCount() == 0) {
                        throw Problem.of(408, "upload_too_slow", "The upload has taken too long.");
                    }
                })
                .chain(() -> connection
                        .preparedQuery(ADD)
                        .execute(Tuple.tuple()
                                .addUUID(e.id())
                                .addUUID(e.dispute())
                                .addString(e.type().code())
                                .addString(e.party().code())
                                .addString(e.fileName())
                                .addString(e.format().mediaType())
                                .addLong(e.size())
                                .addValue(Buffer.buffer(HexFormat.of().parseHex(e.sha256())))
                                .addString(e.storage())
                                .addString(e.description())
                                .addString(e.addedBy())
                                .addString(e.sentBy().code())
                                .addValue(utc(e.addedAt()))))
                .replaceWithVoid();
    }

    // --- removing what was never added -------------------------------------------------------------------------------

    /** Removes what an upload has written, unless it was added: then, and where there is nothing, nothing happens. */
    Uni<Void> remove(UUID id) {
        // Whoever adds it takes the same row, and only one of us gets it.
        return pool.withTransaction(connection -> connection
                .preparedQuery(END)
                .execute(Tuple.of(id))
                .chain(rows -> rows.size() == 0
                        ? Uni.createFrom().voidItem()
                        : storages.of(rows.iterator().next().getString(0)).remove(connection, id)));
    }

    /** Gives up all evidence of disputes that leave: from now on it is nobody's, and its contents are orphans. */
    public Uni<Void> leave(SqlConnection connection, List<UUID> disputes, Instant now) {
        UUID[] ids = disputes.toArray(UUID[]::new);
        return connection
                .preparedQuery(GIVE_UP)
                .execute(Tuple.of(ids, utc(now)))
                .chain(() -> connection.preparedQuery(FORGET).execute(Tuple.of((Object) ids)))
                .replaceWithVoid();
    }

    /** Uploads that began before this instant and have come to no end, at most this many. */
    Uni<List<UUID>> orphans(Instant before, int most) {
        return pool.preparedQuery(ORPHANS).execute(Tuple.of(utc(before), most)).map(rows -> {
            List<UUID> ids = new ArrayList<>(rows.size());
            rows.forEach(row -> ids.add(row.getUUID(0)));
            return ids;
        });
    }

    private static OffsetDateTime utc(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }
}
