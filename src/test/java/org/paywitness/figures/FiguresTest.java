package org.paywitness.figures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.paywitness.EmbeddedPostgresResource;
import org.paywitness.TestClock;
import org.paywitness.database.Migrations;
import org.paywitness.fault.Waiting;

/** In a database of its own, so that each figure is known. */
@QuarkusTest
class FiguresTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String REFUND = "INSERT INTO refund (id, transaction_id, merchant_id, card_kind, via_wallet,"
            + " amount, currency, charged, reason, status, route, requested_by, requested_at, succeeded_at, expected_by,"
            + " due_at, open_since, needs_attention, failure, audit_number, audit_hash) VALUES ($1, $2, 'm', 'debit',"
            + " false, 1, 'CNY', 1000, 'duplicate', $3, 'refund', 'a', $4, $4, $5, $6, $7, $8, $9, 1, '\\x00')";

    @Inject
    Vertx vertx;

    @Inject
    TestClock clock;

    @Inject
    Migrations migrations;

    @Inject
    FigureSettings settings;

    @Inject
    io.vertx.mutiny.sqlclient.Pool postgres;

    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final String database = "f" + UUID.randomUUID().toString().replace("-", "");
    private final Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    private final UUID transaction = UUID.randomUUID();
    private Pool pool;
    private Gathering gathering;

    @BeforeEach
    void begin() {
        // A copy of the schema that the service itself has made, without anything in it.
        await(postgres.query("CREATE DATABASE " + database)
                .execute()
                .subscribe()
                .asCompletionStage());
        org.flywaydb.core.Flyway.configure()
                .dataSource(
                        "jdbc:postgresql://localhost:" + Integer.getInteger(EmbeddedPostgresResource.PORT) + "/"
                                + database,
                        "postgres",
                        "postgres")
                .locations("db/migration")
                .load()
                .migrate();
        pool = PgBuilder.pool()
                .with(new PoolOptions().setMaxSize(2))
                .connectingTo(new PgConnectOptions()
                        .setHost("localhost")
                        .setPort(Integer.getInteger(EmbeddedPostgresResource.PORT))
                        .setDatabase(database)
                        .setUser("postgres")
                        .setPassword("postgres"))
                .using(vertx)
                .build();
        clock.set(now);
        gathering = new Gathering(
                new Figures(io.vertx.mutiny.sqlclient.Pool.newInstance(pool)),
                settings,
                migrations,
                meters,
                clock,
                vertx);
        Waiting.until("migrated", PATIENCE, migrations::isDone);
        gathering.register();
        run(
                "INSERT INTO transaction (id, version, merchant_id, occurred_at, summary) VALUES ($1, 1, 'm', $2, '1')",
                Tuple.of(transaction, at(now)));
    }

    @AfterEach
    void end() {
        clock.reset();
        pool.close().toCompletionStage().toCompletableFuture().join();
        await(postgres.query("DROP DATABASE " + database + " WITH (FORCE)")
                .execute()
                .subscribe()
                .asCompletionStage());
    }

    private static <T> T await(java.util.concurrent.CompletionStage<T> work) {
        return work.toCompletableFuture()
                .orTimeout(30, java.util.concurrent.TimeUnit.SECONDS)
                .join();
    }

    private io.vertx.sqlclient.RowSet<io.vertx.sqlclient.Row> run(String sql, Tuple parameters) {
        return await(pool.preparedQuery(sql).execute(parameters).toCompletionStage());
    }

    private static java.time.OffsetDateTime at(Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }

    private Instant ago(Duration age) {
        return now.minus(age);
    }

    private void refund(String status, Instant asked, Instant expected, Instant due, Instant openSince, boolean help) {
        run(
                REFUND,
                Tuple.tuple()
                        .addValue(UUID.randomUUID())
                        .addValue(transaction)
                        .addValue(status)
                        .addValue(at(asked))
                        .addValue(at(expected))
                        .addValue(at(due))
                        .addValue(at(openSince))
                        .addValue(help)
                        .addValue("failed".equals(status) ? "other" : null));
    }

    private void dispute(String status, Instant due) {
        boolean live = due != null;
        run(
                "INSERT INTO dispute (id, reason, stage, status, opened_by, opener, claimed, currency, opened_at, due_at,"
                        + " act_at, ended_at, timeline_number, timeline_hash) VALUES ($1, 'unrecognized', 'inquiry', $2,"
                        + " 'desk', 'a', 1, 'CNY', $3, $4, $4, $5, 1, '\\x00')",
                Tuple.of(UUID.randomUUID(), status, at(now), at(due), live ? null : at(now)));
    }

    private void complete(String merchant, String source, Instant through) {
        run(
                "INSERT INTO completeness_now (merchant_id, " + source + ") VALUES ($1, $2)"
                        + " ON CONFLICT (merchant_id) DO UPDATE SET " + source + " = excluded." + source,
                Tuple.of(merchant, at(through)));
    }

    private double figure(String name, String... tags) {
        return meters.get(name).tags(tags).gauge().value();
    }

    private void gather() {
        gathering.gather();
        Waiting.until("gathered", PATIENCE, () -> figure("paywitness.figures.age") >= 0);
    }

    @Test
    void refundsAreCountedByStatusWithTheAgeOfTheFirst() {
        Instant later = now.plus(Duration.ofDays(1));
        refund("pending_approval", ago(Duration.ofHours(3)), later, null, null, false);
        refund("pending_approval", ago(Duration.ofHours(2)), later, null, null, false);
        refund("approved", ago(Duration.ofMinutes(10)), later, ago(Duration.ofMinutes(9)), null, false);
        refund("submitted", ago(Duration.ofMinutes(5)), later, later, null, false);
        refund("in_doubt", ago(Duration.ofDays(9)), later, later, ago(Duration.ofMinutes(7)), true);
        refund("succeeded", ago(Duration.ofDays(9)), ago(Duration.ofDays(2)), null, null, false);
        refund("succeeded", ago(Duration.ofDays(1)), later, later, null, false);
        refund("failed", ago(Duration.ofDays(20)), ago(Duration.ofDays(9)), null, null, false);
        gather();
        assertEquals(2, figure("paywitness.refunds", "status", "pending_approval"));
        assertEquals(3 * 3600, figure("paywitness.refunds.oldest", "status", "pending_approval"), 1);
        assertEquals(1, figure("paywitness.refunds", "status", "approved"));
        assertEquals(600, figure("paywitness.refunds.oldest", "status", "approved"), 1);
        assertEquals(1, figure("paywitness.refunds", "status", "submitted"));
        assertEquals(1, figure("paywitness.refunds", "status", "in_doubt"));
        assertEquals(420, figure("paywitness.refunds.oldest", "status", "in_doubt"), 1);
        assertEquals(1, figure("paywitness.refunds.due"));
        assertEquals(540, figure("paywitness.refunds.due.oldest"), 1);
        assertEquals(1, figure("paywitness.refunds.attention"));
        assertEquals(1, figure("paywitness.refunds.overdue"));
        assertEquals(2 * 86_400, figure("paywitness.refunds.overdue.oldest"), 1);
    }

    @Test
    void disputesAreCountedByWhoseTurnItIs() {
        Instant later = now.plus(Duration.ofDays(1));
        dispute("open", later);
        dispute("under_review", ago(Duration.ofHours(1)));
        dispute("awaiting_merchant", later);
        dispute("awaiting_merchant", ago(Duration.ofMinutes(1)));
        dispute("awaiting_cardholder", later);
        dispute("won_by_merchant", null);
        gather();
        assertEquals(2, figure("paywitness.disputes", "turn", "desk"));
        assertEquals(2, figure("paywitness.disputes", "turn", "merchant"));
        assertEquals(1, figure("paywitness.disputes", "turn", "cardholder"));
        assertEquals(1, figure("paywitness.disputes.overdue", "turn", "desk"));
        assertEquals(1, figure("paywitness.disputes.overdue", "turn", "merchant"));
        assertEquals(0, figure("paywitness.disputes.overdue", "turn", "cardholder"));
    }

    @Test
    void lagIsThatOfTheLastMerchantThatIsNotGone() {
        complete("a", "bank", ago(Duration.ofHours(1)));
        complete("b", "bank", ago(Duration.ofHours(30)));
        complete("gone", "bank", ago(Duration.ofDays(90)));
        complete("a", "acquirer", ago(Duration.ofHours(5)));
        complete("*", "acquirer", ago(Duration.ofHours(2)));
        complete("gone", "wallet", ago(Duration.ofDays(90)));
        gather();
        assertEquals(30 * 3600, figure("paywitness.completeness.lag", "source", "bank"), 1);
        assertEquals(2 * 3600, figure("paywitness.completeness.lag", "source", "acquirer"), 1);
        assertEquals(90 * 86_400, figure("paywitness.completeness.lag", "source", "wallet"), 1);
        assertTrue(Double.isNaN(figure("paywitness.completeness.lag", "source", "terminal")), "nobody spoke for it");
    }

    @Test
    void whatIsNotKnownIsNotANumber() {
        assertTrue(Double.isNaN(figure("paywitness.refunds", "status", "in_doubt")));
        gather();
        assertEquals(0, figure("paywitness.refunds", "status", "in_doubt"));
        assertEquals(0, figure("paywitness.statements", "status", "received"));
        pool.close().toCompletionStage().toCompletableFuture().join();
        gathering.gather();
        Waiting.until(
                "the figures are gone",
                PATIENCE,
                () -> Double.isNaN(figure("paywitness.refunds", "status", "in_doubt"))
                        && Double.isNaN(figure("paywitness.disputes", "turn", "desk"))
                        && Double.isNaN(figure("paywitness.figures.age")));
    }

    @Test
    void aScrapeAsksNothing() {
        gathering.start(new StartupEvent());
        assertTrue(Double.isNaN(figure("paywitness.refunds", "status", "in_doubt")));
        gathering.stop(null);
    }

    @Test
    void whatWebhooksWaitForIsCounted() {
        String endpoint = "INSERT INTO webhook_endpoint (id, merchant_id, url, event_types, status, disabled_because,"
                + " disabled_at, secret, created_by, created_at, from_position, waiting, work_at, paused_until) VALUES ("
                + "gen_random_uuid(), 'm', 'u', '{*}', $1, $2, $3, 's', 'a', now(), 0, $4, $5, $6)";
        run(endpoint, Tuple.of("enabled", null, null, 7L, at(now.minusSeconds(90)), null));
        run(endpoint, Tuple.of("enabled", null, null, 5L, at(now.minusSeconds(900)), at(now.plusSeconds(5))));
        run(endpoint, Tuple.of("disabled", "gone", at(now), 100L, at(now.minusSeconds(900)), null));
        run(
                "WITH told AS (INSERT INTO outbox VALUES (gen_random_uuid(), 'refund', 'rfd_1', 'refund.succeeded', '{}',"
                        + " 'm', $1) RETURNING id), moved AS (UPDATE event_head SET position = 1)"
                        + " INSERT INTO event_position SELECT 1, id, 'm', 'refund', 'rfd_1', 'refund.succeeded' FROM told",
                Tuple.of(at(now.minusSeconds(30))));
        gathering.gather();
        Waiting.until("gathered", PATIENCE, () -> figure("paywitness.webhook.backlog") == 12);
        assertEquals(1, figure("paywitness.webhook.due"));
        assertEquals(90, figure("paywitness.webhook.due.oldest"), 1);
        assertEquals(1, figure("paywitness.webhook.fan.out.backlog"));
        assertEquals(30, figure("paywitness.webhook.fan.out.backlog.oldest"), 1);
    }

    /** With whole tables forbidden where an index will do, one that is read whole has no index that would do. */
    @Test
    void everyPartReadsAnIndexOfOpenThings() {
        run("SET enable_seqscan = off", Tuple.tuple());
        JsonArray plan = await(pool.withConnection(connection -> connection
                                .query("SET enable_seqscan = off")
                                .execute()
                                .compose(set -> connection
                                        .preparedQuery("EXPLAIN (FORMAT JSON) " + inlined())
                                        .execute()))
                        .toCompletionStage())
                .iterator()
                .next()
                .getJsonArray(0);
        List<JsonObject> nodes = new ArrayList<>();
        collect(plan.getJsonObject(0).getJsonObject("Plan"), nodes);
        Set<String> indexes = new TreeSet<>();
        Set<String> whole = new HashSet<>();
        for (JsonObject node : nodes) {
            if (node.containsKey("Index Name")) {
                indexes.add(node.getString("Index Name"));
            }
            if ("Seq Scan".equals(node.getString("Node Type"))) {
                whole.add(node.getString("Relation Name"));
            }
        }
        assertEquals(Set.of(), whole);
        assertEquals(
                new TreeSet<>(Set.of(
                        "refund_pending",
                        "refund_under_way",
                        "refund_in_doubt",
                        "refund_due",
                        "refund_attention",
                        "refund_awaited",
                        "dispute_status",
                        "dispute_due",
                        "statement_due",
                        "outbox_new_pkey",
                        "outbox_pkey",
                        "verdict_standing_look",
                        "webhook_endpoint_waiting",
                        "webhook_endpoint_work",
                        "webhook_cursor_pkey",
                        "event_head_pkey",
                        "event_position_pkey",
                        "reconciliation_exception_due",
                        "completeness_now_pkey",
                        "completeness_now_terminal",
                        "completeness_now_acquirer",
                        "completeness_now_bank",
                        "completeness_now_wallet")),
                indexes);
        assertFalse(nodes.isEmpty());
    }

    private String inlined() {
        return Figures.GATHER
                .replace("$1", "10000")
                .replace("$2", "'" + now + "'::timestamptz")
                .replace("$3", "'" + ago(Duration.ofDays(7)) + "'::timestamptz");
    }

    private static void collect(JsonObject node, List<JsonObject> nodes) {
        nodes.add(node);
        JsonArray below = node.getJsonArray("Plans", new JsonArray());
        for (int i = 0; i < below.size(); i++) {
            collect(below.getJsonObject(i), nodes);
        }
    }
}
