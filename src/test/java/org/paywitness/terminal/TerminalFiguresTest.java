package org.paywitness.terminal;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.paywitness.Said;
import org.paywitness.Tokens;

/** No-answers and failed slips of one terminal, against counts kept by the test. */
@QuarkusTest
class TerminalFiguresTest {
    private static final Instant FROM = Instant.parse("2026-03-01T00:00:00Z");
    private static final Instant TO = FROM.plusSeconds(86_400);

    @Inject
    Pool pool;

    @Test
    void countsAndSharesAreOfThePaymentsThatTheTerminalToldOf() {
        long seed = Long.getLong("terminal.seed", System.nanoTime());
        System.out.println("terminal.seed=" + seed);
        Random random = new Random(seed);
        Device till = Device.register();
        int attempts = 0;
        int silent = 0;
        int slipless = 0;
        for (int i = 0; i < 40; i++) {
            boolean within = random.nextInt(4) > 0;
            Instant at = within ? FROM.plusSeconds(random.nextInt(86_400)) : TO.plusSeconds(random.nextInt(9_000));
            String rrn = Said.unique("r");
            // At another merchant's device of this number, now and then.
            boolean own = random.nextInt(5) > 0;
            String whose = own ? till.merchant() : Said.unique("m");
            boolean noAnswer = random.nextBoolean();
            boolean ambiguous = random.nextBoolean();
            Said first = noAnswer
                    ? ambiguous
                            ? said(till, "declined", whose, rrn, at).with("response_code", "98")
                            : said(till, "no_answer", whose, rrn, at)
                    : said(till, "declined", whose, rrn, at).with("response_code", "51");
            first.post();
            boolean slipFailed = random.nextInt(3) == 0;
            if (slipFailed) {
                // The same payment, twice without paper.
                said(till, "slip_failed", whose, rrn, at).post();
                said(till, "slip_failed", whose, rrn, at).post();
            }
            Said.by("acquirer", "approved")
                    .of(whose, rrn, 100)
                    .knowing("terminal_id", till.number())
                    .at(at)
                    .post();
            attempts += within && own ? 1 : 0;
            silent += within && own && noAnswer ? 1 : 0;
            slipless += within && own && slipFailed ? 1 : 0;
        }
        Response figures = figures(till, "?from=" + FROM + "&to=" + TO);
        String what = "terminal.seed=" + seed + figures.asString();
        assertEquals(attempts, figures.<Integer>path("attempts"), what);
        assertEquals(silent, figures.<Integer>path("no_answer"), what);
        assertEquals(slipless, figures.<Integer>path("slip_failed"), what);
        assertEquals(
                (double) silent / attempts,
                figures.<Number>path("no_answer_share").doubleValue(),
                1e-6,
                what);
        assertEquals(
                (double) slipless / attempts,
                figures.<Number>path("slip_failed_share").doubleValue(),
                1e-6,
                what);
    }

    private static Said said(Device till, String outcome, String merchant, String rrn, Instant at) {
        return Said.by("terminal", outcome)
                .of(merchant, rrn, 100)
                .knowing("terminal_id", till.number())
                .at(at);
    }

    @Test
    void periodIsTheLastThirtyDaysUnlessItIsNamed() {
        Device till = Device.register();
        Response empty = figures(till, "");
        assertEquals(Integer.valueOf(0), empty.path("attempts"));
        assertNull(empty.path("no_answer_share"));
        Instant to = OffsetDateTime.parse(empty.path("to")).toInstant();
        assertEquals(
                to.minusSeconds(30 * 86_400),
                OffsetDateTime.parse(empty.path("from")).toInstant());
        assertTrue(to.isAfter(Instant.now().minusSeconds(1)));
        for (String wrong : List.of(
                "?from=" + TO + "&to=" + FROM,
                "?from=" + FROM + "&to=" + FROM,
                "?from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z",
                "?from=9999-12-31T00:00:00Z")) {
            Response refused = given().auth()
                    .oauth2(Tokens.merchant(till.merchant()))
                    .get("/v1/terminals/" + till.id() + "/figures" + wrong);
            assertEquals(400, refused.statusCode(), wrong + refused.asString());
        }
    }

    @Test
    void figuresAreReadByTheIndexOfTheTerminal() {
        StringBuilder plan = new StringBuilder();
        pool.withTransaction(connection -> connection
                        .query("SET LOCAL enable_seqscan = off")
                        .execute()
                        .chain(() -> connection
                                .preparedQuery("EXPLAIN " + TerminalFigures.SELECT)
                                .execute(Tuple.of(
                                        "T",
                                        "m",
                                        OffsetDateTime.parse(FROM.toString()),
                                        OffsetDateTime.parse(TO.toString()),
                                        new String[] {"00"}))))
                .await()
                .indefinitely()
                .forEach((Row row) -> plan.append(row.getString(0)).append('\n'));
        assertTrue(plan.toString().contains("observation_slip"), plan::toString);
    }

    private static Response figures(Device till, String query) {
        Response answer = given().auth()
                .oauth2(Tokens.merchant(till.merchant()))
                .get("/v1/terminals/" + till.id() + "/figures" + query);
        assertEquals(200, answer.statusCode(), answer.asString());
        return answer;
    }
}
