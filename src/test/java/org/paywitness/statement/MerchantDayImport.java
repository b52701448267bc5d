package org.paywitness.statement;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.paywitness.Tokens;
import org.paywitness.fault.Waiting;

/** The fixture's day through the real door of the service at RestAssured's port. */
public final class MerchantDayImport {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    public static final List<String> FILES = List.of(
            "pos-journal.csv",
            "acquirer-settlement.csv",
            "bank-camt053.xml",
            "wechat-trade-bill.csv",
            "alipay-trade-bill.csv");

    private MerchantDayImport() {}

    /** In any order of its files: exactly what {@code expected.json} says. */
    public static void anyOrderOfTheFilesGivesTheExpectedVerdicts() throws IOException {
        long seed = Long.getLong("merchant-day.seed", System.nanoTime());
        System.out.println("merchant-day.seed=" + seed);
        List<String> order = new ArrayList<>(FILES);
        Collections.shuffle(order, new Random(seed));
        Day day = new Day("D" + Long.toString(System.nanoTime(), 36));
        for (String file : order) {
            JsonPath done = day.importFile(file);
            assertEquals("done", done.getString("status"), file);
            assertEquals(List.of(), done.getList("refusals"), file);
        }
        day.verify();

        for (String file : order) {
            JsonPath again = day.importFile(file);
            assertEquals(again.getLong("rows.read"), again.getLong("rows.duplicate"), "the same file again: " + file);
        }
        day.verify();
    }

    /** Each format once, and the bank's in the charsets of Chinese banks. */
    public static void everyFormatAndCharsetIsRead() throws IOException {
        Day day = new Day("D" + Long.toString(System.nanoTime(), 36));
        for (String file : FILES) {
            assertEquals(List.of(), day.importFile(file).getList("refusals"), file);
        }
        day.importBankIn("GBK", "GB18030", "UTF-16");
        day.verify();
    }

    /** The day of one merchant of its own, so that repetitions do not meet. */
    public static final class Day {
        private final String merchant;
        private final JsonNode expected;

        /** @param merchant a name that no other day has */
        public Day(String merchant) throws IOException {
            this.merchant = merchant;
            this.expected = new ObjectMapper().readTree(text("expected.json"));
        }

        // Names of one day must not meet those of another repetition: all of them carry its name.
        private byte[] renamed(String file) throws IOException {
            byte[] content = fixture(file);
            if (file.startsWith("acquirer")) {
                return new String(content, StandardCharsets.UTF_8)
                        .replace("\nM0001,", "\n" + merchant + ",")
                        .replace(",T000", "," + merchant + "T000")
                        .getBytes(StandardCharsets.UTF_8);
            }
            if (file.startsWith("pos")) {
                return new String(content, StandardCharsets.UTF_8)
                        .replace("\nT000", "\n" + merchant + "T000")
                        .getBytes(StandardCharsets.UTF_8);
            }
            if (file.startsWith("bank")) {
                return new String(content, StandardCharsets.UTF_8)
                        .replace("<Id>T000", "<Id>" + merchant + "T000")
                        .replace("ISSUER-CARDS", "发卡行" + merchant)
                        .getBytes(StandardCharsets.UTF_8);
            }
            // One byte stands for one character in both encodings where we replace.
            return new String(content, StandardCharsets.ISO_8859_1)
                    .replace("T0001", merchant + "T0001")
                    .replace("4200000012", walletPrefix() + "12")
                    .replace("5030000012", walletPrefix() + "13")
                    .replace("20261110220014", walletPrefix() + "2220014")
                    .getBytes(StandardCharsets.ISO_8859_1);
        }

        private String walletPrefix() {
            return merchant.toUpperCase(java.util.Locale.ROOT);
        }

        public JsonPath importFile(String file) throws IOException {
            return imported(file, renamed(file));
        }

        /** Without the lines that this holds of. */
        public JsonPath importWithout(String file, Predicate<String> missing) throws IOException {
            String whole = new String(renamed(file), StandardCharsets.ISO_8859_1);
            String rest = whole.lines().filter(missing.negate()).collect(Collectors.joining("\n", "", "\n"));
            assertNotEquals(whole, rest, file);
            return imported(file, rest.getBytes(StandardCharsets.ISO_8859_1));
        }

        /** The bank's statement once more in each of these charsets: every row is known, so every one was understood. */
        void importBankIn(String... charsets) throws IOException {
            String utf8 = new String(renamed("bank-camt053.xml"), StandardCharsets.UTF_8);
            for (String charset : charsets) {
                String declared = utf8.replaceFirst("encoding=([\"'])UTF-8\\1", "encoding=\"" + charset + "\"");
                assertNotEquals(utf8, declared);
                JsonPath again = imported("bank-camt053.xml", declared.getBytes(charset));
                assertEquals("done", again.getString("status"), charset);
                assertTrue(again.getLong("rows.read") > 0, charset);
                assertEquals(again.getLong("rows.read"), again.getLong("rows.duplicate"), charset);
            }
        }

        private JsonPath imported(String file, byte[] content) {
            String token = Tokens.feed();
            String location = given().auth()
                    .oauth2(token)
                    .contentType("application/octet-stream")
                    .body(content)
                    .post("/v1/statements?merchant_id=" + merchant + "&file_name=" + file)
                    .then()
                    .statusCode(202)
                    .extract()
                    .header("Location");
            AtomicReference<JsonPath> progress = new AtomicReference<>();
            Waiting.until(file + " is read", PATIENCE, () -> {
                progress.set(given().auth()
                        .oauth2(token)
                        .get(location)
                        .then()
                        .statusCode(200)
                        .extract()
                        .jsonPath());
                return List.of("done", "failed").contains(progress.get().getString("status"));
            });
            return progress.get();
        }

        void verify() {
            List<org.junit.jupiter.api.function.Executable> checks = new ArrayList<>();
            for (JsonNode transaction : expected.get("transactions")) {
                checks.add(() -> verify(transaction));
            }
            assertAll(checks);
            assertEquals(
                    expected.get("transactions").size(), count(), "exactly these transactions, no more and no fewer");
        }

        private int count() {
            int count = 0;
            String cursor = null;
            do {
                JsonPath page = given().auth()
                        .oauth2(Tokens.merchant(merchant))
                        .queryParam("limit", 200)
                        .queryParams(cursor == null ? Map.of() : Map.of("cursor", cursor))
                        .get("/v1/transactions")
                        .then()
                        .statusCode(200)
                        .extract()
                        .jsonPath();
                count += page.getList("data").size();
                cursor = page.getString("next_cursor");
            } while (cursor != null);
            return count;
        }

        private void verify(JsonNode transaction) {
            JsonPath verdict = ask(transaction);
            String story = transaction.get("story").textValue() + " " + transaction;
            assertEquals(transaction.get("verdict").textValue(), verdict.getString("verdict"), story);
            assertEquals(transaction.get("cause").textValue(), verdict.getString("cause"), story);
            if (transaction.has("final")) {
                assertEquals(transaction.get("final").booleanValue(), verdict.getBoolean("final"), story);
            }
            if (transaction.has("response_code")) {
                assertEquals(transaction.get("response_code").textValue(), verdict.getString("response_code"), story);
            }
            if (transaction.has("returned_promised")) {
                assertEquals(
                        transaction.get("returned_promised").longValue(),
                        verdict.getLong("returned_promised.amount"),
                        story);
            }
            verifyDuplicate(transaction, verdict, "duplicate_of");
            verifyDuplicate(transaction, verdict, "possible_duplicate_of");
        }

        private void verifyDuplicate(JsonNode transaction, JsonPath verdict, String field) {
            String other = verdict.getString(field);
            if (transaction.has(field + "_rrn")) {
                JsonPath earlier = given().auth()
                        .oauth2(Tokens.merchant(merchant))
                        .get("/v1/transactions/" + other)
                        .then()
                        .statusCode(200)
                        .extract()
                        .jsonPath();
                assertEquals(transaction.get(field + "_rrn").textValue(), earlier.getString("rrn"));
            } else {
                assertEquals(null, other, field + " of " + transaction);
            }
        }

        private JsonPath ask(JsonNode transaction) {
            Map<String, Object> query = new HashMap<>();
            if (transaction.has("rrn")) {
                query.put("rrn", transaction.get("rrn").textValue());
            } else if (transaction.has("terminal_id")) {
                query.put(
                        "terminal_id", merchant + transaction.get("terminal_id").textValue());
                query.put("batch", transaction.get("batch").textValue());
                query.put("stan", transaction.get("stan").textValue());
            } else {
                query.put(
                        "merchant_order_no",
                        transaction.get("merchant_order_no").textValue());
            }
            return given().auth()
                    .oauth2(Tokens.merchant(merchant))
                    .queryParams(query)
                    .get("/v1/was-i-charged")
                    .then()
                    .statusCode(200)
                    .extract()
                    .jsonPath();
        }

        static String text(String name) throws IOException {
            return new String(fixture(name), StandardCharsets.UTF_8);
        }

        private static byte[] fixture(String name) throws IOException {
            try (InputStream in = Day.class.getResourceAsStream("/fixtures/merchant-day/" + name)) {
                return in.readAllBytes();
            }
        }
    }
}
