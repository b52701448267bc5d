package org.paywitness.media;

import java.io.IOException;

/** ISO/IEC 11172-3 and 13818-3, layer III: frames of one kind that fill the file, between ID3 and APE tags. */
final class Mp3 {
    private static final int[] KBPS_1 = {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320};
    private static final int[] KBPS_2 = {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160};
    private static final int[] HERTZ = {44_100, 48_000, 32_000};
    private static final int MIN_FRAMES = 3;
    private static final int HEADER = 4;

    /** Version, layer and sampling rate: the same in all frames. */
    private static final int KIND = 0xFFFE_0C00;

    private Mp3() {}

    /** Whether these bytes, as Latin-1, begin with the header of a frame. */
    static boolean isFrame(String head) {
        if (head.length() < HEADER) {
            return false;
        }
        return length(head.charAt(0) << 24 | head.charAt(1) << 16 | head.charAt(2) << 8 | head.charAt(3)) > 0;
    }

    static void walk(Bytes file) throws IOException {
        int frames = 0;
        int kind = 0;
        while (!file.atEnd()) {
            int header = (int) file.u32();
            if (header >>> 8 == 0x494433) {
                id3(file);
                continue;
            }
            if (header >>> 8 == 0x544147) {
                file.skip(124);
                break;
            }
            if (header == 0x41504554) {
                ape(file);
                continue;
            }
            int length = length(header);
            if (length == 0 || frames > 0 && (header & KIND) != kind) {
                throw new Unsound("It holds what is no MP3.");
            }
            kind = header & KIND;
            file.skip(length - HEADER);
            frames++;
        }
        if (frames < MIN_FRAMES) {
            throw new Unsound("It holds no sound.");
        }
    }

    /** Bytes of the frame with this header; 0 where it is none. */
    private static int length(int header) {
        int version = header >>> 19 & 3;
        int layer = header >>> 17 & 3;
        int rate = header >>> 12 & 15;
        int sampling = header >>> 10 & 3;
        if (header >>> 21 != 0x7FF || version == 1 || layer != 1 || rate == 0 || rate == 15 || sampling == 3) {
            return 0;
        }
        boolean one = version == 3;
        int hertz = HERTZ[sampling] >> (one ? 0 : version == 2 ? 1 : 2);
        int bits = (one ? KBPS_1 : KBPS_2)[rate] * 1000;
        return (one ? 144 : 72) * bits / hertz + (header >>> 9 & 1);
    }

    // ID3v2 section 3.1: minor version, flags, and the length in four bytes of seven bits.
    private static void id3(Bytes file) throws IOException {
        file.skip(1);
        int flags = file.next();
        int length = 0;
        for (int i = 0; i < 4; i++) {
            int seven = file.next();
            if (seven > 127) {
                throw new Unsound("Its tag is damaged.");
            }
            length = length << 7 | seven;
        }
        boolean footer = (flags & 0x10) != 0;
        file.skip(length + (footer ? 10L : 0));
    }

    // APEv2 with its header: the length counts what follows the 32 bytes of it.
    private static void ape(Bytes file) throws IOException {
        if (!file.type().equals("AGEX")) {
            throw new Unsound("Its tag is damaged.");
        }
        file.skip(4);
        long length = file.u32LittleEndian();
        file.skip(16);
        file.skip(length);
    }
}
