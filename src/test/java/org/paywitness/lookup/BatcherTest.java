package org.paywitness.lookup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.paywitness.problem.Problem;
import org.paywitness.trace.Traces;

/** Natural batching against a real PostgreSQL: one event loop, statements counted as they are sent. */
class BatcherTest {
    /** A row, how many keys were asked together with it, and the text of the statement. */
    record Found(long id, String note, int together, String statement) {}

    private static final Question<Long, Found> BY_ID = new Question<>(
            "SELECT id, note, 1 AS together, current_query() FROM witness WHERE id = $1 ORDER BY note",
            "SELECT id, note, cardinality($1::bigint[]) AS together, current_query() FROM witness"
                    + " WHERE id = ANY($1) ORDER BY note",
            Tuple::of,
            keys -> Tuple.of(keys.toArray(Long[]::new)),
            row -> new Found(row.getLong(0), row.getString(1), row.getInteger(2), row.getString(3)),
            row -> row.getLong(0));

    private static EmbeddedPostgres postgres;
    private static Vertx vertx;

    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final List<Lookups> made = new ArrayList<>();
    private final ContextInternal loop = ((VertxInternal) vertx).createEventLoopContext();
    private int port = postgres.getPort();

    @BeforeAll
    static void start() throws Exception {
        postgres = EmbeddedPostgres.start();
        vertx = Vertx.vertx();
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE witness (id bigint, note text)");
            // Every third id has no row, every seventh has two.
            statement.execute(
                    "INSERT INTO witness SELECT i, 'a' || i FROM generate_series(1, 1000) i WHERE i % 3 <> 0");
            statement.execute("INSERT INTO witness SELECT i, 'b' || i FROM generate_series(1, 1000) i WHERE i % 7 = 0");
        }
    }

    @AfterAll
    static void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        postgres.close();
    }

    @AfterEach
    void hangUp() {
        made.forEach(Lookups::close);
    }

    @Test
    void lookupsOfOneTurnShareAStatement() throws Exception {
        Lookup<Long, Found> lookup = lookup(Map.of());

        List<Found> found = rows(askTogether(lookup, 1, 2, 4, 5));

        assertEquals(List.of(1L, 2L, 4L, 5L), found.stream().map(Found::id).toList());
        assertTrue(found.stream().allMatch(row -> row.together() == 4));
        assertEquals(1, statements());
        assertEquals(4, lookups());
    }

    @Test
    void theBatchIsCutAtTheEndOfTheTurn() throws Exception {
        Lookup<Long, Found> lookup = lookup(Map.of());

        // Two requests read in the same turn: the second comes after the first has asked.
        List<Future<List<Found>>> asked = onLoop(() -> {
            Promise<List<Found>> first = Promise.promise();
            Promise<List<Found>> second = Promise.promise();
            loop.runOnContext(v -> lookup.ask(1L).onComplete(first));
            loop.runOnContext(v -> lookup.ask(2L).onComplete(second));
            return List.of(first.future(), second.future());
        });

        assertTrue(rows(asked).stream().allMatch(row -> row.together() == 2));
        assertEquals(1, statements());
    }

    @Test
    void aSingleKeyIsAskedByEquality() throws Exception {
        Lookup<Long, Found> lookup = lookup(Map.of());

        Found alone = rows(askTogether(lookup, 1)).get(0);
        Found shared = rows(askTogether(lookup, 1, 2)).get(0);

        assertTrue(alone.statement().contains("id = $1"), alone.statement());
        assertTrue(shared.statement().contains("id = ANY($1)"), shared.statement());
    }

    @Test
    void atMostSixtyFourKeysShareAStatement() throws Exception {
        Lookup<Long, Found> lookup = lookup(Map.of());
        long[] ids = LongStream.rangeClosed(1, 450)
                .filter(id -> id % 3 != 0 && id % 7 != 0)
                .limit(150)
                .toArray();

        List<Integer> together = rows(askTogether(lookup, ids)).stream()
                .map(Found::together)
                .distinct()
                .toList();

        assertEquals(List.of(64, 22), together);
        assertEquals(3, statements());
    }

    @Test
    void twoBatchesAreUnderWayAndTheRestWaits() throws Exception {
        Lookup<Long, Found> lookup = lookup(Map.of("max-batch", "2", "statement-timeout", "0s", "deadline", "20s"));
        List<Future<List<Found>>> asked;
        try (Lock lock = new Lock()) {
            asked = askTogether(lookup, 1, 2, 4, 5, 8, 10);
            afterThisTurn();
            assertEquals(2, statements());
        }
        assertEquals(6, rows(asked).size());
        assertEquals(3, statements());
    }

    @Test
    void whatArrivesMeanwhileSharesTheNextStatement() throws Exception {
        Lookup<Long, Found> lookup = lookup(Map.of("in-flight", "1", "statement-timeout", "0s", "deadline", "20s"));
        List<Future<List<Found>>> asked = new ArrayList<>();
        try (Lock lock = new Lock()) {
            for (long id : new long[] {1, 2, 4, 5}) {
                asked.addAll(askTogether(lookup, id));
                afterThisTurn();
            }
            assertEquals(1, statements());
        }
        assertEquals(
                List.of(1, 3, 3, 3), rows(asked).stream().map(Found::together).toList());
        assertEquals(2, statements());
    }

    @Test
    void aDuplicateIsAskedOnceAndAnswersEveryone() throws Exception {
        Lookup<Long, Found> lookup = lookup(Map.of());

        List<Found> found = rows(askTogether(lookup, 1, 2, 1, 1, 2));

        assertEquals(List.of(1L, 2L, 1L, 1L, 2L), found.stream().map(Found::id).toList());
        assertTrue(found.stream().allMatch(row -> row.together() == 2));
        assertEquals(1, statements());
        assertEquals(5, lookups());
    }

    @Test
    void aDuplicateNeverJoinsAStatementAlreadySent() throws Exception {
        Lookup<Long, Found> lookup = lookup(Map.of("statement-timeout", "0s", "deadline", "20s"));
        List<Future<List<Found>>> asked = new ArrayList<>();
        try (Lock lock = new Lock()) {
            asked.addAll(askTogether(lookup, 1));
            afterThisTurn();
            asked.addAll(askTogether(lookup, 1));
            afterThisTurn();
            assertEquals(2, statements());
        }
        assertEquals(2, rows(asked).size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "false"})
    void batchingChangesNoAnswer(String batching) throws Exception {
        Lookup<Long, Found> lookup = lookup(Map.of("batching", batching, "in-flight", "1", "max-batch", "16"));
        Random random = new Random(20260301);
        for (int turn = 0; turn < 50; turn++) {
            long[] ids = random.longs(1 + random.nextInt(40), 1, 1100).toArray();
            List<Future<List<Found>>> asked = askTogether(lookup, ids);
            for (int i = 0; i < ids.length; i++) {
                assertEquals(
                        expected(ids[i]),
                        await(asked.get(i)).stream().map(Found::note).toList());
            }
        }
        if (batching.equals("false")) {
            assertEquals(lookups(), statements());
        } else {
            assertTrue(statements() < lookups() / 4, statements() + " statements for " + lookups());
        }
    }

    @Test
    void withoutBatchingEveryLookupIsAStatementAndTheyArePipelined() throws Exception {
        Lookup<Long, Found> lookup =
                lookup(Map.of("batching", "false", "statement-timeout", "0s", "deadline", "20s", "queue", "10"));
        List<Future<List<Found>>> asked;
        try (Lock lock = new Lock()) {
            asked = askTogether(lookup, 1, 1, 2, 4, 5, 8);
            afterThisTurn();
            assertEquals(6, statements());
        }
        assertTrue(rows(asked).stream().allMatch(row -> row.statement().contains("id = $1")));
    }

    @Test
    void aKeyThatPostgresRefusesFailsAlone() throws Exception {
        Lookup<String, String> lookup = lookup(Map.of(), refusing("bad"));

        List<Future<List<String>>> asked =
                ask(lookup, List.of("a", "b", "bad", "c", "d", "e", "f", "g", "h", "i", "j"));

        for (int i = 0; i < asked.size(); i++) {
            if (i == 2) {
                assertEquals(
                        "22012",
                        assertInstanceOf(PgException.class, failure(asked.get(i)))
                                .getSqlState());
            } else {
                assertEquals(1, await(asked.get(i)).size());
            }
        }
    }

    @Test
    void otherRefusalsFailTheBatchWithoutASplit() throws Exception {
        Question<Long, Long> missing = new Question<>(
                "SELECT id FROM nowhere WHERE id = $1",
                "SELECT id FROM nowhere WHERE id = ANY($1)",
                Tuple::of,
                keys -> Tuple.of(keys.toArray(Long[]::new)),
                row -> row.getLong(0),
                row -> row.getLong(0));
        Lookup<Long, Long> lookup = lookup(Map.of(), missing);

        for (Future<List<Long>> asked : ask(lookup, List.of(1L, 2L, 3L))) {
            assertEquals(
                    "42P01", assertInstanceOf(PgException.class, failure(asked)).getSqlState());
        }
        assertEquals(1, statements());
    }

    @Test
    void aRowThatCannotBeReadFailsItsOwnKey() throws Exception {
        Function<Row, Found> picky = row -> {
            if (row.getLong(0) == 2) {
                throw new IllegalArgumentException("unreadable");
            }
            return BY_ID.read().apply(row);
        };
        Lookup<Long, Found> lookup = lookup(
                Map.of(), new Question<>(BY_ID.one(), BY_ID.many(), BY_ID.tuple(), BY_ID.tuples(), picky, BY_ID.key()));

        List<Future<List<Found>>> asked = askTogether(lookup, 1, 2, 4);

        assertInstanceOf(IllegalArgumentException.class, failure(asked.get(1)));
        assertEquals(2, rows(List.of(asked.get(0), asked.get(2))).size());
    }

    @Test
    void aRowForAKeyNobodyAskedIsAnErrorNotAnEmptyAnswer() throws Exception {
        Lookup<Long, Found> lookup = lookup(
                Map.of(),
                new Question<>(
                        BY_ID.one(),
                        BY_ID.many(),
                        BY_ID.tuple(),
                        BY_ID.tuples(),
                        BY_ID.read(),
                        row -> -row.getLong(0)));

        for (Future<List<Found>> asked : askTogether(lookup, 1, 2)) {
            assertInstanceOf(IllegalStateException.class, failure(asked));
        }
    }

    @Test
    void aLostConnectionIsAskedOnceMore() throws Exception {
        Lookup<Long, Found> lookup = lookup(Map.of("statement-timeout", "0s", "deadline", "20s"));
        List<Future<List<Found>>> asked;
        try (Lock lock = new Lock()) {
            asked = askTogether(lookup, 1, 2);
            terminateBlockedLookup();
            until(() -> statements() == 2);
        }
        assertEquals(2, rows(asked).size());
        assertEquals(2, statements());
    }

    @Test
    void aConnectionLostTwiceFails() throws Exception {
        Lookup<Long, Found> lookup = lookup(Map.of("statement-timeout", "0s", "deadline", "20s"));
        try (Lock lock = new Lock()) {
            List<Future<List<Found>>> asked = askTogether(lookup, 1, 2);
            terminateBlockedLookup();
            until(() -> statements() == 2);
            terminateBlockedLookup();
            for (Future<List<Found>> one : asked) {
                assertProblem("database_unavailable", one);
            }
        }
        assertEquals(2, statements());
        assertEquals(1, rows(askTogether(lookup, 1)).size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "false"})
    void aCutWireIsAskedOnceMore(String batching) throws Exception {
        FaultyWire wire = wire();
        Lookup<Long, Found> lookup = lookup(Map.of("batching", batching, "statement-timeout", "0s", "deadline", "20s"));
        List<Future<List<Found>>> asked;
        try (Lock lock = new Lock()) {
            asked = askTogether(lookup, 1, 2);
            until(() -> blockedLookups() > 0);
            double before = statements();
            wire.cut();
            until(() -> statements() == 2 * before);
        }
        assertEquals(2, rows(asked).size());
    }

    @Test
    void anUnreachableDatabaseFailsAtOnceAndComesBackByItself() throws Exception {
        FaultyWire wire = wire();
        Lookup<Long, Found> lookup = lookup(Map.of());
        assertEquals(1, rows(askTogether(lookup, 1)).size());

        wire.close();
        assertProblem("database_unavailable", askTogether(lookup, 1).get(0));
        assertProblem("database_unavailable", askTogether(lookup, 1).get(0));

        wire.restore();
        assertEquals(1, rows(askTogether(lookup, 1)).size());
    }

    @Test
    void aSilentConnectionIsHungUpAndReplaced() throws Exception {
        FaultyWire wire = wire();
        Lookup<Long, Found> lookup =
                lookup(Map.of("deadline", "200ms", "connect-timeout", "200ms", "statement-timeout", "200ms"));
        until(() -> answers(lookup));

        wire.swallow();
        assertProblem("database_unavailable", askTogether(lookup, 1).get(0));

        until(() -> answers(lookup));
    }

    @Test
    void tooManyWaitersAreRefused() throws Exception {
        Lookup<Long, Found> lookup =
                lookup(Map.of("queue", "3", "in-flight", "1", "statement-timeout", "0s", "deadline", "20s"));
        List<Future<List<Found>>> asked;
        try (Lock lock = new Lock()) {
            asked = askTogether(lookup, 1, 2, 4, 5);
            assertProblem("overloaded", asked.get(3));
        }
        assertEquals(3, rows(asked.subList(0, 3)).size());
        assertEquals(1, rows(askTogether(lookup, 5)).size());
    }

    @Test
    void aDeadlineFailsTheWaiterAndItsKeyIsNotSent() throws Exception {
        Lookup<Long, Found> lookup =
                lookup(Map.of("in-flight", "1", "deadline", "300ms", "sweep", "25ms", "statement-timeout", "0s"));
        rows(askTogether(lookup, 1));
        try (Lock lock = new Lock()) {
            Future<List<Found>> underWay = askTogether(lookup, 1).get(0);
            afterThisTurn();
            Future<List<Found>> waiting = askTogether(lookup, 2).get(0);
            assertProblem("database_unavailable", underWay);
            assertProblem("database_unavailable", waiting);
        }
        assertEquals(1, rows(askTogether(lookup, 4)).get(0).together());
        assertEquals(3, statements());
    }

    @Test
    void postgresCancelsALookupThatTakesTooLong() throws Exception {
        Lookup<Long, Found> lookup = lookup(Map.of("statement-timeout", "200ms", "deadline", "20s"));
        try (Lock lock = new Lock()) {
            assertProblem("database_unavailable", askTogether(lookup, 1).get(0));
        }
        assertEquals(1, statements());
        assertEquals(1, rows(askTogether(lookup, 1)).size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "false"})
    void eachAnswerComesOnTheContextThatAsked(String batching) throws Exception {
        Lookup<Long, Found> lookup = lookup(Map.of("batching", batching));
        List<Future<String>> seen = onLoop(() -> IntStream.range(0, 5)
                .mapToObj(i -> seenByRequest(lookup, loop.duplicate(), "request " + i))
                .toList());
        for (int i = 0; i < 5; i++) {
            assertEquals("request " + i, await(seen.get(i)));
        }
    }

    @Test
    void failuresToo() throws Exception {
        Lookup<Long, Found> lookup = lookup(Map.of("deadline", "200ms", "statement-timeout", "0s"));
        try (Lock lock = new Lock()) {
            List<Future<String>> seen = onLoop(() -> IntStream.range(0, 5)
                    .mapToObj(i -> seenByRequest(lookup, loop.duplicate(), "request " + i))
                    .toList());
            for (int i = 0; i < 5; i++) {
                assertEquals("request " + i, await(seen.get(i)));
            }
        }
    }

    @Test
    void aWorkerMayAskToo() throws Exception {
        Lookup<Long, Found> lookup = lookup(Map.of());
        Promise<Context> completedOn = Promise.promise();
        ContextInternal worker = ((VertxInternal) vertx).createWorkerContext();
        worker.runOnContext(v -> lookup.ask(1L).onComplete(found -> completedOn.complete(Vertx.currentContext())));
        assertSame(worker, await(completedOn.future()));
        assertNotSame(worker, loop);
        assertEquals(1, statements());
    }

    @Test
    void theConnectionIsSetUpForLookups() throws Exception {
        String settings = "SELECT current_setting('plan_cache_mode') || ' ' || current_setting('statement_timeout')"
                + " || ' ' || current_setting('application_name') WHERE $1 = 'all'";
        Question<String, String> question =
                new Question<>(settings, settings, Tuple::of, Tuple::of, row -> row.getString(0), row -> "all");

        assertEquals(
                List.of("force_generic_plan 1s paywitness-lookup"),
                await(ask(lookup(Map.of(), question), List.of("all")).get(0)));
        assertEquals(
                List.of("auto 0 mine"),
                await(ask(
                                lookup(
                                        Map.of(
                                                "generic-plan", "false",
                                                "statement-timeout", "0s",
                                                "application-name", "mine"),
                                        question),
                                List.of("all"))
                        .get(0)));
    }

    @Test
    void aLongStatementIsPreparedOnce() throws Exception {
        String prepared = "SELECT count(*) FROM pg_prepared_statements WHERE $1 = 'all' /*" + "x".repeat(5000) + "*/";
        Lookup<String, Long> lookup = lookup(
                Map.of(),
                new Question<>(prepared, prepared, Tuple::of, Tuple::of, row -> row.getLong(0), row -> "all"));
        for (int i = 0; i < 3; i++) {
            assertEquals(List.of(1L), await(ask(lookup, List.of("all")).get(0)));
        }
    }

    /** What a request sees when its answer comes: its own name, if and only if it is on its own context. */
    private static Future<String> seenByRequest(Lookup<Long, Found> lookup, ContextInternal request, String name) {
        Promise<String> seen = Promise.promise();
        request.runOnContext(v -> {
            request.putLocal("name", name);
            lookup.ask(1L).onComplete(answer -> {
                boolean own = Vertx.currentContext() == request;
                seen.complete(own ? Vertx.currentContext().getLocal("name") : "somewhere else");
            });
        });
        return seen.future();
    }

    private static Question<String, String> refusing(String bad) {
        return new Question<>(
                "SELECT k FROM unnest(ARRAY[$1::text]) k WHERE 100 / (CASE k WHEN '" + bad + "' THEN 0 ELSE 1 END) > 0",
                "SELECT k FROM unnest($1::text[]) k WHERE 100 / (CASE k WHEN '" + bad + "' THEN 0 ELSE 1 END) > 0",
                Tuple::of,
                keys -> Tuple.of(keys.toArray(String[]::new)),
                row -> row.getString(0),
                row -> row.getString(0));
    }

    private static List<String> expected(long id) {
        List<String> notes = new ArrayList<>();
        if (id % 3 != 0 && id <= 1000) {
            notes.add("a" + id);
        }
        if (id % 7 == 0 && id <= 1000) {
            notes.add("b" + id);
        }
        return notes;
    }

    private Lookup<Long, Found> lookup(Map<String, String> settings) {
        return lookup(settings, BY_ID);
    }

    private <K, R> Lookup<K, R> lookup(Map<String, String> settings, Question<K, R> question) {
        SmallRyeConfigBuilder config = new SmallRyeConfigBuilder()
                .withConverter(Duration.class, 200, new DurationConverter())
                .withMapping(LookupConfig.class);
        settings.forEach((name, value) ->
                config.withSources(new PropertiesConfigSource(Map.of("paywitness.lookup." + name, value), name, 100)));
        PgConnectOptions options = new PgConnectOptions()
                .setHost("127.0.0.1")
                .setPort(port)
                .setDatabase("postgres")
                .setUser("postgres")
                .setPassword("postgres");
        Lookups lookups = new Lookups(
                vertx,
                () -> Future.succeededFuture(options),
                config.build().getConfigMapping(LookupConfig.class),
                metrics,
                Traces.off());
        made.add(lookups);
        return lookups.lookup("test", question);
    }

    private FaultyWire wire() throws Exception {
        FaultyWire wire = new FaultyWire(vertx, postgres.getPort());
        port = wire.port();
        return wire;
    }

    private List<Future<List<Found>>> askTogether(Lookup<Long, Found> lookup, long... ids) throws Exception {
        return ask(lookup, LongStream.of(ids).boxed().toList());
    }

    /** Asks for all keys within one turn of the loop. */
    private <K, R> List<Future<List<R>>> ask(Lookup<K, R> lookup, List<K> keys) throws Exception {
        return onLoop(() -> keys.stream().map(lookup::ask).toList());
    }

    private boolean answers(Lookup<Long, Found> lookup) throws Exception {
        Future<List<Found>> asked = askTogether(lookup, 1).get(0);
        return await(asked.map(true).otherwise(false));
    }

    private <T> T onLoop(Callable<T> work) throws Exception {
        Promise<T> done = Promise.promise();
        loop.runOnContext(v -> {
            try {
                done.complete(work.call());
            } catch (Exception e) {
                done.fail(e);
            }
        });
        return await(done.future());
    }

    /** Returns when the loop has done what it was asked so far, and the flush that followed. */
    private void afterThisTurn() throws Exception {
        onLoop(() -> null);
        onLoop(() -> null);
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private static List<Found> rows(List<Future<List<Found>>> asked) throws Exception {
        List<Found> rows = new ArrayList<>();
        for (Future<List<Found>> one : asked) {
            rows.addAll(await(one));
        }
        return rows;
    }

    private static Throwable failure(Future<?> asked) {
        return assertThrows(ExecutionException.class, () -> await(asked)).getCause();
    }

    private static void assertProblem(String code, Future<?> asked) {
        Problem problem = assertInstanceOf(Problem.class, failure(asked));
        assertEquals(code, problem.code());
        assertEquals(503, problem.status());
    }

    private double statements() {
        return metrics.get("paywitness.lookup.statements").counter().count();
    }

    private double lookups() {
        return metrics.get("paywitness.lookups").counter().count();
    }

    private static void until(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.call()) {
            assertTrue(System.nanoTime() < deadline, "waited in vain");
            Thread.onSpinWait();
        }
    }

    private static int blockedLookups() throws Exception {
        return queryInt("SELECT count(*) FROM pg_stat_activity"
                + " WHERE application_name = 'paywitness-lookup' AND wait_event_type = 'Lock'");
    }

    private static void terminateBlockedLookup() throws Exception {
        until(() -> blockedLookups() > 0);
        queryInt("SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
                + " WHERE application_name = 'paywitness-lookup' AND wait_event_type = 'Lock'");
    }

    private static int queryInt(String sql) throws Exception {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getInt(1);
        }
    }

    /** Nobody can read the table while this is open. */
    private static final class Lock implements AutoCloseable {
        private final Connection connection = postgres.getPostgresDatabase().getConnection();

        private Lock() throws Exception {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("LOCK TABLE witness IN ACCESS EXCLUSIVE MODE");
            }
        }

        @Override
        public void close() throws Exception {
            connection.close();
        }
    }
}
