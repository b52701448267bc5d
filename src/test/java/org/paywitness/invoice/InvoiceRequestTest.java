package org.paywitness.invoice;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.paywitness.Said;
import org.paywitness.Tokens;
import org.paywitness.audit.AuditEntry;
import org.paywitness.id.TypeId;

/** Invoices that are asked for, issued and refused. */
@QuarkusTest
class InvoiceRequestTest {
    private static final String TAX_ID = "91350100M000100Y43";
    private static final String ASKED = "{\"title\":\"杭州小明科技有限公司\",\"tax_id\":\"" + TAX_ID + "\"}";
    private static final String NUMBER = "26332000000012345678";

    private final String merchant = Said.unique("m");
    private final String card = Said.card();
    private String sale;

    @Inject
    Pool pool;

    @BeforeEach
    void sell() {
        sale = Said.by("acquirer", "captured")
                .of(merchant, Said.unique("R"), 12_800)
                .card(card)
                .post();
    }

    private Response post(String token, String path, String body, String... keys) {
        RequestSpecification request = given().auth()
                .oauth2(token)
                .header("Accept-Language", "en")
                .contentType("application/json")
                .body(body.getBytes(StandardCharsets.UTF_8));
        for (String key : keys) {
            request.header("Idempotency-Key", key);
        }
        return request.post("/v1/transactions/" + sale + "/invoice-requests" + path);
    }

    private Response get(String token, String path) {
        return given().auth().oauth2(token).get("/v1/transactions/" + sale + "/invoice-requests" + path);
    }

    private String asked(String token) {
        Response answer = post(token, "", ASKED);
        assertEquals(201, answer.statusCode(), answer.asString());
        return answer.path("id");
    }

    private static String issue(byte[] file) {
        return "{\"number\":\"" + NUMBER + "\",\"file\":\""
                + Base64.getEncoder().encodeToString(file) + "\"}";
    }

    private static byte[] pdf(int size) {
        byte[] pdf = Arrays.copyOf("%PDF-1.7\n".getBytes(StandardCharsets.US_ASCII), size);
        Arrays.fill(pdf, 9, size, (byte) 0xE5);
        return pdf;
    }

    @Test
    void cardholderAsksMerchantIssuesAndTheFileComesAsItWasSent() {
        Response asked = post(Tokens.cardholder(card), "", ASKED);
        assertEquals(201, asked.statusCode(), asked.asString());
        assertEquals("requested", asked.path("status"));
        assertEquals(12_800, asked.<Integer>path("amount.amount"));
        assertNull(asked.path("requested_by"), "not told to cardholders");
        String id = asked.path("id");
        assertTrue(asked.header("Location").endsWith(sale + "/invoice-requests/" + id));
        byte[] file = pdf(700_000);
        Response issued = post(Tokens.merchant(merchant), "/" + id + "/issue", issue(file));
        assertEquals(200, issued.statusCode(), issued.asString());
        assertEquals("issued", issued.path("status"));
        Response read = get(Tokens.cardholder(card), "/" + id);
        assertEquals(NUMBER, read.path("number"));
        assertEquals(700_000, read.<Integer>path("file.size"));
        assertEquals("application/pdf", read.path("file.media_type"));
        Response served = given().auth().oauth2(Tokens.cardholder(card)).get(read.<String>path("file.href"));
        assertEquals(200, served.statusCode());
        assertArrayEquals(file, served.asByteArray());
        assertEquals("application/pdf", served.contentType());
        assertEquals("attachment; filename=\"" + id + ".pdf\"", served.header("Content-Disposition"));
        assertEquals("nosniff", served.header("X-Content-Type-Options"));
    }

    @Test
    void oneRequestIsOpenAtATimeHoweverManyAsk() throws Exception {
        ExecutorService people = Executors.newFixedThreadPool(16);
        try {
            List<CompletableFuture<Response>> all = IntStream.range(0, 16)
                    .mapToObj(i ->
                            CompletableFuture.supplyAsync(() -> post(Tokens.merchant(merchant), "", ASKED), people))
                    .toList();
            List<String> granted = new ArrayList<>();
            List<Response> refused = new ArrayList<>();
            for (CompletableFuture<Response> one : all) {
                Response answer = one.get();
                if (answer.statusCode() == 201) {
                    granted.add(answer.path("id"));
                } else {
                    refused.add(answer);
                }
            }
            assertEquals(1, granted.size());
            for (Response answer : refused) {
                assertEquals(409, answer.statusCode(), answer.asString());
                assertEquals("invoice_already_requested", answer.path("code"));
                assertEquals(granted.get(0), answer.path("invoice_request_id"));
            }
        } finally {
            people.shutdown();
        }
    }

    @Test
    void refusedRequestMayBeRepeatedAndWhatIsDecidedStays() {
        String first = asked(Tokens.merchant(merchant));
        String desk = Tokens.desk();
        assertEquals(
                200,
                post(desk, "/" + first + "/refuse", "{\"reason\":\"抬头有误\"}").statusCode());
        Response late = post(desk, "/" + first + "/issue", issue(pdf(20)));
        assertEquals(409, late.statusCode());
        assertEquals("invoice_request_closed", late.path("code"));
        assertEquals("refused", late.path("invoice_status"));
        String second = asked(Tokens.merchant(merchant));
        assertEquals(
                200, post(desk, "/" + second + "/issue", "{\"number\":\"1\"}").statusCode());
        assertEquals(404, get(desk, "/" + second + "/file").statusCode(), "issued without a file");
        Response page = get(desk, "?limit=1");
        assertEquals(List.of(second), page.path("data.id"));
        assertEquals(
                List.of(first), get(desk, "?cursor=" + page.path("next_cursor")).path("data.id"));
        assertEquals("抬头有误", get(desk, "/" + first).path("reason"));
    }

    @Test
    void retryGetsTheFirstAnswerAndAnotherRequestUnderItsKeyNone() {
        String key = Said.unique("k");
        Response first = post(Tokens.cardholder(card), "", ASKED, key);
        Response again = post(Tokens.cardholder(card), "", ASKED, key);
        assertEquals(first.asString(), again.asString());
        assertEquals("true", again.header("Idempotency-Replayed"));
        Response other = post(Tokens.cardholder(card), "", ASKED.replace("小明", "小红"), key);
        assertEquals(422, other.statusCode());
        String stranger = Tokens.sign(Tokens.claims("cardholder")
                .subject("another person of the same app")
                .claim("cards", List.of(Said.card())));
        assertEquals(404, post(stranger, "", ASKED, key).statusCode(), "another's answer is not replayed");
    }

    @Test
    void onlyWhatKeepsTheMoneyGetsAnInvoice() {
        String declined = Said.by("acquirer", "declined")
                .of(merchant, Said.unique("R"), 300)
                .with("response_code", "51")
                .post();
        String hold = Said.by("acquirer", "approved")
                .of(merchant, Said.unique("R"), 300)
                .knowing("type", "preauth")
                .post();
        String rrn = Said.unique("R");
        Said.by("acquirer", "captured").of(merchant, rrn, 300).post();
        String back = Said.by("acquirer", "refunded")
                .of(merchant, rrn, 300)
                .moved(300)
                .post();
        for (String[] one : new String[][] {{declined, "not_charged"}, {hold, "held"}, {back, "being_returned"}}) {
            sale = one[0];
            Response answer = post(Tokens.desk(), "", ASKED);
            assertEquals(409, answer.statusCode(), answer.asString());
            assertEquals("not_charged", answer.path("code"));
            assertEquals(one[1], answer.path("verdict"));
            assertFalse(answer.<String>path("headline").isBlank());
        }
        String part = Said.unique("R");
        Said.by("acquirer", "captured").of(merchant, part, 300).post();
        sale = Said.by("acquirer", "refunded")
                .of(merchant, part, 300)
                .moved(100)
                .post();
        assertEquals(200, post(Tokens.desk(), "", ASKED).<Integer>path("amount.amount"), "less what goes back");
    }

    @Test
    void fileIsWhatItsContentIs() throws IOException {
        String id = asked(Tokens.desk());
        byte[] zip = zip("word/document.xml");
        byte[] late = new byte[20];
        System.arraycopy(pdf(15), 0, late, 5, 15);
        for (byte[] wrong : List.of(
                "<html>".getBytes(StandardCharsets.UTF_8), zip, late, new byte[] {'P'}, new byte[] {'P', 'K', 3, 4})) {
            Response answer = post(Tokens.desk(), "/" + id + "/issue", issue(wrong));
            assertEquals(400, answer.statusCode());
            assertEquals(List.of("/file"), answer.path("errors.pointer"));
        }
        assertEquals(
                400,
                post(Tokens.desk(), "/" + id + "/issue", issue(pdf(700_001))).statusCode());
        assertEquals(
                413,
                post(Tokens.desk(), "/" + id + "/issue", issue(pdf(800_000))).statusCode());
        byte[] ofd = zip("OFD.xml");
        assertEquals(200, post(Tokens.desk(), "/" + id + "/issue", issue(ofd)).statusCode());
        Response served = get(Tokens.desk(), "/" + id + "/file");
        assertEquals("application/ofd", served.contentType());
        assertArrayEquals(ofd, served.asByteArray());
    }

    private static byte[] zip(String entry) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry(entry));
            zip.write(1);
        }
        return out.toByteArray();
    }

    @Test
    void textsKeepNoCardNumberAndATaxIdIsChecked() {
        String number = "6228480402564890018";
        Response asked = post(
                Tokens.desk(),
                "",
                "{\"title\":\"公司 " + number + "\",\"tax_id\":null,\"note\":\"card " + number + "\"}");
        assertEquals(201, asked.statusCode());
        assertFalse(asked.asString().contains(number), asked.asString());
        assertNull(asked.path("tax_id"), "a person");
        String id = asked.path("id");
        Response refused = post(Tokens.desk(), "/" + id + "/refuse", "{\"reason\":\"" + number + "\"}");
        assertFalse(refused.asString().contains(number));
        Response wrong = post(Tokens.desk(), "", ASKED.replace(TAX_ID, "91350100M000100Y44"));
        assertEquals(400, wrong.statusCode());
        assertEquals(List.of("/tax_id"), wrong.path("errors.pointer"));
        assertEquals(
                TAX_ID,
                post(Tokens.desk(), "", ASKED.replace(TAX_ID, TAX_ID.toLowerCase()))
                        .path("tax_id"));
    }

    @Test
    void requestBelongsToItsTransactionOnly() {
        String id = asked(Tokens.desk());
        sale = Said.by("acquirer", "captured").of(merchant, Said.unique("R"), 1).post();
        assertEquals(404, get(Tokens.desk(), "/" + id).statusCode());
        assertEquals(404, get(Tokens.desk(), "/" + id + "/file").statusCode());
        assertEquals(
                404, post(Tokens.desk(), "/" + id + "/issue", issue(pdf(10))).statusCode());
        assertEquals(List.of(), get(Tokens.desk(), "").path("data"));
    }

    @Test
    void everyStepIsAuditedAndTold() {
        String id = asked(Tokens.desk());
        post(Tokens.desk(), "/" + id + "/issue", "{\"number\":\"" + NUMBER + "\"}");
        UUID uuid = TypeId.parse(TypeId.INVOICE_REQUEST, id).orElseThrow();
        List<AuditEntry> trail = new ArrayList<>();
        for (Row row : pool.preparedQuery(
                        "SELECT number, at, actor, action, content, hash FROM audit_entry WHERE subject_id = $1"
                                + " ORDER BY number")
                .executeAndAwait(Tuple.of(uuid))) {
            trail.add(new AuditEntry(
                    uuid,
                    row.getInteger(0),
                    row.getOffsetDateTime(1)
                            .withOffsetSameInstant(ZoneOffset.UTC)
                            .toInstant(),
                    row.getString(2),
                    row.getString(3),
                    row.getString(4),
                    row.getBuffer(5).getBytes()));
        }
        assertEquals(
                List.of("requested", "issued"),
                trail.stream().map(AuditEntry::action).toList());
        assertTrue(AuditEntry.isWhole(trail));
        List<String> events = new ArrayList<>();
        for (Row row : pool.preparedQuery(
                        "SELECT type, payload, merchant_id FROM outbox WHERE aggregateid = $1" + " ORDER BY id")
                .executeAndAwait(Tuple.of(id))) {
            events.add(row.getString(0));
            assertTrue(row.getString(1).contains(sale));
            assertEquals(merchant, row.getString(2));
        }
        assertEquals(List.of("invoice.requested", "invoice.issued"), events);
    }
}
