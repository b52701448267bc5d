package org.paywitness.media;

import java.nio.charset.StandardCharsets;

/**
 * Looks, as a file goes by, for what would make it another file as well (a polyglot): markup that a browser would run,
 * an archive that unpackers find from the end or anywhere, actions of a PDF. Signatures are so long that compressed
 * pictures and sounds do not meet them by chance. Nothing is unpacked: what lies compressed within is not seen.
 */
final class ForeignMatter {
    /** In lower case; letters of either case count. */
    private static final byte[][] MARKUP =
            signatures("<!doctype", "<html>", "<html ", "<script", "<iframe", "<svg xmlns", "<?php ");

    private static final byte[][] PDF_ACTIONS = signatures("/JavaScript", "/Launch");
    private static final byte[][] ARCHIVES = signatures("Rar!\u001A\u0007", "7z\u00BC\u00AF\u0027\u001C");

    /** The record at the end of a ZIP or JAR, which may only be followed by a comment of 65,535 bytes at most. */
    private static final byte[] END_OF_ZIP = signatures("PK\u0005\u0006")[0];

    private static final int ZIP_TAIL = 22 + 65_535;
    private static final int LONGEST = 11;

    private final byte[] window = new byte[LONGEST - 1 + 16 * 1024];
    private int carried;
    private long seen;
    private boolean markup;
    private boolean pdfAction;
    private boolean archive;
    private long endOfZip = -1;

    private static byte[][] signatures(String... signatures) {
        byte[][] bytes = new byte[signatures.length][];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = signatures[i].getBytes(StandardCharsets.ISO_8859_1);
        }
        return bytes;
    }

    /** The next bytes of the file, at most 16 KiB. */
    void look(byte[] bytes, int length) {
        System.arraycopy(bytes, 0, window, carried, length);
        int end = carried + length;
        for (int i = 0; i < end; i++) {
            switch (window[i]) {
                case '<' -> markup |= any(MARKUP, i, end, true);
                case '/' -> pdfAction |= any(PDF_ACTIONS, i, end, false);
                case 'R', '7' -> archive |= any(ARCHIVES, i, end, false);
                case 'P' -> {
                    if (isAt(END_OF_ZIP, i, end, false)) {
                        endOfZip = seen - carried + i;
                    }
                }
                default -> {}
            }
        }
        seen += length;
        // A signature may lie across; what was found there already is found again, which changes nothing.
        int keep = Math.min(end, LONGEST - 1);
        System.arraycopy(window, end - keep, window, 0, keep);
        carried = keep;
    }

    /** @throws Unsound where something was found that does not belong into a file of this format */
    void refuse(MediaFormat format, long size) {
        if (markup) {
            throw new Unsound("It holds markup or script.");
        }
        if (archive || endOfZip >= 0 && size - endOfZip <= ZIP_TAIL) {
            throw new Unsound("It holds an archive.");
        }
        if (pdfAction && format == MediaFormat.PDF) {
            throw new Unsound("It holds JavaScript or starts programs.");
        }
    }

    private boolean any(byte[][] signatures, int at, int end, boolean ignoringCase) {
        for (byte[] signature : signatures) {
            if (isAt(signature, at, end, ignoringCase)) {
                return true;
            }
        }
        return false;
    }

    private boolean isAt(byte[] signature, int at, int end, boolean ignoringCase) {
        if (at + signature.length > end) {
            return false;
        }
        for (int i = 0; i < signature.length; i++) {
            byte b = window[at + i];
            boolean upper = ignoringCase && b >= 'A' && b <= 'Z';
            if ((upper ? b + 32 : b) != signature[i]) {
                return false;
            }
        }
        return true;
    }
}
