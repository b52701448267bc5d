package org.paywitness;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Small good files of each format, of any size on demand, and the pieces of bad ones. */
public final class Files {
    private Files() {}

    public static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    public static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] noise(Random random, int size) {
        byte[] noise = new byte[size];
        random.nextBytes(noise);
        return noise;
    }

    private static byte[] u32(long value) {
        return new byte[] {(byte) (value >> 24), (byte) (value >> 16), (byte) (value >> 8), (byte) value};
    }

    private static byte[] u32LittleEndian(long value) {
        return new byte[] {(byte) value, (byte) (value >> 8), (byte) (value >> 16), (byte) (value >> 24)};
    }

    /** By media type; the part of each that may be anything has about this many bytes. */
    public static Map<String, byte[]> good(Random random, int size) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("application/pdf", pdf(noise(random, size)));
        files.put("image/png", png(noise(random, size)));
        files.put("image/jpeg", jpeg(noise(random, size)));
        files.put("image/webp", webp(noise(random, size & ~1)));
        files.put("video/mp4", mp4(noise(random, size)));
        files.put("audio/mpeg", mp3(random, Math.max(3, size / 417)));
        files.put("text/plain", text(random, size));
        return files;
    }

    public static byte[] pdf(byte[] stream) {
        byte[] head = join(
                latin1("%PDF-1.7\n%\u00E2\u00E3\n1 0 obj\n<< /Length " + stream.length + " >>\nstream\n"),
                stream,
                latin1("\nendstream\nendobj\n"));
        return join(
                head,
                latin1("xref\n0 1\n0000000000 65535 f \ntrailer << /Size 2 >>\nstartxref\n" + head.length
                        + "\n%%EOF\n"));
    }

    public static byte[] png(byte[] data) {
        byte[] header = join(u32(1), u32(1), new byte[] {8, 0, 0, 0, 0});
        return join(
                latin1("\u0089PNG\r\n\u001A\n"),
                pngChunk("IHDR", header),
                pngChunk("IDAT", data),
                pngChunk("IEND", new byte[0]));
    }

    public static byte[] pngChunk(String type, byte[] data) {
        CRC32 sum = new CRC32();
        sum.update(latin1(type));
        sum.update(data);
        return join(u32(data.length), latin1(type), data, u32(sum.getValue()));
    }

    /** A PNG of 50,000 by 50,000 pixels in a few kilobytes, for whoever unpacks it. */
    public static byte[] pngBomb() {
        Deflater deflater = new Deflater(9);
        deflater.setInput(new byte[4 << 20]);
        deflater.finish();
        byte[] packed = new byte[1 << 16];
        int length = deflater.deflate(packed);
        deflater.end();
        byte[] header = join(u32(50_000), u32(50_000), new byte[] {1, 0, 0, 0, 0});
        return join(
                latin1("\u0089PNG\r\n\u001A\n"),
                pngChunk("IHDR", header),
                pngChunk("IDAT", java.util.Arrays.copyOf(packed, length)),
                pngChunk("IEND", new byte[0]));
    }

    public static byte[] jpeg(byte[] data) {
        ByteArrayOutputStream scan = new ByteArrayOutputStream();
        for (byte b : data) {
            scan.write(b);
            if (b == (byte) 0xFF) {
                scan.write(0);
            }
        }
        return join(
                latin1("\u00FF\u00D8\u00FF\u00E0\u0000\u0010JFIF\0\u0001\u0001\0\0\u0001\0\u0001\0\0"),
                latin1("\u00FF\u00C0\0\u000B\u0008\0\u0001\0\u0001\u0001\u0001\u0011\0"),
                latin1("\u00FF\u00DA\0\u0008\u0001\u0001\0\0\u003F\0"),
                scan.toByteArray(),
                latin1("\u00FF\u00D9"));
    }

    public static byte[] webp(byte[] data) {
        byte[] chunk = join(latin1("VP8 "), u32LittleEndian(data.length), data);
        return join(latin1("RIFF"), u32LittleEndian(4 + chunk.length), latin1("WEBP"), chunk);
    }

    public static byte[] box(String type, byte[] content) {
        return join(u32(8 + content.length), latin1(type), content);
    }

    public static byte[] mp4(byte[] data) {
        return join(
                box("ftyp", join(latin1("isom"), u32(512), latin1("isommp42"))),
                box("free", new byte[0]),
                box("mdat", data),
                box("moov", box("mvhd", new byte[100])));
    }

    public static byte[] mp3(Random random, int frames) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(latin1("ID3\u0004\0\0\0\0\0\n"));
        out.writeBytes(new byte[10]);
        for (int i = 0; i < frames; i++) {
            // MPEG 1 layer III, 128 kbit/s, 44,100 Hz: 417 bytes, 418 with padding.
            boolean padded = random.nextBoolean();
            out.writeBytes(latin1(padded ? "\u00FF\u00FB\u0092\0" : "\u00FF\u00FB\u0090\0"));
            out.writeBytes(noise(random, padded ? 414 : 413));
        }
        return out.toByteArray();
    }

    public static byte[] text(Random random, int size) {
        String letters = "abc ,.签购单没有打印出来\n\t0123é😀";
        int[] all = letters.codePoints().toArray();
        StringBuilder text = new StringBuilder("聊天记录\n");
        while (text.length() < size) {
            text.appendCodePoint(all[random.nextInt(all.length)]);
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    public static byte[] zip(String name, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry(name));
            zip.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
