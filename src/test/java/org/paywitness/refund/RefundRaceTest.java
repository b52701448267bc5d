package org.paywitness.refund;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.paywitness.Said;
import org.paywitness.TestClock;
import org.paywitness.acquirer.Simulator;
import org.paywitness.fault.Waiting;
import org.paywitness.http.Raw;

/** Many at once, impatient clients, news that come twice, clocks that jump: money moves once. */
@QuarkusTest
@WithTestResource(value = AcquirerResource.class, scope = TestResourceScope.MATCHING_RESOURCES)
class RefundRaceTest {
    private static final int REQUESTS = 1_000;
    private static final int AT_ONCE = 64;
    private static final int IMPATIENT = 1_000;
    private static final long AMOUNT = 90_000;
    private static final Instant YESTERDAY = Instant.now().minus(Duration.ofDays(1));

    @Inject
    TestClock clock;

    Simulator acquirer;

    private final String merchant = Said.unique("m_");
    private final String clerk = Sales.clerk(merchant);

    @AfterEach
    void reset() {
        acquirer.next();
        clock.reset();
    }

    private String sale() {
        return Sales.settled(merchant, Said.card(), AMOUNT, YESTERDAY);
    }

    private static <T> List<T> atOnce(int count, IntFunction<Callable<T>> what) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
        try {
            List<Callable<T>> calls = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                calls.add(what.apply(i));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> done : threads.invokeAll(calls)) {
                results.add(done.get());
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }

    private List<JsonNode> refundsOf(String sale) {
        List<JsonNode> all = new ArrayList<>();
        Sales.transaction(clerk, sale).get("refunds").forEach(all::add);
        return all;
    }

    @Test
    void aThousandRequestsWithOneKeyAreOneRefund() throws Exception {
        String sale = sale();
        String key = Sales.key();
        String body = Sales.body(sale, AMOUNT, "customer_request");
        List<Response> answers = atOnce(REQUESTS, i -> () -> Sales.ask(clerk, key, body));
        Set<String> told = new HashSet<>();
        answers.forEach(answer -> told.add(answer.statusCode() + answer.header("Location") + answer.asString()));
        assertEquals(1, told.size(), () -> told.toString());
        assertEquals(201, answers.get(0).statusCode());
        assertEquals(
                1,
                answers.stream()
                        .filter(answer -> answer.header("Idempotency-Replayed") == null)
                        .count());
        assertEquals(1, refundsOf(sale).size());
        Sales.awaited(clerk, refundsOf(sale).get(0).get("id").textValue(), "succeeded");
        assertEquals(AMOUNT, acquirer.moved(sale));
    }

    @Test
    void aThousandKeysForTheFullAmountAreOneRefund() throws Exception {
        String sale = sale();
        String body = Sales.body(sale, AMOUNT, "customer_request");
        List<Response> answers = atOnce(REQUESTS, i -> () -> Sales.ask(clerk, Sales.key(), body));
        assertEquals(1, answers.stream().filter(a -> a.statusCode() == 201).count());
        answers.stream().filter(a -> a.statusCode() != 201).forEach(a -> {
            assertEquals(409, a.statusCode(), a.asString());
            String code = a.path("code");
            assertTrue(code.equals("refund_exceeds_charge") || code.equals("being_returned"), code);
        });
        assertEquals(1, refundsOf(sale).size());
    }

    @Test
    void partsThatRaceAddUpToTheChargeAndNoFurther() throws Exception {
        String sale = sale();
        long part = AMOUNT / 10;
        List<Response> answers =
                atOnce(100, i -> () -> Sales.ask(clerk, Sales.key(), Sales.body(sale, part, "wrong_amount")));
        assertEquals(10, answers.stream().filter(a -> a.statusCode() == 201).count());
        for (JsonNode refund : refundsOf(sale)) {
            Sales.awaited(clerk, refund.get("id").textValue(), "succeeded");
        }
        assertEquals(AMOUNT, acquirer.moved(sale));
    }

    @Test
    void nobodyEscapesTheSecondPersonByAskingManyTimesAtOnce() throws Exception {
        long limit = 100_000;
        String sale = Sales.settled(merchant, Said.card(), 20 * limit, YESTERDAY);
        List<Response> answers =
                atOnce(60, i -> () -> Sales.ask(clerk, Sales.key(), Sales.body(sale, limit / 3, "wrong_amount")));
        long automatic = 0;
        for (Response answer : answers) {
            assertEquals(201, answer.statusCode(), answer.asString());
            automatic += "approved".equals(answer.path("status")) ? limit / 3 : 0;
        }
        assertEquals(3 * (limit / 3), automatic);
    }

    @Test
    void clientsThatHangUpLeaveNothingHalfDone() throws Exception {
        long seed = System.nanoTime();
        System.out.println("refund.race.seed=" + seed);
        List<String> sales = new ArrayList<>();
        for (int i = 0; i < IMPATIENT / 10; i++) {
            sales.add(sale());
        }
        atOnce(
                IMPATIENT,
                i -> () -> hangUp(sales.get(i % sales.size()), "key-" + seed + "-" + i % sales.size(), seed + i));
        for (int i = 0; i < sales.size(); i++) {
            String sale = sales.get(i);
            // The same key once more, patiently.
            Response answer = Sales.ask(clerk, "key-" + seed + "-" + i, Sales.body(sale, AMOUNT, "customer_request"));
            assertEquals(201, answer.statusCode(), () -> seed + answer.asString());
            assertEquals(1, refundsOf(sale).size(), "seed " + seed);
            Sales.awaited(clerk, answer.path("id"), "succeeded");
            assertEquals(AMOUNT, acquirer.moved(sale), "seed " + seed);
        }
    }

    private Void hangUp(String sale, String key, long seed) throws IOException {
        Random random = new Random(seed);
        byte[] request = Raw.request(
                "POST",
                "/v1/refunds",
                clerk,
                Sales.body(sale, AMOUNT, "customer_request").getBytes(StandardCharsets.UTF_8),
                "Content-Type: application/json",
                "Idempotency-Key: " + key);
        boolean whole = random.nextInt(4) > 0;
        try (Socket socket = Raw.connect()) {
            socket.setSoLinger(random.nextBoolean(), 0);
            socket.getOutputStream().write(request, 0, whole ? request.length : random.nextInt(request.length));
        }
        return null;
    }

    @Test
    void newsThatComeTwiceOrOutOfOrderOrFromNobodyChangeNothing() {
        String sale = sale();
        acquirer.next("out_of_order");
        String id = Sales.refunded(clerk, sale, null).get("id").textValue();
        Sales.awaited(clerk, id, "succeeded");
        String body = "{\"reference\": \"" + id + "\"}";
        for (int i = 0; i < 20; i++) {
            io.restassured.RestAssured.given()
                    .headers(Simulator.signed("POST", "/acquirer/notifications", body))
                    .contentType("application/json")
                    .body(body)
                    .post("/acquirer/notifications")
                    .then()
                    .statusCode(204);
        }
        assertEquals("succeeded", Sales.refund(clerk, id).get("status").textValue());
        assertEquals(AMOUNT, acquirer.moved(sale));
    }

    @Test
    void clockThatJumpsADayDoublesNothingAndLeavesNothingBehind() {
        for (Duration jump : List.of(Duration.ofDays(1), Duration.ofDays(-1), Duration.ofHours(-3))) {
            String sale = sale();
            acquirer.next(Stream.concat(Stream.of("reset_before"), Collections.nCopies(99, "inquiry:error").stream())
                    .toArray(String[]::new));
            String id = Sales.refunded(clerk, sale, null).get("id").textValue();
            Sales.awaited(clerk, id, "in_doubt");
            clock.move(jump);
            acquirer.next();
            Sales.awaited(clerk, id, "succeeded");
            assertEquals(AMOUNT, acquirer.moved(sale), "" + jump);
            clock.reset();
        }
    }

    @Test
    void cardholdersAndMerchantsSeeTheirOwnInLists() {
        String card = Said.card();
        String sale = Sales.settled(merchant, card, AMOUNT, YESTERDAY);
        String id = Sales.refunded(clerk, sale, 1_000L).get("id").textValue();
        String next = Sales.refunded(clerk, sale, 2_000L).get("id").textValue();
        List<String> own = ids(org.paywitness.Tokens.cardholder(card), Map.of());
        assertEquals(List.of(next, id), own);
        assertEquals(List.of(), ids(org.paywitness.Tokens.cardholder(Said.card()), Map.of()));
        assertEquals(List.of(), ids(Sales.clerk(Said.unique("m_")), Map.of("transaction_id", sale)));
        assertEquals(List.of(next), ids(clerk, Map.of("limit", "1")));
        JsonNode page = Sales.json(Sales.get(clerk, "/v1/refunds", Map.of("limit", "1")));
        assertEquals(
                List.of(id),
                ids(
                        clerk,
                        Map.of("limit", "1", "cursor", page.get("next_cursor").textValue())));
        Waiting.until("both succeeded", Sales.PATIENCE, () -> ids(clerk, Map.of("status", "succeeded"))
                .equals(List.of(next, id)));
        assertEquals(List.of(), ids(clerk, Map.of("to", YESTERDAY.toString(), "merchant_id", merchant)));
        JsonNode figures = Sales.json(Sales.get(clerk, "/v1/refund-figures", Map.of("by", "reason")));
        JsonNode group = figures.at("/data/0");
        assertEquals("customer_request", group.get("key").textValue());
        assertEquals(2, group.get("requested").longValue());
        assertEquals(2, group.get("succeeded").longValue());
        assertEquals(1.0, group.get("success_rate").doubleValue());
        assertEquals(3_000, group.at("/amounts/0/amount").longValue());
    }

    private static List<String> ids(String token, Map<String, ?> query) {
        Response answer = Sales.get(token, "/v1/refunds", query);
        answer.then().statusCode(200);
        return Sales.json(answer).get("data").findValuesAsText("id");
    }

    @Test
    void refundsFollowATransactionThatTurnsOutToBePartOfAnother() {
        Instant at = YESTERDAY;
        String rrn = Said.unique("R");
        String terminal = Said.unique("T");
        // The bank knows the RRN, the terminal batch and number, and the acquirer, who comes last, both.
        String bank =
                Said.by("bank", "debited").of(merchant, rrn, AMOUNT).at(at).post();
        String atTerminal = Said.by("terminal", "approved")
                .of(merchant, null, AMOUNT)
                .knowing("terminal_id", terminal)
                .knowing("batch", "000001")
                .knowing("stan", "000007")
                .at(at)
                .post();
        assertTrue(!bank.equals(atTerminal));
        String id = Sales.refunded(clerk, bank, 30_000L).get("id").textValue();
        Sales.awaited(clerk, id, "succeeded");
        String both = Said.by("acquirer", "captured")
                .of(merchant, rrn, AMOUNT)
                .knowing("terminal_id", terminal)
                .knowing("batch", "000001")
                .knowing("stan", "000007")
                .at(at)
                .post();
        for (String any : List.of(bank, atTerminal, both)) {
            assertEquals(id, Sales.transaction(clerk, any).at("/refunds/0/id").textValue());
            JsonNode verdict = Sales.verdict(clerk, any);
            assertEquals("partly_returned", verdict.get("verdict").textValue());
            assertEquals(30_000, verdict.at("/returned_promised/amount").longValue());
        }
        Response tooMuch = Sales.ask(clerk, Sales.key(), Sales.body(atTerminal, 60_001L, "fraud"));
        assertEquals(409, tooMuch.statusCode());
        assertEquals(60_000, (int) tooMuch.path("refundable.amount"));
        Sales.awaited(clerk, Sales.refunded(clerk, atTerminal, null).get("id").textValue(), "succeeded");
        assertEquals("being_returned", Sales.verdict(clerk, bank).get("verdict").textValue());
    }
}
