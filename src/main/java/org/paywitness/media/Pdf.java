package org.paywitness.media;

import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** ISO 32000: begins with its version at the very first byte and ends with where its last cross-reference lies. */
final class Pdf {
    private static final Pattern BEGIN = Pattern.compile("%PDF-[12]\\.\\d[\\s\\S]*");
    private static final Pattern END = Pattern.compile("startxref\\s{1,4}(\\d{1,10})\\s{1,4}%%EOF[\\s\\x00]{0,64}$");
    private static final int TAIL = 256;

    private Pdf() {}

    static void walk(Bytes file) throws IOException {
        if (!BEGIN.matcher(file.head(0)).matches()) {
            throw new Unsound("Its version of PDF is not one that is known.");
        }
        Matcher end = END.matcher(file.tail(TAIL));
        if (!end.find() || Long.parseLong(end.group(1)) >= file.position()) {
            throw new Unsound("It is cut off, or has something after its end.");
        }
    }
}
