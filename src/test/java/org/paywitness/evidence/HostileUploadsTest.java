package org.paywitness.evidence;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.paywitness.Files;
import org.paywitness.Said;
import org.paywitness.Tokens;
import org.paywitness.http.Raw;

/** Uploads as nobody decent would send them: refused cleanly, or kept exactly as they were sent. */
@QuarkusTest
class HostileUploadsTest {
    private static final int UPLOADS = Integer.getInteger("hostile.uploads", 2_000);
    private static final int PER_DISPUTE = 90;
    private static final long MAX_FILE = 20L << 20;
    private static final Set<String> TYPES =
            Set.of("application/pdf", "image/png", "image/jpeg", "image/webp", "video/mp4", "audio/mpeg", "text/plain");

    private final long seed = Long.getLong("hostile.seed", System.nanoTime());
    private final String desk = Tokens.desk();
    private final Map<String, Integer> statuses = new TreeMap<>();
    private String dispute;
    private int kept;

    /** @param file what may be kept of it, exactly; null where nothing may */
    private record Attack(String name, byte[] request, byte[] file) {}

    @Test
    void noneIsStoredWronglyAndEachIsAnsweredCleanly() throws Exception {
        System.out.println("hostile.seed=" + seed);
        for (int i = 0; i < UPLOADS; i++) {
            if (i % PER_DISPUTE == 0) {
                nothingElseIsKept();
                dispute = TestCases.open(Said.unique("m"), Said.card());
                kept = 0;
            }
            Attack attack = attack(i % 25, new Random(seed + i));
            answered(attack, Raw.send(attack.request()), "attack " + i + " " + attack.name() + " hostile.seed=" + seed);
        }
        nothingElseIsKept();
        System.out.println(statuses);
        assertTrue(statuses.containsKey("201"), "some are harmless");
    }

    private void nothingElseIsKept() {
        if (dispute != null) {
            int listed = given().auth().oauth2(desk).get(Sent.path(dispute)).path("data.size()");
            assertEquals(kept, listed, () -> "hostile.seed=" + seed);
        }
    }

    private void answered(Attack attack, Response answer, String what) throws Exception {
        statuses.merge(Integer.toString(answer.statusCode()), 1, Integer::sum);
        if (answer.statusCode() != 201) {
            assertTrue(answer.statusCode() >= 400 && answer.statusCode() < 500, () -> what + answer.asString());
            assertEquals("application/problem+json", answer.contentType(), what);
            assertTrue(answer.path("code").toString().matches("[a-z_]+"), what);
            return;
        }
        kept++;
        assertTrue(attack.file() != null, () -> what + " was kept: " + answer.asString());
        assertTrue(TYPES.contains(answer.<String>path("media_type")), what);
        byte[] content = Sent.get(answer.header("Location") + "/content", desk).body();
        assertArrayEquals(attack.file(), content, what);
    }

    private Attack attack(int kind, Random random) {
        List<byte[]> good =
                new ArrayList<>(Files.good(random, 10 + random.nextInt(40_000)).values());
        byte[] file = good.get(random.nextInt(good.size()));
        byte[] binary = good.get(random.nextInt(good.size() - 1));
        byte[] zip = Files.zip("x", new byte[1 + random.nextInt(100_000)]);
        return switch (kind) {
            case 0 -> sent("wrong type", Sent.slip("a.pdf", executable(random)), null);
            case 1 -> sent("named otherwise", Sent.slip("a.exe", file), file);
            case 2 -> sent("ZIP", Sent.slip("a.pdf", zip), null);
            case 3 -> sent("ZIP bomb", Sent.slip("a.zip", Files.zip("b", new byte[5 << 20])), null);
            case 4 -> sent("PNG bomb", Sent.slip("a.png", Files.pngBomb()), Files.pngBomb());
            case 5 -> polyglot(Files.join(binary, zip));
            case 6 -> polyglot(Files.join(Files.latin1("%PDF-1.4\n"), zip, Files.latin1("startxref\n0\n%%EOF\n")));
            case 7 -> polyglot(Files.join(file, Files.latin1("<html><script>alert(1)</script>")));
            case 8 -> polyglot(Files.latin1("%PDF-1.4\n1 0 obj<</S/JavaScript>>endobj\nstartxref\n9\n%%EOF"));
            case 9 ->
                polyglot(Files.jpeg(Files.join(new byte[random.nextInt(50_000)], Files.latin1("<SCRIPT src=x>"))));
            case 10 -> polyglot(("<!DOCTYPE html>" + random.nextInt()).getBytes(StandardCharsets.UTF_8));
            case 11 -> polyglot(Files.latin1(" \n<svg onload=alert(1)>"));
            case 12 -> truncated(binary, random);
            case 13 -> damaged(binary, random);
            case 14 -> sent("path", Sent.slip("../".repeat(1 + random.nextInt(60)) + "etc/passwd", file), file);
            case 15 -> sent("odd name", Sent.slip(oddName(random), file), file);
            case 16 -> sent("empty", Sent.slip("a.pdf", new byte[0]), null);
            case 17 -> sent("no file", new Sent().field("type", "slip").field("file", "text"), null);
            case 18 -> sent("no type", new Sent().file("a", file), null);
            case 19 -> sent("two files", Sent.slip("a", file).file("b", binary), null);
            case 20 -> sent("unknown part", Sent.slip("a", file).field("x".repeat(1 + random.nextInt(99)), "y"), null);
            case 21 -> badType(file, random);
            case 22 -> badBoundary(file, random);
            case 23 -> badHeaders(file, random);
            default -> cut(file, random);
        };
    }

    private Attack sent(String name, Sent sent, byte[] file) {
        return new Attack(name, sent.request(dispute, desk), file);
    }

    private Attack polyglot(byte[] file) {
        return sent("polyglot", Sent.slip("a.pdf", file), null);
    }

    private static byte[] executable(Random random) {
        byte[] file = new byte[100 + random.nextInt(300_000)];
        random.nextBytes(file);
        List<String> heads = List.of(
                "MZ\u0090\0", "\u007FELF", "GIF89a", "\u00CA\u00FE\u00BA\u00BE", "BM", "II*\0", "OggS", "\u001F\u008B");
        byte[] head = Files.latin1(heads.get(random.nextInt(heads.size())));
        System.arraycopy(head, 0, file, 0, head.length);
        return file;
    }

    private Attack truncated(byte[] file, Random random) {
        byte[] part = Arrays.copyOf(file, 16 + random.nextInt(file.length - 17));
        // What is cut between two frames of sound is sound.
        boolean sound = part[0] == 'I' && part[1] == 'D';
        return sent("truncated", Sent.slip("a", part), sound ? part : null);
    }

    private Attack damaged(byte[] file, Random random) {
        byte[] damaged = file.clone();
        damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
        return sent("damaged", Sent.slip("a", damaged), damaged);
    }

    private static String oddName(Random random) {
        StringBuilder name = new StringBuilder();
        for (int i = random.nextInt(300); i >= 0; i--) {
            int c = random.nextInt(random.nextBoolean() ? 0x80 : 0x2FFF);
            // What would end the header is an attack of its own.
            name.appendCodePoint(c == '\r' || c == '\n' || c == '\\' ? '/' : c);
        }
        return name.toString();
    }

    private Attack badType(byte[] file, Random random) {
        List<String> types = List.of("", "SLIP", "slip ", "slip\0", "x".repeat(5_000), "../slip", "凭条");
        String type = types.get(random.nextInt(types.size()));
        return sent("type " + type, new Sent().field("type", type).file("a", file), null);
    }

    private Attack badBoundary(byte[] file, Random random) {
        String form = "multipart/form-data";
        List<String> types = List.of(
                form,
                form + "; boundary=",
                form + "; boundary=\"\"",
                form + "; boundary=" + "x".repeat(71),
                form + "; boundary=\u00E9",
                form + "; boundary=another",
                form + "; boundary=\"a\\\"b\"",
                "multipart/mixed; boundary=" + Sent.BOUNDARY,
                "application/x-www-form-urlencoded",
                form + "; boundary=a; boundary=b");
        String type = types.get(random.nextInt(types.size()));
        byte[] form2 = Sent.slip("a", file).form();
        return new Attack(type, Raw.request("POST", Sent.path(dispute), desk, form2, "Content-Type: " + type), null);
    }

    private Attack badHeaders(byte[] file, Random random) {
        List<Sent> forms = List.of(
                new Sent().part("name=\"type\"", "Content-Transfer-Encoding: base64\r\n", Files.latin1("c2xpcA==")),
                new Sent().part("name=type; name=file; filename=x", "", file),
                new Sent().part("filename=\"x\"", "", file),
                new Sent().part("name=\"file\"; filename=\"x", "", file),
                new Sent().part("name=\"file\"; filename*=UTF-8''x", "", file),
                new Sent().part("name=\"file\"; filename=\"x\"", "X-Long: " + "y".repeat(9_000) + "\r\n", file),
                new Sent().part("name=\"file\"; filename=\"x\"", "no colon\r\n", file),
                new Sent().part("name=\"" + "x".repeat(8_000) + "\"", "", file),
                new Sent().part("name=\"" + "\\\\".repeat(3_900) + "\"", "", file),
                new Sent()
                        .part(
                                "name=\"file\"; filename=\"x\"",
                                "Content-Disposition: form-data; name=\"type\"\r\n",
                                file),
                new Sent().part("name=\"file\"; filename=\"x\"; filename=\"y\"", "", file),
                Sent.slip("a", file).field("description", "x".repeat(5_000)),
                Sent.slip("a", file).field("description", "bell\u0007"),
                Sent.slip("a", file).field("type", "invoice"));
        return sent("headers", forms.get(random.nextInt(forms.size())), null);
    }

    // The length that is told is that of what is sent: the form ends too early.
    private Attack cut(byte[] file, Random random) {
        byte[] form = Sent.slip("a", file).form();
        byte[] part = Arrays.copyOf(form, random.nextInt(form.length - 4));
        return new Attack("cut", Sent.request(dispute, desk, part), null);
    }

    @Test
    void hugeFilesAreRefusedWhateverTheySay() throws Exception {
        dispute = TestCases.open(Said.unique("m"), Said.card());
        for (long announced : List.of(22L << 20, 1L << 40, Long.MAX_VALUE)) {
            Response refused = Raw.send(Raw.request(
                    "POST",
                    Sent.path(dispute),
                    desk,
                    null,
                    "Content-Length: " + announced,
                    "Content-Type: multipart/form-data; boundary=" + Sent.BOUNDARY));
            assertEquals(413, refused.statusCode());
            assertEquals("body_too_large", refused.path("code"));
        }
        // A form within the limit of forms, with a file beyond that of files.
        Response tooLarge = Sent.slip("a.txt", spaces((int) MAX_FILE + 1)).to(dispute, desk);
        assertEquals(413, tooLarge.statusCode(), tooLarge.asString());
        assertEquals(MAX_FILE, ((Number) tooLarge.path("limit_bytes")).longValue());
        assertEquals(413, inChunks(30).statusCode());
        try {
            assertEquals(413, inChunks(1_000).statusCode());
        } catch (IOException e) {
            // Cut off after three times what is taken: just as well.
        }
        byte[] largest = spaces((int) MAX_FILE);
        Response kept = Sent.slip("a.txt", largest).to(dispute, desk);
        assertEquals(201, kept.statusCode(), kept.asString());
        assertArrayEquals(
                largest, Sent.get(kept.header("Location") + "/content", desk).body());
        assertEquals(
                1, (int) given().auth().oauth2(desk).get(Sent.path(dispute)).path("data.size()"));
    }

    private static byte[] spaces(int size) {
        byte[] spaces = new byte[size];
        Arrays.fill(spaces, (byte) ' ');
        return spaces;
    }

    /** A body without a length, of so many mebibytes. */
    private Response inChunks(int mebibytes) throws IOException {
        byte[] chunk = Files.join(Files.latin1("100000\r\n"), spaces(1 << 20), Files.latin1("\r\n"));
        byte[] form = Sent.slip("a.txt", spaces(100)).form();
        byte[] begin = Arrays.copyOf(form, form.length - 60);
        try (Socket socket = Raw.connect()) {
            OutputStream out = socket.getOutputStream();
            out.write(Raw.request(
                    "POST",
                    Sent.path(dispute),
                    desk,
                    null,
                    "Transfer-Encoding: chunked",
                    "Content-Type: multipart/form-data; boundary=" + Sent.BOUNDARY));
            out.write(
                    Files.join(Files.latin1(Integer.toHexString(begin.length) + "\r\n"), begin, Files.latin1("\r\n")));
            for (int i = 0; i < mebibytes; i++) {
                out.write(chunk);
            }
            out.write(Files.latin1("0\r\n\r\n"));
            return Raw.read(socket);
        }
    }
}
