package org.paywitness.live;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.paywitness.Said;
import org.paywitness.Tokens;
import org.paywitness.fault.Waiting;

/** Verdicts as they are told to whoever keeps a connection open, over real sockets. */
@QuarkusTest
@TestProfile(LiveVerdictsTest.Quick.class)
class LiveVerdictsTest {
    public static class Quick implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "paywitness.live.heartbeat",
                    "1s",
                    "paywitness.live.max-streams",
                    "1500",
                    "paywitness.live.max-streams-of-client",
                    "1000",
                    "paywitness.events.poll",
                    "200ms");
        }
    }

    private static final Duration SOON = Duration.ofSeconds(20);

    @Inject
    MeterRegistry metrics;

    @Inject
    Pool pool;

    private final String merchant = Said.unique("m");
    private final String rrn = Said.unique("r");
    private final String card = Said.card();
    private final List<LiveClient> clients = new ArrayList<>();

    @AfterEach
    void hangUp() throws IOException {
        for (LiveClient client : clients) {
            client.close();
        }
        untilStreams(0);
    }

    private String payment() {
        return Said.by("acquirer", "approved")
                .of(merchant, rrn, 12_800)
                .card(card)
                .post();
    }

    private void debit() {
        Said.by("bank", "debited").of(merchant, rrn, 12_800).card(card).post();
    }

    private LiveClient listen(String id, String token, String... headers) throws IOException {
        LiveClient client = new LiveClient(URI.create("http://localhost:" + RestAssured.port), id, token, headers);
        clients.add(client);
        return client;
    }

    private void untilStreams(int count) {
        Waiting.until(
                count + " streams",
                SOON,
                () -> metrics.get("paywitness.live.streams").gauge().value() == count);
    }

    @Test
    void theVerdictNowAndAtEachChange() throws Exception {
        String id = payment();
        LiveClient client = listen(id, Tokens.cardholder(card));
        assertEquals(200, client.status());
        assertEquals("text/event-stream", client.header("Content-Type"));
        assertEquals("en", client.header("Content-Language"));
        LiveClient.Told now = client.next();
        assertEquals("approved", now.verdict().getString("cause"));
        assertTrue(now.id().startsWith(now.verdict().getInt("version") + "-"), now.id());
        assertTrue(client.retryMillis() >= 1000 && client.retryMillis() <= 3000, "retry: " + client.retryMillis());
        debit();
        LiveClient.Told next = client.next();
        assertEquals("settled", next.verdict().getString("cause"));
        assertEquals(id, next.verdict().getString("transaction_id"));
        assertNotEquals(now.id(), next.id());
    }

    @Test
    void whoComesAgainIsToldWhatItMissedAndNothingElse() throws Exception {
        String id = payment();
        LiveClient first = listen(id, Tokens.desk());
        String seen = first.next().id();
        LiveClient again = listen(id, Tokens.desk(), "Last-Event-ID: " + seen);
        Waiting.until("a sign of life", SOON, () -> again.heartbeats() > 0);
        assertEquals(0, again.untaken(), "it has seen that");
        first.close();
        debit();
        assertEquals("settled", again.next().verdict().getString("cause"));
        LiveClient late = listen(id, Tokens.desk(), "Last-Event-ID: " + seen);
        assertEquals("settled", late.next().verdict().getString("cause"));
        LiveClient stranger = listen(id, Tokens.desk(), "Last-Event-ID: 999999-x");
        assertEquals("settled", stranger.next().verdict().getString("cause"));
    }

    @Test
    void silenceCostsNoLookUpAndShowsLife() throws Exception {
        String id = payment();
        List<LiveClient> many = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            many.add(listen(id, Tokens.desk()));
            many.get(i).next();
        }
        double before = lookups();
        for (LiveClient one : many) {
            Waiting.until("two signs of life", SOON, () -> one.heartbeats() >= 2);
        }
        assertEquals(before, lookups(), "nothing was looked up while nothing happened");
        debit();
        for (LiveClient one : many) {
            assertEquals("settled", one.next().verdict().getString("cause"));
        }
        assertTrue(lookups() - before <= 3, "one look-up for all: " + (lookups() - before));
    }

    private double lookups() {
        return metrics.get("paywitness.lookups").tag("lookup", "id").counter().count();
    }

    @Test
    void aTransactionThatIsMergedGoesOnWithTheOther() throws Exception {
        Instant then = Instant.now().minus(9, ChronoUnit.DAYS);
        String wallet = Said.unique("w");
        String one = Said.by("wallet", "paying")
                .of(merchant, null, 500)
                .knowing("wallet_transaction_no", wallet)
                .post();
        String two =
                Said.by("acquirer", "approved").of(merchant, rrn, 500).at(then).post();
        LiveClient ofOne = listen(one, Tokens.merchant(merchant));
        LiveClient ofTwo = listen(two, Tokens.merchant(merchant));
        ofOne.next();
        ofTwo.next();
        Said.by("acquirer", "captured")
                .of(merchant, rrn, 500)
                .knowing("wallet_transaction_no", wallet)
                .at(then)
                .post();
        for (LiveClient client : List.of(ofOne, ofTwo)) {
            LiveClient.Told told;
            do {
                told = client.next();
            } while (!"settled".equals(told.verdict().getString("cause")));
            String asked = client == ofOne ? one : two;
            assertEquals(asked, told.verdict().getString("transaction_id"));
        }
        Said.by("bank", "credited")
                .of(merchant, rrn, 500)
                .moved(500)
                .at(then.plusSeconds(3600))
                .post();
        for (LiveClient client : List.of(ofOne, ofTwo)) {
            LiveClient.Told told;
            do {
                told = client.next();
            } while (!"returned".equals(told.verdict().getString("verdict")));
        }
        // Whoever comes after the merge hears of the survivor, too.
        LiveClient late = listen(one, Tokens.merchant(merchant));
        assertEquals("returned", late.next().verdict().getString("verdict"));
    }

    @Test
    void nothingIsLostWithoutNotificationsAndWithLostConnections() throws Exception {
        String id = payment();
        LiveClient client = listen(id, Tokens.desk());
        client.next();
        String kill = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                + " WHERE pid <> pg_backend_pid() AND datname = current_database() AND backend_type = 'client backend'"
                + " AND query LIKE %s";
        List<String> outcomes = List.of("debited", "credited");
        for (String outcome : outcomes) {
            // The one that listens, and those that look.
            pool.query(kill.formatted("'LISTEN%'")).executeAndAwait();
            pool.query(kill.formatted("'%event_position%'")).executeAndAwait();
            Said.by("bank", outcome).of(merchant, rrn, 12_800).moved(12_800).post();
            LiveClient.Told told = client.next();
            assertEquals(
                    outcome.equals("debited") ? "settled" : "refunded",
                    told.verdict().getString("cause"));
        }
    }

    @Test
    void noChangeIsLostBetweenTheFirstAnswerAndTheNext() throws Exception {
        for (int i = 0; i < 25; i++) {
            String reference = Said.unique("r");
            String id =
                    Said.by("acquirer", "approved").of(merchant, reference, 100).post();
            CompletableFuture<Void> change = CompletableFuture.runAsync(() ->
                    Said.by("bank", "debited").of(merchant, reference, 100).post());
            LiveClient client = listen(id, Tokens.desk());
            LiveClient.Told told = client.next();
            if (!told.verdict().getString("cause").equals("settled")) {
                told = client.next();
            }
            assertEquals("settled", told.verdict().getString("cause"));
            change.join();
        }
    }

    @Test
    void anExpiredTokenEndsTheStream() throws Exception {
        String id = payment();
        LiveClient client = listen(
                id,
                Tokens.sign(Tokens.claims("desk:read").expiresAt(Instant.now().plusSeconds(3))));
        assertFalse(client.next().isEnd());
        assertTrue(client.next().isEnd());
        untilStreams(0);
    }

    @Test
    void strangersLearnNothing() throws Exception {
        String id = payment();
        assertEquals(401, listen(id, null).status());
        assertEquals(403, listen(id, Tokens.feed()).status());
        assertEquals(404, listen(id, Tokens.merchant(Said.unique("m"))).status());
        assertEquals(404, listen(id, Tokens.cardholder(Said.card())).status());
        assertEquals(
                404, listen("txn_01kaf3v6n8e8q9w2s4d6f8g0h2", Tokens.desk()).status());
        assertEquals(404, listen("txn_", Tokens.desk()).status());
        Response post = given().auth().oauth2(Tokens.desk()).post("/v1/transactions/" + id + "/live");
        assertEquals(405, post.statusCode());
        assertEquals("GET", post.header("Allow"));
        untilStreams(0);
    }

    @Test
    void thousandsHangUpAndLeaveNothingAndNobodyTakesAllPlaces() throws Exception {
        String id = payment();
        for (int round = 0; round < 2; round++) {
            List<LiveClient> many = new ArrayList<>();
            String busy = Tokens.sign(Tokens.claims("desk:read").claim("client_id", "busy"));
            for (int i = 0; i < 1000; i++) {
                many.add(listen(id, busy));
                assertEquals(200, many.get(i).status());
            }
            LiveClient refused = listen(id, busy);
            assertEquals(429, refused.status());
            assertTrue(Integer.parseInt(refused.header("Retry-After")) > 0);
            for (int i = 0; i < 500; i++) {
                many.add(listen(id, Tokens.desk()));
                assertEquals(200, many.get(1000 + i).status(), "another client has places of its own");
            }
            LiveClient late = listen(id, Tokens.merchant(merchant));
            assertEquals(503, late.status());
            for (LiveClient client : many) {
                client.close();
            }
            untilStreams(0);
        }
        LiveClient client = listen(id, Tokens.desk());
        client.next();
        debit();
        assertEquals("settled", client.next().verdict().getString("cause"));
    }
}
