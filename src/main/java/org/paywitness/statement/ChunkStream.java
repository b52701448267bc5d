package org.paywitness.statement;

import java.io.IOException;
import java.io.InputStream;
import java.util.function.IntFunction;

/** A file that lies in chunks, read one at a time. */
final class ChunkStream extends InputStream {
    private final int count;
    private final IntFunction<byte[]> chunks;
    private byte[] current = new byte[0];
    private int next;
    private int position;

    ChunkStream(int count, IntFunction<byte[]> chunks) {
        this.count = count;
        this.chunks = chunks;
    }

    @Override
    public int read() throws IOException {
        return fill() ? current[position++] & 0xFF : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int taken = Math.min(length, current.length - position);
        System.arraycopy(current, position, into, offset, taken);
        position += taken;
        return taken;
    }

    private boolean fill() throws IOException {
        while (position == current.length) {
            if (next == count) {
                return false;
            }
            try {
                current = chunks.apply(next);
            } catch (RuntimeException e) {
                // A parser would take anything else for a fault of the file, which would then have failed for good.
                throw new IOException("chunk " + next + " cannot be read now", e);
            }
            next++;
            position = 0;
        }
        return true;
    }
}
