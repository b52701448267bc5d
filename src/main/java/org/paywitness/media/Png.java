package org.paywitness.media;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** PNG, third edition: chunks with their check sums, from IHDR over picture data to IEND. */
final class Png {
    private static final int SIGNATURE_BYTES = 8;
    private static final int HEADER_BYTES = 13;

    private Png() {}

    static void walk(Bytes file) throws IOException {
        file.skip(SIGNATURE_BYTES);
        if (!chunk(file, HEADER_BYTES).equals("IHDR")) {
            throw new Unsound("It does not begin with its header.");
        }
        boolean data = false;
        String type;
        do {
            type = chunk(file, -1);
            data |= type.equals("IDAT");
        } while (!type.equals("IEND"));
        if (!data) {
            throw new Unsound("It holds no picture.");
        }
    }

    /** @param expected the length that it must have; -1 any, but none for the last */
    private static String chunk(Bytes file, int expected) throws IOException {
        long length = file.u32();
        String type = file.type();
        boolean fits = expected >= 0 ? length == expected : !type.equals("IEND") || length == 0;
        if (!type.matches("[A-Za-z]{4}") || !fits || length > Integer.MAX_VALUE) {
            throw new Unsound("Its structure is not that of a PNG.");
        }
        CRC32 sum = new CRC32();
        sum.update(type.getBytes(StandardCharsets.ISO_8859_1));
        file.skip(length, sum);
        if (file.u32() != sum.getValue()) {
            throw new Unsound("It is damaged.");
        }
        return type;
    }
}
