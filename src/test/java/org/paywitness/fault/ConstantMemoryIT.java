package org.paywitness.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * A file far larger than the heap. Its rows are long, with a column that nobody reads, so that it takes seconds and
 * not an hour: {@code -Dfault.memory.mib=500 -Dfault.memory.heap=96m -Dfault.memory.row-bytes=120}.
 */
class ConstantMemoryIT {
    private static final int MIB = Integer.getInteger("fault.memory.mib", 200);
    private static final String HEAP = System.getProperty("fault.memory.heap", "96m");
    private static final int ROW_BYTES = Integer.getInteger("fault.memory.row-bytes", 20_000);
    private static final int BYTES_WITHOUT_REMARK = 95;
    private static final long BAD_EVERY = 3;
    private static final Duration PATIENCE = Duration.ofMinutes(60);

    @Test
    void aFileFarLargerThanTheHeapIsWorkedIn() throws Exception {
        String remark = "x".repeat(Math.max(0, ROW_BYTES - BYTES_WITHOUT_REMARK));
        Journal journal = new Journal("MEM", MIB * 1024L * 1024 / ROW_BYTES, BAD_EVERY, remark);
        System.out.printf("%d MiB in %d rows with a heap of %s%n", MIB, journal.rows(), HEAP);
        String feed = RunningService.token("feed");
        try (MortalPostgres postgres = MortalPostgres.started();
                RunningService service = new RunningService(
                        "constant-memory",
                        postgres.configuration("postgres"),
                        Map.of(),
                        "-Xmx" + HEAP,
                        "-XX:+ExitOnOutOfMemoryError")) {
            service.start().awaitReady();
            HttpResponse<String> answer = service.post(
                    "/v1/statements?merchant_id=m1", feed, "text/csv", BodyPublishers.ofInputStream(journal::content));
            assertEquals(202, answer.statusCode(), answer.body());
            String statement = answer.headers().firstValue("Location").orElseThrow();
            Waiting.until(
                    "done",
                    PATIENCE,
                    () -> service.isReady()
                            && !List.of("received", "running")
                                    .contains(RunningService.json(service.get(statement, feed))
                                            .get("status")
                                            .textValue()));
            JsonNode done = RunningService.json(service.get(statement, feed));
            assertEquals(
                    "done", done.get("status").textValue(), done.get("rows").toString());
            assertEquals(journal.rows(), done.at("/rows/read").longValue());
            assertEquals(journal.badLines().size(), done.at("/rows/refused").longValue());
            assertEquals(0, new Books(postgres, "postgres").count("statement_chunk"), "chunks are forgotten");
            assertFalse(service.log().contains("OutOfMemoryError"), "see target/fault/constant-memory.log");
        }
    }

    /** Files that are together twice as large as the heap, taken in at the same time and handed out again. */
    @Test
    void evidenceIsTakenInAndHandedOutWithoutBeingHeld() throws Exception {
        int files = 10;
        byte[] line = "I have seen it, and this is what it was.\n".getBytes(StandardCharsets.UTF_8);
        int lines = 19 * 1024 * 1024 / line.length;
        String desk = RunningService.token("desk:read desk:write");
        try (MortalPostgres postgres = MortalPostgres.started();
                RunningService service = new RunningService(
                        "constant-memory-evidence",
                        postgres.configuration("postgres"),
                        Map.of(),
                        "-Xmx" + HEAP,
                        "-XX:+ExitOnOutOfMemoryError")) {
            service.start().awaitReady();
            String evidence = disputed(service, desk) + "/evidence";
            ExecutorService senders = Executors.newFixedThreadPool(files);
            List<Future<HttpResponse<String>>> sent = new ArrayList<>();
            for (int i = 0; i < files; i++) {
                sent.add(senders.submit(() -> service.post(
                        evidence,
                        desk,
                        "multipart/form-data; boundary=cut",
                        BodyPublishers.ofInputStream(() -> form(line, lines)))));
            }
            for (Future<HttpResponse<String>> one : sent) {
                HttpResponse<String> answer = one.get();
                assertEquals(201, answer.statusCode(), answer.body());
                assertEquals(
                        (long) lines * line.length,
                        RunningService.json(answer).get("size").longValue());
            }
            senders.shutdown();
            HttpResponse<String> list = service.get(evidence, desk);
            assertEquals(files, RunningService.json(list).get("data").size());
            String hash = RunningService.json(list).at("/data/0/sha256").textValue();
            for (JsonNode one : RunningService.json(list).get("data")) {
                assertEquals(hash, one.get("sha256").textValue(), "all are the same");
                String content = evidence + "/" + one.get("id").textValue() + "/content";
                assertEquals(hash, sha256(service.stream(content, desk)));
            }
            assertFalse(service.log().contains("OutOfMemoryError"), "see target/fault/constant-memory-evidence.log");
        }
    }

    private static String disputed(RunningService service, String desk) throws Exception {
        String at = Instant.now().minusSeconds(3600).toString();
        String said = "{\"source\":\"acquirer\",\"source_ref\":\"e\",\"outcome\":\"captured\",\"observed_at\":\"" + at
                + "\",\"transaction\":{\"merchant_id\":\"m\",\"rrn\":\"R\",\"occurred_at\":\"" + at
                + "\",\"amount\":{\"amount\":100,\"currency\":\"CNY\"}}}";
        String json = "application/json";
        JsonNode heard = RunningService.json(
                service.post("/v1/observations", RunningService.token("feed"), json, BodyPublishers.ofString(said)));
        String body = "{\"transaction_id\":\""
                + heard.at("/results/0/transaction_id").textValue() + "\",\"reason\":\"not_delivered\"}";
        return service.post("/v1/disputes", desk, json, BodyPublishers.ofString(body))
                .headers()
                .firstValue("Location")
                .orElseThrow();
    }

    private static String sha256(InputStream content) throws Exception {
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        try (InputStream in = new DigestInputStream(content, sha256)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return HexFormat.of().formatHex(sha256.digest());
    }

    private static InputStream form(byte[] line, int lines) {
        String head = "--cut\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\nother\r\n--cut\r\n"
                + "Content-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n";
        Iterator<byte[]> again = Collections.nCopies(lines, line).iterator();
        Enumeration<InputStream> each = new Enumeration<>() {
            @Override
            public boolean hasMoreElements() {
                return again.hasNext();
            }

            @Override
            public InputStream nextElement() {
                return new ByteArrayInputStream(again.next());
            }
        };
        InputStream content = new SequenceInputStream(each);
        return new SequenceInputStream(Collections.enumeration(List.of(
                new ByteArrayInputStream(head.getBytes(StandardCharsets.UTF_8)),
                content,
                new ByteArrayInputStream("\r\n--cut--\r\n".getBytes(StandardCharsets.UTF_8)))));
    }
}
