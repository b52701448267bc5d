package org.paywitness.media;

import java.io.IOException;
import java.util.Set;

/** ISO/IEC 14496-12 and -14: boxes that fill the file, first its brand, with a movie and its data among them. */
final class Mp4 {
    private static final int HEADER = 8;
    private static final int LONG_HEADER = 16;
    private static final int LONGEST_BRANDS = 512;
    private static final Set<String> BRANDS = Set.of(
            "isom", "iso2", "iso3", "iso4", "iso5", "iso6", "iso7", "iso8", "iso9", "mp41", "mp42", "avc1", "M4V ",
            "MSNV", "dash");
    private static final Set<String> BOXES = Set.of(
            "moov", "mdat", "moof", "mfra", "sidx", "ssix", "styp", "prft", "emsg", "pdin", "free", "skip", "wide",
            "uuid", "meta", "udta");

    private Mp4() {}

    static void walk(Bytes file) throws IOException {
        long brands = file.u32();
        file.skip(4);
        if (!BRANDS.contains(file.type())) {
            throw new Unsound("Its brand is not one of MP4.");
        }
        if (brands < LONG_HEADER || brands > LONGEST_BRANDS) {
            throw new Unsound("Its structure is not that of an MP4.");
        }
        file.skip(brands - HEADER - 4);
        boolean movie = false;
        boolean data = false;
        while (!file.atEnd()) {
            String type = box(file);
            movie |= type.equals("moov");
            data |= type.equals("mdat");
        }
        if (!movie || !data) {
            throw new Unsound("It holds no movie.");
        }
    }

    private static String box(Bytes file) throws IOException {
        long size = file.u32();
        String type = file.type();
        int header = HEADER;
        if (size == 1) {
            size = file.u32() << 32 | file.u32();
            header = LONG_HEADER;
        }
        // Size 0, to the end of the file, would take in whatever is put there.
        if (!BOXES.contains(type) || size < header) {
            throw new Unsound("Its structure is not that of an MP4.");
        }
        file.skip(size - header);
        return type;
    }
}
