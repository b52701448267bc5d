package org.paywitness.dossier;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
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

/** Dossiers within this JVM, with what only shows from inside. */
@QuarkusTest
class DossierTest extends DossierForms {
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
                "UPDATE evidence_chunk SET content = set_byte(content, 100, 255 - get_byte(content, 100))"
                        + " WHERE evidence_id = $1 AND number = 1",
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
