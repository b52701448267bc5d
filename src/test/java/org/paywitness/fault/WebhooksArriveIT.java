package org.paywitness.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.paywitness.id.TypeId;
import org.paywitness.webhook.Receiver;

/**
 * A receiver fails three calls of ten while senders are killed: everything arrives, under the same id however often, signed,
 * and first attempts come in the order of events. In full {@code ./mvnw verify -Pfaults}.
 */
class WebhooksArriveIT {
    private static final int WEBHOOKS = Integer.getInteger("fault.webhooks", 400);
    private static final int KILLS = Integer.getInteger("fault.webhook.kills", 4);
    private static final long SEED = Long.getLong("fault.seed", System.nanoTime());
    private static final int ENDPOINTS = 10;
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final Random random = new Random(SEED);
    private final Map<String, String> secrets = new LinkedHashMap<>();
    private final Set<String> arrived = ConcurrentHashMap.newKeySet();
    private final AtomicInteger failures = new AtomicInteger();
    private final String desk = RunningService.token("desk:read desk:write");
    private MortalPostgres postgres;
    private Receiver receiver;
    private Pods pods;

    @BeforeEach
    void start() throws Exception {
        System.out.printf("fault.seed=%d fault.webhooks=%d fault.webhook.kills=%d%n", SEED, WEBHOOKS, KILLS);
        postgres = MortalPostgres.started();
        receiver = new Receiver();
        receiver.answer(this::answer);
        pods = new Pods(2, "webhooks-arrive", postgres.configuration("postgres"), settings()).start();
        for (int i = 0; i < ENDPOINTS; i++) {
            String body = "{\"merchant_id\":\"m" + i + "\",\"url\":\"" + receiver.url("/m" + i)
                    + "\",\"event_types\":[\"refund.*\"]}";
            HttpResponse<String> made = pods.any(random)
                    .post("/v1/webhook-endpoints", desk, "application/json", BodyPublishers.ofString(body));
            assertEquals(201, made.statusCode(), made.body());
            secrets.put("/m" + i, RunningService.json(made).get("secret").textValue());
        }
    }

    private Map<String, String> settings() {
        Map<String, String> settings = new HashMap<>();
        settings.put("paywitness.webhook.allow-plain-http", "true");
        settings.put("paywitness.webhook.allow-private-addresses", "true");
        settings.put("paywitness.webhook.ports", Integer.toString(receiver.port()));
        // What takes days takes seconds here, and nothing is given up.
        settings.put("paywitness.webhook.retries", String.join(",", Collections.nCopies(60, "300ms")));
        settings.put("paywitness.webhook.answer-timeout", "1s");
        settings.put("paywitness.webhook.connect-timeout", "1s");
        settings.put("paywitness.webhook.turn", "1s");
        settings.put("paywitness.webhook.lease", "4s");
        settings.put("paywitness.webhook.poll", "100ms");
        return settings;
    }

    @AfterEach
    void stop() throws Exception {
        pods.close();
        receiver.close();
        postgres.close();
    }

    // Three of ten fail, in every way that a receiver can.
    private Receiver.Reply answer(Receiver.Received request) {
        int dice;
        synchronized (random) {
            dice = random.nextInt(1000);
        }
        if (dice >= 300) {
            arrived.add(request.id());
            return Receiver.Reply.of(dice % 2 == 0 ? 200 : 204);
        }
        failures.incrementAndGet();
        return Receiver.Reply.of(dice < 100 ? 500 : dice < 150 ? 404 : dice < 180 ? 302 : dice < 295 ? -1 : 0);
    }

    @Test
    void everythingArrivesWhoeverDies() throws Exception {
        long begun = System.nanoTime();
        int told = 0;
        for (int kill = 0; kill <= KILLS; kill++) {
            int before = told;
            told = (int) ((long) WEBHOOKS * (kill + 1) / (KILLS + 1));
            tell(before, told);
            if (kill == KILLS) {
                break;
            }
            int point = before + next(Math.max(1, told - before));
            Waiting.until("work goes on; fault.seed=" + SEED, PATIENCE, () -> arrived.size() >= point);
            RunningService dying = pods.any(random);
            // One in four may be killed before it is ready again.
            if (next(4) > 0) {
                dying.awaitReady();
            }
            dying.kill();
            dying.start();
        }
        Waiting.until("all have arrived; fault.seed=" + SEED, PATIENCE, () -> arrived.size() >= WEBHOOKS);
        pods.awaitReady();
        Waiting.until(
                "that is known; fault.seed=" + SEED,
                PATIENCE,
                () -> postgres.number("postgres", "SELECT sum(waiting) FROM webhook_endpoint") == 0);
        System.out.printf(
                "%d webhooks in %d calls, %d of them failed, %d kills, %s%n",
                WEBHOOKS, receiver.received.size(), failures.get(), KILLS, Duration.ofNanos(System.nanoTime() - begun));
        verify();
    }

    private int next(int bound) {
        synchronized (random) {
            return random.nextInt(bound);
        }
    }

    // Some in each transaction, as changes come.
    private void tell(int from, int to) throws Exception {
        int at = from;
        while (at < to) {
            int end = Math.min(to, at + 1 + next(20));
            StringBuilder sql = new StringBuilder(
                    "INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, merchant_id, at) VALUES ");
            for (int i = at; i < end; i++) {
                UUID id = TypeId.next();
                sql.append(i == at ? "" : ", ")
                        .append("('%s', 'refund', '%s', 'refund.succeeded', '{\"number\":%d}', 'm%d', now())"
                                .formatted(id, TypeId.format(TypeId.REFUND, id), i, next(ENDPOINTS)));
            }
            postgres.execute("postgres", sql.toString());
            at = end;
        }
    }

    private void verify() throws Exception {
        Map<String, List<String>> expected = new TreeMap<>();
        postgres.rows(
                        "postgres",
                        "SELECT p.merchant_id, o.id FROM event_position p JOIN outbox o ON o.id = p.event_id"
                                + " WHERE p.aggregatetype = 'refund' ORDER BY p.position",
                        row -> List.of(
                                "/" + row.getString(1), TypeId.format(TypeId.EVENT, UUID.fromString(row.getString(2)))))
                .forEach(event -> expected.computeIfAbsent(event.get(0), path -> new ArrayList<>())
                        .add(event.get(1)));
        Map<String, Set<String>> seen = new TreeMap<>();
        Map<String, String> bodies = new HashMap<>();
        for (Receiver.Received one : receiver.received) {
            seen.computeIfAbsent(one.path(), path -> new LinkedHashSet<>()).add(one.id());
            assertTrue(one.isSignedWith(secrets.get(one.path())), () -> "a signature; fault.seed=" + SEED);
            String first = bodies.putIfAbsent(one.id(), one.text());
            assertTrue(first == null || first.equals(one.text()), () -> "another text; fault.seed=" + SEED);
            assertEquals(one.id(), RunningService.json(one.text()).get("id").textValue());
        }
        assertEquals(expected.keySet(), seen.keySet(), () -> "fault.seed=" + SEED);
        expected.forEach((path, ids) ->
                assertEquals(ids, List.copyOf(seen.get(path)), () -> "order at " + path + "; fault.seed=" + SEED));
        assertEquals(WEBHOOKS, arrived.size());
        assertEquals(
                WEBHOOKS,
                postgres.number("postgres", "SELECT count(*) FROM webhook_delivery WHERE status = 'succeeded'"));
        assertEquals(0, postgres.number("postgres", "SELECT count(*) FROM webhook_endpoint WHERE status <> 'enabled'"));
    }
}
