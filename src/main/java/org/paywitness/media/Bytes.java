package org.paywitness.media;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.Checksum;

/** A file read once from its first byte to its last. Whatever goes by is looked at for what does not belong there. */
final class Bytes {
    private static final int BUFFER_BYTES = 16 * 1024;
    private static final int HEAD_BYTES = 512;

    private final InputStream in;
    private final ForeignMatter foreign = new ForeignMatter();
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int next;
    private int limit;
    private long before;
    private String head;

    Bytes(InputStream in) {
        this.in = in;
    }

    /** What lies from here on in the first bytes of the file, as Latin-1; to be asked before anything is read. */
    String head(int from) throws IOException {
        if (head == null) {
            fill();
            head = new String(buffer, 0, Math.min(limit, HEAD_BYTES), StandardCharsets.ISO_8859_1);
        }
        return head.substring(Math.min(from, head.length()));
    }

    boolean startsWith(String signature) throws IOException {
        return head(0).startsWith(signature);
    }

    ForeignMatter foreign() {
        return foreign;
    }

    /** How many bytes were read. */
    long position() {
        return before + next;
    }

    boolean atEnd() throws IOException {
        return next == limit && !fill();
    }

    int next() throws IOException {
        if (atEnd()) {
            throw new Unsound("It is cut off.");
        }
        return buffer[next++] & 0xFF;
    }

    void skip(long count) throws IOException {
        skip(count, null);
    }

    /** @param sum of the bytes skipped; null where none is kept */
    void skip(long count, Checksum sum) throws IOException {
        long left = count;
        while (left > 0) {
            if (atEnd()) {
                throw new Unsound("It is cut off.");
            }
            int step = (int) Math.min(left, limit - next);
            if (sum != null) {
                sum.update(buffer, next, step);
            }
            next += step;
            left -= step;
        }
    }

    /** Goes to the end and returns the last bytes, at most this many, as Latin-1. */
    String tail(int most) throws IOException {
        byte[] kept = new byte[0];
        while (!atEnd()) {
            byte[] joined = new byte[kept.length + limit - next];
            System.arraycopy(kept, 0, joined, 0, kept.length);
            System.arraycopy(buffer, next, joined, kept.length, limit - next);
            int length = Math.min(joined.length, most);
            kept = java.util.Arrays.copyOfRange(joined, joined.length - length, joined.length);
            next = limit;
        }
        return new String(kept, StandardCharsets.ISO_8859_1);
    }

    /** Big-endian, as in network order. */
    int u16() throws IOException {
        return next() << 8 | next();
    }

    /** Big-endian. */
    long u32() throws IOException {
        return (long) u16() << 16 | u16();
    }

    long u32LittleEndian() throws IOException {
        return next() | next() << 8 | next() << 16 | (long) next() << 24;
    }

    /** Four bytes that name a part of a file. */
    String type() throws IOException {
        StringBuilder type = new StringBuilder(4);
        for (int i = 0; i < 4; i++) {
            type.append((char) next());
        }
        return type.toString();
    }

    private boolean fill() throws IOException {
        before += limit;
        next = 0;
        limit = in.readNBytes(buffer, 0, buffer.length);
        foreign.look(buffer, limit);
        return limit > 0;
    }
}
