package org.paywitness.statement;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;

/** Physical lines of a file, one at a time, never more than one in memory. Ends are LF or CR LF. */
final class Lines {
    /** The longest line, in bytes without its end. */
    static final int MAX_LINE_BYTES = 64 * 1024;

    private static final int CHUNK_BYTES = 16 * 1024;

    private final InputStream in;
    private final CharsetDecoder decoder;
    private final byte[] chunk = new byte[CHUNK_BYTES];
    private final byte[] line = new byte[MAX_LINE_BYTES];
    private int position;
    private int filled;
    private int length;
    private long number;
    private boolean tooLong;
    private boolean ended;

    Lines(InputStream in, Charset charset) {
        this.in = in;
        this.decoder = charset.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
    }

    /** Steps to the next line; false at the end of the file. A line that is too long is read over, not kept. */
    boolean next() throws IOException {
        length = 0;
        tooLong = false;
        ended = false;
        boolean any = false;
        while (!ended && (position < filled || fill())) {
            any = true;
            byte b = chunk[position++];
            if (b == '\n') {
                ended = true;
            } else if (length == MAX_LINE_BYTES) {
                tooLong = true;
            } else {
                line[length++] = b;
            }
        }
        if (length > 0 && line[length - 1] == '\r') {
            length--;
        }
        number += any ? 1 : 0;
        return any;
    }

    private boolean fill() throws IOException {
        position = 0;
        filled = Math.max(0, in.read(chunk));
        return filled > 0;
    }

    /** The current line's number, from 1. */
    long number() {
        return number;
    }

    /** Whether the current line had an end: only the last line of a file may lack one. */
    boolean isEnded() {
        return ended;
    }

    /** @throws Refusal when the line is too long or its bytes are not text */
    String text() {
        if (tooLong) {
            throw Refusal.of("line_too_long", null, "the line is longer than " + MAX_LINE_BYTES + " bytes");
        }
        try {
            String text = decoder.decode(ByteBuffer.wrap(line, 0, length)).toString();
            return number == 1 ? Format.withoutMark(text) : text;
        } catch (CharacterCodingException e) {
            throw Refusal.of("bad_encoding", null, "the line is not " + decoder.charset());
        }
    }
}
