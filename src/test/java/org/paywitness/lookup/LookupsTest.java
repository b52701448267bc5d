package org.paywitness.lookup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Lookups as the application gets them: on connections made from the same configuration as the pool. */
@QuarkusTest
class LookupsTest {
    private static final String ONE = "SELECT $1::bigint, current_user::text, current_database()::text,"
            + " current_setting('plan_cache_mode'), current_setting('application_name')";
    private static final String MANY = "SELECT k, current_user::text, current_database()::text,"
            + " current_setting('plan_cache_mode'), current_setting('application_name') FROM unnest($1::bigint[]) k";

    record Session(String user, String database, String plan, String application) {}

    @Inject
    Lookups lookups;

    @Inject
    Pool pool;

    @Test
    void lookupsReachTheDatabaseOfThePool() {
        Session ofThePool = pool.query("SELECT current_user::text, current_database()::text")
                .execute()
                .map(rows -> rows.iterator().next())
                .map(row -> new Session(row.getString(0), row.getString(1), "force_generic_plan", "paywitness-lookup"))
                .await()
                .atMost(Duration.ofSeconds(10));
        Lookup<Long, Session> lookup = lookups.lookup(
                "test",
                new Question<>(
                        ONE,
                        MANY,
                        Tuple::of,
                        keys -> Tuple.of(keys.toArray(Long[]::new)),
                        row -> new Session(row.getString(1), row.getString(2), row.getString(3), row.getString(4)),
                        row -> row.getLong(0)));

        List<List<Session>> found = Uni.join()
                .all(IntStream.range(0, 200)
                        .mapToObj(i -> lookup.find((long) i))
                        .toList())
                .andFailFast()
                .await()
                .atMost(Duration.ofSeconds(10));

        assertEquals(200, found.size());
        assertTrue(found.stream().allMatch(List.of(ofThePool)::equals), found.toString());
    }
}
