package org.paywitness.evidence;

import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.util.UUID;

/** Files in rows of a quarter of a mebibyte, each written and read by itself. */
@Singleton
class PostgresStorage implements Storage {
    static final String NAME = "postgresql";

    /** Of every row but the last of a file: rows that are there rely on it. */
    static final int CHUNK_BYTES = 256 * 1024;

    private static final String WRITE = "INSERT INTO evidence_chunk (evidence_id, number, content) VALUES ($1, $2, $3)";
    private static final String READ = "SELECT substring(content FROM $3::int FOR $4::int) FROM evidence_chunk"
            + " WHERE evidence_id = $1 AND number = $2";
    private static final String REMOVE = "DELETE FROM evidence_chunk WHERE evidence_id = $1";

    private final Pool pool;

    PostgresStorage(Pool pool) {
        this.pool = pool;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Sink begin(UUID id) {
        return new Sink() {
            private final byte[] chunk = new byte[CHUNK_BYTES];
            private int filled;
            private int number;

            @Override
            public void write(byte[] bytes, int offset, int length) {
                int taken = 0;
                while (taken < length) {
                    int step = Math.min(length - taken, CHUNK_BYTES - filled);
                    System.arraycopy(bytes, offset + taken, chunk, filled, step);
                    taken += step;
                    filled += step;
                    if (filled == CHUNK_BYTES) {
                        store();
                    }
                }
            }

            @Override
            public void finish() {
                if (filled > 0) {
                    store();
                }
            }

            private void store() {
                Buffer content = Buffer.buffer(filled).appendBytes(chunk, 0, filled);
                Upload.await(pool.preparedQuery(WRITE).execute(Tuple.of(id, number++, content)));
                filled = 0;
            }
        };
    }

    @Override
    public Uni<Buffer> read(UUID id, long from, int most) {
        int within = (int) (from % CHUNK_BYTES);
        return pool.preparedQuery(READ)
                .execute(Tuple.of(id, (int) (from / CHUNK_BYTES), within + 1, most))
                .map(rows -> {
                    Row row = rows.size() == 0 ? null : rows.iterator().next();
                    Buffer piece = row == null ? null : row.getDelegate().getBuffer(0);
                    if (piece == null || piece.length() == 0) {
                        throw new Missing("Evidence " + id + " has no byte " + from, null);
                    }
                    return piece;
                });
    }

    @Override
    public Uni<Void> remove(SqlConnection connection, UUID id) {
        return connection.preparedQuery(REMOVE).execute(Tuple.of(id)).replaceWithVoid();
    }
}
