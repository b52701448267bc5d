package org.paywitness.access;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.builder.ResponseBuilder;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.paywitness.Said;
import org.paywitness.Tokens;
import org.paywitness.http.Published;

/** Every operation of the published document, asked by every kind of caller. */
@QuarkusTest
class WhoMayAskEverythingTest {
    /** What each kind of caller is answered about a payment of {@link #merchant} with {@link #card}. */
    private static final Map<String, Map<String, Integer>> EXPECTED = new TreeMap<>();

    /** What everybody is answered, with any token or none; named here so that nothing becomes public by mistake. */
    private static final Map<String, Integer> PUBLIC =
            Map.of("getRefundPolicy", 200, "listGuidance", 200, "getGuidance", 200);

    private static final List<String> NOBODY = List.of("none", "garbage", "expired", "another key");
    private static final List<String> WITHOUT_RIGHT = List.of("no scope", "merchant without claim", "no cards");

    static {
        for (String one : List.of("getTransaction", "getVerdict", "listObservations")) {
            expect(one, Map.of("card", 200, "other card", 404, "merchant", 200, "other merchant", 404, "desk", 200));
        }
        // Lists and questions answer everybody who may ask, with what is theirs.
        for (String many : List.of("listTransactions", "wasICharged")) {
            expect(many, Map.of("card", 200, "other card", 200, "merchant", 200, "other merchant", 200, "desk", 200));
        }
        for (String one : List.of("listEvidence", "getEvidence", "getEvidenceContent")) {
            expect(one, Map.of("card", 200, "other card", 404, "merchant", 200, "other merchant", 404, "desk", 200));
        }
        expect(
                "postEvidence",
                Map.of("card", 201, "other card", 404, "merchant", 201, "other merchant", 404, "acting desk", 201));
        expect("postObservations", Map.of("feed", 200));
        // No token opens it, only the acquirer's signature: NotificationResourceTest.
        expect("postAcquirerNotification", Map.of());
        expect("postCompleteness", Map.of("feed", 200));
        expect("postStatement", Map.of("feed", 202));
        expect(
                "liveVerdict",
                Map.of("card", 200, "other card", 404, "merchant", 200, "other merchant", 404, "desk", 200));
        expect(
                "getRefund",
                Map.of("card", 200, "other card", 404, "merchant", 200, "other merchant", 404, "desk", 200));
        expect(
                "listRefunds",
                Map.of("card", 200, "other card", 200, "merchant", 200, "other merchant", 200, "desk", 200));
        expect("getRefundFigures", Map.of("merchant", 200, "other merchant", 200, "desk", 200));
        expect("postRefund", Map.of("merchant", 201, "other merchant", 404, "acting desk", 201));
        // The refund needs no approval and nobody to resolve it; whoever comes second finds it canceled.
        for (String decision : List.of("approveRefund", "rejectRefund")) {
            expect(decision, Map.of("merchant", 409, "other merchant", 404, "acting desk", 409));
        }
        expect("cancelRefund", Map.of("merchant", 200, "other merchant", 404, "acting desk", 409));
        expect("resolveRefund", Map.of("acting desk", 409));
        for (String one : List.of("getTerminal", "getTerminalFigures")) {
            expect(one, Map.of("merchant", 200, "other merchant", 404, "desk", 200));
        }
        // Merchants about themselves, never about cards: RiskSignalsTest.
        expect("listRiskSignals", Map.of("merchant", 200, "other merchant", 200, "desk", 200));
        expect("listEvents", Map.of("merchant", 200, "other merchant", 200, "desk", 200));
        expect("listTerminals", Map.of("merchant", 200, "other merchant", 200, "desk", 200));
        expect("postFeeSchedule", Map.of("acting desk", 201));
        expect("getFeeSchedule", Map.of("merchant", 200, "other merchant", 404, "desk", 200));
        expect("listFeeSchedules", Map.of("merchant", 200, "other merchant", 200, "desk", 200));
        expect("postTerminal", Map.of("merchant", 201, "other merchant", 404, "acting desk", 201));
        expect("postTerminalReport", Map.of("merchant", 201, "other merchant", 404, "acting desk", 201));
        expectOfWebhooks();
        expectOfMisconduct();
        for (String one : List.of("getException", "getReconciliation")) {
            expect(one, Map.of("merchant", 200, "other merchant", 404, "desk", 200));
        }
        expect("listExceptions", Map.of("merchant", 200, "other merchant", 200, "desk", 200));
        expect("resolveException", Map.of("merchant", 200, "other merchant", 404, "acting desk", 200));
        expectOfDisputes();
        for (String one : List.of("getReceipt", "listInvoiceRequests", "getInvoiceRequest", "getInvoiceFile")) {
            expect(one, Map.of("card", 200, "other card", 404, "merchant", 200, "other merchant", 404, "desk", 200));
        }
        // Whoever comes first opens the request; the one that was there before is issued.
        expect(
                "postInvoiceRequest",
                Map.of("card", 201, "other card", 404, "merchant", 409, "other merchant", 404, "acting desk", 409));
        for (String decision : List.of("issueInvoice", "refuseInvoice")) {
            expect(decision, Map.of("merchant", 409, "other merchant", 404, "acting desk", 409));
        }
        expect("postCardToken", Map.of("feed", 200, "desk", 200, "acting desk", 200));
        expect(
                "getStatement",
                Map.of(
                        "feed",
                        200,
                        "other feed",
                        404,
                        "desk",
                        200,
                        "merchant",
                        200,
                        "other merchant",
                        404,
                        // The scope alone is enough to be asked for an id; nothing is visible with it.
                        "merchant without claim",
                        404));
    }

    // Opened by the cardholder, and the merchant's turn; each act is in a dispute of its own.
    private static void expectOfDisputes() {
        for (String one : List.of("getDispute", "getChecklist", "getTimeline", "getDossier")) {
            expect(one, Map.of("card", 200, "other card", 404, "merchant", 200, "other merchant", 404, "desk", 200));
        }
        expect(
                "listDisputes",
                Map.of("card", 200, "other card", 200, "merchant", 200, "other merchant", 200, "desk", 200));
        expectOfDispute("postDispute", 201, 409, 409);
        expectOfDispute("postDisputeMessage", 201, 201, 201);
        // The desk must say for whom it speaks; the proposal is the merchant's.
        expectOfDispute("postProposal", 201, 201, 400);
        expectOfDispute("acceptProposal", 200, 409, 400);
        expectOfDispute("declineProposal", 200, 409, 400);
        expectOfDispute("escalateDispute", 200, 409, 200);
        expectOfDispute("withdrawDispute", 200, 409, 200);
        expectOfDispute("postFollowUp", 409, 409, 409);
        expect("decideDispute", Map.of("acting desk", 200));
    }

    private static void expectOfDispute(String operation, int card, int merchant, int desk) {
        // Whoever is told at once what is wrong with the request learns nothing of what is there.
        expect(
                operation,
                Map.of(
                        "card",
                        card,
                        "other card",
                        404,
                        "merchant",
                        merchant,
                        "other merchant",
                        404,
                        "acting desk",
                        desk));
    }

    // Each act is on an endpoint of its own; a delivery is there for none of them.
    private static void expectOfWebhooks() {
        for (String one : List.of("getWebhookEndpoint", "listWebhookDeliveries")) {
            expect(one, Map.of("merchant", 200, "other merchant", 404, "desk", 200));
        }
        expect("listWebhookEndpoints", Map.of("merchant", 200, "other merchant", 200, "desk", 200));
        expect("postWebhookEndpoint", Map.of("merchant", 201, "other merchant", 404, "acting desk", 201));
        for (String act : List.of("changeWebhookEndpoint", "rotateWebhookSecret")) {
            expect(act, Map.of("merchant", 200, "other merchant", 404, "acting desk", 200));
        }
        expect("pingWebhookEndpoint", Map.of("merchant", 202, "other merchant", 404, "acting desk", 202));
        expect("redeliverWebhook", Map.of("merchant", 404, "other merchant", 404, "acting desk", 404));
        expect("deleteWebhookEndpoint", Map.of("merchant", 204, "other merchant", 404, "acting desk", 204));
    }

    // Never the merchant that is reported.
    private static void expectOfMisconduct() {
        expect("postMisconductReport", Map.of("card", 201, "other card", 404, "acting desk", 201));
        expect("getMisconductReport", Map.of("card", 200, "other card", 404, "desk", 200));
        expect("listMisconductReports", Map.of("card", 200, "other card", 200, "desk", 200));
        expect("assignMisconductReport", Map.of("acting desk", 200));
        expect("closeMisconductReport", Map.of("acting desk", 200));
    }

    private static void expect(String operation, Map<String, Integer> statuses) {
        EXPECTED.put(operation, statuses);
    }

    private final String merchant = Said.unique("m");
    private final String card = Said.card();
    private Published published;
    private String transaction;
    private String rrn;
    private String statement;
    private String refund;
    private String terminal;
    private String feeSchedule;
    private String webhookEndpoint;
    private String report;
    private String invoice;
    private String dispute;
    private String evidence;
    private String proposal;

    @BeforeEach
    void tellAPayment() {
        published = Published.read();
        rrn = Said.unique("r");
        transaction = Said.by("acquirer", "approved")
                .of(merchant, rrn, 12_800)
                .card(card)
                .post();
        statement = upload();
        String clerk = Tokens.sign(Tokens.claims("desk:write").subject("clerk"));
        refund = refund(given().auth().oauth2(clerk)).path("id");
        terminal = terminal(given().auth().oauth2(clerk)).path("id");
        feeSchedule = feeSchedule(given().auth().oauth2(clerk), 0).path("id");
        webhookEndpoint = endpointOfItsOwn();
        report = report(given().auth().oauth2(Tokens.cardholder(card))).path("id");
        invoice = issuedInvoice(clerk);
        dispute = dispute(transaction, "no_slip");
        evidence = put(given().auth().oauth2(clerk), "/v1/disputes/" + dispute + "/evidence")
                .path("id");
    }

    private Response terminal(RequestSpecification request) {
        String body = "{\"terminal_id\":\"" + Said.unique("T") + "\",\"merchant_id\":\"" + merchant + "\"}";
        return json(request, body).post("/v1/terminals");
    }

    private Response feeSchedule(RequestSpecification request, long second) {
        String body =
                "{\"merchant_id\":\"" + merchant + "\",\"currency\":\"CNY\",\"rate\":\"0.38\",\"returned\":\"100\","
                        + "\"valid_from\":\"" + Instant.EPOCH.plusSeconds(second) + "\"}";
        return json(request, body).post("/v1/fee-schedules");
    }

    private String endpointOfItsOwn() {
        return webhookEndpoint(given().auth().oauth2(Tokens.merchant(merchant))).path("id");
    }

    private Response webhookEndpoint(RequestSpecification request) {
        String body = "{\"url\":\"https://hooks.example.org/\",\"event_types\":[\"nothing.ever\"],\"merchant_id\":\""
                + merchant + "\"}";
        return json(request, body).post("/v1/webhook-endpoints");
    }

    private Response report(RequestSpecification request) {
        String body = "{\"transaction_id\":\"" + transaction + "\",\"kind\":\"surcharge\",\"text\":\"x\"}";
        return json(request, body).post("/v1/misconduct-reports");
    }

    private String issuedInvoice(String clerk) {
        String requests = "/v1/transactions/" + transaction + "/invoice-requests";
        String id = json(given().auth().oauth2(clerk), "{\"title\":\"x\"}")
                .post(requests)
                .path("id");
        String issued = "{\"number\":\"1\",\"file\":\"JVBERi0xLjcK\"}";
        assertEquals(
                200,
                json(given().auth().oauth2(clerk), issued)
                        .post(requests + "/" + id + "/issue")
                        .statusCode());
        return id;
    }

    private Response refund(RequestSpecification request) {
        String body = "{\"transaction_id\":\"" + transaction + "\",\"reason\":\"fraud\","
                + "\"amount\":{\"amount\":1,\"currency\":\"CNY\"}}";
        return json(request.header("Idempotency-Key", Said.unique("k")), body).post("/v1/refunds");
    }

    /** Debited though the acquirer refused. */
    private String anotherException() {
        String of = Said.unique("r");
        Said.by("acquirer", "declined")
                .of(merchant, of, 100)
                .with("response_code", "51")
                .post();
        Said.by("bank", "debited").of(merchant, of, 100).post();
        return given().auth()
                .oauth2(Tokens.merchant(merchant))
                .get("/v1/exceptions?limit=1")
                .path("data[0].id");
    }

    private static Response put(RequestSpecification request, String path) {
        return request.multiPart("type", "other")
                .multiPart("file", "a.txt", "witness".getBytes(StandardCharsets.UTF_8))
                .post(path);
    }

    private String upload() {
        String row = "terminal_id,stan,occurred_at,type,amount,currency,outcome\n" + Said.unique("T")
                + ",000001,2026-11-10 09:01:28,purchase,1.00,CNY,approved\n";
        Response received = given().auth()
                .oauth2(Tokens.feed())
                .body(row.getBytes(StandardCharsets.UTF_8))
                .post("/v1/statements?merchant_id=" + merchant);
        assertEquals(202, received.statusCode(), received.asString());
        return received.path("id");
    }

    private Map<String, String> callers() throws Exception {
        Map<String, String> callers = new LinkedHashMap<>();
        callers.put("none", null);
        callers.put("garbage", "a.b.c");
        callers.put(
                "expired",
                Tokens.sign(
                        Tokens.claims("desk:read feed").expiresAt(Instant.now().minusSeconds(60))));
        callers.put(
                "another key",
                Tokens.claims("desk:read feed")
                        .jws()
                        .keyId("test-key")
                        .sign(KeyPairGenerator.getInstance("RSA")
                                .generateKeyPair()
                                .getPrivate()));
        callers.put("no scope", Tokens.scope("openid profile"));
        callers.put("merchant without claim", Tokens.scope("merchant:read merchant:write merchant:approve"));
        callers.put("no cards", Tokens.scope("cardholder"));
        callers.put("card", Tokens.cardholder(Said.card(), card));
        callers.put(
                "other card",
                Tokens.sign(Tokens.claims("cardholder").subject("stranger").claim("cards", List.of(Said.card()))));
        callers.put("merchant", Tokens.merchant(merchant));
        callers.put("other merchant", Tokens.merchant(Said.unique("m")));
        callers.put("desk", Tokens.scope("desk:read"));
        callers.put("acting desk", Tokens.scope("desk:write desk:approve"));
        callers.put("feed", Tokens.feed());
        callers.put("other feed", Tokens.sign(Tokens.claims("feed").claim("client_id", "another")));
        return callers;
    }

    @Test
    void everyOperationAnswersEveryCallerAsItShould() throws Exception {
        Set<String> operations = new TreeSet<>();
        published.operations().forEach(operation -> operations.add(operation.name()));
        Set<String> named = new TreeSet<>(EXPECTED.keySet());
        named.addAll(PUBLIC.keySet());
        assertEquals(named, operations, "an operation without an entry here");
        Set<String> open = new TreeSet<>();
        published.operations().stream()
                .filter(Published.Operation::isPublic)
                .forEach(operation -> open.add(operation.name()));
        assertEquals(PUBLIC.keySet(), open, "what the document says needs no token");
        List<String> wrong = new ArrayList<>();
        for (Published.Operation operation : published.operations()) {
            for (Map.Entry<String, String> caller : callers().entrySet()) {
                int expected = operation.isSigned() ? 401 : expected(operation.name(), caller.getKey());
                int status = ask(operation, caller.getValue()).statusCode();
                if (status != expected) {
                    wrong.add(operation.name() + " by " + caller.getKey() + ": " + status + ", not " + expected);
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    private static int expected(String operation, String caller) {
        if (PUBLIC.containsKey(operation)) {
            return PUBLIC.get(operation);
        }
        if (NOBODY.contains(caller)) {
            return 401;
        }
        Map<String, Integer> statuses = EXPECTED.get(operation);
        String like = caller.equals("other feed") && !statuses.containsKey(caller) ? "feed" : caller;
        assertFalse(WITHOUT_RIGHT.contains(like) && statuses.getOrDefault(like, 403) < 400);
        return statuses.getOrDefault(like, 403);
    }

    private Response ask(Published.Operation operation, String token) {
        RequestSpecification request = given();
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        // The proposal that is answered is made with its dispute.
        String outer = idFor(operation);
        String path = operation.path(outer, inner(operation));
        return switch (operation.name()) {
            case "wasICharged" -> request.get(path + "?rrn=" + rrn);
            case "postObservations" ->
                json(
                                request,
                                Said.by("bank", "held")
                                        .of(Said.unique("m"), Said.unique("r"), 1)
                                        .toString())
                        .post(path);
            case "postCompleteness" ->
                json(request, "{\"source\":\"wallet\",\"complete_through\":\"2020-01-01T00:00:00Z\"}")
                        .post(path);
            case "postAcquirerNotification" ->
                json(request, "{\"reference\":\"rfd_1\"}").post(path);
            case "postRefund" -> refund(request);
            case "resolveException" -> json(request, operation.body()).post(path);
            case "postDispute" ->
                json(request, disputed(transaction, "unrecognized")).post(path);
            case "postProposal" ->
                json(request.header("Idempotency-Key", Said.unique("k")), operation.body())
                        .post(path);
            case "postDisputeMessage",
                    "acceptProposal",
                    "declineProposal",
                    "escalateDispute",
                    "withdrawDispute",
                    "decideDispute",
                    "postFollowUp" -> json(request, operation.body()).post(path);
            // It does not end by itself.
            case "liveVerdict" -> headOf(path, token);
            case "postFeeSchedule" -> feeSchedule(request, System.nanoTime() / 1_000_000);
            case "postTerminal" -> terminal(request);
            case "postTerminalReport" ->
                json(
                                request.header("Idempotency-Key", Said.unique("k")),
                                "{\"report\":\"faulty\",\"since\":\"2026-01-01T00:00:00Z\"}")
                        .post(path);
            case "postWebhookEndpoint" -> webhookEndpoint(request);
            case "rotateWebhookSecret" -> json(request, "{}").post(path);
            case "changeWebhookEndpoint" ->
                json(request, "{\"description\":\"x\"}").patch(path);
            case "postEvidence" -> put(request, path);
            case "resolveRefund" ->
                json(request, "{\"outcome\":\"ask_again\",\"note\":\"x\"}").post(path);
            case "postMisconductReport" -> report(request);
            case "assignMisconductReport" ->
                json(request, "{\"owner\":\"amy\"}").post(path);
            case "closeMisconductReport" ->
                json(request, "{\"outcome\":\"upheld\",\"note\":\"x\"}").post(path);
            case "postCardToken" ->
                json(request, "{\"pan\":\"6228480402564890018\"}").post(path);
            case "postStatement" ->
                request.body("terminal_id,stan,outcome\n".getBytes()).post(path);
            case "approveRefund", "rejectRefund", "cancelRefund" ->
                json(request, "{}").post(path);
            case "postInvoiceRequest", "issueInvoice", "refuseInvoice" ->
                json(request, operation.body()).post(path);
            default -> request.request(operation.method(), path);
        };
    }

    private static Response headOf(String path, String token) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + RestAssured.port + path));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        try {
            HttpResponse<InputStream> head =
                    HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            head.body().close();
            return new ResponseBuilder()
                    .setStatusCode(head.statusCode())
                    .setBody("")
                    .build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String disputed(String transaction, String reason) {
        return "{\"transaction_id\":\"" + transaction + "\",\"reason\":\"" + reason + "\"}";
    }

    private String dispute(String sale, String reason) {
        return json(given().auth().oauth2(Tokens.cardholder(card)), disputed(sale, reason))
                .post("/v1/disputes")
                .path("id");
    }

    private String disputeOfItsOwn() {
        String sale = Said.by("acquirer", "captured")
                .of(merchant, Said.unique("r"), 12_800)
                .card(card)
                .post();
        String own = dispute(sale, "unrecognized");
        proposal = json(
                        given().auth().oauth2(Tokens.merchant(merchant)).header("Idempotency-Key", Said.unique("k")),
                        "{\"kind\":\"nothing\"}")
                .post("/v1/disputes/" + own + "/proposals")
                .path("proposals[0].id");
        return own;
    }

    /** What lies within another thing is always there. */
    private String inner(Published.Operation operation) {
        if (operation.path().contains("{day}")) {
            return "2026-11-10";
        }
        return operation.path().contains("{pid}") ? proposal : operation.path().contains("{eid}") ? evidence : invoice;
    }

    private String idFor(Published.Operation operation) {
        if (operation.path().contains("/disputes/")) {
            // What somebody does in one must not change what the next finds.
            boolean act = operation.takesBody() && !operation.takesForm();
            return act ? disputeOfItsOwn() : dispute;
        }
        if (operation.path().contains("/refunds")) {
            return refund;
        }
        if (operation.path().contains("/terminals")) {
            return terminal;
        }
        if (operation.path().contains("/fee-schedules")) {
            return feeSchedule;
        }
        if (operation.path().contains("/webhook-endpoints")) {
            return operation.method().equals("delete") ? endpointOfItsOwn() : webhookEndpoint;
        }
        if (operation.path().contains("/guidance")) {
            return "charged_twice";
        }
        if (operation.path().contains("/misconduct-reports")) {
            return report;
        }
        if (operation.path().contains("/exceptions")) {
            return anotherException();
        }
        if (operation.path().contains("/reconciliations")) {
            return merchant;
        }
        return operation.path().contains("/statements") ? statement : transaction;
    }

    private static RequestSpecification json(RequestSpecification request, String body) {
        return request.header("Content-Type", "application/json").body(body.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void foreignLooksExactlyLikeNotThere() throws Exception {
        Map<String, String> callers = callers();
        for (Published.Operation operation : published.operations()) {
            if (!operation.takesId()) {
                continue;
            }
            String there = idFor(operation);
            String nowhere = there.substring(0, 4) + "01kaf3v6n8e8q9w2s4d6f8g0h2";
            // Those who may ask for such a thing, and to whom this one is foreign.
            List<String> strangers = new ArrayList<>(List.of("other card", "other feed", "other merchant"));
            strangers.removeIf(caller -> expected(operation.name(), caller) != 404);
            for (String caller : strangers) {
                Set<String> answers = new TreeSet<>();
                for (String id : List.of(
                        there,
                        nowhere,
                        there.toUpperCase(),
                        "txn_",
                        "x",
                        "' OR 1=1 --",
                        "%E2%82",
                        "txn_zzzzzzzzzzzzzzzzzzzzzzzzzz")) {
                    RequestSpecification request = operation.takesForm()
                            ? given().multiPart("type", "other")
                            : operation.takesBody() ? json(given(), operation.body()) : given();
                    Response answer = request.header("Idempotency-Key", Said.unique("k"))
                            .auth()
                            .oauth2(callers.get(caller))
                            .urlEncodingEnabled(!id.contains("%"))
                            .request(operation.method(), operation.path("{it}", inner(operation)), id);
                    assertEquals(404, answer.statusCode(), operation.name() + " " + id);
                    answers.add(answer.asString().replaceAll("\"instance\":\"[^\"]*\"", "") + answer.contentType());
                }
                assertEquals(1, answers.size(), () -> operation.name() + " tells them apart: " + answers);
            }
        }
    }

    @Test
    void listsAndQuestionsNeverShowOrCountWhatIsForeign() throws Exception {
        String other = Said.unique("m");
        String otherCard = Said.card();
        Instant at = Instant.now().minus(5, ChronoUnit.MINUTES);
        // The same reference, card and amount at another merchant, four days apart so that they are two payments.
        String foreign = Said.by("acquirer", "approved")
                .of(other, rrn, 12_800)
                .card(otherCard)
                .at(at.minus(4, ChronoUnit.DAYS))
                .post();
        String sameCard = Said.by("acquirer", "approved")
                .of(other, Said.unique("r"), 12_800)
                .card(card)
                .at(at)
                .post();
        String tell = "transaction_id";
        assertEquals(Set.of(transaction), matches(Tokens.merchant(merchant), "rrn=" + rrn));
        assertEquals(Set.of(foreign), matches(Tokens.merchant(other), "rrn=" + rrn));
        assertEquals(Set.of(transaction), matches(Tokens.cardholder(card), "rrn=" + rrn));
        assertEquals(Set.of(foreign, transaction), matches(Tokens.desk(), "rrn=" + rrn));
        assertEquals(Set.of(), matches(Tokens.merchant(Said.unique("m")), "rrn=" + rrn));
        assertEquals(Set.of(), matches(Tokens.merchant(other), "rrn=" + rrn + "&merchant_id=" + merchant));
        String byCard = "card=" + card + "&amount=12800&at=" + at + "&within=PT1H";
        assertEquals(Set.of(transaction), matches(Tokens.merchant(merchant), byCard));
        assertEquals(Set.of(sameCard), matches(Tokens.merchant(other), byCard));
        assertEquals(Set.of(), matches(Tokens.cardholder(otherCard), byCard));
        assertEquals(Set.of(transaction, sameCard), matches(Tokens.cardholder(card), byCard));
        assertEquals(Set.of(transaction), listed(Tokens.merchant(merchant), ""), tell);
        assertEquals(Set.of(foreign, sameCard), listed(Tokens.merchant(other), ""));
        assertEquals(Set.of(), listed(Tokens.merchant(other), "?merchant_id=" + merchant));
        assertEquals(Set.of(foreign), listed(Tokens.cardholder(otherCard), ""));
        assertEquals(Set.of(), listed(Tokens.cardholder(otherCard), "?card=" + card));
        assertEquals(Set.of(), listed(Tokens.cardholder(otherCard), "?merchant_id=" + merchant + "&verdict=charged"));
    }

    private static Set<String> matches(String token, String query) {
        Response answer = given().auth().oauth2(token).get("/v1/was-i-charged?" + query);
        assertEquals(200, answer.statusCode(), answer.asString());
        Set<String> ids = new TreeSet<>(answer.<List<String>>path("other_matches.transaction_id"));
        if (answer.path("transaction_id") != null) {
            ids.add(answer.path("transaction_id"));
        } else {
            assertEquals("not_found", answer.path("verdict"));
        }
        return ids;
    }

    private static Set<String> listed(String token, String query) {
        Response answer = given().auth().oauth2(token).get("/v1/transactions" + query);
        assertEquals(200, answer.statusCode(), answer.asString());
        assertTrue(answer.path("next_cursor") == null);
        return new TreeSet<>(answer.<List<String>>path("data.id"));
    }

    @Test
    void mergedIdIsAsForeignAsWhatItWasMergedInto() throws Exception {
        String order = Said.unique("w");
        String one = Said.by("wallet", "paid")
                .of(merchant, null, 500)
                .knowing("wallet_transaction_no", order)
                .card(card)
                .post();
        String two = Said.by("acquirer", "approved")
                .of(merchant, Said.unique("r"), 500)
                .at(Instant.now().minus(9, ChronoUnit.DAYS))
                .post();
        String rrnOfTwo = given().auth()
                .oauth2(Tokens.desk())
                .get("/v1/transactions/" + two)
                .path("rrn");
        // One line that knows both references: they were one payment all along.
        Said.by("acquirer", "captured")
                .of(merchant, rrnOfTwo, 500)
                .knowing("wallet_transaction_no", order)
                .at(Instant.now().minus(9, ChronoUnit.DAYS))
                .post();
        String survivor = one.compareTo(two) < 0 ? one : two;
        String merged = survivor.equals(one) ? two : one;
        for (String what : List.of("", "/verdict", "/observations")) {
            String path = "/v1/transactions/" + merged + what;
            assertEquals(
                    200,
                    given().auth().oauth2(Tokens.merchant(merchant)).get(path).statusCode(),
                    path);
            assertEquals(
                    200,
                    given().auth().oauth2(Tokens.cardholder(card)).get(path).statusCode(),
                    path);
            assertEquals(
                    404,
                    given().auth()
                            .oauth2(Tokens.merchant(Said.unique("m")))
                            .get(path)
                            .statusCode(),
                    path);
            assertEquals(
                    404,
                    given().auth()
                            .oauth2(Tokens.cardholder(Said.card()))
                            .get(path)
                            .statusCode(),
                    path);
        }
        Response verdict = given().auth().oauth2(Tokens.desk()).get("/v1/transactions/" + merged + "/verdict");
        assertEquals(merged, verdict.path("transaction_id"));
        assertEquals(survivor, verdict.path("merged_into"));
    }
}
