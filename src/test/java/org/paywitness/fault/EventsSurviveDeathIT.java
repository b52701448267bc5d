package org.paywitness.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Whoever follows {@code GET /v1/events} while sixteen write, sources become complete, and pods die sees every event once,
 * and of each transaction a chain in which every event begins where the one before ended.
 */
class EventsSurviveDeathIT {
    private static final int WRITERS = 16;
    private static final int SILENT = 60;
    private static final Instant FIRST = Instant.parse("2025-10-01T01:00:00Z");
    private static final int KILLS = Integer.getInteger("fault.event.kills", 4);
    private static final long SEED = Long.getLong("fault.seed", System.nanoTime());
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final long PAUSE_NANOS = Duration.ofMillis(10).toNanos();

    private final Random random = new Random(SEED);
    private final List<RunningService> pods = new ArrayList<>();
    private final String desk = RunningService.token("desk:read");
    private final String feed = RunningService.token("feed");
    private MortalPostgres postgres;

    @BeforeEach
    void start() throws IOException {
        System.out.printf("fault.seed=%d fault.event.kills=%d%n", SEED, KILLS);
        postgres = MortalPostgres.started();
        for (int i = 0; i < 2; i++) {
            pods.add(new RunningService(
                            "events-" + i,
                            postgres.configuration("postgres"),
                            // Small steps, so that many are under way when a pod dies.
                            Map.of(
                                    "paywitness.idempotency.lease", "1s",
                                    "paywitness.events.step", "20",
                                    "paywitness.standing.step", "20",
                                    "paywitness.standing.poll", "50ms",
                                    "paywitness.migrations.max-pause", "1s"))
                    .start());
        }
        pods.forEach(RunningService::awaitReady);
    }

    @AfterEach
    void stop() throws IOException {
        pods.forEach(RunningService::close);
        postgres.close();
    }

    @Test
    void readerSeesEveryEventOnceAndInItsOrderHoweverOftenPodsDie() throws Exception {
        Reader reader = new Reader();
        reader.start();
        for (int group = 0; group <= KILLS; group++) {
            approve(group);
        }
        Writers writers = new Writers(WRITERS, SEED, this::any, true).start();
        Waiting.until("some writes", PATIENCE, () -> writers.acknowledged.size() > 100);
        for (int kill = 0; kill < KILLS; kill++) {
            LockSupport.parkNanos(Duration.ofMillis(random.nextInt(1_500)).toNanos());
            complete(kill);
            RunningService dying = pods.get(random.nextInt(pods.size()));
            dying.kill();
            dying.start().awaitReady();
            int before = writers.acknowledged.size();
            Waiting.until("writes go on", PATIENCE, () -> writers.acknowledged.size() > before);
        }
        writers.finish(PATIENCE);
        assertEquals(List.of(), List.copyOf(writers.wrong));
        complete(KILLS);
        Waiting.until("all is looked at", PATIENCE, () -> number("SELECT count(*) FROM completeness_follow") == 0);
        Waiting.until("all have their place", PATIENCE, () -> number("SELECT count(*) FROM outbox_new") == 0);
        long written = number("SELECT count(*) FROM outbox");
        Waiting.until("all are read", PATIENCE, () -> reader.size() >= written);
        reader.end();
        System.out.printf(
                "%d events, %d by completeness; %d answers, sent again after %s%n",
                written, reader.by("completeness"), reader.answers, writers.mended);
        verify(reader.events, written);
        assertTrue(reader.by("completeness") >= SILENT * (KILLS + 1), "silence was told of, too");
    }

    private RunningService any() {
        return pods.get(Math.floorMod(Thread.currentThread().getId() + System.nanoTime() / 1_000_000, pods.size()));
    }

    private void verify(List<JsonNode> events, long written) throws Exception {
        Set<String> ids = new TreeSet<>();
        Map<String, JsonNode> told = new HashMap<>();
        for (JsonNode event : events) {
            assertTrue(ids.add(event.get("id").textValue()), () -> "twice: " + event);
            JsonNode data = event.get("data");
            String subject = event.get("subject").textValue();
            if (!subject.startsWith("txn_")) {
                continue;
            }
            JsonNode before = told.get(subject);
            JsonNode previous = data.get("previous");
            assertEquals(before == null, previous == null, () -> "seed " + SEED + ": " + before + " and then " + event);
            if (before != null) {
                for (String field :
                        List.of("verdict", "cause", "final", "charged", "returned", "duplicate_of", "flags")) {
                    assertEquals(before.get(field), previous.get(field), () -> field + " of " + event);
                }
                assertTrue(
                        before.get("version").intValue() <= data.get("version").intValue(), event::toString);
                assertTrue(isAnother(previous, data), () -> "nothing has changed: " + event);
            }
            told.put(subject, data.has("merged_into") ? null : data);
        }
        assertEquals(written, ids.size(), "seed " + SEED);
        // Each live transaction has been told of as it stands.
        told.values().removeIf(Objects::isNull);
        assertEquals(number("SELECT count(*) FROM transaction WHERE merged_into IS NULL"), told.size());
        for (Map.Entry<String, JsonNode> one :
                told.entrySet().stream().limit(200).toList()) {
            JsonNode answer =
                    RunningService.json(pods.get(0).get("/v1/transactions/" + one.getKey() + "/verdict", desk));
            assertEquals(answer.get("verdict"), one.getValue().get("verdict"), one::toString);
            assertEquals(answer.get("cause"), one.getValue().get("cause"), one::toString);
            assertEquals(answer.get("final"), one.getValue().get("final"), one::toString);
        }
    }

    private static boolean isAnother(JsonNode previous, JsonNode data) {
        return data.has("merged_into")
                || List.of("verdict", "cause", "final", "charged", "returned", "duplicate_of", "flags").stream()
                        .anyMatch(field -> !Objects.equals(previous.get(field), data.get(field)));
    }

    /** Payments of which the bank never says a word. */
    private void approve(int group) throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < SILENT; i++) {
            String at = FIRST.plus(Duration.ofHours(group)).plusSeconds(i).toString();
            String rrn = "S" + group + "x" + i;
            lines.append("{\"source\":\"acquirer\",\"source_ref\":\"" + rrn + "\",\"outcome\":\"approved\","
                    + "\"observed_at\":\"" + at + "\",\"transaction\":{\"merchant_id\":\"m" + i % 7 + "\",\"rrn\":\""
                    + rrn + "\",\"occurred_at\":\"" + at
                    + "\",\"amount\":{\"amount\":100,\"currency\":\"CNY\"}}}\n");
        }
        HttpResponse<String> answer =
                any().post("/v1/observations", feed, "application/x-ndjson", BodyPublishers.ofString(lines.toString()));
        assertEquals(200, answer.statusCode(), answer.body());
    }

    /** The bank has said all that it will of those of this group, three days later. */
    private void complete(int group) {
        Instant through =
                FIRST.plus(Duration.ofDays(3)).plus(Duration.ofHours(group)).plusSeconds(SILENT);
        String body = "{\"source\":\"bank\",\"complete_through\":\"" + through + "\"}";
        Waiting.until(
                "completeness is told",
                PATIENCE,
                () -> any().post("/v1/completeness", feed, "application/json", BodyPublishers.ofString(body))
                                .statusCode()
                        == 200);
    }

    private long number(String sql) throws Exception {
        return postgres.number("postgres", sql);
    }

    /** As any reader: asks whoever is there, keeps its cursor, and asks again after what was not answered. */
    private final class Reader extends Thread {
        private final List<JsonNode> events = new ArrayList<>();
        private String cursor;
        private volatile boolean ending;
        private long answers;
        private Throwable failure;

        Reader() {
            super("reader");
            setDaemon(true);
        }

        @Override
        public void run() {
            try {
                while (!ending) {
                    read();
                }
            } catch (Throwable e) {
                failure = e;
            }
        }

        private void read() throws InterruptedException {
            try {
                HttpResponse<String> answer =
                        any().get("/v1/events?limit=37" + (cursor == null ? "" : "&cursor=" + cursor), desk);
                if (answer.statusCode() == 200) {
                    JsonNode page = RunningService.json(answer);
                    synchronized (this) {
                        page.get("data").forEach(events::add);
                        answers++;
                    }
                    cursor = page.get("next_cursor").textValue();
                    if (page.get("has_more").booleanValue()) {
                        return;
                    }
                } else {
                    assertEquals(503, answer.statusCode(), answer.body());
                }
            } catch (IOException e) {
                // Nobody is there just now.
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }

        private synchronized int size() {
            return events.size();
        }

        private synchronized long by(String reason) {
            return events.stream()
                    .filter(event -> reason.equals(event.at("/data/reason").textValue()))
                    .count();
        }

        private void end() throws InterruptedException {
            ending = true;
            join(PATIENCE.toMillis());
            assertEquals(null, failure);
        }
    }
}
