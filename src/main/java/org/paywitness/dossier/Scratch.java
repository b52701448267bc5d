package org.paywitness.dossier;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.core.buffer.Buffer;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.LongStream;

/**
 * What was written at once and is sent as slowly as its reader takes it. It lies in a temporary file that has no name
 * any more: whatever happens, to us too, nothing of it stays.
 */
final class Scratch implements Closeable {
    /** What writes it. */
    @FunctionalInterface
    interface Writing {
        void to(OutputStream out) throws IOException;
    }

    private static final int PIECE_BYTES = 64 * 1024;

    private final FileChannel file;
    private final long size;

    private Scratch(FileChannel file) throws IOException {
        this.file = file;
        this.size = file.size();
    }

    /** Writes it, on the caller's thread, which waits for the disk. */
    static Scratch of(Writing writing) throws IOException {
        Path path = Files.createTempFile("paywitness-dossier-", null);
        FileChannel file;
        try {
            file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } finally {
            Files.delete(path);
        }
        try {
            OutputStream out = new BufferedOutputStream(Channels.newOutputStream(file), PIECE_BYTES);
            writing.to(out);
            out.flush();
            return new Scratch(file);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** In bytes. */
    long size() {
        return size;
    }

    /** In pieces, each read when it is asked for, on a thread that may wait. */
    Multi<Buffer> content() {
        long pieces = (size + PIECE_BYTES - 1) / PIECE_BYTES;
        return Multi.createFrom()
                .iterable(() -> LongStream.range(0, pieces).iterator())
                .onItem()
                .transformToUniAndConcatenate(number -> Uni.createFrom()
                        .item(() -> piece(number * PIECE_BYTES))
                        .runSubscriptionOn(Infrastructure.getDefaultWorkerPool()));
    }

    private Buffer piece(long from) {
        ByteBuffer piece = ByteBuffer.allocate((int) Math.min(PIECE_BYTES, size - from));
        try {
            while (piece.hasRemaining() && file.read(piece, from + piece.position()) >= 0) {
                // A read may give less than was asked for.
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Buffer.buffer(piece.array());
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
