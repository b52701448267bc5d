package org.paywitness.observation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.paywitness.transaction.Transactions;
import org.paywitness.verdict.Policy;

/**
 * Any permutation and any repetition of the same observations ends in the same transactions and the same verdicts,
 * also when eight writers send them at once: those that the pure rules give for the whole set.
 */
@QuarkusTest
class AnyOrderTest {
    private static final int HISTORIES = Integer.getInteger("any-order.histories", 80);
    private static final int WRITERS = 8;

    @Inject
    Observations observations;

    @Inject
    Pool pool;

    @Inject
    Transactions transactions;

    @Inject
    Policy policy;

    @Test
    void everyPermutationEndsAsThePureRulesSay() {
        long seed = seed();
        for (int h = 0; h < HISTORIES; h++) {
            for (int permutation = 0; permutation < 4; permutation++) {
                Case one = new Case(seed, h, "P" + permutation);
                Random random = new Random(seed + 31 * h + permutation);
                one.sendInAnyOrder(random);
                one.verify();
            }
        }
    }

    @Test
    void eightWritersAtOnceEndAsThePureRulesSay() {
        long seed = seed();
        for (int h = 0; h < HISTORIES; h++) {
            Case one = new Case(seed, h, "C");
            List<Uni<Void>> writers = new ArrayList<>();
            for (int writer = 0; writer < WRITERS; writer++) {
                writers.add(one.sending(new Random(seed + 31 * h + writer)));
            }
            Uni.join().all(writers).andCollectFailures().await().indefinitely();
            one.verify();
        }
    }

    private static long seed() {
        long seed = Long.getLong("any-order.seed", System.nanoTime());
        System.out.println("any-order.seed=" + seed);
        return seed;
    }

    /** One history under names of its own; the first observation opens a transaction that others may name. */
    private final class Case {
        private final String name;
        private final AnyHistory history;
        private final Map<String, String> pins;
        private final String told;

        Case(long seed, int number, String run) {
            name = run + "x" + Long.toString(seed, 36).toUpperCase(Locale.ROOT) + "x" + number + "x";
            int amounts = Math.floorMod(name.hashCode(), 100_000_000);
            history = new AnyHistory(name, amounts, new Random(seed + number));
            told = "any-order.seed=" + seed + " history " + number + " " + run;
            String first = send(history.said.subList(0, 1))
                    .await()
                    .indefinitely()
                    .get(0)
                    .transactionId();
            pins = history.pinSome(first);
        }

        void sendInAnyOrder(Random random) {
            sending(random).await().indefinitely();
        }

        // Every observation once in random order, and some of them again, in chunks of any size.
        Uni<Void> sending(Random random) {
            List<Observation> order = new ArrayList<>(history.said);
            for (int again = random.nextInt(4); again > 0; again--) {
                order.add(history.said.get(random.nextInt(history.said.size())));
            }
            Collections.shuffle(order, random);
            Uni<Void> sending = Uni.createFrom().voidItem();
            for (int from = 0; from < order.size(); ) {
                int to = Math.min(order.size(), from + 1 + random.nextInt(random.nextBoolean() ? 2 : order.size()));
                List<Observation> chunk = order.subList(from, to);
                sending = sending.chain(() -> send(chunk).replaceWithVoid());
                from = to;
            }
            return sending;
        }

        private Uni<List<Observations.Result>> send(List<Observation> chunk) {
            return observations
                    .accept(chunk)
                    .invoke(results -> results.forEach(
                            r -> assertNotEquals(Observations.Status.REFUSED, r.status(), () -> told + r)));
        }

        void verify() {
            Map<String, String> expected = World.byTheRules(history.said, pins, policy);
            Map<String, String> found = World.inDatabase(name, pool, transactions, policy);
            assertEquals(lines(expected), lines(found), () -> told + "\n" + describe());
        }

        private String lines(Map<String, String> world) {
            StringBuilder lines = new StringBuilder();
            world.forEach((transaction, verdict) ->
                    lines.append(transaction).append(' ').append(verdict).append('\n'));
            return lines.toString();
        }

        private String describe() {
            StringBuilder all = new StringBuilder();
            history.said.forEach(o -> all.append(ObservationJson.write(o)).append('\n'));
            return all.toString();
        }
    }
}
