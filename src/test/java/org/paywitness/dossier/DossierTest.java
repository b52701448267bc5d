package org.paywitness.dossier;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.text.PDFTextStripper;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.paywitness.Files;
import org.paywitness.Said;
import org.paywitness.Tokens;
import org.paywitness.dispute.CaseFiles;
import org.paywitness.dispute.Quarrels;
import org.paywitness.evidence.Evidences;
import org.paywitness.evidence.Sent;
import org.paywitness.explanation.Language;
import org.paywitness.fault.Waiting;
import org.paywitness.http.Raw;
import org.paywitness.id.TypeId;
import org.paywitness.paper.Press;

/** What is handed over when a dispute goes on elsewhere. */
@QuarkusTest
class DossierTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MEBIBYTE = 1 << 20;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant THEN = Instant.now().minus(Duration.ofDays(1));

    @Inject
    Pool pool;

    @Inject
    CaseFiles caseFiles;

    @Inject
    Evidences evidences;

    @Inject
    Press press;

    @Inject
    DossierSettings settings;

    private final long seed = Long.getLong("dossier.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final Quarrels people = new Quarrels();
    private final String rrn = Said.unique("R");
    private String id;
    private String sale;

    @BeforeEach
    void open() {
        sale = Said.by("acquirer", "captured")
                .of(people.merchant, rrn, 12_800)
                .card(people.card)
                .at(THEN)
                .knowing("terminal_id", "T0000417")
                .knowing("batch", "000012")
                .knowing("stan", "004217")
                .knowing("auth_code", "827036")
                .post();
        id = people.opened(people.cardholder, sale, "unrecognized").get("id").textValue();
    }

    private byte[] noise(int size) {
        byte[] noise = new byte[size];
        random.nextBytes(noise);
        return noise;
    }

    private String put(String token, String name, byte[] content) throws IOException {
        Response added = Sent.slip(name, content).to(id, token);
        assertEquals(201, added.statusCode(), () -> added.asString() + " dossier.seed=" + seed);
        return added.path("id");
    }

    private String path() {
        return "/v1/disputes/" + id + "/dossier";
    }

    private HttpResponse<byte[]> dossier(String token, String accept, String language) throws Exception {
        return Sent.get(path(), token, "Accept", accept, "Accept-Language", language);
    }

    private byte[] pdf(String language) throws Exception {
        HttpResponse<byte[]> answer = dossier(people.desk, "application/pdf", language);
        assertEquals(200, answer.statusCode());
        return answer.body();
    }

    private static String text(byte[] pdf) throws IOException {
        try (PDDocument document = Loader.loadPDF(pdf)) {
            return new PDFTextStripper().getText(document);
        }
    }

    /** Without the ends of lines, which come where a line is full. */
    private static String joined(String text) {
        return text.replaceAll("\\s", "");
    }

    private Map<String, byte[]> zip(String token) throws Exception {
        HttpResponse<byte[]> answer = dossier(token, "application/zip", "zh-CN");
        assertEquals(200, answer.statusCode());
        assertEquals(
                "application/zip", answer.headers().firstValue("Content-Type").orElseThrow());
        Map<String, byte[]> files = new LinkedHashMap<>();
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(answer.body()))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                assertNull(files.put(entry.getName(), in.readAllBytes()), "one name once: " + entry.getName());
            }
        }
        return files;
    }

    private static String sha256(byte[] content) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    }

    /** Words, files, an offer that was declined and one that is the agreement. */
    private void quarrel() throws Exception {
        Quarrels.step(people.cardholder, id, "messages", "{\"text\":\"我当天不在店里，也没有授权任何人刷卡。\"}");
        Quarrels.step(people.clerk, id, "messages", "{\"text\":\"" + "我们有监控录像。".repeat(100) + "\"}");
        String first = Quarrels.proposed(people.clerk, id, "{\"kind\":\"nothing\",\"text\":\"签购单有签名\"}");
        Quarrels.step(people.cardholder, id, "proposals/" + first + "/decline", "{}");
        String half = "{\"kind\":\"refund\",\"amount\":" + Quarrels.money(6_400) + ",\"text\":\"各退一步\"}";
        String second = Quarrels.proposed(people.clerk, id, half);
        Quarrels.step(people.cardholder, id, "proposals/" + second + "/accept", "{}");
    }

    @Test
    void thePdfShowsEverythingThatWasSaidAndDone() throws Exception {
        put(people.clerk, "签购单 11月.png", Files.png(noise(300_000)));
        put(people.cardholder, "聊天记录.txt", Files.text(random, 2_000));
        quarrel();
        JsonNode timeline = Quarrels.timeline(people.desk, id);
        for (String language : List.of("zh-CN", "en")) {
            boolean zh = language.equals("zh-CN");
            String all = joined(text(pdf(language)));
            List<String> shown = new ArrayList<>(List.of(id, sale, rrn, people.merchant, "T0000417", "000012"));
            shown.addAll(List.of("004217", "827036", "¥128.00", "¥64.00", "4515", "10.3", "4837", "签购单11月.png"));
            shown.addAll(List.of("我当天不在店里，也没有授权任何人刷卡。", "我们有监控录像。".repeat(100), "各退一步", "622848*********0018"));
            shown.addAll(
                    zh
                            ? List.of("争议卷宗", "持卡人否认交易", "双方已达成协议", "完整且未被修改", "举证清单", "如何自行核对", "已接受", "已拒绝")
                            : List.of(
                                    "Disputedossier", "wholeandunchanged", "HowtocheckthiswithoutusFiles", "declined"));
            for (JsonNode entry : timeline.get("entries")) {
                shown.add(entry.get("hash").textValue());
            }
            for (JsonNode file : evidence()) {
                shown.add(file.get("id").textValue());
                shown.add(file.get("sha256").textValue());
            }
            String verdict = verdict(language).get("headline").textValue();
            shown.add(joined(verdict));
            for (String one : shown) {
                assertTrue(all.contains(one), () -> one + " is not in " + all);
            }
            assertFalse(all.contains("6228480402564890018"));
            assertFalse(all.contains("〓"), "a character without a type");
            assertFalse(all.contains("null"), all);
            keep(pdf(language), language);
        }
    }

    /** To be looked at. */
    private void keep(byte[] pdf, String name) throws IOException {
        java.nio.file.Files.write(Path.of("target", "dossier-" + name + ".pdf"), pdf);
    }

    private JsonNode evidence() throws IOException {
        return JSON.readTree(Quarrels.get(people.desk, Sent.path(id)).asString())
                .get("data");
    }

    private JsonNode verdict(String language) throws IOException {
        return JSON.readTree(given().auth()
                .oauth2(people.desk)
                .header("Accept-Language", language)
                .get("/v1/transactions/" + sale + "/verdict")
                .asString());
    }

    @Test
    void theArchiveHoldsEveryFileAsItWasSentAndItsHashesAreTrue() throws Exception {
        Map<String, byte[]> sent = new LinkedHashMap<>();
        List<String> names = List.of(
                "签购单.png",
                "../../etc/passwd",
                "C:\\x\\slip.PDF",
                "a.exe",
                "same.txt",
                "same.txt",
                "....",
                "6228480402564890018.mp3",
                "photo.JPEG");
        for (String name : names) {
            byte[] content = List.copyOf(
                            Files.good(random, random.nextInt(600_000) + 10).values())
                    .get(random.nextInt(7));
            if (name.equals("photo.JPEG")) {
                content = Files.jpeg(noise(1_000));
            }
            sent.put(put(random.nextBoolean() ? people.clerk : people.cardholder, name, content), content);
        }
        quarrel();
        Map<String, byte[]> files = zip(people.cardholder);
        Set<String> foldersAndNames = new HashSet<>(files.keySet());
        foldersAndNames.removeAll(Set.of("dossier.pdf", "timeline.json", "manifest.json"));
        assertEquals(names.size(), foldersAndNames.size());
        foldersAndNames.forEach(name ->
                assertTrue(name.matches("evidence/\\d{3}-[\\p{L}\\p{N}_-]+\\.(png|pdf|jpg|webp|mp4|mp3|txt)"), name));
        assertTrue(files.containsKey("evidence/009-photo.jpg"), files.keySet()::toString);
        JsonNode manifest = JSON.readTree(files.get("manifest.json"));
        assertEquals(id, manifest.get("dispute_id").textValue());
        assertEquals(files.size() - 1, manifest.get("files").size(), "every file but itself");
        for (JsonNode entry : manifest.get("files")) {
            byte[] content = files.get(entry.get("name").textValue());
            assertEquals(sha256(content), entry.get("sha256").textValue());
            assertEquals(content.length, entry.get("size").intValue());
            JsonNode origin = entry.get("evidence");
            if (origin != null) {
                assertArrayEquals(sent.remove(origin.get("id").textValue()), content, "dossier.seed=" + seed);
                assertTrue(origin.get("intact").booleanValue());
            }
        }
        assertEquals(Set.of(), sent.keySet(), "files that are not there");
        assertTrue(text(files.get("dossier.pdf")).contains(id));
        JsonNode timeline = JSON.readTree(files.get("timeline.json"));
        assertEquals(
                verified(timeline, manifest.get("dispute_uuid").textValue()),
                manifest.get("timeline").get("hash").textValue());
        assertEquals(
                timeline.get("entries").size(),
                manifest.get("timeline").get("number").intValue());
        assertTrue(manifest.get("timeline").get("verified").booleanValue());
        assertEquals(
                TypeId.parse(TypeId.DISPUTE, id).orElseThrow().toString(),
                manifest.get("dispute_uuid").textValue());
    }

    /** Checks each entry as the document says; the last hash. */
    private static String verified(JsonNode timeline, String uuid) throws Exception {
        byte[] before = new byte[0];
        for (JsonNode entry : timeline.get("entries")) {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(before);
            sha256.update((uuid + '\0').getBytes(StandardCharsets.UTF_8));
            for (String field : List.of("number", "at", "actor", "action", "hashed")) {
                sha256.update((entry.get(field).asText() + '\0').getBytes(StandardCharsets.UTF_8));
            }
            before = sha256.digest();
            assertEquals(HexFormat.of().formatHex(before), entry.get("hash").textValue());
        }
        return HexFormat.of().formatHex(before);
    }

    @Test
    void aTimelineThatWasChangedIsHandedOutAndSaysSo() throws Exception {
        quarrel();
        behindOurBack("UPDATE audit_entry SET actor = 'somebody else' WHERE subject_id = $1 AND number = 2");
        assertTrue(text(pdf("zh-CN")).contains("警告：本争议的时间线未通过校验"));
        keep(pdf("en"), "broken");
        String english = text(pdf("en")).replaceAll("\\s+", " ");
        assertTrue(english.contains("Warning: the timeline of this dispute is not as it was written"), english);
        assertTrue(english.contains("entry 2 is not as it was written"), english);
        assertFalse(english.contains("whole and unchanged"));
        Map<String, byte[]> files = zip(people.desk);
        JsonNode told = JSON.readTree(files.get("timeline.json"));
        assertFalse(told.get("verified").booleanValue());
        JsonNode head = JSON.readTree(files.get("manifest.json")).get("timeline");
        assertFalse(head.get("verified").booleanValue());
        assertTrue(head.get("fault").textValue().startsWith("entry 2 "));
        behindOurBack("UPDATE audit_entry SET content = 'no json' WHERE subject_id = $1 AND number = 2");
        assertTrue(text(pdf("en")).contains("no json"));
        behindOurBack("DELETE FROM audit_entry WHERE subject_id = $1");
        assertTrue(text(pdf("en")).contains("not verified"));
    }

    private void behindOurBack(String sql) {
        behindOurBack(sql, TypeId.parse(TypeId.DISPUTE, id).orElseThrow());
    }

    private void behindOurBack(String sql, UUID subject) {
        pool.withTransaction(connection -> connection
                        .query("SET LOCAL session_replication_role = replica")
                        .execute()
                        .chain(() -> connection.preparedQuery(sql).execute(Tuple.of(subject))))
                .invoke(rows -> assertTrue(rows.rowCount() > 0))
                .await()
                .atMost(PATIENCE);
    }

    @Test
    void filesThatWereChangedOrRemovedAreToldInTheManifest() throws Exception {
        byte[] whole = Files.png(noise(700_000));
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            ids.add(put(people.clerk, i + ".png", whole));
        }
        for (String sql : List.of(
                "UPDATE evidence_chunk SET content = overlay(content PLACING 'x' FROM 100) WHERE evidence_id = $1 AND number = 1",
                "DELETE FROM evidence_chunk WHERE evidence_id = $1 AND number = 1",
                "DELETE FROM evidence_chunk WHERE evidence_id = $1")) {
            String one = ids.get(ids.size() - 1);
            ids.remove(one);
            behindOurBack(sql, TypeId.parse(TypeId.EVIDENCE, one).orElseThrow());
        }
        Map<String, byte[]> files = zip(people.desk);
        List<Boolean> intact = new ArrayList<>();
        List<Integer> sizes = new ArrayList<>();
        for (JsonNode entry : JSON.readTree(files.get("manifest.json")).get("files")) {
            assertEquals(
                    sha256(files.get(entry.get("name").textValue())),
                    entry.get("sha256").textValue());
            if (entry.has("evidence")) {
                intact.add(entry.get("evidence").get("intact").booleanValue());
                sizes.add(entry.get("size").intValue());
                assertEquals(
                        sha256(whole),
                        entry.get("evidence").get("recorded_sha256").textValue());
            }
        }
        assertEquals(List.of(true, false, false, false), intact);
        assertEquals(List.of(whole.length, 0, 256 * 1024, whole.length), sizes);
    }

    @Test
    void itIsSavedAndNeverKeptByCachesAndNegotiated() throws Exception {
        HttpResponse<byte[]> pdf = dossier(people.clerk, "*/*", "fr");
        Map<String, String> expected = Map.of(
                "Content-Type", "application/pdf",
                "Content-Length", "" + pdf.body().length,
                "Content-Disposition", "attachment; filename=\"" + id + ".pdf\"",
                "Content-Language", "zh-CN",
                "X-Content-Type-Options", "nosniff",
                "Cache-Control", "private, no-store");
        expected.forEach((name, value) ->
                assertEquals(value, pdf.headers().firstValue(name).orElse(null), name));
        assertEquals(
                "attachment; filename=\"" + id + ".zip\"",
                dossier(people.clerk, "application/pdf;q=0.5, application/zip", "en")
                        .headers()
                        .firstValue("Content-Disposition")
                        .orElseThrow());
        assertEquals(406, dossier(people.clerk, "application/json", "en").statusCode());
        assertEquals(406, dossier(people.clerk, "application/pdf;q=0", "en").statusCode());
        HttpResponse<byte[]> head = Sent.ask("HEAD", path(), people.clerk, "Accept", "application/zip");
        assertEquals(200, head.statusCode());
        assertEquals(0, head.body().length);
    }

    @Test
    void strangersFindNothing() throws Exception {
        for (String stranger : List.of(Tokens.merchant(Said.unique("m")), Tokens.cardholder(Said.card()))) {
            for (String accept : List.of("application/pdf", "application/zip")) {
                HttpResponse<byte[]> answer = dossier(stranger, accept, "en");
                assertEquals(404, answer.statusCode());
                assertTrue(answer.headers().firstValue("Content-Disposition").isEmpty());
            }
        }
        for (String bad : List.of("dsp_x", sale, id + "0", "..%2f" + id)) {
            assertEquals(
                    404,
                    Sent.get("/v1/disputes/" + bad + "/dossier", people.desk).statusCode(),
                    bad);
        }
        assertEquals(403, dossier(Tokens.feed(), "*/*", "en").statusCode());
        int entries = Quarrels.timeline(people.desk, id).get("entries").size();
        assertEquals(1, entries, "reading changes nothing");
    }

    @Test
    void theSameFactsAreTheSameBytes() throws Exception {
        put(people.clerk, "a.txt", Files.text(random, 5_000));
        quarrel();
        var file = caseFiles
                .read(TypeId.parse(TypeId.DISPUTE, id).orElseThrow(), Language.ZH)
                .await()
                .atMost(PATIENCE);
        ZoneId zone = ZoneId.of("Asia/Shanghai");
        for (DossierForm form : DossierForm.values()) {
            List<byte[]> both = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                try (Made made = Made.of(file, form, zone, evidences, JSON)) {
                    made.content().subscribe().asStream().forEach(piece -> out.writeBytes(piece.getBytes()));
                }
                both.add(out.toByteArray());
            }
            assertArrayEquals(both.get(0), both.get(1), form.name());
        }
    }

    @Test
    void hundredsOfEntriesAreSetPageByPage() throws Exception {
        for (int i = 0; i < 500; i++) {
            String said = i % 50 == 0 ? "长".repeat(2_000) : "第 " + i + " 次催促";
            Quarrels.step(i % 2 == 0 ? people.clerk : people.cardholder, id, "messages", "{\"text\":\"" + said + "\"}");
        }
        byte[] pdf = pdf("zh-CN");
        keep(pdf, "long");
        String all = joined(text(pdf));
        for (JsonNode entry : Quarrels.timeline(people.desk, id).get("entries")) {
            assertTrue(all.contains(entry.get("hash").textValue()));
        }
        assertTrue(all.contains("第499次催促"));
    }

    @Test
    void aFewMebibytesOfMemoryAreEnoughForAnySizeAndSlowReadersHoldNoPress() throws Exception {
        for (int i = 0; i < 3; i++) {
            put(people.clerk, "cctv.mp4", Files.mp4(noise(19 * MEBIBYTE)));
        }
        int readers = settings.maxAtOnce();
        long before = used();
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < readers; i++) {
            Socket socket = Raw.connect();
            // Else the system may take in what is left of a dossier while nobody reads.
            socket.setReceiveBufferSize(64 * 1024);
            socket.getOutputStream().write(Raw.request("GET", path(), people.desk, null, "Accept: application/zip"));
            sockets.add(socket);
        }
        for (Socket socket : sockets) {
            assertEquals(25 * MEBIBYTE, socket.getInputStream().readNBytes(25 * MEBIBYTE).length);
        }
        long each = (used() - before) / readers;
        System.out.printf("%d KiB of memory for each dossier of 57 MiB%n", each / 1024);
        assertTrue(each < 3L * MEBIBYTE, "bytes for each: " + each);
        HttpResponse<byte[]> refused = dossier(people.desk, "application/zip", "en");
        assertEquals(503, refused.statusCode());
        assertEquals("overloaded", JSON.readTree(refused.body()).get("code").textValue());
        assertTrue(refused.headers().firstValue("Retry-After").isPresent());
        assertTrue(refused.headers().firstValue("Content-Disposition").isEmpty());
        assertEquals("set", press.set(() -> "set").await().atMost(PATIENCE));
        for (Socket socket : sockets) {
            socket.close();
        }
        nothingIsLeftBehind();
    }

    private static long used() {
        Runtime runtime = Runtime.getRuntime();
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return runtime.totalMemory() - runtime.freeMemory();
    }

    @Test
    void clientsThatHangUpLeaveNothing() throws Exception {
        put(people.clerk, "a.mp4", Files.mp4(noise(8 * MEBIBYTE)));
        for (int i = 0; i < 120; i++) {
            try (Socket socket = Raw.connect()) {
                socket.setSoLinger(random.nextBoolean(), 0);
                String accept = "Accept: application/" + (random.nextBoolean() ? "zip" : "pdf");
                socket.getOutputStream().write(Raw.request("GET", path(), people.desk, null, accept));
                // Before anything is made, while it is, and at any place of it.
                int most = List.of(0, 1, 50_000, 6 * MEBIBYTE).get(random.nextInt(4));
                socket.getInputStream().readNBytes(most == 0 ? 0 : random.nextInt(most));
            }
        }
        nothingIsLeftBehind();
    }

    /** No place, no file, no connection is held; as many dossiers as may be at once can be had. */
    private void nothingIsLeftBehind() throws Exception {
        Waiting.until("all files are closed", PATIENCE, () -> openFiles() == 0);
        try (Stream<Path> files = java.nio.file.Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            assertEquals(
                    List.of(),
                    files.filter(file -> file.getFileName().toString().startsWith("paywitness-dossier-"))
                            .toList());
        }
        Waiting.until(
                "all connections are free",
                PATIENCE,
                () -> pool.query("SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                                        + " AND application_name = 'paywitness' AND state <> 'idle'")
                                .execute()
                                .await()
                                .atMost(PATIENCE)
                                .iterator()
                                .next()
                                .getLong(0)
                        == 0);
        // Who hung up may still have a request on its way in.
        Waiting.until("all places are free", PATIENCE, this::allPlacesAreFree);
        Waiting.until("all files are closed", PATIENCE, () -> openFiles() == 0);
    }

    private boolean allPlacesAreFree() throws IOException {
        List<Socket> all = new ArrayList<>();
        for (int i = 0; i < settings.maxAtOnce(); i++) {
            Socket socket = Raw.connect();
            socket.getOutputStream().write(Raw.request("GET", path(), people.desk, null, "Accept: application/zip"));
            all.add(socket);
        }
        boolean free = true;
        for (Socket socket : all) {
            String status = new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
            free &= status.equals("HTTP/1.1 200");
        }
        for (Socket socket : all) {
            socket.close();
        }
        return free;
    }

    private static long openFiles() {
        try (Stream<Path> open = java.nio.file.Files.list(Path.of("/proc/self/fd"))) {
            return open.filter(DossierTest::isOurs).count();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isOurs(Path descriptor) {
        try {
            return java.nio.file.Files.readSymbolicLink(descriptor).toString().contains("paywitness-dossier-");
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void bothLanguagesSayTheSame() {
        assertEquals(DossierWords.ZH.keySet(), DossierWords.EN.keySet());
        DossierWords.EN.forEach((key, text) -> assertFalse(text.toString().isEmpty(), key.toString()));
    }
}
