package org.paywitness.media;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.paywitness.Files;

/** What is taken for what; what a good file must not be cut off from, and what must not be put into it. */
class MediaFormatTest {
    private final long seed = Long.getLong("media.seed", System.nanoTime());
    private final Random random = new Random(seed);

    private static MediaFormat read(byte[] file) throws IOException {
        return MediaFormat.read(new ByteArrayInputStream(file));
    }

    private void refused(String what, byte[] file) {
        assertThrows(Unsound.class, () -> read(file), () -> what + ", media.seed=" + seed);
    }

    @Test
    void goodFilesOfAnySizeAreWhatTheyAre() throws IOException {
        for (int size : new int[] {0, 1, 2, 1_000, 16 * 1024 - 1, 16 * 1024, 100_001}) {
            for (Map.Entry<String, byte[]> file : Files.good(random, size).entrySet()) {
                assertEquals(file.getKey(), read(file.getValue()).mediaType(), () -> size + ", media.seed=" + seed);
            }
        }
    }

    @Test
    void picturesOfTheJdkAreTaken() throws IOException {
        var picture = new java.awt.image.BufferedImage(200, 100, java.awt.image.BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 20_000; i++) {
            picture.setRGB(i % 200, i / 200, random.nextInt());
        }
        for (String format : new String[] {"png", "jpg"}) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ImageIO.write(picture, format, out);
            assertEquals(format, read(out.toByteArray()).extension());
        }
    }

    @Test
    void nothingIsReadTwiceOrKept() throws IOException {
        byte[] file = Files.good(random, 100_000).get("image/png");
        ByteArrayOutputStream passed = new ByteArrayOutputStream();
        InputStream once = new ByteArrayInputStream(file) {
            @Override
            public synchronized int read(byte[] into, int offset, int length) {
                int read = super.read(into, offset, Math.min(length, 1 + random.nextInt(5_000)));
                passed.write(into, offset, Math.max(0, read));
                return read;
            }
        };
        assertEquals(MediaFormat.PNG, MediaFormat.read(once));
        assertArrayEquals(file, passed.toByteArray());
    }

    @Test
    void whatIsCutOffAnywhereIsRefused() {
        Map<String, byte[]> files = Files.good(random, 3_000);
        // A text may end anywhere between its characters.
        files.remove("text/plain");
        files.forEach((type, file) -> {
            for (int i = 0; i < 200; i++) {
                // From where the signature is whole; of less, some is a word.
                int length = 16 + random.nextInt(file.length - 16 - (type.endsWith("pdf") ? 1 : 0));
                // Frames have 417 bytes, or 418: after all seven of them the borders are at most seven apart.
                boolean wholeFrames = type.equals("audio/mpeg") && (length - 20) % 417 < 8;
                if (!wholeFrames) {
                    refused(type + " of " + length, Arrays.copyOf(file, length));
                }
            }
        });
    }

    @Test
    void whateverIsAttachedIsRefused() {
        Map<String, byte[]> attached = new LinkedHashMap<>();
        attached.put("ZIP", Files.zip("run.class", new byte[100]));
        attached.put("page", Files.latin1("<html><script>alert(1)</script></html>"));
        attached.put("one byte", new byte[] {1});
        attached.put("PDF", Files.pdf(new byte[5]));
        Files.good(random, 2_000)
                .forEach((type, file) -> attached.forEach((name, more) -> {
                    // A text goes on, and a PDF may be written on at its end (incremental update).
                    boolean goesOn = name.equals("PDF")
                            && List.of("text/plain", "application/pdf").contains(type);
                    if (!goesOn) {
                        refused(type + " with " + name + " after it", Files.join(file, more));
                        refused(type + " with " + name + " before it", Files.join(more, Files.latin1("\0"), file));
                    }
                }));
    }

    @Test
    void whatIsHiddenWithinIsRefused() {
        byte[] zip = Files.zip("a.class", new byte[10]);
        refused("ZIP in PDF", Files.pdf(zip));
        refused("ZIP in PNG", Files.png(zip));
        refused("ZIP in JPEG", Files.jpeg(zip));
        refused("ZIP in WebP", Files.webp(Arrays.copyOf(zip, zip.length + zip.length % 2)));
        refused("ZIP in MP4", Files.mp4(zip));
        for (String hidden :
                new String[] {"<ScRipt>", "<!DOCTYPE html>", "<html >", "<?php echo 1", "<svg xmlns='x'>"}) {
            // Across the borders of the buffer too.
            byte[] before = new byte[16 * 1024 - 64 + random.nextInt(80)];
            byte[] content = Files.join(before, Files.latin1(hidden), before);
            Map.of("PDF", Files.pdf(content), "PNG", Files.png(content), "JPEG", Files.jpeg(content))
                    .forEach((format, file) -> refused(hidden + " in " + format, file));
        }
        refused("JavaScript in PDF", Files.pdf(Files.latin1("/S /JavaScript /JS (app.alert(1))")));
        refused("launch in PDF", Files.pdf(Files.latin1("/S /Launch /F (cmd.exe)")));
        refused("RAR in MP4", Files.mp4(Files.latin1("Rar!\u001A\u0007\0")));
    }

    @Test
    void textThatProgramsWouldRunIsNoPlainText() {
        for (String bad : new String[] {
            "<html>",
            " \r\n<p>hello",
            "\u00EF\u00BB\u00BF<?xml version='1.0'?><svg/>",
            "<!-- x -->",
            "#!/bin/sh",
            "%!PS-Adobe",
            "{\\rtf1}",
            "GIF89a=1",
            "MZ",
            "a\0b",
            "a\u001Bb",
            "a\u007F",
            "\u00FF\u00FEa\0",
            "\u00C4\u00E3\u00BA\u00C3",
            "\u00C0\u00AF",
            "\u00ED\u00A0\u0080",
            "\u00F4\u0090\u0080\u0080",
            "\u00C2\u0085",
            "\u00E4\u00BD"
        }) {
            refused(bad, Files.latin1(bad));
        }
    }

    @Test
    void anyDamageEitherIsFoundOrLeavesTheSameFormat() {
        Files.good(random, 2_000).forEach((type, file) -> {
            int found = 0;
            for (int i = 0; i < 300; i++) {
                byte[] damaged = file.clone();
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 + random.nextInt(255));
                try {
                    assertEquals(type, read(damaged).mediaType(), () -> "media.seed=" + seed);
                } catch (Unsound unsound) {
                    found++;
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }
            assertTrue(!type.equals("image/png") || found == 300, "check sums find any");
        });
    }
}
