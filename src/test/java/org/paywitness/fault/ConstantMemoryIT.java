package org.paywitness.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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
}
