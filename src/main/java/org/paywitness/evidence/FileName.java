package org.paywitness.evidence;

import java.nio.charset.StandardCharsets;
import org.paywitness.card.CardNumbers;
import org.paywitness.media.MediaFormat;
import org.paywitness.problem.Problem;

/** The name that a file came with: a text to be shown, never a path. */
final class FileName {
    private static final String HEX = "0123456789ABCDEF";
    private static final String PLAIN = "!#$&+-.^_`|~";

    private FileName() {}

    /**
     * The name as it is kept: control characters as their pictures (U+2400), what turns the direction of writing left
     * out, card numbers masked, and all else, separators of paths too, as it is.
     *
     * @throws Problem 400 where nothing is left, or it is too long
     */
    static String kept(String sent, int maxLength) {
        StringBuilder name = new StringBuilder(sent.length());
        sent.codePoints().filter(c -> !turnsDirection(c)).map(FileName::shown).forEach(name::appendCodePoint);
        if (name.toString().isBlank() || name.length() > maxLength) {
            throw Problem.invalid("/file", "must have a name of 1 to " + maxLength + " characters");
        }
        return CardNumbers.mask(name.toString());
    }

    private static boolean turnsDirection(int c) {
        return c == 0x61C || c == 0x200E || c == 0x200F || c >= 0x202A && c <= 0x202E || c >= 0x2066 && c <= 0x2069;
    }

    private static int shown(int c) {
        if (c < 0x20) {
            return 0x2400 + c;
        }
        if (c == 0x7F) {
            return 0x2421;
        }
        boolean breaksLines = c == 0x2028 || c == 0x2029;
        return Character.isISOControl(c) || breaksLines ? 0xFFFD : c;
    }

    /**
     * The header Content-Disposition (RFC 6266) that makes a browser save the file under its name. Whatever the name
     * says, the file saved ends as what it is, so that opening it starts no program, and in the folder that was chosen.
     */
    static String disposition(Evidence evidence) {
        String extension = "." + evidence.format().extension();
        String name = evidence.fileName().replace('/', '_').replace('\\', '_');
        if (!endsAs(name, evidence.format())) {
            name += extension;
        }
        return "attachment; filename=\"" + evidence.reference() + extension + "\"; filename*=UTF-8''" + encoded(name);
    }

    private static boolean endsAs(String name, MediaFormat format) {
        String lower = name.toLowerCase(java.util.Locale.ROOT);
        return lower.endsWith("." + format.extension()) || format == MediaFormat.JPEG && lower.endsWith(".jpeg");
    }

    // RFC 8187, section 3.2.1.
    private static String encoded(String name) {
        StringBuilder out = new StringBuilder();
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            boolean plain = b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9';
            if (plain || b > 0 && PLAIN.indexOf(b) >= 0) {
                out.append((char) b);
            } else {
                out.append('%').append(HEX.charAt(b >> 4 & 15)).append(HEX.charAt(b & 15));
            }
        }
        return out.toString();
    }
}
