package org.paywitness.media;

import java.io.IOException;
import java.util.Set;

/** RFC 9649: a RIFF that says its length, of chunks that fill it, with a picture among them. */
final class Webp {
    private static final int RIFF_HEADER = 8;
    private static final Set<String> FIRST = Set.of("VP8 ", "VP8L", "VP8X");
    private static final Set<String> PICTURES = Set.of("VP8 ", "VP8L", "ANMF");
    private static final Set<String> OTHERS = Set.of("ANIM", "ALPH", "ICCP", "EXIF", "XMP ");

    private Webp() {}

    static void walk(Bytes file) throws IOException {
        file.skip(4);
        long end = RIFF_HEADER + file.u32LittleEndian();
        file.skip(4);
        boolean picture = false;
        boolean first = true;
        while (file.position() < end) {
            String type = file.type();
            long length = file.u32LittleEndian();
            if (first ? !FIRST.contains(type) : !PICTURES.contains(type) && !OTHERS.contains(type)) {
                throw new Unsound("Its structure is not that of a WebP.");
            }
            file.skip(length + length % 2);
            picture |= PICTURES.contains(type);
            first = false;
        }
        if (!picture || file.position() != end) {
            throw new Unsound("Its parts do not fill it.");
        }
    }
}
