package org.paywitness.evidence;

import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.UUID;

/**
 * Where the bytes of files lie, under the id of their evidence. A file is there for nobody until a row of evidence names
 * it; what no row will ever name is {@linkplain #remove removed}.
 */
interface Storage {
    /** A file as it is being written, by one thread, which waits. */
    interface Sink {
        /** The next bytes, of an array that is free again afterwards. */
        void write(byte[] bytes, int offset, int length);

        /** All of it is there; afterwards it can be read. */
        void finish();
    }

    /** The name in the configuration and in the table. */
    String name();

    /** Begins a file; nothing happens before bytes are written. */
    Sink begin(UUID id);

    /**
     * A piece of a file.
     *
     * @param most bytes wanted, at least 1
     * @return at least one byte and at most those wanted, from there on; fails where there is none
     */
    Uni<Buffer> read(UUID id, long from, int most);

    /**
     * Removes whatever there is of a file, finished or not; nothing is fine too.
     *
     * @param connection in whose transaction the file is given up: who removes holds it, and must not wait for another
     */
    Uni<Void> remove(SqlConnection connection, UUID id);
}
