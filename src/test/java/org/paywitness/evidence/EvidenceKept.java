package org.paywitness.evidence;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.arc.Arc;
import io.quarkus.arc.InstanceHandle;
import io.restassured.response.Response;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.net.URLDecoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.paywitness.Files;
import org.paywitness.Said;
import org.paywitness.TestClock;
import org.paywitness.Tokens;
import org.paywitness.fault.Waiting;
import org.paywitness.id.TypeId;
import org.paywitness.retention.Leaves;

/** What is put forward is kept as it was sent, found again, and never changed. */
abstract class EvidenceKept {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MEBIBYTE = 1 << 20;

    @Inject
    Pool pool;

    @Inject
    Evidences evidences;

    @Inject
    Orphans orphans;

    @Inject
    TestClock clock;

    @Inject
    Storages storages;

    private final long seed = Long.getLong("evidence.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final String merchant = Said.unique("m");
    private final String card = Said.card();
    private final String desk = Tokens.desk();
    private String dispute;

    @BeforeEach
    void open() {
        dispute = TestCases.open(merchant, card);
    }

    @AfterEach
    void resetClock() {
        clock.reset();
    }

    private Response added(Sent sent, String... headers) throws Exception {
        Response answer = sent.to(dispute, desk, headers);
        assertEquals(201, answer.statusCode(), () -> answer.asString() + " evidence.seed=" + seed);
        return answer;
    }

    private static String sha256(byte[] content) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    }

    @Test
    void everyFormatIsKeptByteForByteWithItsHash() throws Exception {
        List<String> ids = new ArrayList<>();
        // Less than a row, exactly one, several; an S3 part has 5 MiB.
        for (int size : new int[] {10, 300_000, 6 * MEBIBYTE}) {
            for (Map.Entry<String, byte[]> file : Files.good(random, size).entrySet()) {
                Response answer = added(Sent.slip("a.bin", file.getValue()));
                assertEquals(file.getKey(), answer.path("media_type"));
                assertEquals(sha256(file.getValue()), answer.path("sha256"));
                assertEquals(file.getValue().length, ((Number) answer.path("size")).longValue());
                HttpResponse<byte[]> content = Sent.get(answer.header("Location") + "/content", desk);
                assertArrayEquals(file.getValue(), content.body());
                ids.add(answer.path("id"));
            }
        }
        assertEquals(ids, given().auth().oauth2(desk).get(Sent.path(dispute)).path("data.id"), "oldest first");
        nothingIsLeftBehind();
    }

    @Test
    void contentIsSavedAndNeverShown() throws Exception {
        byte[] text = "见附件".getBytes(StandardCharsets.UTF_8);
        String location = added(Sent.slip("../../etc/证 据\".bat", text)).header("Location");
        HttpResponse<byte[]> content = Sent.get(location + "/content", desk);
        assertEquals(200, content.statusCode());
        Map<String, String> expected = Map.of(
                "Content-Type", "text/plain;charset=UTF-8",
                "Content-Length", "" + text.length,
                "Accept-Ranges", "bytes",
                "ETag", '"' + sha256(text) + '"',
                "X-Content-Type-Options", "nosniff",
                "Content-Security-Policy", "default-src 'none'; sandbox",
                "Cache-Control", "private, no-cache");
        expected.forEach((name, value) ->
                assertEquals(value, content.headers().firstValue(name).orElse(null), name));
        String disposition = content.headers().firstValue("Content-Disposition").orElseThrow();
        String id = location.substring(location.lastIndexOf('/') + 1);
        assertTrue(disposition.startsWith("attachment; filename=\"" + id + ".txt\"; filename*=UTF-8''"), disposition);
        String name = URLDecoder.decode(disposition.replaceAll(".*''", ""), StandardCharsets.UTF_8);
        assertEquals(".._.._etc_证 据\".bat.txt", name);
        assertTrue(disposition.chars().allMatch(c -> c >= ' ' && c < 127), disposition);
        HttpResponse<byte[]> head = Sent.ask("HEAD", location + "/content", desk);
        assertEquals(200, head.statusCode());
        assertEquals(0, head.body().length);
        expected.forEach((key, value) ->
                assertEquals(value, head.headers().firstValue(key).orElse(null), key));
    }

    @Test
    void namesAreTextsOnly() throws Exception {
        Map<String, String> names = Map.of(
                "../../etc/passwd", "../../etc/passwd",
                "C:\\Users\\x\\slip.png", "C:\\Users\\x\\slip.png",
                "小票.png", "小票.png",
                "a\u202Egnp.exe", "agnp.exe",
                "bell\u0007.png", "bell\u2407.png",
                "line%0D%0Abreak: x", "line\u240D\u240Abreak: x",
                "6228480402564890018.png", "622848*********0018.png",
                "quote\"d", "quote\"d");
        for (Map.Entry<String, String> name : names.entrySet()) {
            assertEquals(
                    name.getValue(),
                    added(Sent.slip(name.getKey(), Files.png(new byte[9]))).path("file_name"));
        }
        for (String bad : List.of("", " ", "\u202E", "x".repeat(256))) {
            Response refused = Sent.slip(bad, Files.png(new byte[9])).to(dispute, desk);
            assertEquals(400, refused.statusCode(), bad);
            assertEquals(List.of("/file"), refused.path("errors.pointer"));
        }
    }

    @Test
    void anyRangeIsThatPartOfTheOriginal() throws Exception {
        byte[] file = Files.pdf(noise(700_000));
        String content = added(Sent.slip("a.pdf", file)).header("Location") + "/content";
        for (int i = 0; i < 200; i++) {
            int from = random.nextInt(file.length);
            int to = from + random.nextInt(file.length - from);
            String range =
                    switch (random.nextInt(4)) {
                        case 0 -> "bytes=" + from + "-";
                        case 1 -> "bytes=-" + (file.length - from);
                        case 2 -> "bytes=" + from + "-" + (to == file.length - 1 ? 999_999_999 : to);
                        default -> "bytes=" + from + "-" + to;
                    };
            int end = range.endsWith("-" + to) ? to + 1 : file.length;
            HttpResponse<byte[]> part = Sent.get(content, desk, "Range", range);
            assertEquals(206, part.statusCode(), range);
            assertArrayEquals(Arrays.copyOfRange(file, from, end), part.body(), () -> range + " seed=" + seed);
            assertEquals(
                    "bytes " + from + "-" + (end - 1) + "/" + file.length,
                    part.headers().firstValue("Content-Range").orElseThrow());
        }
        for (String none : List.of("bytes=" + file.length + "-", "bytes=-0", "bytes=99999999-999999999")) {
            HttpResponse<byte[]> refused = Sent.get(content, desk, "Range", none);
            assertEquals(416, refused.statusCode(), none);
            assertEquals(
                    "bytes */" + file.length,
                    refused.headers().firstValue("Content-Range").orElseThrow());
        }
        for (String whole : List.of(
                "bytes=0-1,5-6", "bytes=5-4", "bytes=-", "bytes=x", "lines=1-2", "bytes=" + "9".repeat(30) + "-")) {
            assertArrayEquals(file, Sent.get(content, desk, "Range", whole).body(), whole);
        }
        String tag = '"' + sha256(file) + '"';
        assertEquals(
                206,
                Sent.get(content, desk, "Range", "bytes=1-2", "If-Range", tag).statusCode());
        assertEquals(
                200,
                Sent.get(content, desk, "Range", "bytes=1-2", "If-Range", "\"other\"")
                        .statusCode());
        assertEquals(304, Sent.get(content, desk, "If-None-Match", tag).statusCode());
    }

    private byte[] noise(int size) {
        byte[] noise = new byte[size];
        random.nextBytes(noise);
        return noise;
    }

    @Test
    void otherRoomsReadTheSame() throws Exception {
        byte[] file = Files.png(noise(600_000));
        added(Sent.slip("a.png", file));
        UUID id = TypeId.parse(TypeId.DISPUTE, dispute).orElseThrow();
        List<Evidence> all = evidences.of(id).await().atMost(PATIENCE);
        assertEquals(1, all.size());
        Buffer whole = Buffer.buffer();
        evidences.content(all.get(0)).subscribe().asStream().forEach(whole::appendBuffer);
        assertArrayEquals(file, whole.getBytes());
    }

    @Test
    void sameKeyWithTheSameFileAnswersTheSame() throws Exception {
        String key = "Idempotency-Key: " + Said.unique("k");
        byte[] file = Files.png(noise(300_000));
        Response first = added(Sent.slip("a.png", file), key);
        Response again = added(Sent.slip("a.png", file), key);
        assertEquals(first.asString(), again.asString());
        assertEquals("true", again.header("Idempotency-Replayed"));
        Response other = Sent.slip("a.png", Files.png(noise(300_000))).to(dispute, desk, key);
        assertEquals(422, other.statusCode(), other.asString());
        TestCases.close(dispute);
        assertEquals(first.asString(), added(Sent.slip("a.png", file), key).asString());
        Response late = Sent.slip("a.png", file).to(dispute, desk, "Idempotency-Key: " + Said.unique("k"));
        assertEquals("dispute_closed", late.path("code"));
        assertEquals(
                "dispute_closed", Sent.slip("a.png", file).to(dispute, desk).path("code"));
        List<String> kept = given().auth().oauth2(desk).get(Sent.path(dispute)).path("data.id");
        assertEquals(List.of(first.<String>path("id")), kept);
        nothingIsLeftBehind();
    }

    @Test
    void descriptionIsKeptWithoutCardNumbersAndPersonsAreShownToTheirSide() throws Exception {
        String holder = Tokens.cardholder(card);
        Response answer = new Sent()
                .file("a.txt", "hello".getBytes())
                .field("description", " 卡号 6228480402564890018 \n")
                .field("type", "chat_log")
                .to(dispute, holder);
        assertEquals(201, answer.statusCode(), answer.asString());
        assertEquals("卡号 622848*********0018", answer.path("description"));
        assertEquals("cardholder", answer.path("party"));
        assertEquals("test", answer.path("added_by"));
        String one = answer.header("Location");
        assertEquals("test", given().auth().oauth2(desk).get(one).path("added_by"));
        assertNull(given().auth().oauth2(Tokens.merchant(merchant)).get(one).path("added_by"));
        String elsewhere = one.replace(dispute, TestCases.open(merchant, card));
        assertEquals(404, given().auth().oauth2(desk).get(elsewhere).statusCode());
        assertEquals(
                404, given().auth().oauth2(desk).get(elsewhere + "/content").statusCode());
    }

    @Test
    void limitsOfADisputeHoldUnderConcurrentUploads() throws Exception {
        byte[] file = Files.png(noise(100));
        for (int i = 0; i < 98; i++) {
            added(Sent.slip("a.png", file));
        }
        List<Integer> statuses = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Thread thread = new Thread(() -> {
                try {
                    int status = Sent.slip("a.png", file).to(dispute, desk).statusCode();
                    synchronized (statuses) {
                        statuses.add(status);
                    }
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        statuses.sort(null);
        assertEquals(List.of(201, 201, 409, 409, 409, 409, 409, 409), statuses);
        Response refused = Sent.slip("a.png", file).to(dispute, desk);
        assertEquals("evidence_limit_reached", refused.path("code"));
        assertEquals(100, (int) refused.path("limit_files"));
        nothingIsLeftBehind();
    }

    @Test
    void whatADeadUploadHasLeftIsSweptOnceItIsOldEnough() throws Exception {
        UUID dead = TypeId.next();
        String storage = storages.current().name();
        evidences.begin(dead, storage, clock.instant()).await().atMost(PATIENCE);
        Storage.Sink sink = storages.current().begin(dead);
        sink.write(noise(6 * MEBIBYTE), 0, 6 * MEBIBYTE);
        orphans.sweep().await().atMost(PATIENCE);
        assertEquals(1, uploads(dead), "too young");
        clock.move(Duration.ofHours(7));
        String kept = added(Sent.slip("a.png", Files.png(noise(300_000)))).header("Location");
        orphans.sweep().await().atMost(PATIENCE);
        assertEquals(0, uploads(dead));
        assertEquals(0, chunks(dead));
        assertEquals(200, Sent.get(kept + "/content", desk).statusCode());
    }

    @Test
    void whatLeavesWithItsDisputeIsSweptLikeAnOrphan() throws Exception {
        Response kept = added(Sent.slip("a.png", Files.png(noise(300_000))));
        UUID id = TypeId.parse(TypeId.EVIDENCE, kept.path("id")).orElseThrow();
        TestCases.close(dispute);
        clock.move(Duration.ofDays(1));
        assertEquals(1, leave(TypeId.parse(TypeId.DISPUTE, dispute).orElseThrow()));
        assertEquals(404, Sent.get(kept.header("Location") + "/content", desk).statusCode());
        assertEquals(1, uploads(id));
        clock.move(Duration.ofHours(7));
        orphans.sweep().await().atMost(PATIENCE);
        assertEquals(0, uploads(id));
        assertEquals(0, chunks(id));
        assertThrows(
                Missing.class,
                () -> storages.current().read(id, 0, 1).await().atMost(PATIENCE),
                "nor is anything in the storage");
        nothingIsLeftBehind();
    }

    // Lets this one leave, however young it is.
    private int leave(UUID dispute) {
        Leaves disputes = Arc.container().listAll(Leaves.class).stream()
                .map(InstanceHandle::get)
                .filter(kind -> kind.kind().equals("disputes"))
                .findAny()
                .orElseThrow();
        UUID before = new UUID(dispute.getMostSignificantBits(), dispute.getLeastSignificantBits() - 1);
        return pool.withTransaction(connection -> connection
                        .query("SELECT set_config('paywitness.retention', 'on', true)")
                        .execute()
                        .chain(() -> disputes.step(connection, before, clock.instant(), 1)))
                .await()
                .atMost(PATIENCE)
                .gone();
    }

    @Test
    void removingWhatWasAddedLeavesIt() throws Exception {
        byte[] file = Files.png(noise(300_000));
        Response kept = added(Sent.slip("a.png", file));
        evidences
                .remove(TypeId.parse(TypeId.EVIDENCE, kept.path("id")).orElseThrow())
                .await()
                .atMost(PATIENCE);
        assertArrayEquals(
                file, Sent.get(kept.header("Location") + "/content", desk).body());
    }

    @Test
    void clientsThatHangUpLeaveNothing() throws Exception {
        byte[] request = Sent.slip("a.pdf", Files.pdf(noise(900_000))).request(dispute, desk);
        for (int i = 0; i < 300; i++) {
            try (java.net.Socket socket = org.paywitness.http.Raw.connect()) {
                socket.setSoLinger(random.nextBoolean(), 0);
                socket.getOutputStream().write(request, 0, random.nextInt(request.length - 200));
            }
        }
        nothingIsLeftBehind();
        Response[] kept = new Response[1];
        // Who has sent nothing of a file yet holds a place only, until we notice that it is gone.
        Waiting.until("there is a place for an upload", PATIENCE, () -> {
            kept[0] = Sent.slip("a.pdf", Files.pdf(noise(5 * MEBIBYTE))).to(dispute, desk);
            return kept[0].statusCode() == 201;
        });
        String content = kept[0].header("Location") + "/content";
        for (int i = 0; i < 200; i++) {
            try (java.net.Socket socket = org.paywitness.http.Raw.connect()) {
                socket.setSoLinger(random.nextBoolean(), 0);
                socket.getOutputStream().write(org.paywitness.http.Raw.request("GET", content, desk, null));
                socket.getInputStream().readNBytes(random.nextInt(600_000));
            }
        }
        nothingIsLeftBehind();
        assertEquals(
                1, (int) given().auth().oauth2(desk).get(Sent.path(dispute)).path("data.size()"));
        // As many downloads and uploads as may be at once: nobody holds a place any more.
        for (int i = 0; i < 70; i++) {
            assertEquals(206, Sent.get(content, desk, "Range", "bytes=0-9").statusCode());
        }
        for (int i = 0; i < 20; i++) {
            added(Sent.slip("a.png", Files.png(noise(10))));
        }
    }

    /** Nothing of a file lies anywhere without its evidence, and no connection is held. */
    private void nothingIsLeftBehind() {
        // An upload that was given up may still be on its way in.
        Waiting.until(
                "nothing is left of uploads",
                PATIENCE,
                () -> number("SELECT count(*) FROM evidence_upload") == 0
                        && number("SELECT count(*) FROM evidence_chunk c WHERE NOT EXISTS"
                                        + " (SELECT FROM evidence e WHERE e.id = c.evidence_id)")
                                == 0);
        Waiting.until(
                "all connections are free",
                PATIENCE,
                () -> number("SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                                + " AND application_name = 'paywitness' AND state <> 'idle'")
                        == 0);
        List<io.vertx.mutiny.sqlclient.SqlConnection> all = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            all.add(pool.getConnection().await().atMost(PATIENCE));
        }
        all.forEach(connection -> connection.close().await().atMost(PATIENCE));
    }

    private long number(String sql) {
        return pool.query(sql)
                .execute()
                .await()
                .atMost(PATIENCE)
                .iterator()
                .next()
                .getLong(0);
    }

    private long uploads(UUID id) {
        return number("SELECT count(*) FROM evidence_upload WHERE id = '" + id + "'");
    }

    private long chunks(UUID id) {
        return number("SELECT count(*) FROM evidence_chunk WHERE evidence_id = '" + id + "'");
    }

    @Test
    void aWholeFileIsNeverInMemory() throws Exception {
        int uploads = 8;
        byte[] form = Sent.slip("a.pdf", Files.pdf(new byte[19 * MEBIBYTE])).form();
        byte[] request = Sent.request(dispute, desk, form);
        long before = used();
        List<java.net.Socket> sockets = new ArrayList<>();
        for (int i = 0; i < uploads; i++) {
            java.net.Socket socket = org.paywitness.http.Raw.connect();
            // All but the last boundary: they wait for it together.
            socket.getOutputStream().write(request, 0, request.length - 20);
            sockets.add(socket);
        }
        long perUpload = (used() - before) / uploads;
        System.out.printf("%d KiB of memory for each upload of 19 MiB%n", perUpload / 1024);
        // Of S3 a part of 5 MiB, and what its call holds; of PostgreSQL a row.
        assertTrue(perUpload < 12L * MEBIBYTE, "bytes for each: " + perUpload);
        for (java.net.Socket socket : sockets) {
            socket.getOutputStream().write(request, request.length - 20, 20);
            assertNotEquals(-1, socket.getInputStream().read());
            socket.close();
        }
        assertFalse(used() - before > 12L * MEBIBYTE * uploads);
    }

    private static long used() {
        Runtime runtime = Runtime.getRuntime();
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
