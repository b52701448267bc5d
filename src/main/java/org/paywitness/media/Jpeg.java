package org.paywitness.media;

import java.io.IOException;

/**
 * ITU-T T.81, annex B: segments and scans from SOI to EOI. Cameras put further pictures behind the first (CIPA DC-007,
 * gain maps): nothing but whole pictures may follow.
 */
final class Jpeg {
    private static final int SOI = 0xD8;
    private static final int EOI = 0xD9;
    private static final int SOS = 0xDA;
    private static final int LOWEST_SEGMENT = 0xC0;

    private Jpeg() {}

    static void walk(Bytes file) throws IOException {
        do {
            picture(file);
        } while (!file.atEnd());
    }

    private static void picture(Bytes file) throws IOException {
        if (file.u16() != 0xFF00 + SOI) {
            throw new Unsound("There is something after its end.");
        }
        boolean scanned = false;
        int marker = marker(file);
        while (marker != EOI) {
            if (marker < LOWEST_SEGMENT || marker == SOI || isRestart(marker)) {
                throw new Unsound("Its structure is not that of a JPEG.");
            }
            int length = file.u16();
            if (length < 2) {
                throw new Unsound("Its structure is not that of a JPEG.");
            }
            file.skip(length - 2L);
            if (marker == SOS) {
                scanned = true;
                marker = afterScan(file);
            } else {
                marker = marker(file);
            }
        }
        if (!scanned) {
            throw new Unsound("It holds no picture.");
        }
    }

    private static int marker(Bytes file) throws IOException {
        if (file.next() != 0xFF) {
            throw new Unsound("Its structure is not that of a JPEG.");
        }
        return code(file);
    }

    private static int code(Bytes file) throws IOException {
        int code;
        do {
            code = file.next();
        } while (code == 0xFF);
        return code;
    }

    // In compressed data FF is followed by 00, and restart markers are part of it.
    private static int afterScan(Bytes file) throws IOException {
        while (true) {
            if (file.next() == 0xFF) {
                int code = code(file);
                if (code != 0 && !isRestart(code)) {
                    return code;
                }
            }
        }
    }

    private static boolean isRestart(int code) {
        return code >= 0xD0 && code <= 0xD7;
    }
}
