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
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What falls due while pods die is decided once, by whoever is there. */
class DeadlinesSurviveDeathIT {
    private static final int DISPUTES = Integer.getInteger("fault.disputes", 150);
    private static final int KILLS = Integer.getInteger("fault.deadline.kills", 4);
    private static final long SEED = Long.getLong("fault.seed", System.nanoTime());
    private static final long AMOUNT = 12_800;
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /** The merchant has ten seconds, and is reminded half of the time before. */
    private static final Map<String, String> SETTINGS = Map.of(
            "paywitness.dispute.deadlines.inquiry", "10s",
            "paywitness.dispute.reminders", "5s",
            "paywitness.dispute.poll", "100ms",
            "paywitness.dispute.batch", "20");

    private final Random random = new Random(SEED);
    private final List<RunningService> pods = new ArrayList<>();
    private final String feed = RunningService.token("feed");
    private final String desk = RunningService.token("desk:read desk:write");
    private MortalPostgres postgres;

    @BeforeEach
    void start() throws IOException {
        System.out.printf("fault.seed=%d fault.disputes=%d fault.deadline.kills=%d%n", SEED, DISPUTES, KILLS);
        postgres = MortalPostgres.started();
        for (int i = 0; i < 2; i++) {
            pods.add(new RunningService("deadlines-" + i, postgres.configuration("postgres"), SETTINGS).start());
        }
        pods.forEach(RunningService::awaitReady);
    }

    @AfterEach
    void stop() throws IOException {
        pods.forEach(RunningService::close);
        postgres.close();
    }

    @Test
    void everyDeadlineDecidesOnceHoweverOftenPodsDie() throws Exception {
        List<String> disputes = new ArrayList<>();
        for (int i = 0; i < DISPUTES; i++) {
            disputes.add(opened(i));
        }
        for (int kill = 0; kill < KILLS; kill++) {
            long decided = decided();
            Waiting.until("some are decided", PATIENCE, () -> decided() > decided || decided() == DISPUTES);
            RunningService dying = pods.get(random.nextInt(pods.size()));
            dying.kill();
            dying.start().awaitReady();
        }
        Waiting.until("all are decided", PATIENCE, () -> decided() == DISPUTES);
        for (String dispute : disputes) {
            JsonNode timeline = RunningService.json(pods.get(0).get("/v1/disputes/" + dispute + "/timeline", desk));
            assertTrue(timeline.get("verified").booleanValue(), timeline::toPrettyString);
            assertEquals(
                    List.of("opened", "reminded", "deadline_passed"),
                    timeline.get("entries").findValuesAsText("action"),
                    dispute);
        }
        assertEquals(
                DISPUTES * AMOUNT,
                postgres.number("postgres", "SELECT sum(won) FROM dispute_transaction"),
                "all is won");
        assertEquals(
                DISPUTES * AMOUNT, postgres.number("postgres", "SELECT sum(chargebacks) FROM refund_balance"), "once");
    }

    private long decided() throws Exception {
        return postgres.number("postgres", "SELECT count(*) FROM dispute WHERE status = 'won_by_cardholder'");
    }

    private String opened(int number) throws Exception {
        RunningService pod = pods.get(number % pods.size());
        String at = Instant.now().minusSeconds(3600).toString();
        String said = "{\"source\":\"acquirer\",\"source_ref\":\"d" + number + "\",\"outcome\":\"captured\","
                + "\"observed_at\":\"" + at + "\",\"transaction\":{\"merchant_id\":\"m\",\"rrn\":\"R" + number
                + "\",\"occurred_at\":\"" + at + "\",\"amount\":{\"amount\":" + AMOUNT + ",\"currency\":\"CNY\"}}}";
        String sale = posted(pod, "/v1/observations", feed, said, 200)
                .at("/results/0/transaction_id")
                .textValue();
        String body = "{\"transaction_id\":\"" + sale + "\",\"reason\":\"not_delivered\"}";
        return posted(pod, "/v1/disputes", desk, body, 201).get("id").textValue();
    }

    private static JsonNode posted(RunningService pod, String path, String token, String body, int status)
            throws Exception {
        HttpResponse<String> answer = pod.post(path, token, "application/json", BodyPublishers.ofString(body));
        assertEquals(status, answer.statusCode(), answer.body());
        return RunningService.json(answer);
    }
}
