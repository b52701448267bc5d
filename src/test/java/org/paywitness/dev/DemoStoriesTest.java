package org.paywitness.dev;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quarkus.test.junit.QuarkusTest;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.paywitness.Tokens;
import org.paywitness.observation.Observations;
import org.paywitness.transaction.Completenesses;
import org.paywitness.verdict.Source;
import org.paywitness.verdict.Verdict;

/** A newcomer finds every verdict in the demo data. */
@QuarkusTest
class DemoStoriesTest {
    @Inject
    Observations observations;

    @Inject
    Completenesses completenesses;

    @Inject
    Pool pool;

    @Test
    void showEveryVerdict() {
        Instant now = Instant.now();
        observations.accept(DemoStories.told(now)).await().indefinitely();
        pool.withTransaction(connection -> completenesses.tell(
                        connection,
                        Source.BANK,
                        DemoStories.MERCHANT,
                        now.minus(DemoStories.BANK_COMPLETE_BEFORE),
                        now))
                .await()
                .indefinitely();

        List<String> shown = given().auth()
                .oauth2(Tokens.merchant(DemoStories.MERCHANT))
                .queryParam("limit", 200)
                .get("/v1/transactions")
                .then()
                .statusCode(200)
                .extract()
                .path("data.verdict.verdict");

        Set<String> every = Stream.of(Verdict.Kind.values())
                .filter(kind -> kind != Verdict.Kind.NOT_FOUND)
                .map(Verdict.Kind::code)
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(every, new TreeSet<>(shown));
    }
}
