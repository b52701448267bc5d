package org.paywitness.standing;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.paywitness.Said;
import org.paywitness.TestClock;
import org.paywitness.Tokens;
import org.paywitness.id.TypeId;
import org.paywitness.transaction.Transaction;
import org.paywitness.transaction.Transactions;

/** Exactly one event for every change of a verdict, whoever makes it: what is said, time, or data that is complete. */
@QuarkusTest
@TestProfile(StandingTest.NobodyElseLooks.class)
class StandingTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int WORKERS = 8;

    /** The tests look themselves, as several processes would. */
    public static class NobodyElseLooks implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("paywitness.standing.poll", "1h", "paywitness.standing.step", "25");
        }
    }

    @Inject
    Looks looks;

    @Inject
    Due due;

    @Inject
    Standings standings;

    @Inject
    Transactions transactions;

    @Inject
    TestClock clock;

    @Inject
    Pool pool;

    private final String merchant = Said.unique("m_");

    @AfterEach
    void reset() {
        clock.reset();
    }

    // --- what is said ------------------------------------------------------------------------------------------------

    @Test
    void whatIsSaidMakesOneEventOfEachChangeAndNoneWithoutOne() {
        String rrn = Said.unique("R");
        String sale = Said.by("acquirer", "approved").of(merchant, rrn, 12_800).post();
        Said.by("terminal", "approved").of(merchant, rrn, 12_800).post();
        Said.by("bank", "debited").of(merchant, rrn, 12_800).moved(12_800).post();
        List<JsonPath> events = events(sale);
        assertEquals(List.of("charged approved false", "charged settled true"), told(events));
        assertNull(events.get(0).get("previous"));
        assertEquals("opened", events.get(0).getString("reason"));
        assertEquals(sale, events.get(0).getString("transaction_id"));
        assertEquals(merchant, events.get(0).getString("merchant_id"));
        assertEquals(12_800, events.get(0).getInt("charged.amount"));
        assertEquals("CNY", events.get(0).getString("charged.currency"));
        assertEquals(List.of(), events.get(0).getList("flags"));
        assertEquals("observation", events.get(1).getString("reason"));
        assertEquals(3, events.get(1).getInt("version"));
    }

    @Test
    void whatWasToldIsWhatIsAnswered() {
        String rrn = Said.unique("R");
        String sale = Said.by("acquirer", "captured")
                .of(merchant, rrn, 100)
                .moved(100)
                .post();
        Said.by("acquirer", "refunded").of(merchant, rrn, 100).moved(100).post();
        JsonPath answer = given().auth()
                .oauth2(Tokens.desk())
                .get("/v1/transactions/" + sale + "/verdict")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        List<JsonPath> events = events(sale);
        JsonPath last = events.get(events.size() - 1);
        for (String field : List.of("verdict", "cause", "final", "charged", "returned", "flags", "version")) {
            assertEquals((Object) answer.get(field), last.get(field), field);
        }
    }

    @Test
    void partOfAnotherTransactionIsTold() {
        String rrn = Said.unique("R");
        String order = Said.unique("O");
        String first = Said.by("acquirer", "approved").of(merchant, rrn, 500).post();
        String second = Said.by("wallet", "paid")
                .of(merchant, null, 500)
                .knowing("merchant_order_no", order)
                .moved(500)
                .post();
        String joined = Said.by("acquirer", "captured")
                .of(merchant, rrn, 500)
                .knowing("merchant_order_no", order)
                .moved(500)
                .post();
        assertEquals(first, joined);
        assertEquals(List.of("charged approved false", "charged settled true"), told(events(first)));
        List<Row> rows = rows("SELECT type, payload FROM outbox WHERE aggregateid = '" + second + "' ORDER BY id");
        assertEquals(
                List.of("verdict.changed", "transaction.merged"),
                rows.stream().map(row -> row.getString(0)).toList());
        JsonPath merged = JsonPath.from(rows.get(1).getString(1));
        assertEquals(first, merged.getString("merged_into"));
        assertEquals("settled", merged.getString("previous.cause"));
        assertEquals(0, rows(standing(second)).size());
    }

    // --- time --------------------------------------------------------------------------------------------------------

    @Test
    void whatTimeChangesIsToldOnceHoweverManyLook() throws Exception {
        List<String> sales = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            String rrn = Said.unique("R");
            sales.add(Said.by("acquirer", "captured")
                    .of(merchant, rrn, 100 + i)
                    .moved(100 + i)
                    .post());
            Said.by("acquirer", "refunded")
                    .of(merchant, rrn, 100 + i)
                    .moved(100 + i)
                    .post();
        }
        lookTogether();
        sales.forEach(sale -> assertEquals(2, events(sale).size()));
        clock.move(Duration.ofDays(30));
        lookTogether();
        for (String sale : sales) {
            List<JsonPath> events = events(sale);
            assertEquals(3, events.size());
            assertEquals("time", events.get(2).getString("reason"));
            assertEquals(List.of("overdue"), events.get(2).getList("flags"));
        }
        assertEquals(0, number("SELECT count(*) FROM verdict_standing WHERE look_at IS NOT NULL AND merchant_id = $1"));
    }

    @Test
    void theMomentItselfCounts() {
        String rrn = Said.unique("R");
        String sale = Said.by("acquirer", "captured")
                .of(merchant, rrn, 700)
                .moved(700)
                .post();
        Said.by("acquirer", "refunded").of(merchant, rrn, 700).moved(700).post();
        Instant due = rows("SELECT look_at FROM verdict_standing WHERE merchant_id = '" + merchant + "'")
                .get(0)
                .getOffsetDateTime(0)
                .toInstant();
        clock.set(due.minusSeconds(30));
        lookAll();
        assertEquals(2, events(sale).size());
        clock.set(due);
        lookAll();
        assertEquals(3, events(sale).size());
    }

    // --- data that is complete ---------------------------------------------------------------------------------------

    @Test
    void whatCompleteDataChangesIsToldOnceHoweverManyLook() throws Exception {
        List<String> sales = new ArrayList<>();
        Instant at = Instant.now().minus(20, ChronoUnit.DAYS);
        for (int i = 0; i < 40; i++) {
            sales.add(Said.by("acquirer", "approved")
                    .of(merchant, Said.unique("R"), 100 + i)
                    .at(at)
                    .post());
        }
        complete(merchant, at.plus(2, ChronoUnit.HOURS));
        lookTogether();
        sales.forEach(sale -> assertEquals(List.of("charged approved false"), told(events(sale))));
        complete(merchant, at.plus(10, ChronoUnit.DAYS));
        lookTogether();
        for (String sale : sales) {
            List<JsonPath> events = events(sale);
            assertEquals(List.of("charged approved false", "disagreement sale_without_debit false"), told(events));
            assertEquals("completeness", events.get(1).getString("reason"));
            assertEquals("approved", events.get(1).getString("previous.cause"));
        }
        // Nobody waits for it any more, and nobody follows it.
        assertEquals(0, number("SELECT count(*) FROM verdict_standing WHERE bank_at IS NOT NULL AND merchant_id = $1"));
        assertEquals(0, number("SELECT count(*) FROM completeness_follow WHERE merchant_id = $1"));
    }

    @Test
    void whatIsCompleteForAllMerchantsIsFollowedFromMerchantToMerchant() throws Exception {
        // Long ago, so that it says nothing of what other tests do.
        Instant at = Instant.parse("1991-03-04T05:06:07Z").plusSeconds(System.nanoTime() % 10_000_000);
        List<String> sales = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            for (int n = 0; n <= i; n++) {
                sales.add(Said.by("terminal", "declined")
                        .of(merchant + i, Said.unique("R"), 100 + n)
                        .with("response_code", "51")
                        .at(at)
                        .post());
            }
        }
        complete(null, at.plus(10, ChronoUnit.DAYS));
        lookTogether();
        sales.forEach(sale ->
                assertEquals(List.of("not_charged refused false", "not_charged refused true"), told(events(sale))));
    }

    @Test
    void whoeverReadWhatWasCompleteBeforeIsWaitedFor() throws Exception {
        Instant at = Instant.now().minus(20, ChronoUnit.DAYS);
        String sale = Said.by("acquirer", "approved")
                .of(merchant, Said.unique("R"), 900)
                .at(at)
                .post();
        UUID id = TypeId.parse(TypeId.TRANSACTION, sale).orElseThrow();
        Transaction row = await(transactions.byIds(pool, List.of(id))).get(0);
        CompletableFuture<Void> judged = new CompletableFuture<>();
        CompletableFuture<Void> commit = new CompletableFuture<>();
        // A writer that has judged by what was complete, and is not committed.
        CompletableFuture<Void> writer = pool.withTransaction(connection -> standings
                        .written(
                                connection,
                                List.of(new Transactions.Change(row, "observation")),
                                before -> row,
                                clock.instant())
                        .invoke(() -> judged.complete(null))
                        .chain(() -> Uni.createFrom().completionStage(commit)))
                .subscribeAsCompletionStage();
        judged.get(60, TimeUnit.SECONDS);
        complete(merchant, at.plus(10, ChronoUnit.DAYS));
        lookAll();
        lookAll();
        assertEquals(1, events(sale).size());
        assertEquals(1, number("SELECT count(*) FROM completeness_follow WHERE merchant_id = $1"));
        commit.complete(null);
        writer.get(60, TimeUnit.SECONDS);
        lookAll();
        assertEquals(List.of("charged approved false", "disagreement sale_without_debit false"), told(events(sale)));
        assertEquals(0, number("SELECT count(*) FROM completeness_follow WHERE merchant_id = $1"));
    }

    // --- the version before ------------------------------------------------------------------------------------------

    @Test
    void transactionsOfTheVersionBeforeAreTakenUpWithoutAWord() {
        List<String> sales = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            sales.add(Said.by("acquirer", "approved")
                    .of(merchant, Said.unique("R"), 100 + i)
                    .post());
        }
        forget();
        UUID before = TypeId.parse(TypeId.TRANSACTION, sales.get(0)).orElseThrow();
        await(pool.preparedQuery("UPDATE verdict_standing_walk SET after = $1")
                .execute(Tuple.of(new UUID(before.getMostSignificantBits() - (1L << 16), 0))));
        assertEquals(0, await(pool.withTransaction(due::untold)), "too young");
        clock.move(Duration.ofMinutes(11));
        int taken = 0;
        while (taken < sales.size()) {
            int step = await(pool.withTransaction(due::untold));
            assertTrue(step > 0 && step <= 25, taken + " and " + step);
            taken += step;
        }
        assertEquals(
                60, number("SELECT count(*) FROM verdict_standing WHERE bank_at IS NOT NULL AND merchant_id = $1"));
        sales.forEach(sale -> assertEquals(0, events(sale).size()));
        clock.move(Duration.ofMinutes(11));
        assertEquals(0, await(pool.withTransaction(due::untold)));
    }

    @Test
    void changeOfOneOfTheVersionBeforeIsToldWhereItIsOne() {
        String rrn = Said.unique("R");
        String sale = Said.by("acquirer", "approved").of(merchant, rrn, 100).post();
        forget();
        Said.by("terminal", "approved").of(merchant, rrn, 100).post();
        assertEquals(0, events(sale).size(), "the same as before");
        forget();
        Said.by("bank", "debited").of(merchant, rrn, 100).moved(100).post();
        List<JsonPath> events = events(sale);
        assertEquals(List.of("charged settled true"), told(events));
        assertEquals("approved", events.get(0).getString("previous.cause"));
    }

    private void forget() {
        rows("DELETE FROM verdict_standing WHERE merchant_id = '" + merchant + "'");
        rows("DELETE FROM outbox WHERE merchant_id = '" + merchant + "'");
    }

    // --- looking -----------------------------------------------------------------------------------------------------

    private void lookAll() {
        while (await(looks.step())) {
            // Until there is no more.
        }
    }

    private void lookTogether() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(WORKERS);
        CountDownLatch ready = new CountDownLatch(WORKERS);
        try {
            List<Future<?>> workers = new ArrayList<>();
            for (int i = 0; i < WORKERS; i++) {
                workers.add(threads.submit(() -> {
                    ready.countDown();
                    ready.await();
                    lookAll();
                    return null;
                }));
            }
            for (Future<?> worker : workers) {
                worker.get();
            }
        } finally {
            threads.shutdown();
        }
        // What was passed over since somebody held it, or waited for those who were under way.
        lookAll();
        lookAll();
    }

    private void complete(String of, Instant through) {
        String json = "{\"source\":\"bank\"" + (of == null ? "" : ",\"merchant_id\":\"" + of + "\"")
                + ",\"complete_through\":\"" + through + "\"}";
        given().auth()
                .oauth2(Tokens.feed())
                .header("Content-Type", "application/json")
                .body(json)
                .post("/v1/completeness")
                .then()
                .statusCode(200);
    }

    /** The data of each event of a verdict, each of which begins where the one before ended. */
    private List<JsonPath> events(String sale) {
        List<JsonPath> events = rows("SELECT o.payload FROM outbox o LEFT JOIN event_position p ON p.event_id = o.id"
                        + " LEFT JOIN outbox_new n ON n.event_id = o.id WHERE o.aggregateid = '" + sale
                        + "' AND o.type = 'verdict.changed' ORDER BY p.position, n.number")
                .stream()
                .map(row -> JsonPath.from(row.getString(0)))
                .toList();
        for (int i = 1; i < events.size(); i++) {
            for (String field : List.of("verdict", "cause", "final", "charged", "returned", "flags")) {
                assertEquals(
                        (Object) events.get(i - 1).get(field), events.get(i).get("previous." + field), field);
            }
        }
        return events;
    }

    private static List<String> told(List<JsonPath> events) {
        return events.stream()
                .map(event ->
                        event.getString("verdict") + " " + event.getString("cause") + " " + event.getBoolean("final"))
                .toList();
    }

    private static String standing(String sale) {
        UUID id = TypeId.parse(TypeId.TRANSACTION, sale).orElseThrow();
        return "SELECT told FROM verdict_standing WHERE transaction_id = '" + id + "'";
    }

    private long number(String sql) {
        return await(pool.preparedQuery(sql).execute(Tuple.of(merchant)))
                .iterator()
                .next()
                .getLong(0);
    }

    private List<Row> rows(String sql) {
        List<Row> rows = new ArrayList<>();
        await(pool.query(sql).execute()).forEach(rows::add);
        return rows;
    }

    private static <T> T await(Uni<T> work) {
        return work.await().atMost(PATIENCE);
    }
}
