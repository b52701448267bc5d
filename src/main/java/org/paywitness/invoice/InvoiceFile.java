package org.paywitness.invoice;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * An invoice as a file.
 *
 * @param mediaType by its content
 * @param content null where only the rest is known
 */
record InvoiceFile(String mediaType, int size, byte[] sha256, byte[] content) {
    static final String PDF = "application/pdf";
    static final String OFD = "application/ofd";

    private static final byte[] PDF_BEGINS = "%PDF-".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ZIP_BEGINS = {'P', 'K', 3, 4};

    /** The entry that makes a ZIP an OFD (GB/T 33190-2016). */
    private static final byte[] OFD_ENTRY = "OFD.xml".getBytes(StandardCharsets.US_ASCII);

    /** Null where it is neither a PDF nor an OFD. */
    static InvoiceFile of(byte[] content) {
        String type = null;
        if (holds(content, PDF_BEGINS, 0)) {
            type = PDF;
        } else if (holds(content, ZIP_BEGINS, 0) && contains(content, OFD_ENTRY)) {
            type = OFD;
        }
        return type == null ? null : new InvoiceFile(type, content.length, sha256(content), content);
    }

    String extension() {
        return mediaType.equals(PDF) ? "pdf" : "ofd";
    }

    private static boolean contains(byte[] content, byte[] part) {
        for (int at = 0; at <= content.length - part.length; at++) {
            if (holds(content, part, at)) {
                return true;
            }
        }
        return false;
    }

    private static boolean holds(byte[] content, byte[] part, int at) {
        for (int i = 0; i < part.length; i++) {
            if (at + i >= content.length || content[at + i] != part[i]) {
                return false;
            }
        }
        return true;
    }

    private static byte[] sha256(byte[] content) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(content);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is required of every Java platform", e);
        }
    }
}
