package org.paywitness.http;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.restassured.response.Response;
import io.restassured.specification.FilterableRequestSpecification;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.paywitness.Files;
import org.paywitness.Said;
import org.paywitness.Tokens;
import org.paywitness.acquirer.Simulator;
import org.paywitness.evidence.TestCases;
import org.paywitness.fault.Waiting;
import org.paywitness.id.TypeId;

/**
 * Every answer is what the published document says: every operation, status, media type, language and verdict. Of the
 * service at RestAssured's port; {@link ContractTest} asks it within this JVM, {@code ContractIT} the packaged one. A
 * new operation, status or media type fails here until it is asked for.
 */
public abstract class Contract {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String PROBLEM = "/components/schemas/Problem";
    private static final String NOWHERE = "txn_01kaf3v6n8e8q9w2s4d6f8g0h2";

    private final Set<String> seen = new TreeSet<>();

    private Published published;

    /** As when the acquirer has not answered for days. */
    protected abstract void needsAttention(UUID refund) throws SQLException;

    @BeforeEach
    void readDocument() {
        published = Published.read();
    }

    private Response ask(String operation, String token, RequestSpecification request, String pathAndQuery) {
        Published.Operation asked = published.operation(operation);
        if (token != null) {
            request.auth().oauth2(token);
        }
        Response answer = request.request(asked.method(), pathAndQuery);
        published.verify(asked, answer);
        saw(asked, request, answer);
        return answer;
    }

    private void saw(Published.Operation asked, RequestSpecification request, Response answer) {
        String status = Integer.toString(answer.statusCode());
        seen.add(asked.name() + " " + status);
        if (!status.startsWith("2")) {
            return;
        }
        if (answer.contentType() != null) {
            seen.add(asked.name() + " " + status + " " + Published.mediaType(answer.contentType()));
        }
        String sent = ((FilterableRequestSpecification) request).getContentType();
        if (asked.takesBody() && sent != null) {
            seen.add(asked.name() + " takes " + Published.mediaType(sent));
        }
    }

    private Response get(String operation, String token, String pathAndQuery) {
        return ask(operation, token, given(), pathAndQuery);
    }

    private Response post(String operation, String pathAndQuery, String body, Map<String, String> headers) {
        RequestSpecification request = given().headers(headers).body(body.getBytes(StandardCharsets.UTF_8));
        return ask(operation, Tokens.feed(), request, pathAndQuery);
    }

    private static final Map<String, String> AS_JSON = Map.of("Content-Type", "application/json");

    @Test
    void everyAnswerIsAsPublished() throws Exception {
        for (Published.Operation operation : published.operations()) {
            if (!operation.isSigned()) {
                refusals(operation);
            }
        }
        notifications();
        observations();
        completenessAndTokens();
        statements();
        reads();
        refundPolicy();
        refunds();
        terminals();
        live();
        fees();
        webhooks();
        guidance();
        misconduct();
        reconciliation();
        riskSignals();
        events();
        receipts();
        invoices();
        disputes();
        dossier();
        evidence();
        Set<String> promised = new TreeSet<>();
        for (Published.Operation operation : published.operations()) {
            for (String status : operation.statuses()) {
                promised.add(operation.name() + " " + status);
                if (status.startsWith("2")) {
                    operation
                            .answers(status)
                            .forEach(type -> promised.add(operation.name() + " " + status + " " + type));
                }
            }
            operation.takes().forEach(type -> promised.add(operation.name() + " takes " + type));
        }
        // 429 and 503 need another configuration or no database: RateLimitsTest, and the tests of faults.
        promised.removeIf(answer -> answer.endsWith(" 429") || answer.endsWith(" 503"));
        promised.removeAll(seen);
        assertEquals(UNREACHABLE, promised, "promised in the document and not seen");
    }

    /** A second request while the first is running: too short a time to hit over HTTP. Figures of a thousand merchants. */
    private static final Set<String> UNREACHABLE = Set.of(
            "postCompleteness 409",
            "postStatement 409",
            "getRefundFigures 422",
            "postEvidence 408",
            "rotateWebhookSecret 409");

    private void refusals(Published.Operation operation) throws IOException {
        String path = operation.path(nowhere(operation.path()));
        String token = operation.token();
        if (!operation.isPublic()) {
            refusalsOfTokens(operation, path);
        }
        assertEquals(
                400,
                ask(operation.name(), token, with(operation, "en"), path + "?unheard_of=1")
                        .statusCode());
        RequestSpecification image = with(operation, "en").header("Accept", "image/tiff");
        assertEquals(406, ask(operation.name(), token, image, path).statusCode());
        if (operation.takesId()) {
            assertEquals(
                    404,
                    ask(operation.name(), token, with(operation, "en"), path).statusCode(),
                    operation.name());
        }
        if (operation.statuses().contains("415")) {
            RequestSpecification image2 =
                    given().header("Content-Type", "image/png").body(new byte[] {1});
            assertEquals(415, ask(operation.name(), token, image2, path).statusCode());
        }
        if (operation.statuses().contains("413")) {
            Response large =
                    Raw.announce(operation.method(), path, token, 600_000_000, "Content-Type: application/json");
            assertEquals(413, large.statusCode());
            published.verify(operation, large);
            seen.add(operation.name() + " 413");
        }
    }

    private void refusalsOfTokens(Published.Operation operation, String path) {
        for (String language : List.of("zh-CN", "en")) {
            Response refused = ask(operation.name(), null, with(operation, language), path);
            assertEquals(401, refused.statusCode());
            boolean ascii = StandardCharsets.US_ASCII.newEncoder().canEncode(refused.path("title"));
            assertEquals(language.equals("en"), ascii, "the title's language");
        }
        assertEquals(
                403,
                ask(operation.name(), Tokens.scope("openid"), with(operation, "en"), path)
                        .statusCode());
    }

    private static String nowhere(String path) {
        String other = path.contains("statements") ? "stm" : path.contains("disputes") ? "dsp" : "txn";
        return NOWHERE.replace("txn", other);
    }

    private static RequestSpecification with(Published.Operation operation, String language) {
        RequestSpecification request = given().header("Accept-Language", language);
        if (operation.takesForm()) {
            return request.multiPart("type", "other");
        }
        return operation.takesBody()
                ? request.headers(AS_JSON)
                        .header("Idempotency-Key", Said.unique("k"))
                        .body(operation.body().getBytes())
                : request;
    }

    private void observations() {
        String first = Said.by("acquirer", "approved")
                .of(Said.unique("m"), Said.unique("r"), 100)
                .toString();
        assertEquals(
                200,
                post("postObservations", "/v1/observations", first, AS_JSON).statusCode());
        Response mixed = post(
                "postObservations",
                "/v1/observations",
                "[" + first + ",{\"source\":\"bank\"},"
                        + Said.by("bank", "held").of("m", Said.unique("r"), 1) + "]",
                AS_JSON);
        assertEquals(
                List.of("duplicate", "refused", "accepted"), mixed.jsonPath().getList("results.status"));
        Map<String, String> lines = Map.of("Content-Type", "application/x-ndjson");
        assertEquals(
                200,
                post("postObservations", "/v1/observations", first + "\n" + first, lines)
                        .statusCode());
        String other = first.replace("approved", "captured");
        assertEquals(
                409,
                post("postObservations", "/v1/observations", other, AS_JSON).statusCode());
        String pinned = Said.by("bank", "held")
                .of("m", "r", 1)
                .with("transaction_id", NOWHERE)
                .toString();
        assertEquals(
                422,
                post("postObservations", "/v1/observations", pinned, AS_JSON).statusCode());
        Map<String, String> keyed = Map.of("Content-Type", "application/json", "Idempotency-Key", Said.unique("k"));
        post("postObservations", "/v1/observations", first, keyed);
        Response replayed = post("postObservations", "/v1/observations", first, keyed);
        assertEquals("true", replayed.header("Idempotency-Replayed"));
        assertEquals(
                422, post("postObservations", "/v1/observations", other, keyed).statusCode());
    }

    /** For who signs, not for who has a token. */
    private void notifications() throws IOException {
        String name = "postAcquirerNotification";
        String path = "/acquirer/notifications";
        String news = "{\"reference\":\"rfd_unknown\"}";
        assertEquals(204, ask(name, null, signed(path, news), path).statusCode());
        assertEquals(400, ask(name, null, signed(path, "{}"), path).statusCode());
        String unknown = path + "?unheard_of=1";
        assertEquals(400, ask(name, null, signed(unknown, news), unknown).statusCode());
        for (String language : List.of("zh-CN", "en")) {
            RequestSpecification unsigned =
                    given().header("Accept-Language", language).headers(AS_JSON);
            assertEquals(401, ask(name, null, unsigned.body(news), path).statusCode());
        }
        RequestSpecification image = signed(path, news).header("Accept", "image/tiff");
        assertEquals(406, ask(name, null, image, path).statusCode());
        RequestSpecification picture =
                given().header("Content-Type", "image/png").body(new byte[] {1});
        assertEquals(415, ask(name, null, picture, path).statusCode());
        Response large = Raw.announce("post", path, null, 16 * 1024 + 1, "Content-Type: application/json");
        assertEquals(413, large.statusCode());
        published.verify(published.operation(name), large);
        seen.add(name + " 413");
    }

    private static RequestSpecification signed(String target, String body) {
        return given().headers(AS_JSON)
                .headers(Simulator.signed("POST", target, body))
                .body(body);
    }

    private void completenessAndTokens() {
        Map<String, String> keyed = Map.of("Content-Type", "application/json", "Idempotency-Key", Said.unique("k"));
        String merchant = Said.unique("m");
        String all = "{\"source\":\"terminal\",\"complete_through\":\"2026-01-01T00:00:00Z\"}";
        String one = "{\"source\":\"bank\",\"merchant_id\":\"" + merchant
                + "\",\"complete_through\":\"2026-01-01T00:00:00+08:00\"}";
        assertEquals(
                200, post("postCompleteness", "/v1/completeness", all, AS_JSON).statusCode());
        assertEquals(
                200, post("postCompleteness", "/v1/completeness", one, keyed).statusCode());
        assertEquals(
                422, post("postCompleteness", "/v1/completeness", all, keyed).statusCode());
        String card = "{\"pan\":\"6228480402564890018\"}";
        assertEquals(
                200, post("postCardToken", "/v1/card-tokens", card, AS_JSON).statusCode());
        assertEquals(
                400,
                post("postCardToken", "/v1/card-tokens", "{\"pan\":\"1\"}", AS_JSON)
                        .statusCode());
    }

    private void statements() throws Exception {
        String good = fixture("pos-journal.csv").replace("\nT000", "\n" + Said.unique("T"));
        for (String body : List.of(good, good.replaceFirst("94\\.25", "a lot"), good.replace("CNY,approved", "CNY"))) {
            Response received = post(
                    "postStatement",
                    "/v1/statements?merchant_id=m&file_name=a.csv",
                    body,
                    Map.of("Content-Type", body.equals(good) ? "text/csv" : "application/octet-stream"));
            assertEquals(202, received.statusCode());
            done(received.header("Location"));
        }
        Map<String, String> xml = Map.of("Content-Type", "application/xml");
        Response truncated = post("postStatement", "/v1/statements?format=camt", "<Document><BkToCstmr", xml);
        assertEquals("failed", done(truncated.header("Location")).path("status"));
        assertEquals(
                422,
                post("postStatement", "/v1/statements", "nothing we know", Map.of())
                        .statusCode());
    }

    private Response done(String location) {
        String token = Tokens.feed();
        AtomicReference<Response> progress = new AtomicReference<>();
        Waiting.until(location + " is read", PATIENCE, () -> {
            progress.set(get("getStatement", token, location));
            return List.of("done", "failed").contains(progress.get().<String>path("status"));
        });
        RequestSpecification known =
                given().header("If-None-Match", progress.get().header("ETag"));
        assertEquals(304, ask("getStatement", token, known, location).statusCode());
        return progress.get();
    }

    private void evidence() {
        String dispute = TestCases.open(Said.unique("m"), Said.card());
        String all = "/v1/disputes/" + dispute + "/evidence";
        String key = Said.unique("k");
        Response added = put(all, "witness", "Idempotency-Key", key);
        assertEquals(201, added.statusCode(), added.asString());
        assertEquals("true", put(all, "witness", "Idempotency-Key", key).header("Idempotency-Replayed"));
        assertEquals(422, put(all, "other", "Idempotency-Key", key).statusCode());
        assertEquals(415, put(all, "<html>", "Accept", "*/*").statusCode());
        String one = added.header("Location");
        for (Map.Entry<String, String> read : Map.of(
                        "listEvidence", all, "getEvidence", one, "getEvidenceContent", one + "/content")
                .entrySet()) {
            Response answer = get(read.getKey(), Tokens.desk(), read.getValue());
            assertEquals(200, answer.statusCode());
            RequestSpecification known = given().header("If-None-Match", answer.header("ETag"));
            assertEquals(
                    304,
                    ask(read.getKey(), Tokens.desk(), known, read.getValue()).statusCode());
        }
        for (Map.Entry<String, Integer> range :
                Map.of("bytes=1-2", 206, "bytes=7-", 416).entrySet()) {
            RequestSpecification part = given().header("Range", range.getKey());
            Response answer = ask("getEvidenceContent", Tokens.desk(), part, one + "/content");
            assertEquals(range.getValue(), answer.statusCode());
        }
        everyMediaType(all);
        TestCases.close(dispute);
        assertEquals(409, put(all, "late", "Accept", "*/*").statusCode());
    }

    /** Each comes back byte for byte, whole and in part, as what it is. */
    private void everyMediaType(String all) {
        Files.good(new Random(1), 1_000).forEach((type, file) -> {
            RequestSpecification form = given().multiPart("type", "other").multiPart("file", "a.bin", file);
            Response added = ask("postEvidence", Tokens.desk(), form, all);
            assertEquals(201, added.statusCode(), added.asString());
            assertEquals(type, added.path("media_type"));
            String content = added.header("Location") + "/content";
            Response whole = get("getEvidenceContent", Tokens.desk(), content);
            assertArrayEquals(file, whole.asByteArray(), type);
            assertEquals(type, Published.mediaType(whole.contentType()));
            RequestSpecification range = given().header("Range", "bytes=2-8");
            Response part = ask("getEvidenceContent", Tokens.desk(), range, content);
            assertEquals(206, part.statusCode());
            assertArrayEquals(Arrays.copyOfRange(file, 2, 9), part.asByteArray(), type);
        });
    }

    private Response put(String path, String text, String header, String value) {
        RequestSpecification form = given().header(header, value)
                .multiPart("type", "witness_statement")
                .multiPart("file", "a.txt", text.getBytes(StandardCharsets.UTF_8));
        return ask("postEvidence", Tokens.desk(), form, path);
    }

    private void reads() {
        Set<String> kinds = new HashSet<>();
        String merchant = Said.unique("m");
        List<String> ids = everyKindOfVerdict(merchant);
        for (String id : ids) {
            for (String language : List.of("zh-CN", "en")) {
                kinds.add(readEverythingOf(id, language));
            }
        }
        ask("wasICharged", Tokens.desk(), given(), "/v1/was-i-charged?rrn=" + Said.unique("none"));
        for (String path : List.of("/v1/transactions?limit=3&merchant_id=" + merchant, "/v1/transactions?limit=200")) {
            Response page = get("listTransactions", Tokens.desk(), path);
            RequestSpecification known = given().header("If-None-Match", page.header("ETag"));
            assertEquals(200, page.statusCode());
            assertEquals(
                    304, ask("listTransactions", Tokens.desk(), known, path).statusCode());
        }
        kinds.add(get("wasICharged", Tokens.desk(), "/v1/was-i-charged?rrn=nothing")
                .path("verdict"));
        RequestSpecification held = given().header("Prefer", "wait=1");
        Response answer = ask("getVerdict", Tokens.desk(), held, "/v1/transactions/" + ids.get(0) + "/verdict");
        assertEquals("wait=1", answer.header("Preference-Applied"));
        Set<String> named = new HashSet<>();
        published
                .document()
                .at("/components/schemas/Verdict/properties/verdict/enum")
                .forEach(kind -> named.add(kind.textValue()));
        assertEquals(named, kinds, "every verdict that is named was seen");
    }

    private void refundPolicy() {
        for (String language : List.of("zh-CN", "en")) {
            for (String path : List.of("/v1/refund-policy", "/v1/refund-policy?merchant_id=m_0001")) {
                Response policy = ask("getRefundPolicy", null, given().header("Accept-Language", language), path);
                assertEquals(200, policy.statusCode());
                RequestSpecification known =
                        given().header("Accept-Language", language).header("If-None-Match", policy.header("ETag"));
                assertEquals(304, ask("getRefundPolicy", null, known, path).statusCode());
            }
        }
    }

    private void guidance() {
        Map<String, String> paths = Map.of("listGuidance", "/v1/guidance", "getGuidance", "/v1/guidance/code_51");
        paths.forEach((name, path) -> {
            for (String language : List.of("zh-CN", "en")) {
                Response told = ask(name, null, given().header("Accept-Language", language), path);
                assertEquals(200, told.statusCode());
                RequestSpecification known =
                        given().header("Accept-Language", language).header("If-None-Match", told.header("ETag"));
                assertEquals(304, ask(name, null, known, path).statusCode());
            }
        });
        assertEquals(200, get("getGuidance", null, "/v1/guidance/no_answer").statusCode());
    }

    private void disputes() {
        String card = Said.card();
        String merchant = Said.unique("m");
        String holder = Tokens.sign(Tokens.claims("cardholder").subject("h").claim("cards", List.of(card)));
        String clerk = Tokens.merchant(merchant);
        String opened = "/v1/disputes";
        String id = disputed(holder, merchant, card, opened);
        String path = opened + "/" + id;
        for (String read : List.of("getDispute", "getChecklist", "getTimeline", "listDisputes")) {
            String at =
                    switch (read) {
                        case "getDispute" -> path;
                        case "listDisputes" ->
                            opened + "?merchant_id=" + merchant + "&status=awaiting_merchant&limit=1";
                        default -> path + "/" + read.substring(3).toLowerCase(java.util.Locale.ROOT);
                    };
            Response told = get(read, holder, at);
            assertEquals(200, told.statusCode(), told.asString());
            RequestSpecification known = given().header("If-None-Match", told.header("ETag"));
            assertEquals(304, ask(read, holder, known, at).statusCode());
        }
        String nothing = "{\"kind\":\"nothing\"}";
        String said = "{\"text\":\"x\"}";
        acted("postDisputeMessage", holder, path + "/messages", said, 201);
        String first =
                acted("postProposal", clerk, path + "/proposals", nothing, 201).path("proposals[0].id");
        acted("declineProposal", holder, path + "/proposals/" + first + "/decline", "{}", 200);
        String last =
                acted("postProposal", clerk, path + "/proposals", nothing, 201).path("proposals[1].id");
        acted("acceptProposal", holder, path + "/proposals/" + last + "/accept", "{}", 200);
        acted("postFollowUp", holder, path + "/follow-ups", "{\"satisfied\":true}", 201);
        String refused = path + "/proposals/" + last;
        keyless("postProposal", holder, path + "/proposals", nothing, 400);
        keyless("postDisputeMessage", holder, path + "/messages", said, 409);
        acted("postProposal", holder, path + "/proposals", nothing, 409);
        keyless("acceptProposal", holder, refused + "/accept", "{}", 409);
        keyless("declineProposal", holder, refused + "/decline", "{}", 409);
        keyless("escalateDispute", holder, path + "/escalate", "{}", 409);
        keyless("withdrawDispute", holder, path + "/withdraw", "{}", 409);
        String ruling = "{\"outcome\":\"won_by_cardholder\",\"text\":\"x\"}";
        keyless("decideDispute", Tokens.desk(), path + "/decide", ruling, 409);
        String other = opened + "/" + disputed(holder, merchant, card, opened);
        keyless("postFollowUp", holder, other + "/follow-ups", "{\"satisfied\":true}", 409);
        acted("escalateDispute", holder, other + "/escalate", "{}", 200);
        acted("decideDispute", Tokens.desk(), other + "/decide", ruling, 200);
        acted(
                "withdrawDispute",
                holder,
                opened + "/" + disputed(holder, merchant, card, opened) + "/withdraw",
                "{}",
                200);
    }

    private void dossier() {
        String path = "/v1/disputes/" + TestCases.open(Said.unique("m"), Said.card()) + "/dossier";
        for (String form : List.of("application/pdf", "application/zip")) {
            for (String language : List.of("zh-CN", "en")) {
                RequestSpecification wish = given().header("Accept", form).header("Accept-Language", language);
                assertEquals(200, ask("getDossier", Tokens.desk(), wish, path).statusCode());
            }
        }
    }

    /** Opens one about a sale of its own; its id. */
    private String disputed(String holder, String merchant, String card, String path) {
        String sale = Said.by("acquirer", "captured")
                .of(merchant, Said.unique("r"), 12_800)
                .card(card)
                .post();
        String body = "{\"transaction_id\":\"" + sale + "\",\"reason\":\"unrecognized\"}";
        String id = acted("postDispute", holder, path, body, 201).path("id");
        keyless("postDispute", holder, path, body, 409);
        keyless("postDispute", holder, path, body.replace(sale, NOWHERE), 404);
        return id;
    }

    /** With a key, then with the key of another request. */
    private Response acted(String operation, String token, String path, String body, int status) {
        Map<String, String> keyed = Map.of("Content-Type", "application/json", "Idempotency-Key", Said.unique("k"));
        Response answer = refund(operation, token, keyed, body, path);
        assertEquals(status, answer.statusCode(), answer.asString());
        if (status < 300) {
            assertEquals(
                    422,
                    refund(operation, token, keyed, body.replaceFirst("}$", " }"), path)
                            .statusCode());
        }
        return answer;
    }

    private void keyless(String operation, String token, String path, String body, int status) {
        Response answer = refund(operation, token, AS_JSON, body, path);
        assertEquals(status, answer.statusCode(), answer.asString());
    }

    private void misconduct() {
        String posted = "/v1/misconduct-reports";
        String desk = Tokens.desk();
        String sale = Said.by("acquirer", "captured")
                .of(Said.unique("m"), Said.unique("r"), 100)
                .post();
        String body = "{\"transaction_id\":\"" + sale + "\",\"kind\":\"other\",\"text\":\"x\"}";
        Map<String, String> keyed = Map.of("Content-Type", "application/json", "Idempotency-Key", Said.unique("k"));
        Response told = refund("postMisconductReport", desk, keyed, body, posted);
        assertEquals(201, told.statusCode());
        assertEquals(
                told.asString(),
                refund("postMisconductReport", desk, keyed, body, posted).asString());
        String other = body.replace("other", "surcharge");
        assertEquals(
                422, refund("postMisconductReport", desk, keyed, other, posted).statusCode());
        String nowhere = body.replace(sale, NOWHERE);
        assertEquals(
                404,
                refund("postMisconductReport", desk, AS_JSON, nowhere, posted).statusCode());
        String bare = Said.by("bank", "debited")
                .knowing("rrn", Said.unique("r"))
                .card(Said.card())
                .post();
        String ofNobody = body.replace(sale, bare);
        assertEquals(
                409,
                refund("postMisconductReport", desk, AS_JSON, ofNobody, posted).statusCode());
        String path = told.header("Location");
        String close = "{\"outcome\":\"duplicate\",\"note\":\"x\"}";
        String owner = "{\"owner\":\"amy\"}";
        // Before it has an owner, it has one, it is closed; and with the key of another request.
        assertEquals(
                409,
                refund("closeMisconductReport", desk, AS_JSON, close, path + "/close")
                        .statusCode());
        assertEquals(
                200,
                refund("assignMisconductReport", desk, AS_JSON, owner, path + "/assign")
                        .statusCode());
        assertEquals(
                200,
                refund("closeMisconductReport", desk, AS_JSON, close, path + "/close")
                        .statusCode());
        assertEquals(
                409,
                refund("assignMisconductReport", desk, AS_JSON, owner, path + "/assign")
                        .statusCode());
        assertEquals(
                422,
                refund("assignMisconductReport", desk, keyed, owner, path + "/assign")
                        .statusCode());
        assertEquals(
                422,
                refund("closeMisconductReport", desk, keyed, close, path + "/close")
                        .statusCode());
        for (String list : List.of(path, posted + "?state=closed&owner=amy")) {
            String operation = list.equals(path) ? "getMisconductReport" : "listMisconductReports";
            Response read = get(operation, desk, list);
            assertEquals(200, read.statusCode());
            RequestSpecification known = given().header("If-None-Match", read.header("ETag"));
            assertEquals(304, ask(operation, desk, known, list).statusCode());
        }
    }

    private void riskSignals() {
        String merchant = Said.unique("m");
        String number = Said.unique("T");
        for (int i = 0; i < 20; i++) {
            Said.by("terminal", "no_answer")
                    .of(merchant, Said.unique("r"), 100)
                    .knowing("terminal_id", number)
                    .post();
        }
        String desk = Tokens.desk();
        String report = "{\"merchant_id\":\"" + merchant + "\",\"kind\":\"other\",\"text\":\"x\"}";
        for (int i = 0; i < 2; i++) {
            refund("postMisconductReport", desk, AS_JSON, report, "/v1/misconduct-reports");
        }
        Instant now = Instant.now();
        String list = "/v1/risk-signals?limit=1&merchant_id=" + merchant + "&from=" + now.minusSeconds(3600) + "&to="
                + now.plusSeconds(60);
        Response first = get("listRiskSignals", desk, list);
        assertEquals(List.of("merchant_misconduct_open"), first.path("data.kind"));
        Response second = get("listRiskSignals", desk, list + "&cursor=" + first.path("next_cursor"));
        assertEquals(List.of("terminal_no_answer_rate"), second.path("data.kind"));
        RequestSpecification known = given().header("If-None-Match", first.header("ETag"));
        assertEquals(304, ask("listRiskSignals", desk, known, list).statusCode());
    }

    private void events() {
        String merchant = Said.unique("m");
        Said.by("acquirer", "approved").of(merchant, Said.unique("r"), 100).post();
        String list = "/v1/events?type=verdict.changed&limit=1";
        Waiting.until("the event of a verdict", Duration.ofSeconds(30), () -> {
            Response page = get("listEvents", Tokens.merchant(merchant), list);
            return List.of(merchant).equals(page.path("data.merchantid"));
        });
        Response page = get("listEvents", Tokens.merchant(merchant), list);
        Response next = get("listEvents", Tokens.merchant(merchant), list + "&cursor=" + page.path("next_cursor"));
        assertEquals(List.of(), next.path("data"));
        RequestSpecification known = given().header("If-None-Match", page.header("ETag"));
        assertEquals(
                304, ask("listEvents", Tokens.merchant(merchant), known, list).statusCode());
    }

    private void refunds() throws SQLException {
        String rrn = Said.unique("r");
        String merchant = Said.unique("m");
        String sale = Said.by("acquirer", "captured").of(merchant, rrn, 200_000).post();
        String clerk =
                Tokens.sign(Tokens.claims("desk:read desk:write desk:approve").subject("clerk"));
        String body = "{\"transaction_id\":\"" + sale + "\",\"reason\":\"fraud\"}";
        Map<String, String> keyed = Map.of("Content-Type", "application/json", "Idempotency-Key", Said.unique("k"));
        String posted = "/v1/refunds";
        Response asked = refund("postRefund", clerk, keyed, body, posted);
        assertEquals(201, asked.statusCode(), asked.asString());
        assertEquals(
                asked.asString(),
                refund("postRefund", clerk, keyed, body, posted).asString());
        assertEquals(
                422,
                refund("postRefund", clerk, keyed, body.replace("fraud", "no_slip"), posted)
                        .statusCode());
        Map<String, String> other = Map.of("Content-Type", "application/json", "Idempotency-Key", Said.unique("k"));
        assertEquals(409, refund("postRefund", clerk, other, body, posted).statusCode());
        assertEquals(
                404,
                refund("postRefund", clerk, other, body.replace(sale, NOWHERE), posted)
                        .statusCode());
        String path = asked.header("Location");
        for (String list : List.of(path, posted + "?merchant_id=" + merchant, "/v1/refund-figures?by=merchant")) {
            String operation =
                    list.equals(path) ? "getRefund" : list.contains("figures") ? "getRefundFigures" : "listRefunds";
            Response read = get(operation, clerk, list);
            assertEquals(200, read.statusCode());
            RequestSpecification known = given().header("If-None-Match", read.header("ETag"));
            assertEquals(304, ask(operation, clerk, known, list).statusCode());
        }
        assertEquals(200, get("getRefundFigures", clerk, "/v1/refund-figures").statusCode());
        assertEquals(403, decide("approve", clerk, path).statusCode(), "the same person");
        assertEquals(200, decide("approve", Tokens.desk(), path).statusCode());
        assertEquals(409, decide("approve", Tokens.desk(), path).statusCode());
        assertEquals(409, decide("reject", Tokens.desk(), path).statusCode());
        assertEquals(200, decide("cancel", clerk, path).statusCode());
        assertEquals(409, decide("cancel", clerk, path).statusCode());
        String second = refund("postRefund", clerk, other, body, posted).header("Location");
        assertEquals(200, decide("reject", Tokens.desk(), second).statusCode());
        String found = "{\"outcome\":\"ask_again\",\"note\":\"x\"}";
        assertEquals(
                409,
                refund("resolveRefund", Tokens.desk(), AS_JSON, found, second + "/resolve")
                        .statusCode());
        Map<String, String> third = Map.of("Content-Type", "application/json", "Idempotency-Key", Said.unique("k"));
        String open = refund("postRefund", clerk, third, body, posted).path("id");
        needsAttention(TypeId.parse(TypeId.REFUND, open).orElseThrow());
        assertEquals(
                200,
                refund("resolveRefund", Tokens.desk(), AS_JSON, found, posted + "/" + open + "/resolve")
                        .statusCode());
        for (String action : List.of("approve", "reject", "cancel", "resolve")) {
            // The key of another request.
            String what = action.equals("resolve") ? found : "{}";
            assertEquals(
                    422,
                    refund(action + "Refund", clerk, keyed, what, second + "/" + action)
                            .statusCode());
        }
    }

    private void reconciliation() {
        String merchant = Said.unique("m");
        String desk = Tokens.desk();
        List<String> open = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            String rrn = Said.unique("r");
            Said.by("acquirer", "declined")
                    .of(merchant, rrn, 12_800)
                    .with("response_code", "51")
                    .post();
            Said.by("bank", "debited").of(merchant, rrn, 12_800).post();
        }
        String list = "/v1/exceptions?merchant_id=" + merchant;
        open.addAll(get("listExceptions", desk, list).path("data.id"));
        assertEquals(2, open.size());
        String path = "/v1/exceptions/" + open.get(0);
        String day = "/v1/reconciliations/" + merchant + "/"
                + get("getException", desk, path).path("day");
        for (String read : List.of(list, path, day)) {
            String operation =
                    read.equals(path) ? "getException" : read.equals(day) ? "getReconciliation" : "listExceptions";
            Response answer = get(operation, desk, read);
            assertEquals(200, answer.statusCode(), answer.asString());
            RequestSpecification known = given().header("If-None-Match", answer.header("ETag"));
            assertEquals(304, ask(operation, desk, known, read).statusCode());
        }
        Response csv = ask("getReconciliation", desk, given().accept("text/csv"), day);
        assertEquals(200, csv.statusCode());
        String body = "{\"action\":\"accept\",\"reason\":\"seen\"}";
        Map<String, String> keyed = Map.of("Content-Type", "application/json", "Idempotency-Key", Said.unique("k"));
        assertEquals(
                200,
                refund("resolveException", desk, keyed, body, path + "/resolve").statusCode());
        assertEquals(
                200,
                refund("resolveException", desk, keyed, body, path + "/resolve").statusCode());
        assertEquals(
                422,
                refund("resolveException", desk, keyed, body.replace("seen", "x"), path + "/resolve")
                        .statusCode());
        assertEquals(
                409,
                refund("resolveException", desk, AS_JSON, body, path + "/resolve")
                        .statusCode());
        get("getException", desk, path);
    }

    private void terminals() {
        String merchant = Said.unique("m");
        String desk = Tokens.desk();
        String body = "{\"terminal_id\":\"" + Said.unique("T") + "\",\"merchant_id\":\"" + merchant
                + "\",\"name\":\"till\",\"location\":\"ground floor\",\"model\":\"X\"}";
        Map<String, String> keyed = Map.of("Content-Type", "application/json", "Idempotency-Key", Said.unique("k"));
        String posted = "/v1/terminals";
        Response made = refund("postTerminal", desk, keyed, body, posted);
        assertEquals(201, made.statusCode(), made.asString());
        assertEquals(201, refund("postTerminal", desk, keyed, body, posted).statusCode());
        assertEquals(
                422,
                refund("postTerminal", desk, keyed, body.replace("X", "Y"), posted)
                        .statusCode());
        assertEquals(409, refund("postTerminal", desk, AS_JSON, body, posted).statusCode());
        assertEquals(
                404,
                refund("postTerminal", Tokens.merchant("other"), AS_JSON, body, posted)
                        .statusCode());
        String path = made.header("Location");
        String next = refund(
                        "postTerminal",
                        desk,
                        AS_JSON,
                        body.replace("\"terminal_id\":\"T", "\"terminal_id\":\"U"),
                        posted)
                .path("id");
        String reports = path + "/reports";
        String since = "\"since\":\"2026-01-01T00:00:00Z\"";
        String lost = "{\"report\":\"lost\"," + since + ",\"text\":\"gone\"}";
        assertEquals(
                422, refund("postTerminalReport", desk, keyed, lost, reports).statusCode(), "another's key");
        assertEquals(201, report(desk, lost, reports).statusCode());
        assertEquals(
                409, report(desk, lost.replace("lost", "repaired"), reports).statusCode());
        String replaced = "{\"report\":\"replaced\"," + since + ",\"replaced_by\":\"" + next + "\"}";
        assertEquals(201, report(desk, replaced, reports).statusCode());
        for (String read : List.of(path, path + "/figures", posted + "?merchant_id=" + merchant)) {
            String operation = read.equals(path)
                    ? "getTerminal"
                    : read.contains("figures") ? "getTerminalFigures" : "listTerminals";
            String period = read.contains("figures") ? "?from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z" : "";
            Response answer = get(operation, desk, read + period);
            assertEquals(200, answer.statusCode(), answer.asString());
            RequestSpecification known = given().header("If-None-Match", answer.header("ETag"));
            assertEquals(304, ask(operation, desk, known, read + period).statusCode());
        }
    }

    private void live() {
        String id = Said.by("acquirer", "captured")
                .of(Said.unique("m"), Said.unique("r"), 12_800)
                .post();
        // A stream ends with its token.
        String brief =
                Tokens.sign(Tokens.claims("desk:read").expiresAt(Instant.now().plusSeconds(3)));
        Response answer = get("liveVerdict", brief, "/v1/transactions/" + id + "/live");
        assertEquals(200, answer.statusCode());
        String data = answer.asString()
                .lines()
                .filter(line -> line.startsWith("data: "))
                .findFirst()
                .orElseThrow()
                .substring(6);
        published.verify("/components/schemas/Verdict", data, "the data of a live verdict");
    }

    private void fees() {
        String merchant = Said.unique("m");
        String desk = Tokens.desk();
        String posted = "/v1/fee-schedules";
        String body = "{\"merchant_id\":\"" + merchant + "\",\"channel\":\"chip\",\"card_kind\":\"debit\","
                + "\"currency\":\"CNY\",\"rate\":\"0.50\",\"cap\":{\"amount\":2000,\"currency\":\"CNY\"},"
                + "\"floor\":{\"amount\":1,\"currency\":\"CNY\"},\"rounding\":\"half_even\",\"returned\":\"100\","
                + "\"valid_from\":\"2026-01-01\"}";
        Map<String, String> keyed = Map.of("Content-Type", "application/json", "Idempotency-Key", Said.unique("k"));
        Response made = refund("postFeeSchedule", desk, keyed, body, posted);
        assertEquals(201, made.statusCode(), made.asString());
        assertEquals(201, refund("postFeeSchedule", desk, keyed, body, posted).statusCode());
        assertEquals(
                422,
                refund("postFeeSchedule", desk, keyed, body.replace("0.50", "0.60"), posted)
                        .statusCode());
        assertEquals(409, refund("postFeeSchedule", desk, AS_JSON, body, posted).statusCode());
        for (String read : List.of(made.header("Location"), posted + "?merchant_id=" + merchant)) {
            String operation = read.contains("?") ? "listFeeSchedules" : "getFeeSchedule";
            Response answer = get(operation, desk, read);
            assertEquals(200, answer.statusCode(), answer.asString());
            RequestSpecification known = given().header("If-None-Match", answer.header("ETag"));
            assertEquals(304, ask(operation, desk, known, read).statusCode());
        }
        Said taken = Said.by("acquirer", "captured").of(merchant, Said.unique("r"), 12_800);
        taken.json().putObject("detail").putObject("fee").put("amount", 64).put("currency", "CNY");
        taken.knowing("channel", "chip").card(Said.card());
        Response priced = get("getTransaction", desk, "/v1/transactions/" + taken.post());
        assertEquals(64, priced.<Integer>path("fee.expected.amount"), priced.asString());
        assertEquals(64, priced.<Integer>path("fee.stated[0].fee.amount"), priced.asString());
    }

    private void webhooks() {
        String desk = Tokens.desk();
        String merchant = Said.unique("m");
        String posted = "/v1/webhook-endpoints";
        String body = "{\"merchant_id\":\"" + merchant + "\",\"url\":\"https://hooks.example.org/\","
                + "\"description\":\"books\",\"event_types\":[\"nothing.ever\"]}";
        Map<String, String> keyed = Map.of("Content-Type", "application/json", "Idempotency-Key", Said.unique("k"));
        Response made = refund("postWebhookEndpoint", desk, keyed, body, posted);
        assertEquals(201, made.statusCode(), made.asString());
        assertEquals(
                made.asString(),
                refund("postWebhookEndpoint", desk, keyed, body, posted).asString());
        assertEquals(
                422,
                refund("postWebhookEndpoint", desk, keyed, body.replace("books", "tills"), posted)
                        .statusCode());
        assertEquals(
                404,
                refund("postWebhookEndpoint", Tokens.merchant("other"), AS_JSON, body, posted)
                        .statusCode());
        for (int i = 1; i < 20; i++) {
            assertEquals(
                    201,
                    refund("postWebhookEndpoint", desk, AS_JSON, body, posted).statusCode());
        }
        assertEquals(
                409, refund("postWebhookEndpoint", desk, AS_JSON, body, posted).statusCode());
        String path = posted + "/" + made.path("id");
        for (String act : List.of("/rotate-secret", "/ping")) {
            String operation = act.equals("/ping") ? "pingWebhookEndpoint" : "rotateWebhookSecret";
            Map<String, String> key = Map.of("Idempotency-Key", Said.unique("k"), "Content-Type", "application/json");
            int done = act.equals("/ping") ? 202 : 200;
            assertEquals(done, refund(operation, desk, key, "{}", path + act).statusCode(), operation);
            assertEquals(done, refund(operation, desk, key, "{}", path + act).statusCode(), operation);
            assertEquals(422, refund(operation, desk, keyed, "{}", path + act).statusCode(), "another's key");
        }
        Waiting.until(
                "the ping is among the deliveries",
                PATIENCE,
                () -> get("listWebhookDeliveries", desk, path + "/deliveries").path("data[0].id") != null);
        String delivery =
                get("listWebhookDeliveries", desk, path + "/deliveries").path("data[0].id");
        redeliveries(desk, keyed, path + "/deliveries/" + delivery + "/redeliver", path);
        for (String read : List.of(path, path + "/deliveries?status=pending", posted + "?merchant_id=" + merchant)) {
            String operation = read.equals(path)
                    ? "getWebhookEndpoint"
                    : read.contains("deliveries") ? "listWebhookDeliveries" : "listWebhookEndpoints";
            Response answer = get(operation, desk, read);
            assertEquals(200, answer.statusCode(), answer.asString());
            RequestSpecification known = given().header("If-None-Match", answer.header("ETag"));
            assertEquals(304, ask(operation, desk, known, read).statusCode());
        }
        assertEquals(204, ask("deleteWebhookEndpoint", desk, given(), path).statusCode());
    }

    private void redeliveries(String desk, Map<String, String> keyed, String again, String path) {
        Map<String, String> once = Map.of("Idempotency-Key", Said.unique("k"));
        assertEquals(
                202, ask("redeliverWebhook", desk, given().headers(once), again).statusCode());
        assertEquals(
                202, ask("redeliverWebhook", desk, given().headers(once), again).statusCode());
        assertEquals(
                422,
                ask("redeliverWebhook", desk, given().headers(keyed), again).statusCode());
        assertEquals(
                200,
                refund("changeWebhookEndpoint", desk, AS_JSON, "{\"enabled\":false}", path)
                        .statusCode());
        assertEquals(409, ask("redeliverWebhook", desk, given(), again).statusCode());
        assertEquals(
                409, ask("pingWebhookEndpoint", desk, given(), path + "/ping").statusCode());
    }

    private Response report(String token, String body, String path) {
        Map<String, String> keyed = Map.of("Content-Type", "application/json", "Idempotency-Key", Said.unique("k"));
        return refund("postTerminalReport", token, keyed, body, path);
    }

    private Response decide(String action, String token, String path) {
        return refund(action + "Refund", token, AS_JSON, "{\"note\":\"seen\"}", path + "/" + action);
    }

    private Response refund(String operation, String token, Map<String, String> headers, String body, String path) {
        return ask(operation, token, given().headers(headers).body(body), path);
    }

    private void receipts() {
        String merchant = Said.unique("m");
        for (String id : everyKindOfVerdict(merchant)) {
            String path = "/v1/transactions/" + id + "/receipt";
            for (String form : List.of("application/json", "text/html", "application/pdf")) {
                RequestSpecification request = given().header("Accept", form).header("Accept-Language", "en");
                ask("getReceipt", Tokens.desk(), request, path);
            }
        }
    }

    private void invoices() {
        String sale = Said.by("acquirer", "captured")
                .of(Said.unique("m"), Said.unique("r"), 100)
                .post();
        String path = "/v1/transactions/" + sale + "/invoice-requests";
        Map<String, String> keyed = Map.of("Content-Type", "application/json", "Idempotency-Key", Said.unique("k"));
        String body = "{\"title\":\"小明\",\"tax_id\":\"91350100M000100Y43\",\"note\":\"x\"}";
        String clerk = Tokens.desk();
        String first = refund("postInvoiceRequest", clerk, keyed, body, path).header("Location");
        assertEquals(201, refund("postInvoiceRequest", clerk, keyed, body, path).statusCode());
        assertEquals(
                422,
                refund("postInvoiceRequest", clerk, keyed, "{\"title\":\"y\"}", path)
                        .statusCode());
        assertEquals(
                409, refund("postInvoiceRequest", clerk, AS_JSON, body, path).statusCode());
        String issue = "{\"number\":\"26332000000012345678\",\"file\":\"JVBERi0xLjcK\"}";
        String refuse = "{\"reason\":\"x\"}";
        assertEquals(
                200,
                refund("issueInvoice", clerk, AS_JSON, issue, first + "/issue").statusCode());
        assertEquals(
                409,
                refund("issueInvoice", clerk, AS_JSON, issue, first + "/issue").statusCode());
        assertEquals(
                409,
                refund("refuseInvoice", clerk, AS_JSON, refuse, first + "/refuse")
                        .statusCode());
        String second = refund("postInvoiceRequest", clerk, AS_JSON, body, path).header("Location");
        assertEquals(
                200,
                refund("refuseInvoice", clerk, AS_JSON, refuse, second + "/refuse")
                        .statusCode());
        for (String action : List.of("issue", "refuse")) {
            String other = action.equals("issue") ? issue : refuse;
            assertEquals(
                    422,
                    refund(action + "Invoice", clerk, keyed, other, second + "/" + action)
                            .statusCode());
        }
        assertEquals(200, get("getInvoiceFile", clerk, first + "/file").statusCode());
        String third = refund("postInvoiceRequest", clerk, AS_JSON, body, path).header("Location");
        String ofd = Base64.getEncoder().encodeToString(Files.zip("OFD.xml", new byte[9]));
        String electronic = "{\"number\":\"26332000000012345679\",\"file\":\"" + ofd + "\"}";
        refund("issueInvoice", clerk, AS_JSON, electronic, third + "/issue");
        assertEquals(200, get("getInvoiceFile", clerk, third + "/file").statusCode());
        for (String read : List.of(first, second, path, path + "?limit=1")) {
            String operation = read.startsWith(path + "/") ? "getInvoiceRequest" : "listInvoiceRequests";
            Response answer = get(operation, clerk, read);
            assertEquals(200, answer.statusCode());
            RequestSpecification known = given().header("If-None-Match", answer.header("ETag"));
            assertEquals(304, ask(operation, clerk, known, read).statusCode());
        }
    }

    private String readEverythingOf(String id, String language) {
        String path = "/v1/transactions/" + id;
        String verdict = null;
        for (Map.Entry<String, String> read : Map.of(
                        "getTransaction", path,
                        "getVerdict", path + "/verdict",
                        "listObservations", path + "/observations")
                .entrySet()) {
            RequestSpecification first = given().header("Accept-Language", language);
            Response answer = ask(read.getKey(), Tokens.desk(), first, read.getValue());
            assertEquals(200, answer.statusCode());
            verdict = read.getKey().equals("getVerdict") ? answer.path("verdict") : verdict;
            RequestSpecification again =
                    given().header("Accept-Language", language).header("If-None-Match", answer.header("ETag"));
            assertEquals(
                    304,
                    ask(read.getKey(), Tokens.desk(), again, read.getValue()).statusCode());
        }
        String then = path + "/verdict?as_of=" + Instant.now().minusSeconds(86_400);
        assertEquals(200, get("getVerdict", Tokens.desk(), then).statusCode());
        String rrn = get("getTransaction", Tokens.desk(), path).path("rrn");
        Response asked = get("wasICharged", Tokens.desk(), "/v1/was-i-charged?rrn=" + rrn);
        RequestSpecification known = given().header("If-None-Match", asked.header("ETag"));
        assertEquals(
                304,
                ask("wasICharged", Tokens.desk(), known, "/v1/was-i-charged?rrn=" + rrn)
                        .statusCode());
        return verdict;
    }

    /** One payment for each verdict, and some with all that an observation can say. */
    static List<String> everyKindOfVerdict(String merchant) {
        Instant then = Instant.now().minus(30, ChronoUnit.MINUTES);
        List<String> ids = new ArrayList<>();
        ids.add(Said.by("bank", "debited").of(merchant, Said.unique("r"), 100).post());
        ids.add(full(Said.by("acquirer", "approved").of(merchant, Said.unique("r"), 200))
                .post());
        ids.add(Said.by("acquirer", "declined")
                .of(merchant, Said.unique("r"), 300)
                .with("response_code", "51")
                .post());
        Said held = Said.by("acquirer", "approved")
                .of(merchant, Said.unique("r"), 400)
                .knowing("type", "preauth");
        ids.add(held.post());
        Said slip = Said.by("terminal", "no_answer").of(merchant, Said.unique("r"), 500);
        slip.json().putObject("detail").put("text", "卡 6228480402564890018 无应答");
        ids.add(slip.post());
        String rrn = Said.unique("r");
        ids.add(two(
                Said.by("bank", "debited").of(merchant, rrn, 600),
                Said.by("acquirer", "reversed").of(merchant, rrn, 600)));
        String partly = Said.unique("r");
        ids.add(two(
                Said.by("bank", "debited").of(merchant, partly, 700),
                Said.by("acquirer", "refunded").of(merchant, partly, 700).moved(300)));
        String back = Said.unique("r");
        ids.add(two(
                Said.by("bank", "debited").of(merchant, back, 800).at(then),
                Said.by("bank", "credited").of(merchant, back, 800).moved(800)));
        String differ = Said.unique("r");
        ids.add(two(
                Said.by("bank", "debited").of(merchant, differ, 900),
                Said.by("acquirer", "captured").of(merchant, differ, 900).moved(901)));
        String card = Said.card();
        String unclear = Said.unique("r");
        Said.post(
                Said.by("terminal", "no_answer")
                        .of(merchant, unclear, 1000)
                        .card(card)
                        .at(then),
                Said.by("bank", "debited")
                        .of(merchant, unclear, 1000)
                        .card(card)
                        .at(then));
        ids.add(Said.by("bank", "debited")
                .of(merchant, Said.unique("r"), 1000)
                .card(card)
                .at(then.plusSeconds(120))
                .post());
        return ids;
    }

    private static String two(Said one, Said other) {
        List<String> ids = Said.post(one, other);
        assertEquals(ids.get(0), ids.get(1), "one payment");
        return ids.get(0);
    }

    private static Said full(Said said) {
        ObjectNode transaction = (ObjectNode) said.json().get("transaction");
        transaction.put("type", "purchase").put("channel", "chip").put("terminal_id", Said.unique("T"));
        transaction.put("batch", "000012").put("stan", "004217").put("auth_code", "827036");
        transaction.put("merchant_order_no", Said.unique("order/")).put("exchange_rate", "7.1910");
        transaction.putObject("original").put("amount", 28).put("currency", "USD");
        transaction.putObject("discount").put("amount", 0).put("currency", "CNY");
        said.maskedCard("622848", "1234");
        ((ObjectNode) transaction.get("card")).put("scheme", "unionpay");
        return said;
    }

    private static String fixture(String name) throws Exception {
        try (InputStream in = Contract.class.getResourceAsStream("/fixtures/merchant-day/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void documentSaysOfAnObservationWhatIsTaken() {
        String schema = "/components/schemas/ObservationOrArray";
        String good = full(Said.by("acquirer", "approved").of("m", "r", 1)).toString();
        published.verify(schema, good, good);
        List<String> bad = List.of(
                good.replace("\"acquirer\"", "\"ghost\""),
                good.replace("approved", "APPROVED"),
                good.replace("\"amount\":1,", "\"amount\":0,"),
                good.replace("\"amount\":1,", "\"amount\":1000000000001,"),
                good.replace("\"amount\":1,", "\"amount\":1.5,"),
                good.replace("\"stan\"", "\"unheard_of\""),
                good.replace("622848", "62284"),
                good.replace("\"rrn\":\"r\"", "\"rrn\":\"-r\""),
                good.replace("\"source_ref\":\"", "\"source_ref\":\" "),
                good.replace("7.1910", "seven"),
                good.replace("\"chip\"", "\"carrier pigeon\""),
                good.replace("\"observed_at\":\"2", "\"observed_at\":\"x2"));
        assertAll(bad.stream().map(json -> () -> {
            assertNotEquals(good, json);
            assertNotEquals(Set.of(), published.problems(schema, json), "the document lets pass " + json);
            assertEquals(
                    400,
                    given().auth()
                            .oauth2(Tokens.feed())
                            .headers(AS_JSON)
                            .body(json.getBytes(StandardCharsets.UTF_8))
                            .post("/v1/observations")
                            .statusCode(),
                    json);
        }));
    }

    @Test
    void documentHasNoLooseEndsAndNothingOfTests() {
        JsonNode document = published.document();
        document.findValues("$ref").forEach(ref -> {
            String pointer = ref.textValue().substring(1);
            assertTrue(document.at(pointer).isObject(), () -> ref + " points nowhere");
        });
        String text = document.toString();
        document.at("/components/schemas")
                .fieldNames()
                .forEachRemaining(name -> assertTrue(
                        text.contains("#/components/schemas/" + name + "\""), () -> name + " is used nowhere"));
        for (Published.Operation operation : published.operations()) {
            assertTrue(operation.path().startsWith("/v1/") || operation.isSigned(), operation.path());
            assertTrue(!operation.path().startsWith("/v1/echo"), operation.path());
            assertTrue(operation.node().has("security"), () -> operation.name() + " names no scopes");
        }
        document.findParents("example").stream()
                .filter(node -> node.has("schema") && node.get("schema").has("$ref"))
                .forEach(node -> published.verify(
                        node.at("/schema/$ref").textValue().substring(1),
                        node.get("example").toString(),
                        "example"));
        assertEquals(
                Set.of(),
                published.problems(
                        PROBLEM,
                        document.at("/components/responses/Conflict/content/application~1problem+json/example")
                                .toString()));
    }
}
