package org.paywitness.evidence;

import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.paywitness.problem.Problem;

/**
 * A body of multipart/form-data (RFC 7578) as it comes in, one part after the other; what is read is gone. Strict: no
 * text before, between or after the parts, no transfer encodings. To be used by one thread, which waits for the client.
 */
final class Form {
    /** A part; a field where it has no file name. */
    record Part(String name, String fileName) {}

    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int MAX_HEADER_BYTES = 8 * 1024;
    private static final Pattern BOUNDARY = Pattern.compile("[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]");
    private static final Pattern PARAMETER =
            Pattern.compile(";[ \\t]*([A-Za-z*]{1,32})=(?:\"((?:[^\"\\\\]|\\\\.)*+)\"|([^\\s\";,]+))[ \\t]*");
    private static final Pattern ENCODING = Pattern.compile("(?i)7bit|8bit|binary");

    private final InputStream body;
    private final byte[] delimiter;
    private final long maxBytes;
    private final long endNanos;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int next;
    private int limit;
    private long total;
    private boolean begun;
    private boolean inPart;

    /**
     * @param contentType the header, with the boundary
     * @param maxBytes of the whole body
     * @param timeout for the whole body
     * @throws Problem 400 without a good boundary
     */
    Form(InputStream body, MediaType contentType, long maxBytes, Duration timeout) {
        String boundary = contentType.getParameters().get("boundary");
        if (boundary == null || !BOUNDARY.matcher(boundary).matches()) {
            throw malformed("The Content-Type names no boundary that is one.");
        }
        this.body = body;
        this.delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.US_ASCII);
        this.maxBytes = maxBytes;
        this.endNanos = System.nanoTime() + timeout.toNanos();
    }

    /**
     * The next part, whose {@link #content()} is to be read then; null after the last. What was left unread of the part
     * before is skipped.
     *
     * @throws Problem 400 where the body is no form, 413 where it is too large, 408 where it takes too long
     */
    Part next() throws IOException {
        if (begun) {
            skipPart();
        } else {
            begun = true;
            expect(delimiter, 2);
        }
        int first = byteOrEnd();
        int second = byteOrEnd();
        if (first == '-' && second == '-') {
            end();
            return null;
        }
        if (first != '\r' || second != '\n') {
            throw malformed("A boundary is followed by what is no part.");
        }
        Part part = part(headers());
        inPart = true;
        return part;
    }

    /** The bytes of the part that was named last, to its end. */
    InputStream content() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                int ready = length == 0 ? 0 : ready();
                if (ready < 0) {
                    return -1;
                }
                int taken = Math.min(ready, length);
                System.arraycopy(buffer, next, into, offset, taken);
                next += taken;
                return taken;
            }
        };
    }

    /** Reads on, for nothing, so that the client has sent all and listens; gives up where that goes on too long. */
    void drain() {
        try {
            long until = 2 * maxBytes;
            int read = 0;
            while (read >= 0 && total < until && System.nanoTime() < endNanos) {
                read = body.read(buffer, 0, buffer.length);
                total += Math.max(read, 0);
            }
        } catch (IOException e) {
            // Nobody is there to be told anything.
        }
    }

    private void skipPart() throws IOException {
        for (int ready = ready(); ready >= 0; ready = ready()) {
            next += ready;
        }
    }

    /** Bytes at hand that belong to the part, at least 1; -1 at its end, which is passed then. */
    private int ready() throws IOException {
        if (!inPart) {
            return -1;
        }
        while (true) {
            int at = indexOfDelimiter();
            if (at == next) {
                next += delimiter.length;
                inPart = false;
                return -1;
            }
            // The end of what is at hand may be the beginning of a delimiter.
            int ready = at >= 0 ? at - next : limit - next - (delimiter.length - 1);
            if (ready > 0) {
                return ready;
            }
            more();
        }
    }

    private int indexOfDelimiter() {
        for (int i = next; i <= limit - delimiter.length; i++) {
            int j = 0;
            while (j < delimiter.length && buffer[i + j] == delimiter[j]) {
                j++;
            }
            if (j == delimiter.length) {
                return i;
            }
        }
        return -1;
    }

    private void expect(byte[] bytes, int from) throws IOException {
        for (int i = from; i < bytes.length; i++) {
            if (byteOrEnd() != bytes[i]) {
                throw malformed("The body does not begin with the boundary that Content-Type names.");
            }
        }
    }

    private int byteOrEnd() throws IOException {
        if (next == limit) {
            more();
        }
        return buffer[next++];
    }

    private void end() throws IOException {
        while (next < limit || fill()) {
            byte b = buffer[next++];
            if (b != '\r' && b != '\n') {
                throw malformed("There is something after the last part.");
            }
        }
    }

    private void more() throws IOException {
        if (!fill()) {
            throw malformed("The body is cut off.");
        }
    }

    private boolean fill() throws IOException {
        System.arraycopy(buffer, next, buffer, 0, limit - next);
        limit -= next;
        next = 0;
        if (System.nanoTime() > endNanos) {
            throw Problem.of(408, "upload_too_slow", "The upload has taken too long.");
        }
        int read = body.read(buffer, limit, buffer.length - limit);
        if (read < 0) {
            return false;
        }
        limit += read;
        total += read;
        if (total > maxBytes) {
            throw Problem.tooLarge("The body is larger than " + maxBytes + " bytes, which is the most here.")
                    .with("limit_bytes", maxBytes);
        }
        return true;
    }

    private Map<String, String> headers() throws IOException {
        Map<String, String> headers = new HashMap<>();
        int left = MAX_HEADER_BYTES;
        while (true) {
            String line = line(left);
            left -= line.length();
            if (line.isEmpty()) {
                return headers;
            }
            int colon = line.indexOf(':');
            if (colon < 1
                    || headers.put(
                                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                                    line.substring(colon + 1).strip())
                            != null) {
                throw malformed("The headers of a part are malformed.");
            }
        }
    }

    private String line(int most) throws IOException {
        byte[] line = new byte[most];
        int length = 0;
        while (length < most) {
            byte b = (byte) byteOrEnd();
            if (b == '\r') {
                if (byteOrEnd() != '\n') {
                    throw malformed("The headers of a part are malformed.");
                }
                return utf8(line, length);
            }
            line[length++] = b;
        }
        throw malformed("The headers of a part are longer than " + MAX_HEADER_BYTES + " bytes.");
    }

    private static Part part(Map<String, String> headers) {
        String encoding = headers.get("content-transfer-encoding");
        if (encoding != null && !ENCODING.matcher(encoding).matches()) {
            throw malformed("A part must not be encoded for its transfer.");
        }
        String disposition = headers.getOrDefault("content-disposition", "");
        int semicolon = disposition.indexOf(';');
        if (semicolon < 0 || !disposition.substring(0, semicolon).strip().equalsIgnoreCase("form-data")) {
            throw malformed("A part has no Content-Disposition of a form.");
        }
        Map<String, String> parameters = new HashMap<>();
        Matcher parameter = PARAMETER.matcher(disposition).region(semicolon, disposition.length());
        int end = semicolon;
        while (parameter.lookingAt()) {
            String value = parameter.group(2) == null ? parameter.group(3) : unescaped(parameter.group(2));
            if (parameters.put(parameter.group(1).toLowerCase(Locale.ROOT), value) != null) {
                throw malformed("The Content-Disposition of a part is malformed.");
            }
            end = parameter.end();
            parameter.region(end, disposition.length());
        }
        if (end != disposition.length() || !parameters.containsKey("name")) {
            throw malformed("The Content-Disposition of a part is malformed.");
        }
        return new Part(parameters.get("name"), parameters.get("filename"));
    }

    // Browsers write %22 for a quotation mark (WHATWG, multipart/form-data), others \"; all else in a name is itself,
    // so that C:\photos stays what it is.
    private static String unescaped(String quoted) {
        return quoted.replace("\\\"", "\"")
                .replace("%22", "\"")
                .replace("%0D", "\r")
                .replace("%0A", "\n");
    }

    /** @throws Problem 400 where the bytes are no UTF-8 */
    static String utf8(byte[] bytes, int length) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, 0, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw malformed("A text of the form is not UTF-8.");
        }
    }

    private static Problem malformed(String detail) {
        return Problem.badRequest("malformed_form", detail);
    }
}
