package org.paywitness.terminal;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.paywitness.Said;
import org.paywitness.Tokens;
import org.paywitness.id.TypeId;

/** Whose payments are those that a terminal's file tells without a merchant. */
@QuarkusTest
class TerminalMerchantTest {
    private static final Instant AT = Instant.now().minus(2, ChronoUnit.HOURS).truncatedTo(ChronoUnit.SECONDS);

    @Inject
    Pool pool;

    @Test
    void registeredTerminalDecidesWhoseWhatIsHeardBeforeAndAfterIs() {
        String number = Said.unique("T");
        String before = line(number).post();
        assertEquals(null, merchantOf(before));
        Device till = Device.register(number, Said.unique("m"));
        assertEquals(till.merchant(), merchantOf(before));
        assertEquals(till.merchant(), merchantOf(line(number).post()));
        assertEquals(
                200,
                given().auth()
                        .oauth2(Tokens.merchant(till.merchant()))
                        .get("/v1/transactions/" + before)
                        .statusCode());
        till.report("retired", AT);
        assertEquals(till.merchant(), merchantOf(line(number).post()), "nobody else has its number");
        Device.register(number, Said.unique("m"));
        assertEquals(null, merchantOf(before), "the number tells no more whose it was: nobody sees another's");
        assertEquals(null, merchantOf(line(number).post()));
    }

    private static Said line(String number) {
        Said said = Said.by("terminal", "approved")
                .of(null, Said.unique("r"), 12_800)
                .knowing("terminal_id", number)
                .at(AT);
        ((ObjectNode) said.json().get("transaction")).remove("merchant_id");
        return said;
    }

    private static String merchantOf(String transaction) {
        return get(transaction).path("merchant_id");
    }

    private static Response get(String transaction) {
        Response answer = given().auth().oauth2(Tokens.desk()).get("/v1/transactions/" + transaction);
        assertEquals(200, answer.statusCode(), answer.asString());
        return answer;
    }

    /** Registration is one more arrival: wherever it falls among the observations, all ends the same. */
    @Test
    void anyOrderOfRegistrationAndObservationsEndsTheSame() {
        long seed = Long.getLong("terminal.seed", System.nanoTime());
        System.out.println("terminal.seed=" + seed);
        for (int history = 0; history < 8; history++) {
            Map<String, String> first = null;
            for (int permutation = 0; permutation < 5; permutation++) {
                Case one = new Case(new Random(seed + history));
                one.tell(new Random(seed + 31L * history + permutation));
                Map<String, String> world = one.world(pool);
                first = first == null ? world : first;
                assertEquals(first, world, "terminal.seed=" + seed + " history " + history + " " + permutation);
            }
        }
    }

    @Test
    void registrationAmongEightWritersEndsAsAlone() {
        long seed = Long.getLong("terminal.seed", System.nanoTime());
        System.out.println("terminal.seed=" + seed);
        for (int history = 0; history < 8; history++) {
            Case alone = new Case(new Random(seed + history));
            alone.tell(new Random(seed));
            Case racing = new Case(new Random(seed + history));
            racing.tellAtOnce();
            assertEquals(alone.world(pool), racing.world(pool), "terminal.seed=" + seed + " history " + history);
        }
    }

    /** One history under names of its own: of one terminal, two merchants and few references, so that they meet. */
    private static final class Case {
        private final String number = Said.unique("T");
        private final String[] merchants = {Said.unique("m"), Said.unique("m")};
        private final String[] rrns = {Said.unique("r"), Said.unique("r"), Said.unique("r")};
        private final String card = Said.card();
        private final Map<String, Said> said = new LinkedHashMap<>();

        Case(Random random) {
            int count = 4 + random.nextInt(6);
            for (int i = 0; i < count; i++) {
                boolean terminal = random.nextBoolean();
                Said one = line(number)
                        .with("source", terminal ? "terminal" : "acquirer")
                        .with("outcome", random.nextBoolean() ? "approved" : terminal ? "no_answer" : "captured")
                        .knowing("rrn", rrns[random.nextInt(rrns.length)])
                        .at(AT.plusSeconds(i));
                if (random.nextInt(3) > 0) {
                    one.knowing("merchant_id", merchants[random.nextInt(2)]);
                }
                if (random.nextBoolean()) {
                    one.knowing("batch", "1").knowing("stan", "" + random.nextInt(2));
                }
                if (!terminal && random.nextBoolean()) {
                    // What a host tells: card and reference, and no terminal.
                    ((ObjectNode) one.json().get("transaction")).remove(List.of("terminal_id", "batch", "stan"));
                }
                said.put("o" + i, one.card(card));
            }
        }

        private List<Runnable> arrivals() {
            List<Runnable> arrivals = new ArrayList<>();
            said.forEach((name, one) -> arrivals.add(one::post));
            arrivals.add(() -> Device.register(number, merchants[0]));
            return arrivals;
        }

        void tell(Random random) {
            List<Runnable> arrivals = arrivals();
            Collections.shuffle(arrivals, random);
            arrivals.forEach(Runnable::run);
        }

        void tellAtOnce() {
            List<CompletableFuture<Void>> racing =
                    arrivals().stream().map(CompletableFuture::runAsync).toList();
            racing.forEach(CompletableFuture::join);
        }

        /** Which observations are of one payment, whose it is and what is held true of it; without ids. */
        Map<String, String> world(Pool pool) {
            Map<String, TreeSet<String>> members = new TreeMap<>();
            said.forEach((name, one) -> members.computeIfAbsent(transaction(one, pool), id -> new TreeSet<>())
                    .add(name));
            Map<String, String> told = new TreeMap<>();
            members.forEach((id, names) -> {
                Response whole = get(id);
                String merchant = whole.path("merchant_id");
                String known = merchant == null ? "nobody" : merchant.equals(merchants[0]) ? "first" : "second";
                told.put(names.toString(), known + " " + whole.path("verdict.verdict") + " " + whole.path("flags"));
            });
            return told;
        }

        private static String transaction(Said one, Pool pool) {
            return TypeId.format(
                    TypeId.TRANSACTION,
                    pool.preparedQuery("SELECT transaction_id FROM observation WHERE source_ref = $1")
                            .executeAndAwait(
                                    Tuple.of(one.json().get("source_ref").textValue()))
                            .iterator()
                            .next()
                            .getUUID(0));
        }
    }
}
