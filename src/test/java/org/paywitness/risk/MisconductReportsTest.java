package org.paywitness.risk;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.paywitness.Said;
import org.paywitness.Tokens;
import org.paywitness.audit.AuditEntry;
import org.paywitness.id.TypeId;

/** The life of a report, who may do what to it, and what is counted of it. */
@QuarkusTest
class MisconductReportsTest {
    private static final String PATH = "/v1/misconduct-reports";
    private static final String CARD_NUMBER = "6228480402564890018";

    @Inject
    MisconductReports reports;

    @Inject
    Pool pool;

    private final String merchant = Said.unique("m");
    private final String card = Said.card();
    private final String wang = Said.unique("wang");
    private final String li = Said.unique("li");
    private String sale;

    @BeforeEach
    void tellASale() {
        sale = Said.by("acquirer", "captured")
                .of(merchant, Said.unique("r"), 100)
                .card(card)
                .post();
    }

    private static String cardholder(String subject, String... cards) {
        return Tokens.sign(Tokens.claims("cardholder").subject(subject).claim("cards", List.of(cards)));
    }

    private static String clerk() {
        return Tokens.sign(Tokens.claims("desk:read desk:write").subject("clerk"));
    }

    private static Response post(String token, String path, String key, String body) {
        RequestSpecification request = given().auth()
                .oauth2(token)
                .header("Accept-Language", "en")
                .contentType("application/json")
                .body(body.getBytes(StandardCharsets.UTF_8));
        return (key == null ? request : request.header("Idempotency-Key", key)).post(path);
    }

    private static Response get(String token, String path) {
        return given().auth().oauth2(token).get(path);
    }

    private String ofSale(String more) {
        return "{\"transaction_id\":\"" + sale + "\",\"kind\":\"surcharge\",\"text\":\"2 % more by card\"" + more + "}";
    }

    private String reported(String token) {
        return post(token, PATH, null, ofSale(""))
                .then()
                .statusCode(201)
                .extract()
                .header("Location");
    }

    private static Response assign(String path, String owner) {
        return post(clerk(), path + "/assign", null, "{\"owner\":\"" + owner + "\"}");
    }

    private static Response close(String path, String outcome) {
        return post(clerk(), path + "/close", null, "{\"outcome\":\"" + outcome + "\",\"note\":\"seen the slip\"}");
    }

    @Test
    void reportGoesFromCardholderThroughReviewToItsOutcome() {
        String holder = cardholder(wang, card);
        String evidence = TypeId.format(TypeId.EVIDENCE, UUID.randomUUID());
        Response told = post(holder, PATH, null, ofSale(",\"evidence\":[\"" + evidence + "\"]"));
        told.then()
                .statusCode(201)
                .body("merchant_id", equalTo(merchant))
                .body("transaction_id", equalTo(sale))
                .body("kind", equalTo("surcharge"))
                .body("evidence", contains(evidence))
                .body("state", equalTo("open"))
                .body("$", not(hasKey("reported_by")));
        String path = told.header("Location");
        assertEquals(PATH + "/" + told.path("id"), path);
        assertTrue(told.<String>path("id").startsWith("mcr_"));

        close(path, "upheld").then().statusCode(409).body("code", equalTo("report_not_in_review"));
        assign(path, "amy").then().statusCode(200).body("state", equalTo("in_review"));
        assign(path, "bob").then().statusCode(200).body("owner", equalTo("bob"));
        close(path, "upheld").then().statusCode(200).body("closed_by", equalTo("clerk"));
        close(path, "duplicate")
                .then()
                .statusCode(409)
                .body("code", equalTo("report_closed"))
                .body("report_state", equalTo("closed"));
        assign(path, "eve").then().statusCode(409);

        get(clerk(), path)
                .then()
                .body("outcome", equalTo("upheld"))
                .body("owner", equalTo("bob"))
                .body("reported_by", equalTo(wang))
                .body("note", equalTo("seen the slip"))
                .body("history.action", contains("opened", "assigned", "assigned", "closed"))
                .body("history.by", contains(wang, "clerk", "clerk", "clerk"));
        Response seen = get(holder, path);
        seen.then().body("state", equalTo("closed")).body("outcome", equalTo("upheld"));
        for (String secret : List.of("owner", "note", "reported_by", "closed_by", "history")) {
            seen.then().body("$", not(hasKey(secret)));
        }
        assertTrue(AuditEntry.isWhole(reports.history(id(path)).await().indefinitely()));
    }

    private static UUID id(String path) {
        return TypeId.parse(TypeId.MISCONDUCT_REPORT, path.substring(path.lastIndexOf('/') + 1))
                .orElseThrow();
    }

    @Test
    void eachStepIsToldToTheDeskAndToNoMerchant() {
        String path = reported(cardholder(wang, card));
        assign(path, "amy");
        close(path, "not_upheld");
        List<String> types = new ArrayList<>();
        for (Row row : pool.preparedQuery(
                        "SELECT type, merchant_id, payload FROM outbox WHERE aggregateid = $1 ORDER BY id")
                .executeAndAwait(Tuple.of(path.substring(path.lastIndexOf('/') + 1)))) {
            types.add(row.getString(0));
            assertEquals(null, row.getString(1), "an event of a merchant is sent to the merchant");
            assertTrue(row.getString(2).contains(merchant));
            assertTrue(!row.getString(2).contains("more by card"), "what people wrote stays in the report");
        }
        assertEquals(
                List.of("misconduct_report.opened", "misconduct_report.assigned", "misconduct_report.closed"), types);
    }

    @Test
    void cardholdersReportAndSeeOnlyWhatIsTheirs() {
        String path = reported(cardholder(wang, card));
        String stranger = cardholder(li, Said.card());
        post(stranger, PATH, null, ofSale("")).then().statusCode(404);
        get(stranger, path).then().statusCode(404);
        // The same card in another person's app: the payment is theirs too, the report is not.
        String spouse = cardholder(li, card);
        get(spouse, path).then().statusCode(404);
        get(spouse, PATH).then().statusCode(200).body("data", hasSize(0));
        String otherApp = Tokens.sign(Tokens.claims("cardholder")
                .subject(wang)
                .claim("client_id", "another")
                .claim("cards", List.of(card)));
        get(otherApp, path).then().statusCode(404);
        // A new card in the same app: the report is still theirs.
        get(cardholder(wang, Said.card()), path).then().statusCode(200);
        // One of the desk about the same payment.
        String desks = reported(clerk());
        get(cardholder(wang, card), desks).then().statusCode(404);
        get(Tokens.merchant(merchant), path).then().statusCode(403);
        get(Tokens.merchant(merchant), PATH).then().statusCode(403);
        post(Tokens.merchant(merchant), PATH, null, ofSale("")).then().statusCode(403);
    }

    @Test
    void merchantAsSuchIsReportedByTheDeskOnly() {
        String body = "{\"merchant_id\":\"" + merchant + "\",\"kind\":\"fake_terminal\",\"text\":\"x\"}";
        post(cardholder(wang, card), PATH, null, body)
                .then()
                .statusCode(403)
                .body("code", equalTo("insufficient_scope"));
        post(clerk(), PATH, null, body)
                .then()
                .statusCode(201)
                .body("merchant_id", equalTo(merchant))
                .body("transaction_id", nullValue())
                .body("reported_by", equalTo("clerk"));
    }

    @Test
    void paymentOfNobodyKnownIsRefusedUntilTheMerchantIsTold() {
        String rrn = Said.unique("r");
        Said bank = Said.by("bank", "debited").of(merchant, rrn, 700).card(card);
        ((ObjectNode) bank.json().get("transaction")).remove("merchant_id");
        sale = bank.post();
        post(clerk(), PATH, null, ofSale("")).then().statusCode(409).body("code", equalTo("merchant_unknown"));
    }

    @Test
    void sameKeyReportsOnceAndIsEachPersonsOwn() throws Exception {
        String key = Said.unique("k");
        String holder = cardholder(wang, card);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<String>> answers = new ArrayList<>();
        try {
            for (int i = 0; i < 8; i++) {
                Callable<String> ask = () -> post(holder, PATH, key, ofSale(""))
                        .then()
                        .statusCode(201)
                        .extract()
                        .path("id");
                answers.add(threads.submit(ask));
            }
            String first = answers.get(0).get();
            for (Future<String> answer : answers) {
                assertEquals(first, answer.get());
            }
        } finally {
            threads.shutdown();
        }
        get(clerk(), PATH + "?merchant_id=" + merchant).then().body("data", hasSize(1));
        post(holder, PATH, key, ofSale("").replace("surcharge", "other"))
                .then()
                .statusCode(422)
                .body("code", equalTo("idempotency_key_reused"));
        post(cardholder(li, card), PATH, key, ofSale("")).then().statusCode(201);
        get(clerk(), PATH + "?merchant_id=" + merchant).then().body("data", hasSize(2));
    }

    @Test
    void whatPeopleWriteIsMasked() {
        String body = ofSale("").replace("2 % more by card", "card " + CARD_NUMBER + " was copied");
        Response told = post(cardholder(wang, card), PATH, null, body);
        told.then().statusCode(201).body("text", equalTo("card 622848*********0018 was copied"));
        String path = told.header("Location");
        assign(path, CARD_NUMBER).then().body("owner", equalTo("622848*********0018"));
        post(clerk(), path + "/close", null, "{\"outcome\":\"upheld\",\"note\":\"" + CARD_NUMBER + "\"}")
                .then()
                .body("note", equalTo("622848*********0018"));
        assertTrue(!get(clerk(), path).asString().contains(CARD_NUMBER));
    }

    @Test
    void listsAreNarrowedAndPagedNewestFirst() {
        String holder = cardholder(Said.unique("p"), card);
        String owner = Said.unique("amy");
        List<String> made = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            made.add(0, reported(holder));
        }
        assign(made.get(0), owner);
        assign(made.get(1), owner);
        close(made.get(1), "duplicate");
        assertEquals(made, paged(clerk(), PATH + "?limit=2&merchant_id=" + merchant));
        assertEquals(made, paged(holder, PATH + "?limit=2"));
        assertEquals(made.subList(2, 5), paged(clerk(), PATH + "?limit=2&state=open&merchant_id=" + merchant));
        assertEquals(made.subList(0, 2), paged(clerk(), PATH + "?limit=1&owner=" + owner));
        assertEquals(made.subList(1, 2), paged(clerk(), PATH + "?limit=1&state=closed&owner=" + owner));
        assertEquals(List.of(), paged(clerk(), PATH + "?limit=1&merchant_id=" + Said.unique("m")));
        get(holder, PATH + "?owner=" + owner).then().statusCode(400).body("errors.pointer", contains("?owner"));
        get(clerk(), PATH + "?state=lost").then().statusCode(400).body("errors.pointer", contains("?state"));
    }

    private static List<String> paged(String token, String path) {
        List<String> all = new ArrayList<>();
        String cursor = null;
        do {
            Response page = get(token, path + (cursor == null ? "" : "&cursor=" + cursor));
            page.then().statusCode(200);
            page.<List<String>>path("data.id").forEach(id -> all.add(PATH + "/" + id));
            cursor = page.path("next_cursor");
        } while (cursor != null);
        return all;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'{}' | /transaction_id",
                "{\"transaction_id\":1} | /transaction_id",
                "{\"merchant_id\":\"-x\"} | /merchant_id",
                "{\"merchant_id\":\"m\",\"transaction_id\":\"x\"} | /merchant_id",
                "{\"kind\":\"rude\"} | /kind",
                "{\"kind\":7} | /kind",
                "{\"text\":\"\"} | /text",
                "{\"text\":\"   \"} | /text",
                "{\"text\":[\"x\"]} | /text",
                "{\"evidence\":\"evd_1\"} | /evidence",
                "{\"evidence\":[7]} | /evidence/0",
                "{\"evidence\":[\"evd_1\"]} | /evidence/0",
                "{\"evidence\":[\"rfd_01kaf3v6n8e8q9w2s4d6f8g0h2\"]} | /evidence/0",
                "{\"evidence\":[\"evd_01kaf3v6n8e8q9w2s4d6f8g0h2\",\"evd_01kaf3v6n8e8q9w2s4d6f8g0h2\"]} | /evidence/1",
                "{\"state\":\"closed\"} | /state",
            })
    void badFieldOfAReportIsNamed(String body, String pointer) {
        Response refused = post(clerk(), PATH, null, body);
        assertEquals(400, refused.statusCode(), refused.asString());
        List<String> pointers = refused.path("errors.pointer");
        assertTrue(pointers.contains(pointer), refused.asString());
    }

    @Test
    void whatIsTooLongIsRefusedWithItsLimit() {
        String path = reported(clerk());
        assign(path, "amy");
        Map<String, Integer> limits = Map.of("text", 1000, "note", 500, "owner", 256);
        limits.forEach((name, most) -> {
            for (int length : new int[] {most, most + 1}) {
                String text = "长".repeat(length);
                Response answer =
                        switch (name) {
                            case "text" -> post(clerk(), PATH, null, ofSale("").replace("2 % more by card", text));
                            case "owner" -> assign(path, text);
                            // A wrong outcome too, so that it stays open.
                            default ->
                                post(clerk(), path + "/close", null, "{\"outcome\":\"x\",\"note\":\"" + text + "\"}");
                        };
                List<String> pointers = answer.statusCode() == 400 ? answer.path("errors.pointer") : List.of();
                assertEquals(length > most, pointers.contains("/" + name), name + length + answer.asString());
            }
        });
        String ids = "\"x\",".repeat(20) + "\"x\"";
        post(clerk(), PATH, null, ofSale(",\"evidence\":[" + ids + "]"))
                .then()
                .statusCode(400)
                .body("errors.pointer", contains("/evidence"));
        for (String bad : List.of("", "{}", "{\"owner\":null}", "{\"owner\":\" \"}", "{\"owner\":\"a\",\"b\":1}")) {
            post(clerk(), path + "/assign", null, bad).then().statusCode(400);
        }
        for (String bad : List.of("", "{}", "{\"outcome\":\"upheld\"}", "{\"outcome\":\"won\",\"note\":\"x\"}")) {
            post(clerk(), path + "/close", null, bad).then().statusCode(400);
        }
    }

    @Test
    void ownerThatTwoNameAtOnceIsOneOfThemAndBothAreInTheHistory() throws Exception {
        String path = reported(clerk());
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Future<Integer>> done = List.of(
                    threads.submit(() -> assign(path, "amy").statusCode()),
                    threads.submit(() -> assign(path, "bob").statusCode()));
            for (Future<Integer> one : done) {
                assertEquals(200, one.get());
            }
        } finally {
            threads.shutdown();
        }
        Response report = get(clerk(), path);
        assertTrue(List.of("amy", "bob").contains(report.<String>path("owner")));
        assertEquals(List.of("opened", "assigned", "assigned"), report.path("history.action"));
        assertTrue(AuditEntry.isWhole(reports.history(id(path)).await().indefinitely()));
    }
}
