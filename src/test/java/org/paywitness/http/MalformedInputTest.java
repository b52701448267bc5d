package org.paywitness.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.paywitness.Said;
import org.paywitness.Tokens;

/** Whatever is sent, the answer is the caller's fault told in a problem document; never ours, never an echo. */
@QuarkusTest
class MalformedInputTest {
    private static final String CARD_NUMBER = "6228480402564890018";
    private static final String GROUPED = "6228 4804 0256 4890 018";
    private static final int FUZZ_ROUNDS = 3_000;

    private final List<String> log = new ArrayList<>();
    private final Handler recorder = new Handler() {
        @Override
        public void publish(LogRecord entry) {
            synchronized (log) {
                log.add(entry.getLevel() + " " + entry.getLoggerName() + " " + entry.getMessage() + " "
                        + Arrays.toString(entry.getParameters()) + " " + entry.getThrown());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listenToTheLog() {
        Logger.getLogger("").addHandler(recorder);
    }

    @AfterEach
    void logHoldsNoCardNumberAndNoFailure() {
        Logger.getLogger("").removeHandler(recorder);
        synchronized (log) {
            for (String line : log) {
                assertFalse(line.contains(CARD_NUMBER) || line.contains(GROUPED), line);
                assertFalse(isFailure(line), line);
            }
        }
    }

    // Vert.x' pool ends a wait twice when the connection comes with the end of its patience: of an outage that an
    // earlier test made, and harmless.
    private static boolean isFailure(String line) {
        boolean isOfThePool = line.contains("VertxCoreRecorder") && line.contains("Result is already complete");
        return (line.startsWith("ERROR") || line.startsWith("SEVERE")) && !isOfThePool;
    }

    private static Response refused(byte[] request, String what) throws IOException {
        Response answer = Raw.send(request);
        String body = answer.asString();
        assertTrue(
                answer.statusCode() >= 400 && answer.statusCode() < 500,
                () -> what + ": " + answer.statusLine() + answer.statusCode() + " " + body);
        assertEquals("application/problem+json", answer.contentType(), what);
        assertTrue(answer.path("code").toString().matches("[a-z_]+"), what);
        tellsNothing(answer, what);
        return answer;
    }

    // An address that cannot be decoded may be refused below us, without a document.
    private static void refusedPerhapsBare(byte[] request, String what) throws IOException {
        Response answer = Raw.send(request);
        assertTrue(answer.statusCode() >= 400 && answer.statusCode() < 500, () -> what + answer.asString());
        tellsNothing(answer, what);
    }

    private static void tellsNothing(Response answer, String what) {
        String whole = answer.headers() + answer.asString();
        for (String secret :
                List.of(CARD_NUMBER, GROUPED, "6228%204804", "SELECT", "INSERT", "Exception", "\\tat ", "io.vertx")) {
            assertFalse(whole.contains(secret), () -> what + " tells " + secret + ": " + whole);
        }
    }

    private static byte[] post(String path, String type, byte[] body, String... headers) {
        String[] all = Arrays.copyOf(headers, headers.length + 1);
        all[headers.length] = "Content-Type: " + type;
        return Raw.request("POST", path, Tokens.feed(), body, all);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String before, int... raw) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(utf8(before));
        for (int b : raw) {
            out.write(b);
        }
        return out.toByteArray();
    }

    /** Bodies that are no JSON, or none that anything here takes. */
    private static Map<String, byte[]> noJson() {
        Map<String, byte[]> bodies = new LinkedHashMap<>();
        bodies.put("empty", new byte[0]);
        bodies.put("blank", utf8(" \n\t "));
        bodies.put("word", utf8("nonsense " + CARD_NUMBER));
        bodies.put("number", utf8(CARD_NUMBER));
        bodies.put("string", utf8("\"" + CARD_NUMBER + "\""));
        bodies.put("null", utf8("null"));
        bodies.put("true", utf8("true"));
        bodies.put("truncated", utf8("{\"pan\":\"" + CARD_NUMBER));
        bodies.put("trailing garbage", utf8("{\"pan\":\"1\"} x"));
        bodies.put("second document", utf8("{\"pan\":\"1\"}{}"));
        bodies.put("duplicated keys", utf8("{\"pan\":\"1\",\"pan\":\"" + CARD_NUMBER + "\"}"));
        bodies.put("single quotes", utf8("{'pan':'1'}"));
        bodies.put("comment", utf8("/* x */{}"));
        bodies.put("NaN", utf8("{\"pan\":NaN}"));
        bodies.put("leading zero", utf8("{\"pan\":007}"));
        bodies.put("deep arrays", utf8("[".repeat(10_000)));
        bodies.put("deep objects", utf8("{\"a\":".repeat(10_000) + "1" + "}".repeat(10_000)));
        bodies.put("raw NUL", bytes("{\"pan\":\"a", 0, '"', '}'));
        bodies.put("NUL first", bytes("", 0, 0, 0, 0));
        bodies.put("bad UTF-8", bytes("{\"pan\":\"", 0xC3, 0x28, '"', '}'));
        bodies.put("overlong UTF-8", bytes("{\"pan\":\"", 0xC0, 0x80, '"', '}'));
        bodies.put("UTF-16 with a mark", "{\"pan\":\"1\"}".getBytes(StandardCharsets.UTF_16));
        bodies.put("GBK", bytes("{\"pan\":\"", 0xD6, 0xA7, '"', '}'));
        bodies.put("long name", utf8("{\"" + "n".repeat(100_000) + "\":1}"));
        bodies.put("long number", utf8("{\"pan\":" + "9".repeat(100_000) + "}"));
        return bodies;
    }

    @Test
    void bodyThatIsNoJsonIsRefusedEverywhere() throws IOException {
        for (Published.Operation operation : Published.read().operations()) {
            if (!operation.statuses().contains("415")) {
                continue;
            }
            String path = operation.path("x");
            for (Map.Entry<String, byte[]> body : noJson().entrySet()) {
                String what = operation.name() + " with " + body.getKey();
                refused(post(path, "application/json", body.getValue()), what);
            }
            byte[] good = utf8("{}");
            for (String type : List.of(
                    "text/plain", "application/xml", "nonsense", "application/json/x", "*/*;q=x", CARD_NUMBER)) {
                refused(post(path, type, good), operation.name() + " as " + type);
            }
            refused(Raw.request("POST", path, Tokens.feed(), good), operation.name() + " as nothing");
            refused(Raw.request("POST", path, Tokens.feed(), null, "Content-Type: application/json"), operation.name());
            Response large = Raw.announce("POST", path, Tokens.feed(), 100_000_000, "Content-Type: application/json");
            assertEquals(413, large.statusCode(), operation.name());
            assertEquals("body_too_large", large.path("code"), operation.name());
        }
    }

    @Test
    void ndjsonThatIsCutOrMixedIsRefusedWhole() throws IOException {
        String good = Said.by("bank", "held").of("m", Said.unique("r"), 1).toString();
        Map<String, byte[]> bodies = new LinkedHashMap<>(noJson());
        bodies.keySet().removeIf(name -> List.of(
                        "number", "string", "null", "true", "overlong UTF-8", "UTF-16 with a mark", "GBK")
                .contains(name));
        bodies.put("truncated line", utf8(good + "\n" + good.substring(0, good.length() / 2)));
        bodies.put("line of two", utf8(good + good));
        bodies.put("array over lines", utf8("[\n" + good + "\n]"));
        for (Map.Entry<String, byte[]> body : bodies.entrySet()) {
            refused(post("/v1/observations", "application/x-ndjson", body.getValue()), "NDJSON " + body.getKey());
        }
        byte[] tooMany = utf8("{}\n".repeat(10_001));
        assertEquals(
                "too_many_items",
                refused(post("/v1/observations", "application/x-ndjson", tooMany), "many")
                        .path("code"));
        byte[] longText = utf8("{\"detail\":{\"text\":\"" + "长".repeat(2_000_000) + "\"}}");
        refused(post("/v1/observations", "application/json", longText), "a string of 6 MB");
    }

    /** What stands in place of a value of an observation, each wrong everywhere. */
    private static final List<String> WRONG = List.of(
            "[]",
            "[[]]",
            "[{}]",
            "{\"x\":1}",
            "true",
            "1e400",
            "-1e400",
            "-1",
            "1000000000000000000000000000000",
            "1.5",
            "0.1e1",
            "9223372036854775808",
            "\"\"",
            "\"a\\u0000b\"",
            "\"\\ud800\"",
            "\"\\udc00\\ud800\"",
            "\" \"",
            "\"+999999999-12-31T23:59:59Z\"",
            "\"2026-02-30T00:00:00Z\"",
            "\"2026-11-21T25:00:00Z\"",
            "\"2026-11-21T12:00:00\"",
            "\"-999999999-01-01T00:00:00+18:00\"",
            "\"1969-12-31T23:59:59Z\"",
            "\"9999-12-31T23:59:59Z\"",
            "\"P999999999D\"",
            "\"" + GROUPED + "\"",
            "\"'; DROP TABLE observation; --\"",
            "\"" + "x".repeat(1_100) + "\"",
            CARD_NUMBER);

    @Test
    void everyFieldOfAnObservationRefusesWhatItIsNot() throws IOException {
        String good = FULL.formatted(Said.unique("ref"), Said.unique("r"));
        String another = FULL.formatted(Said.unique("ref"), Said.unique("r"));
        assertEquals(
                200,
                Raw.send(post("/v1/observations", "application/json", utf8(another)))
                        .statusCode());
        List<String> fields = List.of(
                "source",
                "source_ref",
                "outcome",
                "response_code",
                "observed_at",
                "transaction",
                "type",
                "channel",
                "occurred_at",
                "merchant_id",
                "terminal_id",
                "batch",
                "stan",
                "rrn",
                "auth_code",
                "merchant_order_no",
                "exchange_rate",
                "discount",
                "token",
                "first6",
                "last4",
                "kind",
                "scheme",
                "original",
                "slip_problem",
                "transaction_id",
                "currency",
                "card",
                "detail");
        for (String field : fields) {
            for (String wrong : WRONG) {
                if (isGoodAs(field, wrong)) {
                    continue;
                }
                String bad = good.replaceFirst(
                        "\"" + field + "\":(\"[^\"]*\"|\\{[^{}]*\\})",
                        java.util.regex.Matcher.quoteReplacement("\"" + field + "\":" + wrong));
                if (bad.equals(good)) {
                    bad = good.replace("{\"source\"", "{\"" + field + "\":" + wrong + ",\"source\"");
                }
                Response answer =
                        refused(post("/v1/observations", "application/json", utf8(bad)), field + ": " + wrong);
                boolean pinned = field.equals("transaction_id") && wrong.startsWith("\"");
                assertTrue(answer.statusCode() == 400 || pinned && answer.statusCode() == 422, bad);
            }
        }
        for (String wrong : WRONG) {
            String bad = good.replaceFirst(
                    "\"amount\":1\\b", "\"amount\":" + java.util.regex.Matcher.quoteReplacement(wrong));
            Response answer = refused(post("/v1/observations", "application/json", utf8(bad)), "amount: " + wrong);
            List<String> pointers = answer.path("errors.pointer");
            assertTrue(pointers.contains("/transaction/amount/amount"), answer.asString());
        }
    }

    // A reference may look like a time, and an identifier like a duration.
    private static boolean isGoodAs(String field, String wrong) {
        String text = wrong.replace("\"", "");
        boolean reference = List.of("source_ref", "merchant_order_no").contains(field);
        return !text.equals(wrong)
                && (reference ? text.matches("[\\p{L}\\p{N}._:/*#@+=|-]{1,128}") : text.equals("P999999999D"))
                && !List.of("source", "outcome", "type", "channel", "kind", "slip_problem")
                        .contains(field)
                && !List.of("response_code", "observed_at", "occurred_at", "exchange_rate", "token")
                        .contains(field)
                && !List.of("first6", "last4", "currency", "transaction", "discount", "original")
                        .contains(field)
                && !List.of("card", "detail", "transaction_id").contains(field);
    }

    private static final String FULL = "{\"source\":\"terminal\",\"source_ref\":\"%s\",\"outcome\":\"slip_failed\","
            + "\"response_code\":\"00\",\"observed_at\":\"2026-01-01T00:00:00Z\",\"transaction\":{\"type\":\"purchase\","
            + "\"channel\":\"chip\",\"occurred_at\":\"2026-01-01T00:00:00Z\",\"merchant_id\":\"m\",\"terminal_id\":\"T\","
            + "\"batch\":\"1\",\"stan\":\"1\",\"rrn\":\"%s\",\"auth_code\":\"1\",\"merchant_order_no\":\"1\","
            + "\"exchange_rate\":\"1\",\"amount\":{\"amount\":1,\"currency\":\"CNY\"},"
            + "\"discount\":{\"amount\":0,\"currency\":\"CNY\"},\"original\":{\"amount\":1,\"currency\":\"USD\"},"
            + "\"card\":{\"token\":\"card_0123456789\",\"first6\":\"622848\",\"last4\":\"1234\",\"kind\":\"debit\","
            + "\"scheme\":\"unionpay\"}},\"detail\":{\"slip_problem\":\"paper_out\"}}";

    @Test
    void unknownFieldIsNamedAndItsNumberIsNot() throws IOException {
        for (String path : List.of("/v1/observations", "/v1/completeness", "/v1/card-tokens")) {
            Response answer = refused(post(path, "application/json", utf8("{\"unheard_of\":1}")), path);
            assertTrue(answer.<List<String>>path("errors.pointer").contains("/unheard_of"), answer.asString());
            for (String name :
                    List.of(CARD_NUMBER, GROUPED, "x" + CARD_NUMBER, "\\u0000", "\\ud800", "a/b~c", "<script>")) {
                refused(post(path, "application/json", utf8("{\"" + name + "\":1}")), path + " with " + name);
            }
        }
        Response escaped = refused(post("/v1/completeness", "application/json", utf8("{\"a/b~c\":1}")), "escaped");
        assertTrue(escaped.<List<String>>path("errors.pointer").contains("/a~1b~0c"), escaped.asString());
    }

    @Test
    void completenessRefusesWhatIsNoTime() throws IOException {
        for (String wrong : WRONG) {
            String body = "{\"source\":\"bank\",\"complete_through\":" + wrong + "}";
            assertEquals(
                    400,
                    refused(post("/v1/completeness", "application/json", utf8(body)), wrong)
                            .statusCode());
            String merchant =
                    "{\"source\":\"bank\",\"complete_through\":\"2026-01-01T00:00:00Z\",\"merchant_id\":" + wrong + "}";
            boolean plain = wrong.equals("\"P999999999D\"");
            if (!plain) {
                refused(post("/v1/completeness", "application/json", utf8(merchant)), "merchant_id " + wrong);
            }
            refused(
                    post(
                            "/v1/card-tokens",
                            "application/json",
                            utf8("{\"pan\":" + (wrong.contains(GROUPED) ? "1" : wrong) + "}")),
                    wrong);
        }
    }

    @Test
    void terminalsRefuseWhatTheirFieldsAreNot() throws IOException {
        String desk = Tokens.desk();
        String json = "Content-Type: application/json";
        String terminal = "{\"terminal_id\":\"" + Said.unique("T") + "\",\"merchant_id\":\"m\"}";
        String path = Raw.send(Raw.request("POST", "/v1/terminals", desk, utf8(terminal), json))
                        .header("Location") + "/reports";
        String report = "{\"report\":\"lost\",\"since\":\"2026-01-01T00:00:00Z\"}";
        for (String wrong : WRONG) {
            for (String name : List.of("terminal_id", "merchant_id")) {
                String bad = terminal.replaceFirst(
                        "\"" + name + "\":\"[^\"]*\"",
                        java.util.regex.Matcher.quoteReplacement("\"" + name + "\":" + wrong));
                if (!wrong.equals("\"P999999999D\"")) {
                    assertEquals(
                            400,
                            refused(Raw.request("POST", "/v1/terminals", desk, utf8(bad), json), bad)
                                    .statusCode(),
                            bad);
                }
            }
            for (String name : List.of("report", "since")) {
                String bad = report.replaceFirst(
                        "\"" + name + "\":\"[^\"]*\"",
                        java.util.regex.Matcher.quoteReplacement("\"" + name + "\":" + wrong));
                Response answer = refused(
                        Raw.request("POST", path, desk, utf8(bad), json, "Idempotency-Key: " + Said.unique("k")), bad);
                assertEquals(400, answer.statusCode(), bad + answer.asString());
            }
        }
    }

    @Test
    void feeSchedulesRefuseWhatTheirFieldsAreNot() throws IOException {
        String desk = Tokens.desk();
        String good = "{\"merchant_id\":\"m\",\"channel\":\"qr\",\"card_kind\":\"debit\",\"currency\":\"CNY\","
                + "\"rate\":\"0.38\",\"rounding\":\"up\",\"returned\":\"50\",\"valid_from\":\"2026-01-01\"}";
        for (String wrong : WRONG) {
            for (String name : List.of(
                    "merchant_id", "channel", "card_kind", "currency", "rate", "rounding", "returned", "valid_from")) {
                String bad = good.replaceFirst(
                        "\"" + name + "\":\"[^\"]*\"",
                        java.util.regex.Matcher.quoteReplacement("\"" + name + "\":" + wrong));
                boolean optional = List.of("channel", "card_kind", "rounding").contains(name) && wrong.equals("null");
                boolean merchant = name.equals("merchant_id") && wrong.equals("\"P999999999D\"");
                if (!optional && !merchant) {
                    Response answer = refused(
                            Raw.request("POST", "/v1/fee-schedules", desk, utf8(bad), "Content-Type: application/json"),
                            bad);
                    assertEquals(400, answer.statusCode(), bad + answer.asString());
                }
            }
        }
        for (String wrong : List.of(
                "\"rate\":\"100.0001\"",
                "\"rate\":\"0.38%\"",
                "\"rate\":\"0.00001\"",
                "\"rate\":\"-1\"",
                "\"rate\":\"1e1\"",
                "\"rate\":0.38",
                "\"returned\":\"101\"",
                "\"valid_from\":\"2026-02-30\"",
                "\"valid_from\":\"2026-01-01T00:00:00\"",
                "\"cap\":{\"amount\":1,\"currency\":\"JPY\"}",
                "\"cap\":{\"amount\":1,\"currency\":\"CNY\"},\"floor\":{\"amount\":2,\"currency\":\"CNY\"}",
                "\"cap\":{\"amount\":-1,\"currency\":\"CNY\"}",
                "\"floor\":{\"amount\":1000000000001,\"currency\":\"CNY\"}",
                "\"card_kind\":\"unknown\"",
                "\"fixed\":1")) {
            String name = wrong.substring(0, wrong.indexOf(':'));
            String bad = good.contains(name + ":")
                    ? good.replaceFirst(name + ":\"[^\"]*\"", java.util.regex.Matcher.quoteReplacement(wrong))
                    : good.replace("}", "," + wrong + "}");
            Response answer = refused(
                    Raw.request("POST", "/v1/fee-schedules", desk, utf8(bad), "Content-Type: application/json"), bad);
            assertEquals(400, answer.statusCode(), bad + answer.asString());
        }
    }

    @Test
    void webhooksRefuseWhatTheirFieldsAreNot() throws IOException {
        String desk = Tokens.desk();
        String json = "Content-Type: application/json";
        String endpoint = "{\"merchant_id\":\"" + Said.unique("m") + "\",\"url\":\"https://hooks.example.org/\","
                + "\"event_types\":[\"nothing.ever\"]}";
        String path = Raw.send(Raw.request("POST", "/v1/webhook-endpoints", desk, utf8(endpoint), json))
                .header("Location");
        for (String wrong : WRONG) {
            String url = endpoint.replace("\"https://hooks.example.org/\"", wrong);
            String types = endpoint.replace("[\"nothing.ever\"]", wrong);
            for (String bad : List.of(url, types, types.replace(wrong, "[" + wrong + "]"))) {
                Response answer = refused(Raw.request("POST", "/v1/webhook-endpoints", desk, utf8(bad), json), bad);
                assertEquals(400, answer.statusCode(), bad);
            }
            if (!wrong.equals("true")) {
                for (String bad : List.of("{\"enabled\":" + wrong + "}", "{\"url\":" + wrong + "}")) {
                    assertEquals(
                            400,
                            refused(Raw.request("PATCH", path, desk, utf8(bad), json), bad)
                                    .statusCode(),
                            bad);
                }
            }
        }
    }

    @Test
    void invoiceRequestRefusesWhatItsFieldsAreNot() throws IOException {
        String path = "/v1/transactions/" + known() + "/invoice-requests";
        String inner = path + "/inv_01kaf3v6n8e8q9w2s4d6f8g0h2";
        for (String wrong : WRONG) {
            boolean text = List.of("\"" + GROUPED + "\"", "\"'; DROP TABLE observation; --\"")
                            .contains(wrong)
                    || wrong.matches("\"[-+P\\d].*");
            if (!text) {
                invoiceField(path, "/title", "{\"title\":" + wrong + "}");
                invoiceField(path, "/note", "{\"title\":\"x\",\"note\":" + wrong + "}");
                invoiceField(inner + "/refuse", "/reason", "{\"reason\":" + wrong + "}");
            }
            invoiceField(path, "/tax_id", "{\"title\":\"x\",\"tax_id\":" + wrong + "}");
            if (!wrong.equals("\"P999999999D\"")) {
                invoiceField(inner + "/issue", "/number", "{\"number\":" + wrong + "}");
            }
            invoiceField(inner + "/issue", "/file", "{\"number\":\"1\",\"file\":" + wrong + "}");
        }
        invoiceField(inner + "/issue", "/unheard_of", "{\"number\":\"1\",\"unheard_of\":1}");
    }

    private static void invoiceField(String path, String pointer, String body) throws IOException {
        byte[] request = Raw.request("POST", path, Tokens.desk(), utf8(body), "Content-Type: application/json");
        Response answer = refused(request, path + " " + body);
        assertEquals(400, answer.statusCode(), body);
        assertTrue(answer.<List<String>>path("errors.pointer").contains(pointer), answer.asString());
    }

    @Test
    void everyQueryParameterRefusesWhatItIsNot() throws IOException {
        Map<String, List<String>> wrong = Map.of(
                "amount",
                        List.of(
                                "-1",
                                "0",
                                "1e3",
                                "1.5",
                                "1000000000001",
                                "99999999999999999999",
                                "x",
                                "",
                                "%00",
                                "%E9%9B%B6"),
                "currency", List.of("cny", "XX", "XXXX", "", CARD_NUMBER),
                "at",
                        List.of(
                                "now",
                                "2026-02-30T00:00:00Z",
                                "+999999999-12-31T23:59:59Z",
                                "2026-01-01",
                                "1969-01-01T00:00:00Z",
                                ""),
                "from", List.of("now", "10000-01-01T00:00:00Z", "%2B999999999-12-31T23:59:59Z"),
                "to", List.of("now", "0000-01-01T00:00:00Z"),
                "as_of", List.of("now", "2999-01-01T00:00:00Z", "2026-13-01T00:00:00Z"),
                "within",
                        List.of(
                                "P4D",
                                "PT-1S",
                                "-P1D",
                                "P9999999999999999999D",
                                "PT9223372036854775807S",
                                "half%20an%20hour",
                                "P1Y"),
                "card", List.of(CARD_NUMBER, "6228%204804%200256%204890%20018", "card_", "622848*1234", "x"),
                "limit", List.of("0", "201", "-1", "1e1", "99999999999", "x", ""),
                "cursor",
                        List.of(
                                "x",
                                "cur_",
                                "txn_01kaf3v6n8e8q9w2s4d6f8g0h2",
                                CARD_NUMBER,
                                "cur_zzzzzzzzzzzzzzzzzzzzzzzzzz",
                                "%FF"));
        for (Published.Operation operation : Published.read().operations()) {
            if (operation.isSigned()) {
                continue;
            }
            String path = operation.path(operation.path().contains("/transactions") ? known() : "x");
            for (com.fasterxml.jackson.databind.JsonNode parameter :
                    operation.node().path("parameters")) {
                if (!"query".equals(parameter.path("in").textValue())) {
                    continue;
                }
                String name = parameter.get("name").textValue();
                List<String> values = new ArrayList<>(wrong.getOrDefault(name, List.of()));
                values.addAll(List.of("%00", "", "%FF%FE", "x".repeat(300)));
                for (String value : values) {
                    queried(operation, path + "?" + name + "=" + value, "?" + name);
                }
                String twice = wrong.containsKey(name) ? "1" : "a";
                queried(operation, path + "?" + name + "=" + twice + "&" + name + "=" + twice, "?" + name);
            }
            queried(operation, path + "?unheard_of=1", "?unheard_of");
            queried(operation, path + "?" + CARD_NUMBER + "=1", null);
            queried(operation, path + "?a=" + CARD_NUMBER, "?a");
        }
    }

    private String known() {
        if (knownId == null) {
            knownId = Said.by("bank", "held").of("m", Said.unique("r"), 1).post();
        }
        return knownId;
    }

    private String knownId;

    private static void queried(Published.Operation operation, String pathAndQuery, String pointer) throws IOException {
        byte[] body = operation.takesBody() ? utf8("{}") : null;
        String token = operation.token();
        String type =
                "Content-Type: " + (operation.takesForm() ? "multipart/form-data; boundary=x" : "application/json");
        byte[] request = body == null
                ? Raw.request(operation.method(), pathAndQuery, token, null)
                : Raw.request(operation.method(), pathAndQuery, token, body, type);
        Response answer = refused(request, operation.name() + " " + pathAndQuery);
        assertEquals(400, answer.statusCode(), pathAndQuery + answer.asString());
        List<String> pointers = answer.path("errors.pointer");
        boolean nul = pathAndQuery.contains("%00");
        assertTrue(nul || pointer == null || pointers.contains(pointer), () -> pathAndQuery + answer.asString());
    }

    @Test
    void addressThatIsNoneIsRefused() throws IOException {
        for (String id : List.of(
                CARD_NUMBER,
                "6228%204804%200256%204890%20018",
                "%00",
                "%FF",
                "%zz",
                "%",
                "..%2f..",
                "x".repeat(5_000),
                "%EF%BF%BD")) {
            for (String path : List.of(
                    "/v1/transactions/" + id,
                    "/v1/transactions/" + id + "/verdict",
                    "/v1/transactions/" + id + "/observations",
                    "/v1/statements/" + id,
                    "/v1/" + id)) {
                refusedPerhapsBare(Raw.request("GET", path, Tokens.desk(), null), path);
            }
            refusedPerhapsBare(Raw.request("GET", "/v1/was-i-charged?rrn=%zz" + id, Tokens.desk(), null), id);
        }
    }

    @Test
    void hostileHeadersChangeNothing() throws IOException {
        String path = "/v1/transactions/" + known() + "/verdict";
        String many = "aa-AA;q=0.1,".repeat(1_400);
        Map<String, List<String>> harmless = Map.of(
                "Accept-Language",
                        List.of(
                                many,
                                "*;q=x",
                                ";;;,,,",
                                "zh-CN;q=1e400",
                                "\u00ff\u00fe",
                                CARD_NUMBER,
                                "en;q=0.".repeat(500)),
                "If-None-Match", List.of("\"", "*x", ",".repeat(8_000), "\"" + CARD_NUMBER + "\"", "W/", "\u00ff"),
                "traceparent",
                        List.of(
                                "00-" + "f".repeat(500),
                                "zz",
                                "00-0-0-0",
                                CARD_NUMBER,
                                "00-00000000000000000000000000000000-0000000000000000-00"),
                "Prefer", List.of("wait=x", "wait=-1", "wait=99999999999999999999", "wait", ";;", CARD_NUMBER),
                "X-Request-Id", List.of(CARD_NUMBER, "a b", "\u00ff", "x".repeat(500)));
        for (Map.Entry<String, List<String>> header : harmless.entrySet()) {
            for (String value : header.getValue()) {
                Response answer =
                        Raw.send(Raw.request("GET", path, Tokens.desk(), null, header.getKey() + ": " + value));
                assertEquals(200, answer.statusCode(), header.getKey() + ": " + value + answer.asString());
                tellsNothing(answer, header.getKey());
                String nowhere = "/v1/transactions/x";
                refused(
                        Raw.request("GET", nowhere, Tokens.desk(), null, header.getKey() + ": " + value),
                        header.getKey());
            }
        }
        for (String key : List.of("\"\"", "a b", "\u00ff", "x".repeat(256), "a\tb")) {
            String body = "{\"source\":\"bank\",\"complete_through\":\"2000-01-01T00:00:00Z\"}";
            Response answer =
                    refused(post("/v1/completeness", "application/json", utf8(body), "Idempotency-Key: " + key), key);
            assertEquals("invalid_idempotency_key", answer.path("code"), key);
        }
        for (String position : List.of("x", "0/16B3748", "1-0/g", "4294967296-0/0", CARD_NUMBER, "1".repeat(5_000))) {
            Response answer = refused(
                    Raw.request("GET", path, Tokens.desk(), null, "Paywitness-Consistency: " + position), position);
            assertEquals("invalid_request", answer.path("code"), position);
        }
        for (String token :
                List.of("", "x", "a.b.c", CARD_NUMBER, "x".repeat(10_000), "\u00ff", "eyJhbGciOiJub25lIn0.e30.")) {
            Response answer = refused(Raw.request("GET", path, token, null), "token " + token);
            assertEquals(401, answer.statusCode());
        }
        refused(Raw.request("GET", path, Tokens.desk(), null, "Accept: ///"), "Accept");
    }

    @Test
    void statementThatIsNoneIsRefusedOrFails() throws IOException {
        for (byte[] body :
                List.of(new byte[0], new byte[] {0, 0, 0}, utf8("nonsense"), utf8("<html/>"), new byte[100_000])) {
            assertEquals(
                    422,
                    refused(post("/v1/statements", "application/octet-stream", body), "statement")
                            .statusCode());
        }
        String entity = "<?xml version=\"1.0\"?><!DOCTYPE d [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>";
        for (String content : List.of(
                "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\"><BkToCstmrStmt><Stmt>",
                entity + "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\">&x;</Document>",
                "<BkToCstmrStmt>" + "<a>".repeat(10_000),
                "terminal_id,stan,outcome\n\"" + CARD_NUMBER + ",,")) {
            Response received = Raw.send(post("/v1/statements?file_name=" + CARD_NUMBER, "text/plain", utf8(content)));
            assertEquals(202, received.statusCode(), received.asString());
            tellsNothing(received, content);
            Response progress;
            do {
                progress = Raw.send(Raw.request("GET", received.header("Location"), Tokens.feed(), null));
                assertEquals(200, progress.statusCode());
                tellsNothing(progress, content);
            } while (!List.of("done", "failed").contains(progress.<String>path("status")));
            assertFalse(progress.asString().contains("root:"), "an entity was read");
            assertEquals(Integer.valueOf(0), progress.path("rows.accepted"));
        }
    }

    @Test
    void textKeepsNoCardNumber() throws IOException {
        for (String number : List.of(CARD_NUMBER, GROUPED, "6228-4804-0256-4890-018")) {
            Said said = Said.by("terminal", "no_answer").of("m", Said.unique("r"), 1);
            said.json().putObject("detail").put("text", "card " + number + " was eaten");
            Response told = Raw.send(
                    Raw.request("GET", "/v1/transactions/" + said.post() + "/observations", Tokens.desk(), null));
            tellsNothing(told, number);
            String text = told.path("data[0].detail.text");
            assertTrue(text.startsWith("card 6228") && text.endsWith("018 was eaten") && text.contains("**"), text);
        }
    }

    @Test
    void reportOfMisconductRefusesWhatItIsNot() throws IOException {
        String path = "/v1/misconduct-reports";
        String nowhere = path + "/mcr_01kaf3v6n8e8q9w2s4d6f8g0h2";
        for (String address : List.of(path, nowhere + "/assign", nowhere + "/close")) {
            for (Map.Entry<String, byte[]> body : noJson().entrySet()) {
                String what = address + " with " + body.getKey();
                assertEquals(
                        400, refused(byDesk(address, body.getValue()), what).statusCode(), what);
            }
        }
        Map<String, List<String>> fields = Map.of(
                path,
                List.of("transaction_id", "kind", "text", "evidence"),
                nowhere + "/assign",
                List.of("owner"),
                nowhere + "/close",
                List.of("outcome", "note"));
        for (Map.Entry<String, List<String>> of : fields.entrySet()) {
            for (String field : of.getValue()) {
                for (String wrong : WRONG) {
                    String body = "{\"" + field + "\":" + wrong + "}";
                    String what = of.getKey() + " " + body;
                    int status = refused(byDesk(of.getKey(), utf8(body)), what).statusCode();
                    // Any text may be a name: that report is not there.
                    assertTrue(status == 400 || field.equals("owner") && wrong.startsWith("\"") && status == 404, what);
                }
            }
        }
    }

    @Test
    void exceptionsRefuseWhatTheyAreNot() throws IOException {
        String resolve = "/v1/exceptions/exc_01kaf3v6n8e8q9w2s4d6f8g0h2/resolve";
        for (Map.Entry<String, byte[]> body : noJson().entrySet()) {
            assertEquals(
                    400,
                    refused(byDesk(resolve, body.getValue()), body.getKey()).statusCode(),
                    body.getKey());
        }
        for (String field : List.of("action", "reason", "unheard_of")) {
            for (String wrong : WRONG) {
                String body = "{\"" + field + "\":" + wrong + "}";
                assertEquals(400, refused(byDesk(resolve, utf8(body)), body).statusCode(), body);
            }
        }
    }

    @Test
    void disputesRefuseWhatTheirFieldsAreNot() throws IOException {
        String path = "/v1/disputes";
        String nowhere = path + "/dsp_01kaf3v6n8e8q9w2s4d6f8g0h2";
        Map<String, List<String>> fields = Map.of(
                path,
                List.of("transaction_id", "amount", "transactions", "reason", "text", "unheard_of"),
                nowhere + "/messages",
                List.of("text", "unheard_of"),
                nowhere + "/escalate",
                List.of("text", "on_behalf_of", "unheard_of"),
                nowhere + "/withdraw",
                List.of("text", "on_behalf_of", "unheard_of"),
                nowhere + "/decide",
                List.of("outcome", "amount", "text", "unheard_of"),
                nowhere + "/follow-ups",
                List.of("follow_up_id", "executed", "proof", "satisfied", "prevention"));
        for (Map.Entry<String, List<String>> of : fields.entrySet()) {
            for (Map.Entry<String, byte[]> body : noJson().entrySet()) {
                // No body at all is a step without a word.
                String what = of.getKey() + " with " + body.getKey();
                int status = refused(byDesk(of.getKey(), body.getValue()), what).statusCode();
                assertTrue(status == 400 || status == 404 && body.getValue().length == 0, what);
            }
            for (String field : of.getValue()) {
                for (String wrong : WRONG) {
                    String body = "{\"" + field + "\":" + wrong + "}";
                    String what = of.getKey() + " " + body;
                    int status = refused(byDesk(of.getKey(), utf8(body)), what).statusCode();
                    // Any text may be said: that dispute is not there. Null is as good as nothing.
                    boolean said = List.of("text", "prevention").contains(field) && wrong.startsWith("\"");
                    boolean nothing = wrong.equals("null") || field.equals("satisfied") && wrong.matches("true|false");
                    assertTrue(status == 400 || status == 404 && (said || nothing), what + status);
                }
            }
        }
    }

    @Test
    void riskSignalsRefuseWhatTheirParametersAreNot() throws IOException {
        Map<String, List<String>> wrong = Map.of(
                "kind",
                List.of("CARD_DENIALS", "card", "card_denials,card_disputes_lost", CARD_NUMBER),
                "card",
                List.of(CARD_NUMBER, "622848******0018", "card_1", "card_" + "0".repeat(65)),
                "from",
                List.of("2999-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
                "cursor",
                List.of("fA", "bm9uZQp4Cg==", "Y2FyZF9kZW5pYWxzCng", "Y2FyZF9kZW5pYWxzCngKAA"));
        for (Map.Entry<String, List<String>> of : wrong.entrySet()) {
            for (String value : of.getValue()) {
                String path = "/v1/risk-signals?" + of.getKey() + "=" + value;
                Response answer = refused(Raw.request("GET", path, Tokens.desk(), null), path);
                assertEquals(400, answer.statusCode(), path);
                assertEquals(List.of("?" + of.getKey()), answer.path("errors.pointer"), path);
            }
        }
        for (String name : List.of("merchant_id", "terminal_id")) {
            String path = "/v1/risk-signals?" + name + "=%27%3B%20DROP%20TABLE%20dispute%3B%20--";
            assertEquals(
                    200, Raw.send(Raw.request("GET", path, Tokens.desk(), null)).statusCode());
        }
    }

    @Test
    void eventsRefuseWhatTheirParametersAreNot() throws IOException {
        Map<String, List<String>> wrong = Map.of(
                "type",
                List.of("refund", "refund.", "refund.succeeded,", "REFUND.SUCCEEDED", "a.b,".repeat(20) + "a.b"),
                "limit",
                List.of("0", "201", "x"),
                "cursor",
                List.of("1", "cur_01kaf3v6n8e8q9w2s4d6f8g0h2", "cur_00000000000008000000000000", "x"));
        for (Map.Entry<String, List<String>> of : wrong.entrySet()) {
            for (String value : of.getValue()) {
                String path = "/v1/events?" + of.getKey() + "=" + value;
                Response answer = refused(Raw.request("GET", path, Tokens.desk(), null), path);
                assertEquals(400, answer.statusCode(), path);
                assertEquals(List.of("?" + of.getKey()), answer.path("errors.pointer"), path);
            }
        }
    }

    private static byte[] byDesk(String path, byte[] body) {
        return Raw.request("POST", path, Tokens.desk(), body, "Content-Type: application/json");
    }

    @Test
    void randomMutationsAreNeverOurFault() throws IOException {
        long seed = Long.getLong("malformed.seed", System.nanoTime());
        System.out.println("malformed.seed=" + seed);
        Random random = new Random(seed);
        byte[] good = utf8(FULL.formatted(Said.unique("ref"), Said.unique("r")));
        try (java.net.Socket socket = Raw.connect()) {
            assertTrue(socket.isConnected());
        }
        for (int i = 0; i < FUZZ_ROUNDS; i++) {
            byte[] mutated = mutate(good, random);
            Response answer = Raw.send(post(
                    "/v1/observations", random.nextInt(4) == 0 ? "application/x-ndjson" : "application/json", mutated));
            assertTrue(
                    answer.statusCode() < 500,
                    () -> "malformed.seed=" + seed + " " + new String(mutated, StandardCharsets.ISO_8859_1) + "\n"
                            + answer.asString());
            if (answer.statusCode() >= 400) {
                assertEquals("application/problem+json", answer.contentType(), "malformed.seed=" + seed);
            }
        }
    }

    private static final String[] PIECES = {
        "{",
        "}",
        "[",
        "]",
        "\"",
        ",",
        ":",
        "null",
        "true",
        "1e999",
        "-",
        "\\u0000",
        "\\ud800",
        "\\",
        "\u0000",
        "9".repeat(40),
        "2026-02-30T00:00:00Z",
        "支付",
        "\ud83d\ude00",
        " ",
        "\n"
    };

    private static byte[] mutate(byte[] good, Random random) {
        byte[] bytes = good;
        for (int n = 1 + random.nextInt(3); n > 0; n--) {
            int at = random.nextInt(bytes.length);
            int until = Math.min(bytes.length, at + random.nextInt(12));
            byte[] piece = random.nextInt(3) == 0
                    ? new byte[] {(byte) random.nextInt()}
                    : utf8(PIECES[random.nextInt(PIECES.length)]);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write(bytes, 0, at);
            out.writeBytes(random.nextBoolean() ? piece : new byte[0]);
            int from = random.nextBoolean() ? until : at;
            out.write(bytes, from, bytes.length - from);
            bytes = out.size() == 0 ? good : out.toByteArray();
        }
        return bytes;
    }
}
