package org.paywitness.dossier;

import java.util.Locale;
import org.paywitness.evidence.Evidence;
import org.paywitness.media.MediaFormat;

/** How files of evidence are called in an archive: so that no system takes a name for more than a name. Pure. */
final class EntryName {
    private static final int MAX_LENGTH = 80;

    private EntryName() {}

    /**
     * A name that no other file of the dispute has and that ends as what the file is: {@code evidence/003-签购单.jpg}.
     *
     * @param number of the file in its dispute, from 1
     */
    static String of(int number, Evidence evidence) {
        return "evidence/%03d-%s.%s"
                .formatted(
                        number,
                        safe(stem(evidence.fileName(), evidence.format())),
                        evidence.format().extension());
    }

    // Without its ending, where that is the true one: it is given again.
    private static String stem(String name, MediaFormat format) {
        int dot = name.lastIndexOf('.');
        String ending = dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
        boolean isTrue = ending.equals(format.extension()) || format == MediaFormat.JPEG && ending.equals("jpeg");
        return isTrue ? name.substring(0, dot) : name;
    }

    // Letters and digits of any script; all else, separators of paths and dots too, is one line.
    private static String safe(String stem) {
        StringBuilder safe = new StringBuilder();
        stem.codePoints()
                .limit(MAX_LENGTH)
                .map(c -> Character.isLetterOrDigit(c) || c == '-' ? c : '_')
                .forEach(safe::appendCodePoint);
        String name = safe.toString().replaceAll("_{2,}", "_");
        return name.isEmpty() ? "_" : name;
    }
}
