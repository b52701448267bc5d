package org.paywitness.dispute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.paywitness.dispute.Quarrels.AMOUNT;
import static org.paywitness.dispute.Quarrels.money;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.paywitness.TestClock;
import org.paywitness.id.TypeId;

/** Sixteen people quarrel about the same payments at once, and refund them too: nobody is paid twice. */
@QuarkusTest
class DisputeWalkTest {
    private static final int ACTORS = Integer.getInteger("dispute.actors", 16);
    private static final int STEPS = Integer.getInteger("dispute.steps", 60);
    private static final int PAYMENTS = 5;
    private static final List<String> REASONS = List.of("unrecognized", "duplicate", "not_as_described");
    /** What a step may be answered with; anything else is a fault of ours. */
    private static final Set<Integer> ANSWERS = Set.of(200, 201, 400, 403, 404, 409, 422);

    @Inject
    Pool pool;

    @Inject
    TestClock clock;

    private final Quarrels people = new Quarrels();
    private final List<String> payments = new ArrayList<>();
    private final List<String> disputes = new CopyOnWriteArrayList<>();
    private final List<String> refunds = new CopyOnWriteArrayList<>();
    private final Map<String, Integer> steps = new ConcurrentHashMap<>();
    private final Map<String, Integer> answers = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();

    @AfterEach
    void reset() {
        clock.reset();
    }

    @Test
    void nobodyIsPaidTwiceAndEveryStepIsInTheTimeline() throws Exception {
        long seed = Long.getLong("dispute.seed", System.nanoTime());
        System.out.println("dispute.seed=" + seed);
        for (int i = 0; i < PAYMENTS; i++) {
            payments.add(people.paid(Instant.now().minus(Duration.ofDays(2 + i))));
        }
        ExecutorService actors = Executors.newFixedThreadPool(ACTORS);
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < ACTORS; i++) {
            Random random = new Random(seed + i);
            all.add(actors.submit(() -> {
                for (int step = 0; step < STEPS; step++) {
                    act(random);
                }
            }));
        }
        for (Future<?> one : all) {
            one.get();
        }
        actors.shutdown();
        System.out.println(disputes.size() + " disputes, " + refunds.size() + " refunds, " + new TreeMap<>(answers));
        assertEquals(List.of(), List.copyOf(wrong));
        assertTrue(disputes.size() >= PAYMENTS && !refunds.isEmpty(), "the walk went somewhere");
        payments.forEach(this::isPaidOnce);
        disputes.forEach(this::hasItsWholeStory);
    }

    // --- what people do ----------------------------------------------------------------------------------------------

    private void act(Random random) {
        int choice = random.nextInt(100);
        if (disputes.isEmpty() || choice < 15) {
            open(random);
        } else if (choice < 25) {
            refund(random);
        } else if (choice < 28 && !refunds.isEmpty()) {
            record("cancel", Quarrels.post(people.clerk, "/v1/refunds/" + any(random, refunds) + "/cancel", "{}"));
        } else if (choice < 29) {
            clock.move(Duration.ofHours(random.nextInt(72)));
        } else {
            step(random, any(random, disputes));
        }
    }

    private void open(Random random) {
        String body = "{\"transaction_id\":\"" + any(random, payments) + "\",\"reason\":\"" + any(random, REASONS)
                + "\",\"amount\":" + money(1 + random.nextInt((int) AMOUNT)) + "}";
        Response opened = Quarrels.post(random.nextBoolean() ? people.cardholder : people.desk, "/v1/disputes", body);
        record("open", opened);
        if (opened.statusCode() == 201) {
            String id = opened.path("id");
            steps.merge(id, 1, Integer::sum);
            disputes.add(id);
        }
    }

    private void refund(Random random) {
        String amount = random.nextBoolean() ? "" : ",\"amount\":" + money(1 + random.nextInt(6000));
        Response asked = Quarrels.post(
                people.clerk,
                "/v1/refunds",
                "{\"transaction_id\":\"" + any(random, payments) + "\",\"reason\":\"customer_request\"" + amount + "}");
        record("refund", asked);
        if (asked.statusCode() == 201) {
            refunds.add(asked.path("id"));
        }
    }

    private void step(Random random, String dispute) {
        String side = any(random, List.of(people.cardholder, people.clerk, people.desk));
        String desk = side.equals(people.desk)
                ? "\"on_behalf_of\":\"" + (random.nextBoolean() ? "cardholder" : "merchant") + "\""
                : null;
        String body = desk == null ? "{}" : "{" + desk + "}";
        switch (random.nextInt(14)) {
            case 0 -> take(side, dispute, "messages", "{\"text\":\"so what\"}");
            case 1, 2, 3, 4 -> {
                String kind = any(random, List.of("refund", "voucher", "nothing", "reissue_invoice"));
                boolean paid = kind.equals("refund") || kind.equals("voucher");
                String offer = "{\"kind\":\"" + kind + "\""
                        + (paid ? ",\"amount\":" + money(1 + random.nextInt((int) AMOUNT / 3)) : "")
                        + (desk == null ? "" : "," + desk) + "}";
                take(side, dispute, "proposals", offer);
            }
            case 5, 6, 7, 8 -> answer(random, side, dispute, body);
            case 9, 10 -> take(side, dispute, "escalate", "{}");
            case 11 -> take(random.nextInt(4) == 0 ? side : people.clerk, dispute, "withdraw", "{}");
            case 12 ->
                take(
                        people.judge,
                        dispute,
                        "decide",
                        "{\"outcome\":\"won_by_" + (random.nextBoolean() ? "cardholder" : "merchant")
                                + "\",\"text\":\"so be it\"}");
            default -> take(side, dispute, "follow-ups", "{\"satisfied\":true}");
        }
    }

    private void answer(Random random, String side, String dispute, String body) {
        JsonNode proposals = Quarrels.dispute(people.desk, dispute).get("proposals");
        if (!proposals.isEmpty()) {
            String last = proposals.get(proposals.size() - 1).get("id").textValue();
            String how = random.nextInt(3) == 0 ? "/decline" : "/accept";
            take(side, dispute, "proposals/" + last + how, body);
        }
    }

    private void take(String token, String dispute, String step, String body) {
        Response answer = Quarrels.post(token, "/v1/disputes/" + dispute + "/" + step, body);
        record(step.replaceAll("prp_\\w+/", ""), answer);
        if (answer.statusCode() < 300) {
            steps.merge(dispute, 1, Integer::sum);
        }
    }

    private void record(String step, Response answer) {
        int status = answer.statusCode();
        answers.merge(step + " " + (status < 300 ? status : status + " " + answer.path("code")), 1, Integer::sum);
        if (!ANSWERS.contains(status)) {
            wrong.add(step + ": " + status + " " + answer.asString());
        }
    }

    private static <T> T any(Random random, List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    // --- what must hold ----------------------------------------------------------------------------------------------

    private void isPaidOnce(String payment) {
        UUID id = TypeId.parse(TypeId.TRANSACTION, payment).orElseThrow();
        Row given = one(
                "SELECT coalesce((SELECT sum(amount) FROM refund WHERE transaction_id = $1"
                        + " AND status NOT IN ('failed', 'rejected', 'canceled')), 0)::bigint,"
                        + " coalesce(sum(open_claim), 0)::bigint, coalesce(sum(won), 0)::bigint,"
                        + " coalesce(sum(compensated), 0)::bigint FROM dispute_transaction WHERE transaction_id = $1",
                id);
        long refunded = given.getLong(0);
        long open = given.getLong(1);
        long won = given.getLong(2);
        long compensated = given.getLong(3);
        assertTrue(refunded + open + won + compensated <= AMOUNT, payment + " gives more than was charged");
        Row balance = one(
                "SELECT coalesce(max(refunds), 0)::bigint, coalesce(max(chargebacks), 0)::bigint,"
                        + " coalesce(max(open_claims), 0)::bigint, coalesce(max(compensations), 0)::bigint"
                        + " FROM refund_balance WHERE transaction_id = $1",
                id);
        assertEquals(
                List.of(refunded, open + won, open, compensated),
                List.of(balance.getLong(0), balance.getLong(1), balance.getLong(2), balance.getLong(3)),
                payment);
        // Nobody carries refunds out here: what is promised is what was won.
        JsonNode promised = Quarrels.verdict(people.desk, payment).at("/returned_promised/amount");
        assertEquals(won, promised.longValue(), payment + ": the verdict tells what was won");
    }

    private Row one(String sql, UUID id) {
        return pool.preparedQuery(sql).executeAndAwait(Tuple.of(id)).iterator().next();
    }

    private void hasItsWholeStory(String id) {
        JsonNode timeline = Quarrels.timeline(people.desk, id);
        assertTrue(timeline.get("verified").booleanValue(), timeline::toPrettyString);
        int told = 0;
        Stage stage = Stage.INQUIRY;
        Status status = null;
        for (JsonNode entry : timeline.get("entries")) {
            JsonNode content = entry.get("content");
            told += content.get("party").textValue().equals("rules") ? 0 : 1;
            Stage next = Stage.of(content.get("stage").textValue());
            Status then = Status.of(content.get("status").textValue());
            assertTrue(next == stage || stage.next().contains(next), id + ": " + stage + " to " + next);
            assertTrue(
                    status == null || then == status || status.next().contains(then),
                    id + ": " + status + " to " + then);
            stage = next;
            status = then;
        }
        assertEquals(steps.get(id), told, id + ": every step, and no other");
        JsonNode dispute = Quarrels.dispute(people.desk, id);
        assertEquals(stage.code(), dispute.get("stage").textValue());
        assertEquals(status.code(), dispute.get("status").textValue());
    }
}
