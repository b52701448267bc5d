package org.paywitness.media;

import java.io.IOException;
import java.util.regex.Pattern;

/** Text in UTF-8 (RFC 3629) with tabs and line ends and no other control characters, that is not a page or a script. */
final class PlainText {
    /** After white space and a byte order mark: what programs take for markup, a script or a format of their own. */
    private static final Pattern NOT_PLAIN =
            Pattern.compile("(\u00EF\u00BB\u00BF)?\\s*(<[A-Za-z!?/]|#!|%!|\\{\\\\rtf|GIF8|MZ)[\\s\\S]*");

    private PlainText() {}

    static void walk(Bytes file) throws IOException {
        if (NOT_PLAIN.matcher(file.head(0)).matches()) {
            throw new Unsound("It is markup or a script, not plain text.");
        }
        while (!file.atEnd()) {
            int c = codePoint(file);
            if (Character.isISOControl(c) && c != '\t' && c != '\n' && c != '\r') {
                throw new Unsound("It is none of PDF, PNG, JPEG, WebP, MP4, MP3 and plain text.");
            }
        }
    }

    private static int codePoint(Bytes file) throws IOException {
        int first = file.next();
        if (first < 0x80) {
            return first;
        }
        int more = first >= 0xF0 && first <= 0xF4 ? 3 : first >= 0xE0 ? 2 : 1;
        if (first < 0xC2 || first > 0xF4) {
            throw notUtf8();
        }
        int c = first & 0x3F >> more;
        for (int i = 0; i < more; i++) {
            int next = file.next();
            if (next >> 6 != 2) {
                throw notUtf8();
            }
            c = c << 6 | next & 0x3F;
        }
        boolean overlong = more == 2 && c < 0x800 || more == 3 && c < 0x10000;
        if (overlong || c > Character.MAX_CODE_POINT || c >= 0xD800 && c <= 0xDFFF) {
            throw notUtf8();
        }
        return c;
    }

    private static Unsound notUtf8() {
        return new Unsound("It is none of PDF, PNG, JPEG, WebP, MP4, MP3 and plain text in UTF-8.");
    }
}
