package org.paywitness.dossier;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.restassured.response.Response;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.text.PDFTextStripper;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.paywitness.Files;
import org.paywitness.Said;
import org.paywitness.dispute.Quarrels;
import org.paywitness.evidence.Sent;
import org.paywitness.id.TypeId;

/** What is handed over when a dispute goes on elsewhere, by the service at RestAssured's port. */
public abstract class DossierForms {
    static final Duration PATIENCE = Duration.ofSeconds(60);
    static final int MEBIBYTE = 1 << 20;
    static final ObjectMapper JSON = new ObjectMapper();
    static final Instant THEN = Instant.now().minus(Duration.ofDays(1));

    final long seed = Long.getLong("dossier.seed", System.nanoTime());
    final Random random = new Random(seed);
    final Quarrels people = new Quarrels();
    final String rrn = Said.unique("R");
    String id;
    String sale;

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

    byte[] noise(int size) {
        byte[] noise = new byte[size];
        random.nextBytes(noise);
        return noise;
    }

    String put(String token, String name, byte[] content) throws IOException {
        Response added = Sent.slip(name, content).to(id, token);
        assertEquals(201, added.statusCode(), () -> added.asString() + " dossier.seed=" + seed);
        return added.path("id");
    }

    String path() {
        return "/v1/disputes/" + id + "/dossier";
    }

    HttpResponse<byte[]> dossier(String token, String accept, String language) throws Exception {
        return Sent.get(path(), token, "Accept", accept, "Accept-Language", language);
    }

    byte[] pdf(String language) throws Exception {
        HttpResponse<byte[]> answer = dossier(people.desk, "application/pdf", language);
        assertEquals(200, answer.statusCode());
        return answer.body();
    }

    static String text(byte[] pdf) throws IOException {
        try (PDDocument document = Loader.loadPDF(pdf)) {
            return new PDFTextStripper().getText(document);
        }
    }

    /** Without the ends of lines, which come where a line is full. */
    static String joined(String text) {
        return text.replaceAll("\\s", "");
    }

    Map<String, byte[]> zip(String token) throws Exception {
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

    static String sha256(byte[] content) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    }

    /** Words, files, an offer that was declined and one that is the agreement. */
    void quarrel() throws Exception {
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
    void keep(byte[] pdf, String name) throws IOException {
        java.nio.file.Files.write(Path.of("target", "dossier-" + name + ".pdf"), pdf);
    }

    JsonNode evidence() throws IOException {
        return JSON.readTree(Quarrels.get(people.desk, Sent.path(id)).asString())
                .get("data");
    }

    JsonNode verdict(String language) throws IOException {
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
    static String verified(JsonNode timeline, String uuid) throws Exception {
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
}
