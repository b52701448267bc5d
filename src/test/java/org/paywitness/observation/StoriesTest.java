package org.paywitness.observation;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.QuarkusTest;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.paywitness.Tokens;
import org.paywitness.transaction.Transaction;
import org.paywitness.transaction.Transactions;
import org.paywitness.verdict.Completeness;
import org.paywitness.verdict.Judge;
import org.paywitness.verdict.Policy;
import org.paywitness.verdict.Verdict;

/** Ten thousand payments, all that is said of them in one random order: each has the verdict that it must have. */
@QuarkusTest
class StoriesTest {
    private static final int STORIES = Integer.getInteger("stories", 10_000);
    private static final int MOST_IN_A_REQUEST = 10_000;

    @Inject
    Pool pool;

    @Inject
    Transactions transactions;

    @Inject
    Policy policy;

    @Test
    void tenThousandHistoriesInRandomOrderGiveTheRightVerdicts() {
        long seed = Long.getLong("stories.seed", System.nanoTime());
        System.out.println("stories.seed=" + seed);
        Random random = new Random(seed);
        String name = "S"
                + Long.toString(seed & 0xFFFFFFFFFL, 36)
                        .toUpperCase(java.util.Locale.ROOT)
                        .replace('S', '_');
        List<Story> stories = new ArrayList<>();
        List<Observation> said = new ArrayList<>();
        for (int i = 0; i < STORIES; i++) {
            Story story = new Story(name, i, random);
            stories.add(story);
            said.addAll(story.said);
        }
        Collections.shuffle(said, random);
        long started = System.nanoTime();
        for (int from = 0; from < said.size(); from += MOST_IN_A_REQUEST) {
            send(said.subList(from, Math.min(said.size(), from + MOST_IN_A_REQUEST)));
        }
        double seconds = (System.nanoTime() - started) / 1e9;
        System.out.printf(
                "stories: %d observations took %.1f s, %.0f/s%n", said.size(), seconds, said.size() / seconds);
        verify(name, stories);
    }

    private static void send(List<Observation> said) {
        List<String> statuses = given().config(Feed.LINES_ARE_TEXT)
                .auth()
                .oauth2(Tokens.feed())
                .contentType("application/x-ndjson")
                .body(said.stream()
                        .map(o -> ObservationJson.write(o).toString())
                        .collect(Collectors.joining("\n")))
                .post("/v1/observations")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .getList("results.status");
        assertEquals(said.size(), statuses.size());
        assertEquals(java.util.Set.of("accepted"), new HashSet<>(statuses));
    }

    private void verify(String name, List<Story> stories) {
        Map<String, UUID> belongs = new HashMap<>();
        pool.preparedQuery("SELECT source_ref, transaction_id FROM observation WHERE source_ref LIKE $1")
                .execute(Tuple.of(name + "s%"))
                .await()
                .indefinitely()
                .forEach(row -> belongs.put(row.getString(0), row.getUUID(1)));
        Map<UUID, Transaction> rows = new HashMap<>();
        transactions
                .byIds(pool, new HashSet<>(belongs.values()))
                .await()
                .indefinitely()
                .forEach(t -> rows.put(t.id(), t));
        List<String> wrong = new ArrayList<>();
        int payments = 0;
        for (Story story : stories) {
            UUID first = belongs.get(story.said.get(0).sourceRef());
            verify(rows.get(first), story.wanted, story, wrong);
            payments++;
            if (story.wantedOfSecond != null) {
                verify(rows.get(belongs.get(story.second)), story.wantedOfSecond, story, wrong);
                payments++;
            }
        }
        assertTrue(wrong.isEmpty(), () -> wrong.size() + " wrong, such as\n" + wrong.get(0));
        assertEquals(payments, rows.size(), "one transaction for each payment");
    }

    private void verify(Transaction t, Story.Wanted wanted, Story story, List<String> wrong) {
        Verdict v = Judge.verdict(t.payment(), Completeness.NONE, policy, Said.at("12:00"));
        Story.Wanted found = new Story.Wanted(
                v.kind().code(),
                v.cause().code(),
                v.isFinal(),
                v.charged().amount(),
                v.returned().amount());
        if (!found.equals(wanted)) {
            wrong.add(wanted + "\n" + found + "\n"
                    + story.said.stream()
                            .map(o -> ObservationJson.write(o).toString())
                            .collect(Collectors.joining("\n")));
        }
    }
}
