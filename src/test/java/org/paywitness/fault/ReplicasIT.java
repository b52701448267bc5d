package org.paywitness.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.paywitness.Said;

/** Look-ups that go to a real streaming replica, which lags, dies and is promoted. */
class ReplicasIT {
    private static final long SEED = Long.getLong("fault.seed", System.nanoTime());
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String TOKEN = "Paywitness-Consistency";
    private static final int LOOKS = 200;
    private static final int WRITERS = 4;
    private static final int ROUNDS = Integer.getInteger("fault.rounds", 25);
    private static final long AMOUNT = 12_800;

    private final String feed = RunningService.token("feed");
    private final String desk = RunningService.token("desk:read desk:write", "clerk");
    private MortalPostgres primary;
    private MortalPostgres replica;
    private RunningService service;

    @BeforeEach
    void start() throws Exception {
        System.out.printf("fault.seed=%d%n", SEED);
        primary = MortalPostgres.started();
        replica = MortalPostgres.replicaOf(primary);
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable one : new AutoCloseable[] {service, replica, primary}) {
            if (one != null) {
                one.close();
            }
        }
    }

    private void serve(String name, Map<String, String> settings) throws IOException {
        Map<String, String> all = new HashMap<>(primary.configuration("postgres"));
        all.putAll(settings);
        all.put("paywitness.lookup.replicas", "postgresql://localhost:" + replica.port());
        service = new RunningService(name, all, Map.of()).start().awaitReady();
    }

    // --- a payment ---------------------------------------------------------------------------------------------------

    private record Sale(String id, String rrn, String card, String token) {}

    private HttpResponse<String> tell(Said said) throws IOException, InterruptedException {
        HttpResponse<String> answer =
                service.post("/v1/observations", feed, "application/json", BodyPublishers.ofString(said.toString()));
        assertEquals(200, answer.statusCode(), answer.body());
        return answer;
    }

    private static String token(HttpResponse<String> answer) {
        return answer.headers().firstValue(TOKEN).orElseThrow(() -> new AssertionError("no token: " + answer));
    }

    private Sale sale() throws IOException, InterruptedException {
        String rrn = Said.unique("R");
        String card = Said.card();
        tell(Said.by("acquirer", "captured").of("m_replica", rrn, AMOUNT).card(card));
        HttpResponse<String> answer =
                tell(Said.by("bank", "debited").of("m_replica", rrn, AMOUNT).card(card));
        JsonNode result = RunningService.json(answer).at("/results/0");
        return new Sale(result.get("transaction_id").textValue(), rrn, card, token(answer));
    }

    /** The bank gives it back; where that is in the log. */
    private String reverse(Sale sale) throws IOException, InterruptedException {
        Said credited = Said.by("bank", "credited").of("m_replica", sale.rrn, AMOUNT);
        return token(tell(credited.card(sale.card)));
    }

    private String path(Sale sale) {
        return "/v1/transactions/" + sale.id + "/verdict";
    }

    private HttpResponse<String> look(Sale sale, String... headers) throws IOException, InterruptedException {
        HttpResponse<String> answer = service.get(path(sale), desk, headers);
        assertTrue(answer.statusCode() == 200 || answer.statusCode() == 304, answer::body);
        return answer;
    }

    private String verdict(Sale sale, String... headers) throws IOException, InterruptedException {
        return RunningService.json(look(sale, headers)).get("verdict").textValue();
    }

    private long reads(String target) throws IOException, InterruptedException {
        Matcher count = Pattern.compile("paywitness_lookup_reads_total\\{target=\"" + target + "\",?} ([0-9.E]+)")
                .matcher(service.get("/q/metrics", null).body());
        return count.find() ? (long) Double.parseDouble(count.group(1)) : 0;
    }

    private boolean isAskedOfTheReplica(Sale sale) throws IOException, InterruptedException {
        long before = reads("replica");
        look(sale);
        return reads("replica") > before;
    }

    private void untilTheReplicaAnswers(Sale sale) {
        Waiting.until("look-ups go to the replica", PATIENCE, () -> isAskedOfTheReplica(sale));
    }

    /** A sale that the replica knows as charged, and nothing that came after. */
    private Sale knownBeforeThePause() throws Exception {
        Sale sale = sale();
        // Several looks, as each event loop has a connection of its own.
        Waiting.until(
                "it is there",
                PATIENCE,
                () -> replica.number("postgres", "SELECT count(*) FROM observation WHERE rrn = '" + sale.rrn + "'")
                        == 2);
        untilTheReplicaAnswers(sale);
        replica.execute("SELECT pg_wal_replay_pause()");
        Waiting.until("paused", PATIENCE, () -> replica.column("postgres", "SELECT pg_get_wal_replay_pause_state()")
                .equals(List.of("paused")));
        return sale;
    }

    // --- what must hold ----------------------------------------------------------------------------------------------

    @Test
    void whoBringsATokenNeverSeesLessAndMoneyIsNeverJudgedFromAReplica() throws Exception {
        serve(
                "replicas-token",
                Map.of(
                        "paywitness.lookup.max-replica-lag",
                        "1h",
                        "paywitness.acquirer.url",
                        "http://localhost:9",
                        "paywitness.acquirer.allow-plain-http",
                        "true",
                        "paywitness.refund.executors",
                        "0"));
        Sale sale = knownBeforeThePause();
        String old = look(sale).headers().firstValue("ETag").orElseThrow();
        String token = reverse(sale);
        assertEquals("returned", verdict(sale, TOKEN, token));
        Waiting.until("without a token the replica answers as it knows", PATIENCE, () -> verdict(sale)
                .equals("charged"));
        for (int i = 0; i < LOOKS; i++) {
            assertEquals("returned", verdict(sale, TOKEN, token), "a look-up with a token");
            HttpResponse<String> byReference = service.get("/v1/was-i-charged?rrn=" + sale.rrn, desk, TOKEN, token);
            assertEquals(
                    "returned", RunningService.json(byReference).get("verdict").textValue());
        }
        neverBackwards(sale, token, old);
        moneyIsJudgedFromThePrimary(sale);
        whatTheReplicaDoesNotKnowIsThere();
        replica.execute("SELECT pg_wal_replay_resume()");
        Waiting.until("the replica has it", PATIENCE, () -> {
            long before = reads("replica");
            return verdict(sale, TOKEN, token).equals("returned") && reads("replica") > before;
        });
    }

    private void neverBackwards(Sale sale, String token, String old) throws Exception {
        String known = look(sale, TOKEN, token).headers().firstValue("ETag").orElseThrow();
        assertNotEquals(old, known);
        for (int i = 0; i < LOOKS; i++) {
            assertEquals(304, look(sale, "If-None-Match", known).statusCode(), "older than what is known");
        }
        HttpResponse<String> waited = look(sale, "If-None-Match", old, "Prefer", "wait=20");
        assertEquals("returned", RunningService.json(waited).get("verdict").textValue(), "a change is not missed");
    }

    private void moneyIsJudgedFromThePrimary(Sale sale) throws Exception {
        String whole = "{\"transaction_id\": \"" + sale.id + "\", \"reason\": \"customer_request\"}";
        HttpResponse<String> refused = service.post(
                "/v1/refunds",
                desk,
                "application/json",
                BodyPublishers.ofString(whole),
                "Idempotency-Key",
                UUID.randomUUID().toString());
        assertEquals(409, refused.statusCode(), refused::body);
        assertEquals(
                "already_returned", RunningService.json(refused).get("code").textValue());
        JsonNode transaction = RunningService.json(service.get("/v1/transactions/" + sale.id, desk));
        assertEquals("returned", transaction.at("/verdict/verdict").textValue(), transaction::toString);
    }

    private void whatTheReplicaDoesNotKnowIsThere() throws Exception {
        Sale unknown = sale();
        for (int i = 0; i < LOOKS; i++) {
            assertEquals("charged", verdict(unknown), "nobody is told 'not found' by a replica");
        }
    }

    @Test
    void anyTokenGetsAnAnswer() throws Exception {
        serve("replicas-any-token", Map.of());
        Sale sale = sale();
        untilTheReplicaAnswers(sale);
        for (String future : List.of("1-FFFFFFFF/FFFFFFFF", "9-0/0", "4294967295-FFFFFFFF/FFFFFFFF")) {
            long before = reads("replica");
            assertEquals("charged", verdict(sale, TOKEN, future), "nobody knows it: the primary answers");
            assertEquals(before, reads("replica"));
        }
        for (String malformed : List.of("1", "0/16B3748", "1-0/", "1-0/16b3748", "4294967296-0/0", "1-123456789/0")) {
            HttpResponse<String> answer = service.get(path(sale), desk, TOKEN, malformed);
            assertEquals(400, answer.statusCode(), malformed);
            assertTrue(RunningService.json(answer).get("detail").textValue().contains(TOKEN), answer::body);
        }
    }

    @Test
    void aReplicaIsReachedStraightWhereThePrimaryIsBehindAPooler() throws Exception {
        Pooler.assumeInstalled();
        try (Pooler pooler = new Pooler(primary, 4)) {
            serve("replicas-pooler", pooler.configuration(primary.configuration("postgres"), "postgres"));
            Sale sale = sale();
            untilTheReplicaAnswers(sale);
            assertEquals("returned", verdict(sale, TOKEN, reverse(sale)));
            assertTrue(
                    service.log().contains("no statement has a limit"), "the role has none here, and somebody says so");
        }
    }

    @Test
    void aReplicaThatLagsTooMuchIsPassedOver() throws Exception {
        serve("replicas-lag", Map.of("paywitness.lookup.max-replica-lag", "1s"));
        Sale sale = knownBeforeThePause();
        reverse(sale);
        Waiting.until("passed over", PATIENCE, () -> verdict(sale).equals("returned") && !isAskedOfTheReplica(sale));
        for (int i = 0; i < LOOKS; i++) {
            assertEquals("returned", verdict(sale));
        }
        replica.execute("SELECT pg_wal_replay_resume()");
        untilTheReplicaAnswers(sale);
        assertEquals("returned", verdict(sale));
    }

    @Test
    void nobodyNoticesAReplicaThatDies() throws Exception {
        serve("replicas-dead", Map.of());
        Sale sale = sale();
        untilTheReplicaAnswers(sale);
        Queue<String> wrong = new ConcurrentLinkedQueue<>();
        AtomicLong right = new AtomicLong();
        List<Thread> readers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            readers.add(daemon(() -> readUntilInterrupted(sale, wrong, right)));
        }
        for (int death = 0; death < 3; death++) {
            long before = right.get();
            Waiting.until("work goes on", PATIENCE, () -> right.get() > before + LOOKS || !wrong.isEmpty());
            replica.stopImmediately();
            long after = right.get();
            Waiting.until("work goes on", PATIENCE, () -> right.get() > after + LOOKS || !wrong.isEmpty());
            assertEquals(200, service.get("/q/health/ready", null).statusCode(), "a replica is no part of readiness");
            replica.start();
            untilTheReplicaAnswers(sale);
        }
        readers.forEach(Thread::interrupt);
        for (Thread reader : readers) {
            reader.join(PATIENCE.toMillis());
        }
        System.out.printf(
                "%d look-ups, of the replica %d, of the primary %d%n", right.get(), reads("replica"), reads("primary"));
        assertEquals(List.of(), List.copyOf(wrong));
    }

    private void readUntilInterrupted(Sale sale, Queue<String> wrong, AtomicLong right) {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                HttpResponse<String> answer = service.get(path(sale), desk);
                if (answer.statusCode() == 200 && answer.body().contains("\"charged\"")) {
                    right.incrementAndGet();
                } else {
                    wrong.add(answer.statusCode() + " " + answer.body());
                }
            } catch (IOException e) {
                wrong.add(e.toString());
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    @Test
    void aPromotedReplicaIsNoReplica() throws Exception {
        serve("replicas-promoted", Map.of());
        Sale sale = sale();
        untilTheReplicaAnswers(sale);
        replica.execute("SELECT pg_promote()");
        String token = reverse(sale);
        assertEquals("returned", verdict(sale, TOKEN, token));
        Waiting.until("it is passed over", PATIENCE, () -> !isAskedOfTheReplica(sale));
        for (int i = 0; i < LOOKS; i++) {
            assertEquals("returned", verdict(sale), "what it goes on to write is not ours");
        }
    }

    @Test
    void everyWriterSeesItsOwnWrites() throws Exception {
        serve("replicas-own-writes", Map.of("paywitness.lookup.max-replica-lag", "1h"));
        untilTheReplicaAnswers(sale());
        Queue<String> wrong = new ConcurrentLinkedQueue<>();
        List<Thread> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            Random random = new Random(SEED + i);
            writers.add(daemon(() -> writeAndLook(random, wrong)));
        }
        Random random = new Random(SEED);
        while (writers.stream().anyMatch(Thread::isAlive)) {
            // Behind, then on its way, at any moment of any writer.
            replica.execute("SELECT pg_wal_replay_pause()");
            LockSupport.parkNanos(Duration.ofMillis(random.nextInt(300)).toNanos());
            replica.execute("SELECT pg_wal_replay_resume()");
            LockSupport.parkNanos(Duration.ofMillis(random.nextInt(300)).toNanos());
        }
        System.out.printf(
                "of the replica %d, of the primary %d; fault.seed=%d%n", reads("replica"), reads("primary"), SEED);
        assertEquals(List.of(), wrong.stream().limit(5).toList(), () -> wrong.size() + " wrong; fault.seed=" + SEED);
    }

    private void writeAndLook(Random random, Queue<String> wrong) {
        try {
            for (int round = 0; round < ROUNDS && wrong.isEmpty(); round++) {
                Sale sale = sale();
                pause(random);
                expect("charged", sale, sale.token, wrong);
                String token = reverse(sale);
                for (int look = 0; look < 4; look++) {
                    pause(random);
                    expect("returned", sale, token, wrong);
                }
            }
        } catch (IOException | InterruptedException | AssertionError e) {
            wrong.add(e.toString());
        }
    }

    private void expect(String expected, Sale sale, String token, Queue<String> wrong)
            throws IOException, InterruptedException {
        String seen = verdict(sale, TOKEN, token);
        assertNotNull(seen);
        if (!seen.equals(expected)) {
            wrong.add(sale + " is " + seen + " after " + token + " made it " + expected);
        }
    }

    private static void pause(Random random) {
        LockSupport.parkNanos(
                Duration.ofMillis(random.nextInt(3) * random.nextInt(120)).toNanos());
    }
}
