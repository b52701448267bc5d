package org.paywitness.receipt;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.restassured.response.Response;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.text.PDFTextStripper;
import org.junit.jupiter.api.Test;
import org.paywitness.Said;
import org.paywitness.Tokens;

/** Slips that are given out again, by the service at RestAssured's port. */
public abstract class ReceiptForms {
    private static final String PDF = "application/pdf";
    private static final Instant THEN = Instant.parse("2026-11-01T15:30:05Z");

    /** Read to its last field, by what a slip shows of it. */
    private static final List<String> FIELDS = List.of(
            "T0000417", "622848******1234", "000012", "004217", "827036", "order/1", "7.1910", "2026-11-01 23:30:05");

    private static Said full(String merchant, String rrn, long amount, String currency) {
        Said said = Said.by("acquirer", "captured").of(merchant, rrn, amount).at(THEN);
        ObjectNode transaction = (ObjectNode) said.json().get("transaction");
        transaction.put("type", "purchase").put("channel", "chip").put("terminal_id", "T0000417");
        transaction.put("batch", "000012").put("stan", "004217").put("auth_code", "827036");
        transaction.put("merchant_order_no", "order/1").put("exchange_rate", "7.1910");
        transaction.putObject("original").put("amount", 1780).put("currency", "USD");
        transaction.putObject("discount").put("amount", 1000).put("currency", currency);
        said.maskedCard("622848", "1234");
        ((ObjectNode) transaction.get("card")).put("scheme", "unionpay");
        ((ObjectNode) transaction.get("amount")).put("currency", currency);
        return said;
    }

    private static Response slip(String token, String id, String accept, String language) {
        return given().auth()
                .oauth2(token)
                .header("Accept", accept)
                .header("Accept-Language", language)
                .get("/v1/transactions/" + id + "/receipt");
    }

    private static Response slip(String id) {
        return slip(Tokens.desk(), id, "application/json", "en");
    }

    private static String text(Response pdf) throws IOException {
        assertEquals(200, pdf.statusCode(), pdf.asString());
        assertEquals(PDF, pdf.contentType());
        try (PDDocument document = Loader.loadPDF(pdf.asByteArray())) {
            for (COSName font : document.getPage(0).getResources().getFontNames()) {
                String name = document.getPage(0).getResources().getFont(font).getName();
                assertTrue(name.matches("[A-Z]{6}\\+.*"), name);
            }
            return new PDFTextStripper().getText(document);
        }
    }

    @Test
    void everyFormShowsEveryFieldInBothLanguages() throws IOException {
        String merchant = Said.unique("m");
        String rrn = Said.unique("R");
        String id = full(merchant, rrn, 12_800, "CNY").post();
        for (String language : List.of("zh-CN", "en")) {
            boolean zh = language.equals("zh-CN");
            String html = slip(Tokens.desk(), id, "text/html", language).asString();
            Response pdf = slip(Tokens.desk(), id, PDF, language);
            List<String> shown = new ArrayList<>(FIELDS);
            shown.addAll(List.of(merchant, rrn, "¥128.00", "US$17.80", "¥10.00", "CNY", "重印 / REPRINT "));
            shown.addAll(
                    zh
                            ? List.of("签购单", "消费", "插卡（芯片）", "银联", "商户编号", "检索参考号", "授权码", "批次号", "流水号", "重印件")
                            : List.of(
                                    "Sales slip",
                                    "Purchase",
                                    "Chip",
                                    "UnionPay",
                                    "Merchant no.",
                                    "Auth. code",
                                    "STAN"));
            String printed = text(pdf);
            for (String one : shown) {
                assertTrue(html.contains(one), () -> one + " in " + html);
                assertTrue(printed.contains(one), () -> one + " in " + printed);
            }
            assertEquals(language, pdf.header("Content-Language"));
            slip(Tokens.desk(), id, "*/*", language)
                    .then()
                    .contentType("application/json")
                    .header("Cache-Control", "no-store");
        }
        var json = slip(id).jsonPath();
        assertEquals(12_800, json.getInt("amount.amount"));
        assertEquals("2026-11-01T23:30:05+08:00", json.getString("occurred_at"));
        assertEquals("622848******1234", json.getString("card"));
        assertEquals(rrn, json.getString("rrn"));
        assertEquals("charged", json.getString("verdict"));
        assertNull(json.get("requested"));
    }

    @Test
    void currenciesWithoutAndWithThreeDecimalsAreRight() throws IOException {
        String yen = full(Said.unique("m"), Said.unique("R"), 1_280, "JPY").post();
        String dinar = full(Said.unique("m"), Said.unique("R"), 1_250, "KWD").post();
        assertTrue(text(slip(Tokens.desk(), yen, PDF, "en")).contains("Amount JP¥1,280"));
        assertTrue(text(slip(Tokens.desk(), dinar, PDF, "en")).contains("Amount KWD 1.250"));
        assertTrue(slip(Tokens.desk(), yen, "text/html", "zh-CN").asString().contains("<dd>JP¥1,280</dd>"));
    }

    @Test
    void partialApprovalShowsWhatWasChargedAndWhatWasAskedFor() {
        String rrn = Said.unique("R");
        String merchant = Said.unique("m");
        String id = Said.by("acquirer", "declined")
                .of(merchant, rrn, 12_800)
                .with("response_code", "10")
                .moved(10_000)
                .post();
        Response slip = slip(id);
        assertEquals(10_000, slip.<Integer>path("amount.amount"), slip.asString());
        assertEquals(12_800, slip.<Integer>path("requested.amount"));
        String hold = Said.by("acquirer", "approved")
                .of(merchant, Said.unique("R"), 50_000)
                .knowing("type", "preauth")
                .post();
        assertEquals("held", slip(hold).path("verdict"));
        assertEquals(50_000, slip(hold).<Integer>path("amount.amount"));
    }

    @Test
    void returnedMoneyIsShown() throws IOException {
        String rrn = Said.unique("R");
        String merchant = Said.unique("m");
        Said.post(
                Said.by("bank", "debited").of(merchant, rrn, 800),
                Said.by("bank", "credited").of(merchant, rrn, 800).moved(300));
        String id = Said.by("acquirer", "refunded")
                .of(merchant, rrn, 800)
                .moved(500)
                .post();
        Response slip = slip(id);
        assertEquals("partly_returned", slip.path("verdict"));
        assertEquals(300, slip.<Integer>path("returned.amount"));
        assertEquals(500, slip.<Integer>path("returned_promised.amount"));
        String printed = text(slip(Tokens.desk(), id, PDF, "zh-CN"));
        assertTrue(printed.contains("已退回 ¥3.00") && printed.contains("待退回 ¥5.00"), printed);
    }

    @Test
    void fiftyReadersAtOnceGetFiftyNumbersWithoutAGap() throws Exception {
        String id = full(Said.unique("m"), Said.unique("R"), 100, "CNY").post();
        ExecutorService readers = Executors.newFixedThreadPool(50);
        try {
            List<CompletableFuture<Integer>> all = IntStream.range(0, 50)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> copyNumber(id, i), readers))
                    .toList();
            Set<Integer> numbers = new TreeSet<>();
            for (CompletableFuture<Integer> one : all) {
                numbers.add(one.get());
            }
            assertEquals(IntStream.rangeClosed(1, 50).boxed().collect(Collectors.toSet()), numbers);
        } finally {
            readers.shutdown();
        }
        assertEquals(51, slip(id).<Integer>path("reprint"));
    }

    private static int copyNumber(String id, int reader) {
        if (reader % 5 != 0) {
            return slip(id).path("reprint");
        }
        try {
            String printed = text(slip(Tokens.desk(), id, PDF, "en"));
            return Integer.parseInt(printed.replaceAll("(?s).*REPRINT (\\d+).*", "$1"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whatWasNotChargedHasNoSlipButAVerdict() {
        String merchant = Said.unique("m");
        String declined = Said.by("acquirer", "declined")
                .of(merchant, Said.unique("R"), 300)
                .with("response_code", "51")
                .post();
        String unclear = Said.by("terminal", "no_answer")
                .of(merchant, Said.unique("R"), 500)
                .post();
        String rrn = Said.unique("R");
        Said.by("bank", "debited").of(merchant, rrn, 700).post();
        String refused = Said.by("acquirer", "declined")
                .of(merchant, rrn, 700)
                .with("response_code", "51")
                .post();
        for (String[] one :
                new String[][] {{declined, "not_charged"}, {unclear, "pending"}, {refused, "disagreement"}}) {
            for (String language : List.of("zh-CN", "en")) {
                for (String form : List.of("application/json", "text/html", PDF)) {
                    Response answer = slip(Tokens.desk(), one[0], form, language);
                    assertEquals(409, answer.statusCode(), answer.asString());
                    assertEquals("application/problem+json", answer.contentType());
                    assertEquals("not_charged", answer.path("code"));
                    assertEquals(one[1], answer.path("verdict"));
                    boolean ascii = StandardCharsets.US_ASCII.newEncoder().canEncode(answer.<String>path("title"));
                    assertEquals(language.equals("en"), ascii);
                    assertEquals(
                            given().auth()
                                    .oauth2(Tokens.desk())
                                    .header("Accept-Language", language)
                                    .get("/v1/transactions/" + one[0] + "/verdict")
                                    .path("headline"),
                            answer.<String>path("headline"));
                }
            }
        }
        // Nothing was given out: the first slip of the payment is the first copy.
        String charged =
                Said.by("bank", "debited").of(merchant, Said.unique("R"), 1).post();
        assertEquals(1, slip(charged).<Integer>path("reprint"));
    }

    @Test
    void hostileNameStaysTextAndThePageMayRunNothing() throws Exception {
        String hostile = "<script>alert(\"1\")</script> & 'Söhne' 小明面馆";
        String id = full("m_hostile", Said.unique("R"), 100, "CNY").post();
        Response page = slip(Tokens.desk(), id, "text/html,application/xhtml+xml,*/*;q=0.8", "zh-CN");
        assertEquals("text/html;charset=UTF-8", page.contentType());
        String html = page.asString();
        assertFalse(html.contains("<script"), html);
        assertTrue(html.contains("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;Söhne&#39; 小明面馆"), html);
        String policy = page.header("Content-Security-Policy");
        assertTrue(policy.startsWith("default-src 'none'; ") && policy.endsWith(" sandbox"), policy);
        assertFalse(policy.contains("unsafe"), policy);
        String style = html.replaceAll("(?s).*<style>(.*)</style>.*", "$1");
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(style.getBytes(StandardCharsets.UTF_8));
        assertTrue(policy.contains("'sha256-" + Base64.getEncoder().encodeToString(hash) + "'"), "its own style runs");
        assertFalse(html.contains("style="), "an attribute that the policy would block");
        assertEquals("nosniff", page.header("X-Content-Type-Options"));
        assertEquals(hostile, slip(id).path("merchant_name"));
        assertTrue(
                text(slip(Tokens.desk(), id, PDF, "en")).replaceAll("\\s", "").contains("小明面馆"));
    }

    @Test
    void partiesOfThePaymentReadItAndNobodyElse() {
        String merchant = Said.unique("m");
        String card = Said.card();
        String id = Said.by("acquirer", "captured")
                .of(merchant, Said.unique("R"), 100)
                .card(card)
                .post();
        for (String token : List.of(Tokens.cardholder(card), Tokens.merchant(merchant), Tokens.desk())) {
            assertEquals(200, slip(token, id, PDF, "en").statusCode());
        }
        for (String token : List.of(Tokens.cardholder(Said.card()), Tokens.merchant(Said.unique("m")))) {
            for (String form : List.of("application/json", "text/html", PDF)) {
                assertEquals(404, slip(token, id, form, "en").statusCode());
            }
        }
        assertEquals(
                200,
                given().auth()
                        .oauth2(Tokens.desk())
                        .head("/v1/transactions/" + id + "/receipt")
                        .statusCode());
        assertEquals(403, slip(Tokens.feed(), id, PDF, "en").statusCode());
        assertEquals(4, slip(id).<Integer>path("reprint"), "who got none is not counted");
        assertEquals(406, slip(Tokens.desk(), id, "image/png", "en").statusCode());
        assertEquals(406, slip(Tokens.desk(), id, "text/html;q=0", "en").statusCode());
        assertEquals(
                PDF,
                slip(Tokens.desk(), id, "text/html;q=0.5, application/pdf", "en")
                        .contentType());
    }

    @Test
    void mergedIdsCountOnTogether() {
        String merchant = Said.unique("m");
        String order = Said.unique("w");
        String one = Said.by("wallet", "paid")
                .of(merchant, null, 500)
                .knowing("wallet_transaction_no", order)
                .post();
        Instant earlier = Instant.now().minus(Duration.ofDays(9));
        String rrn = Said.unique("r");
        String two = Said.by("acquirer", "captured")
                .of(merchant, rrn, 500)
                .at(earlier)
                .post();
        assertNotEquals(one, two);
        List<Integer> numbers = new ArrayList<>();
        for (String id : List.of(one, two, two)) {
            numbers.add(slip(id).path("reprint"));
        }
        assertEquals(List.of(1, 1, 2), numbers);
        // One line that knows both references: they were one payment all along.
        Said.by("acquirer", "captured")
                .of(merchant, rrn, 500)
                .knowing("wallet_transaction_no", order)
                .at(earlier)
                .post();
        assertEquals(4, slip(one).<Integer>path("reprint"));
        Response other = slip(two);
        assertEquals(5, other.<Integer>path("reprint"));
        assertEquals(two, other.path("transaction_id"));
        String survivor = one.compareTo(two) < 0 ? one : two;
        String merged = survivor.equals(one) ? two : one;
        assertEquals(survivor, slip(merged).path("merged_into"));
        assertNull(slip(survivor).path("merged_into"));
    }
}
