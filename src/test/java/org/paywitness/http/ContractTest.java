package org.paywitness.http;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.paywitness.Tokens;
import org.paywitness.chronicle.PublishedEvents;

/** The contract, kept within this JVM. */
@QuarkusTest
class ContractTest extends Contract {
    @Inject
    Pool pool;

    /** What the service has told by itself meanwhile is as published, too. */
    @Test
    @Override
    void everyAnswerIsAsPublished() throws Exception {
        super.everyAnswerIsAsPublished();
        PublishedEvents published = new PublishedEvents();
        Set<String> kinds = new TreeSet<>();
        String query = "limit=200";
        boolean more = true;
        while (more) {
            String page = given().auth()
                    .oauth2(Tokens.desk())
                    .get("/v1/events?" + query)
                    .then()
                    .statusCode(200)
                    .extract()
                    .asString();
            JsonObject json = new JsonObject(page);
            for (Object event : json.getJsonArray("data")) {
                JsonObject one = (JsonObject) event;
                // Tests of the order itself tell of things.
                if (!one.getString("type").startsWith("thing.")) {
                    published.verify(one.encode());
                    kinds.add(one.getString("type").replaceFirst("\\..*", ""));
                }
            }
            more = json.getBoolean("has_more");
            query = "limit=200&cursor=" + json.getString("next_cursor");
        }
        assertTrue(
                kinds.containsAll(List.of(
                        "verdict", "refund", "dispute", "terminal", "invoice", "misconduct_report", "statement")),
                () -> "told: " + kinds);
    }

    @Override
    protected void needsAttention(UUID refund) {
        pool.preparedQuery("UPDATE refund SET status = 'in_doubt', needs_attention = true WHERE id = $1")
                .executeAndAwait(Tuple.of(refund));
    }
}
