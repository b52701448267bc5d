package org.paywitness.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.paywitness.fault.Waiting;
import org.paywitness.id.TypeId;

/** Whoever commits when: positions follow each other without gaps, and each thing's events follow its changes. */
@QuarkusTest
class SequencerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int WRITERS = 16;
    private static final int CHANGES = 25;
    private static final int THINGS = 5;

    @Inject
    Outbox outbox;

    @Inject
    Sequencer sequencer;

    @Inject
    Notifications notifications;

    @Inject
    Pool pool;

    @Test
    void readerSeesEveryEventOnceWhileOthersCommitInAnyOrder() throws Exception {
        long seed = System.nanoTime();
        System.out.println("SequencerTest seed " + seed);
        String run = "t" + UUID.randomUUID().toString().substring(0, 8);
        await(pool.query("CREATE TABLE IF NOT EXISTS thing_of_test (id text PRIMARY KEY, number int)")
                .execute());
        for (int thing = 0; thing < THINGS; thing++) {
            await(pool.preparedQuery("INSERT INTO thing_of_test VALUES ($1, 0)").execute(Tuple.of(run + thing)));
        }
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(WRITERS + 2);
        try {
            Future<List<Row>> read = threads.submit(() -> read(run, done));
            // Another process may be at it, too.
            Future<?> rival = threads.submit(() -> {
                while (!done.get()) {
                    await(sequencer.step());
                }
            });
            List<Future<?>> writers = new ArrayList<>();
            for (int writer = 0; writer < WRITERS; writer++) {
                Random random = new Random(seed + writer);
                writers.add(threads.submit(() -> write(run, random)));
            }
            for (Future<?> writer : writers) {
                writer.get();
            }
            done.set(true);
            rival.get();
            List<Row> seen = read.get();
            List<Row> written = rows("SELECT id, payload::int FROM outbox WHERE aggregateid LIKE $1", run + "%");
            assertEquals(written.size(), seen.size(), "seed " + seed);
            Set<UUID> ids = new HashSet<>();
            written.forEach(row -> ids.add(row.getUUID(0)));
            seen.forEach(row -> assertTrue(ids.remove(row.getUUID(2)), "seed " + seed));
            Map<String, Integer> last = new HashMap<>();
            for (Row row : seen) {
                int number = Integer.parseInt(row.getString(3));
                assertEquals(last.getOrDefault(row.getString(1), 0) + 1, number, "seed " + seed);
                last.put(row.getString(1), number);
            }
        } finally {
            done.set(true);
            threads.shutdown();
            assertTrue(threads.awaitTermination(60, TimeUnit.SECONDS));
            await(pool.query("DROP TABLE thing_of_test").execute());
        }
    }

    // Some hold what they have written open for a while, and some fail after all.
    private void write(String run, Random random) {
        for (int i = 0; i < CHANGES; i++) {
            List<String> things = Stream.generate(() -> run + random.nextInt(THINGS))
                    .limit(1 + random.nextInt(2))
                    .distinct()
                    .sorted(Comparator.naturalOrder())
                    .toList();
            int hold = random.nextInt(4) == 0 ? random.nextInt(30) : 0;
            boolean fails = random.nextInt(8) == 0;
            Uni<Void> change = pool.withTransaction(connection -> connection
                    .preparedQuery("UPDATE thing_of_test t SET number = number + 1 FROM (SELECT id FROM thing_of_test"
                            + " WHERE id = ANY($1) ORDER BY id FOR UPDATE) l WHERE t.id = l.id RETURNING t.id, number")
                    .execute(Tuple.of(things.toArray(String[]::new)))
                    .chain(changed -> {
                        List<Event> events = new ArrayList<>();
                        changed.forEach(row -> events.add(Event.of(
                                "thing",
                                row.getString(0),
                                "thing.changed",
                                Integer.toString(row.getInteger(1)),
                                null,
                                Instant.now())));
                        return outbox.tell(connection, events);
                    })
                    .chain(() -> connection
                            .preparedQuery("SELECT pg_sleep($1::float8 / 1000)")
                            .execute(Tuple.of((double) hold)))
                    .chain(() -> fails
                            ? Uni.createFrom().failure(new IllegalStateException("as it should"))
                            : Uni.createFrom().voidItem()));
            await(change.onFailure(IllegalStateException.class).recoverWithNull());
        }
    }

    /** As any reader does: what comes after the last position seen. */
    private List<Row> read(String run, AtomicBoolean done) throws Exception {
        List<Row> seen = new ArrayList<>();
        long[] position = {rows("SELECT position FROM event_head", null).get(0).getLong(0)};
        boolean more = true;
        while (more) {
            boolean last =
                    done.get() && rows("SELECT 1 FROM outbox_new LIMIT 1", null).isEmpty();
            List<Row> page = rows(
                    "SELECT p.position, p.aggregateid, p.event_id, o.payload FROM event_position p"
                            + " JOIN outbox o ON o.id = p.event_id WHERE p.position > " + position[0]
                            + " ORDER BY p.position LIMIT 50",
                    null);
            for (Row row : page) {
                assertEquals(++position[0], row.getLong(0), "no gap, ever");
                if (row.getString(1).startsWith(run)) {
                    seen.add(row);
                }
            }
            more = !last || page.size() == 50;
        }
        return seen;
    }

    @Test
    void whatIsWrittenIsHintedAtAndPlacedAtOnce() throws Exception {
        Waiting.until("a connection for notifications", PATIENCE, notifications::isListening);
        String thing = "t" + UUID.randomUUID();
        AtomicBoolean told = new AtomicBoolean();
        notifications.on(Notifications.POSITIONS, () -> told.set(true));
        await(outbox.tell(
                pool,
                List.of(
                        Event.of("thing", thing, "thing.made", "{}", "m", Instant.now()),
                        Event.of("thing", thing, "thing.changed", "{}", "m", Instant.now()))));
        Waiting.until(
                "two positions",
                PATIENCE,
                () -> rows("SELECT type FROM event_position WHERE aggregateid = $1 ORDER BY position", thing).stream()
                        .map(row -> row.getString(0))
                        .toList()
                        .equals(List.of("thing.made", "thing.changed")));
        Waiting.until("a notification of positions", PATIENCE, told::get);
    }

    @Test
    void lostConnectionForNotificationsIsMadeAnewAndItsListenersLook() throws Exception {
        Waiting.until("a connection for notifications", PATIENCE, notifications::isListening);
        AtomicBoolean told = new AtomicBoolean();
        notifications.on(Notifications.EVENTS, () -> told.set(true));
        rows(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN %'"
                        + " AND datname = current_database()",
                null);
        Waiting.until("listeners that were told to look", PATIENCE, told::get);
        Waiting.until("a new connection", PATIENCE, notifications::isListening);
    }

    @Test
    void eventsThatHaveLeftTakeNoPosition() throws Exception {
        UUID gone = TypeId.next();
        await(pool.withTransaction(connection -> outbox.tell(
                        connection,
                        List.of(new Event(gone, "thing", "t" + gone, "thing.made", "{}", null, Instant.now())))
                .chain(() -> connection
                        .preparedQuery("DELETE FROM outbox WHERE id = $1")
                        .execute(Tuple.of(gone)))));
        Waiting.until(
                "nothing new", PATIENCE, () -> rows("SELECT 1 FROM outbox_new WHERE event_id = '" + gone + "'", null)
                        .isEmpty());
        assertEquals(
                0,
                rows("SELECT 1 FROM event_position WHERE event_id = '" + gone + "'", null)
                        .size());
        Row head = rows("SELECT position, (SELECT max(position) FROM event_position) FROM event_head", null)
                .get(0);
        assertTrue(head.getLong(1) == null || head.getLong(0) >= head.getLong(1));
    }

    private List<Row> rows(String sql, String parameter) {
        List<Row> rows = new ArrayList<>();
        await(
                        parameter == null
                                ? pool.query(sql).execute()
                                : pool.preparedQuery(sql).execute(Tuple.of(parameter)))
                .forEach(rows::add);
        return rows;
    }

    private static <T> T await(Uni<T> work) {
        return work.await().atMost(PATIENCE);
    }
}
