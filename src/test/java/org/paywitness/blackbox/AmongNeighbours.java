package org.paywitness.blackbox;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.paywitness.dispute.Quarrels.AMOUNT;
import static org.paywitness.dispute.Quarrels.PATIENCE;

import com.fasterxml.jackson.databind.JsonNode;
import io.restassured.response.Response;
import java.io.ByteArrayInputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.paywitness.Files;
import org.paywitness.dispute.Quarrels;
import org.paywitness.evidence.Sent;
import org.paywitness.fault.RunningService;
import org.paywitness.fault.Waiting;
import org.paywitness.refund.Sales;

/** Money that goes back through the acquirer, and files that lie in S3. */
abstract class AmongNeighbours {
    private static final Instant YESTERDAY = Instant.now().minus(Duration.ofDays(1));
    private static final int MEBIBYTE = 1 << 20;

    private final Packaged packaged;
    private final Quarrels people = new Quarrels();

    AmongNeighbours(Packaged packaged) {
        this.packaged = packaged;
    }

    @BeforeEach
    void ask() {
        Packaged.ask(packaged.amongNeighbours);
    }

    @Test
    void refundIsOrderedAndTheAcquirerTellsThatItMoved() {
        String sale = people.paid(YESTERDAY);
        String clerk = Sales.clerk(people.merchant);
        String refund = Sales.refunded(clerk, sale, 2_800L).get("id").textValue();
        Sales.awaited(clerk, refund, "succeeded");
        assertEquals(2_800, packaged.acquirer.moved(sale));
        JsonNode verdict = Quarrels.verdict(people.desk, sale);
        assertEquals(2_800, verdict.at("/returned_promised/amount").longValue(), verdict.toString());
    }

    /** An order without an answer is asked about, and moves once. */
    @Test
    void doubtIsResolvedByAsking() {
        packaged.acquirer.next("reset_after");
        String sale = people.paid(YESTERDAY);
        String clerk = Sales.clerk(people.merchant);
        String refund = Sales.refunded(clerk, sale, null).get("id").textValue();
        Sales.awaited(clerk, refund, "succeeded");
        assertEquals(AMOUNT, packaged.acquirer.moved(sale));
    }

    @Test
    void agreementInADisputeMovesMoney() {
        String sale = people.paid(YESTERDAY);
        String id = people.opened(people.cardholder, sale, "not_delivered")
                .get("id")
                .textValue();
        String half = "{\"kind\":\"refund\",\"amount\":" + Quarrels.money(AMOUNT / 2) + ",\"text\":\"各退一步\"}";
        String offer = Quarrels.proposed(people.clerk, id, half);
        JsonNode agreed = Quarrels.step(people.cardholder, id, "proposals/" + offer + "/accept", "{}");
        assertEquals("agreed", agreed.get("status").textValue());
        Waiting.until("half is sent", PATIENCE, () -> packaged.acquirer.moved(sale) == AMOUNT / 2);
        assertTrue(Quarrels.timeline(people.desk, id).get("verified").booleanValue());
    }

    @Test
    void filesOfEveryFormatLieInTheStorageAndComeBack() throws Exception {
        String sale = people.paid(YESTERDAY);
        String id =
                people.opened(people.cardholder, sale, "unrecognized").get("id").textValue();
        // One object put at once, and one of several parts.
        for (int size : new int[] {1_000, 6 * MEBIBYTE}) {
            for (Map.Entry<String, byte[]> file :
                    Files.good(new Random(size), size).entrySet()) {
                byte[] sent = file.getValue();
                Response added = Sent.slip("签购单", sent).to(id, people.clerk);
                assertEquals(201, added.statusCode(), added.asString());
                assertEquals(file.getKey(), added.path("media_type"));
                String content = added.header("Location") + "/content";
                assertArrayEquals(sent, Sent.get(content, people.desk).body());
                HttpResponse<byte[]> part = Sent.get(content, people.desk, "Range", "bytes=10-99");
                assertEquals(206, part.statusCode());
                assertArrayEquals(Arrays.copyOfRange(sent, 10, 100), part.body());
            }
        }
        assertEquals(0, Packaged.number("SELECT count(*) FROM evidence_chunk"), "files in the database");
        archiveHolds(id, 14);
    }

    /** Read out of the storage into the dossier, and found to be what was sent. */
    private void archiveHolds(String id, int files) throws Exception {
        HttpResponse<byte[]> dossier =
                Sent.get("/v1/disputes/" + id + "/dossier", people.desk, "Accept", "application/zip");
        int intact = 0;
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(dossier.body()))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                byte[] content = in.readAllBytes();
                if (entry.getName().equals("manifest.json")) {
                    String manifest = new String(content, StandardCharsets.UTF_8);
                    for (JsonNode file : RunningService.json(manifest).get("files")) {
                        intact += file.at("/evidence/intact").booleanValue() ? 1 : 0;
                    }
                }
            }
        }
        assertEquals(files, intact);
    }
}
