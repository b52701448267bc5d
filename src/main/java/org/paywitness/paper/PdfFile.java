package org.paywitness.paper;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.DeflaterOutputStream;

/** The objects of a PDF (ISO 32000-1, section 7.5), each written as soon as it is known. */
final class PdfFile {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private final OutputStream out;
    private final MessageDigest content = sha256();
    private final List<Long> offsets = new ArrayList<>();
    private long written;

    PdfFile(OutputStream out) throws IOException {
        this.out = out;
        // The second line tells file transfers that this is no text.
        write("%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n".getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The number of an object that is written later. */
    int reserve() {
        offsets.add(null);
        return offsets.size();
    }

    void object(int number, String body) throws IOException {
        begin(number);
        write(ascii(body + "\nendobj\n"));
    }

    /** @param dictionary entries beside those of the length and the compression */
    void stream(int number, String dictionary, byte[] data) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(packed)) {
            deflater.write(data);
        }
        begin(number);
        write(ascii("<</Length " + packed.size() + "/Filter/FlateDecode" + dictionary + ">>\nstream\n"));
        write(packed.toByteArray());
        write(ascii("\nendstream\nendobj\n"));
    }

    /** The table of all objects; nothing is written after it. */
    void end(int catalog, int info) throws IOException {
        // The same content has the same name, other content another one.
        String id = '<' + HEX.formatHex(Arrays.copyOf(content.digest(), 16)) + '>';
        long table = written;
        StringBuilder end = new StringBuilder("xref\n0 " + (offsets.size() + 1) + "\n0000000000 65535 f \n");
        for (Long offset : offsets) {
            String digits = Long.toString(offset);
            end.append("0".repeat(10 - digits.length())).append(digits).append(" 00000 n \n");
        }
        end.append("trailer\n<</Size ").append(offsets.size() + 1);
        end.append("/Root ").append(catalog).append(" 0 R/Info ").append(info).append(" 0 R/ID[");
        end.append(id).append(id).append("]>>\nstartxref\n").append(table).append("\n%%EOF\n");
        write(ascii(end.toString()));
        out.flush();
    }

    /** A text string, whatever it holds. */
    static String text(String text) {
        return "<FEFF" + HEX.formatHex(text.getBytes(StandardCharsets.UTF_16BE)) + '>';
    }

    private void begin(int number) throws IOException {
        offsets.set(number - 1, written);
        write(ascii(number + " 0 obj\n"));
    }

    private void write(byte[] bytes) throws IOException {
        out.write(bytes);
        content.update(bytes);
        written += bytes.length;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is required of every Java platform", e);
        }
    }
}
