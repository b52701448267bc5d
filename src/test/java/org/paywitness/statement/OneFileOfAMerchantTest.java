package org.paywitness.statement;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quarkus.test.junit.QuarkusTest;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.paywitness.Tokens;
import org.paywitness.fault.Waiting;
import org.paywitness.id.TypeId;

/** Two files of one merchant tell of the same payments: one is worked in after the other, and those of others beside. */
@QuarkusTest
class OneFileOfAMerchantTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Inject
    Pool pool;

    @Test
    void fileWaitsForAnotherOfItsMerchantAndForNobodyElses() {
        String merchant = TypeId.format("mer", TypeId.next());
        UUID other = TypeId.next();
        // A worker elsewhere, alive for another minute, is at it.
        sql(
                "INSERT INTO statement VALUES ($1, 'test', $2, 'pos_journal', NULL, 'running', 0, 0, 0, 0, 0, 0, NULL, NULL,"
                        + " NULL, now(), now() + interval '1 minute', 1)",
                Tuple.of(other, merchant));
        String waits = send(merchant);
        String goesOn = send(merchant + "x");
        // It came later: whoever takes the oldest has passed the other by.
        Waiting.until("the neighbour's is read", PATIENCE, () -> status(goesOn).equals("failed"));
        assertEquals("received", status(waits));
        sql("UPDATE statement SET leased_until = NULL, status = 'done' WHERE id = $1", Tuple.of(other));
        Waiting.until("it is read", PATIENCE, () -> status(waits).equals("failed"));
    }

    private static String send(String merchant) {
        return given().auth()
                .oauth2(Tokens.feed())
                .header("Content-Type", "text/csv")
                .body("merchant,terminal\n1,2\n".getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .post("/v1/statements?format=pos_journal&merchant_id=" + merchant)
                .then()
                .statusCode(202)
                .extract()
                .path("id");
    }

    private static String status(String statement) {
        return given().auth()
                .oauth2(Tokens.feed())
                .get("/v1/statements/" + statement)
                .path("status");
    }

    private void sql(String sql, Tuple tuple) {
        pool.preparedQuery(sql).execute(tuple).await().atMost(PATIENCE);
    }
}
