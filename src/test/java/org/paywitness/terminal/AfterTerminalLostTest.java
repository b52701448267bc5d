package org.paywitness.terminal;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.paywitness.Said;
import org.paywitness.Tokens;

/** A payment carries the flag exactly while its terminal was lost when it occurred, whatever was heard first. */
@QuarkusTest
class AfterTerminalLostTest {
    private static final String FLAG = "after_terminal_lost";
    private static final Instant LOST = Instant.parse("2026-02-03T10:00:00Z");
    private static final Instant FOUND = LOST.plusSeconds(7_200);

    @Inject
    Terminals terminals;

    @Inject
    Pool pool;

    @Test
    void flagStandsWhicheverComesFirstTheReportOrThePayment() {
        Device till = Device.register();
        String before = till.sale(LOST.minusMillis(1));
        String at = till.sale(LOST);
        assertEquals(List.of(), Device.flags(at));
        till.report("lost", LOST);
        String late = till.sale(LOST.plusSeconds(60));
        assertEquals(List.of(), Device.flags(before), "the instant before");
        assertEquals(List.of(FLAG), Device.flags(at), "the first instant");
        assertEquals(List.of(FLAG), Device.flags(late));
        till.report("found", FOUND);
        String last = till.sale(FOUND.minusMillis(1));
        String after = till.sale(FOUND);
        assertEquals(List.of(FLAG), Device.flags(at), "it was lost then, and stays so");
        assertEquals(List.of(FLAG), Device.flags(last));
        assertEquals(List.of(), Device.flags(after), "the instant at which it was found");
    }

    @Test
    void everyAnswerAndTheListTellTheSame() {
        Device till = Device.register();
        String rrn = Said.unique("r");
        String flagged = Said.by("terminal", "approved")
                .of(till.merchant(), rrn, 100)
                .knowing("terminal_id", till.number())
                .knowing("batch", "000012")
                .knowing("stan", "004217")
                .at(LOST)
                .post();
        String plain = till.sale(LOST.minusSeconds(1));
        till.report("stolen", LOST);
        Response whole = get(Tokens.desk(), "/v1/transactions/" + flagged);
        assertEquals(List.of(FLAG), whole.path("flags"));
        assertEquals(List.of(FLAG), whole.path("verdict.flags"));
        assertEquals(
                List.of(FLAG),
                get(Tokens.desk(), "/v1/was-i-charged?rrn=" + rrn).path("flags"));
        String slip = "/v1/was-i-charged?terminal_id=" + till.number() + "&batch=000012&stan=004217";
        assertEquals(List.of(FLAG), get(Tokens.desk(), slip).path("flags"));
        String list = "/v1/transactions?terminal_id=" + till.number();
        String merchant = Tokens.merchant(till.merchant());
        assertEquals(Set.of(flagged, plain), ids(get(merchant, list)));
        assertEquals(Set.of(flagged), ids(get(merchant, list + "&flag=" + FLAG)));
        assertEquals(Set.of(flagged), ids(get(merchant, "/v1/transactions?flag=" + FLAG)));
        assertEquals(Set.of(), ids(get(Tokens.merchant(Said.unique("m")), list + "&flag=" + FLAG)));
        Response refused = given().auth().oauth2(merchant).get("/v1/transactions?flag=overdue");
        assertEquals(400, refused.statusCode());
        assertEquals(List.of("?flag"), refused.path("errors.pointer"));
    }

    @Test
    void entityTagChangesWithTheFlag() {
        Device till = Device.register();
        String sale = till.sale(LOST);
        String tag = Device.verdict(sale, "").header("ETag");
        till.report("lost", LOST);
        String flagged = Device.verdict(sale, "").header("ETag");
        assertNotEquals(tag, flagged);
        till.report("found", LOST);
        assertEquals(tag, Device.verdict(sale, "").header("ETag"), "it was never lost");
    }

    @Test
    void earlierAnswersKnewWhatWasReportedByThen() {
        Device till = Device.register();
        String sale = till.sale(LOST.plusSeconds(10));
        String other = till.sale(FOUND.plusSeconds(10));
        Instant heard = Instant.now();
        till.report("lost", LOST);
        Instant lost = Instant.now();
        till.report("found", FOUND);
        Instant found = Instant.now();
        assertEquals(List.of(), asOf(sale, heard), "nobody had reported it");
        assertEquals(List.of(FLAG), asOf(sale, lost));
        assertEquals(List.of(FLAG), asOf(sale, found));
        assertEquals(List.of(), asOf(other, heard));
        assertEquals(List.of(FLAG), asOf(other, lost), "nobody had found it");
        assertEquals(List.of(), asOf(other, found));
    }

    @Test
    void anotherMerchantsDeviceOfTheSameNumberIsNotLost() {
        String number = Said.unique("T");
        String other = Said.unique("m");
        Device mine = Device.register(number, Said.unique("m"));
        String sale = mine.sale(LOST);
        String foreign = mine.saleOf(other, LOST);
        String nobodys = Said.by("acquirer", "approved")
                .of(null, Said.unique("r"), 100)
                .knowing("terminal_id", number)
                .at(LOST)
                .post();
        mine.report("lost", LOST);
        assertEquals(List.of(FLAG), Device.flags(sale));
        assertEquals(List.of(), Device.flags(foreign));
        assertEquals(
                List.of(FLAG), Device.flags(nobodys), "told without a merchant, so at the device that is registered");
        assertEquals(
                mine.merchant(),
                get(Tokens.desk(), "/v1/transactions/" + nobodys).path("merchant_id"));
    }

    @Test
    void lostForGoodStaysFrozenUntilAnotherDeviceCarriesItsNumber() {
        Device till = Device.register();
        Device next = Device.register(Said.unique("T"), till.merchant());
        till.report("stolen", LOST);
        Response replaced = till.tryReport(
                "{\"report\":\"replaced\",\"since\":\"" + FOUND + "\",\"replaced_by\":\"" + next.id() + "\"}");
        assertEquals(201, replaced.statusCode(), replaced.asString());
        String later = till.sale(FOUND.plusSeconds(86_400));
        assertEquals(List.of(FLAG), Device.flags(later));
        assertEquals(List.of(), Device.flags(next.sale(FOUND.plusSeconds(86_400))));
        Device anew = Device.register(till.number(), till.merchant());
        String sale = anew.sale(Instant.now().plusSeconds(1));
        assertEquals(List.of(), Device.flags(sale));
        assertEquals(List.of(FLAG), Device.flags(later), "before the new device was there");
        assertEquals(List.of(), Device.flags(Device.register().sale(LOST)));
        assertTrue(anew.get().path("frozen_since") == null);
    }

    @Test
    void otherRoomsLearnOfTheLossThatCoversAnInstant() {
        Device till = Device.register();
        till.report("lost", LOST);
        till.report("found", FOUND);
        Freeze freeze = lostBefore(till.number(), till.merchant(), LOST).orElseThrow();
        assertEquals(LOST, freeze.since());
        assertEquals(FOUND, freeze.until());
        assertEquals(till.merchant(), freeze.merchantId());
        assertTrue(freeze.reportedAt().isAfter(FOUND));
        assertTrue(lostBefore(till.number(), null, LOST).isPresent());
        assertTrue(lostBefore(till.number(), till.merchant(), FOUND).isEmpty());
        assertTrue(lostBefore(till.number(), Said.unique("m"), LOST).isEmpty());
        assertTrue(lostBefore(null, till.merchant(), LOST).isEmpty());
    }

    /** The flag, the list and what other rooms learn, against intervals kept by the test. */
    @Test
    void anyReportsInAnyOrderFlagWhatLiesInAFrozenInterval() {
        long seed = Long.getLong("terminal.seed", System.nanoTime());
        System.out.println("terminal.seed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 12; round++) {
            Device till = Device.register();
            List<Instant[]> frozen = new ArrayList<>();
            List<Instant[]> open = new ArrayList<>();
            Map<String, Instant> sales = new LinkedHashMap<>();
            Map<Instant, Set<String>> answered = new LinkedHashMap<>();
            for (int step = 0; step < 14; step++) {
                if (random.nextBoolean()) {
                    Instant at = some(random);
                    sales.put(till.sale(at), at);
                } else if (open.isEmpty() || random.nextInt(3) == 0) {
                    Instant[] interval = {some(random), null};
                    till.report(random.nextBoolean() ? "lost" : "stolen", interval[0]);
                    frozen.add(interval);
                    open.add(interval);
                } else {
                    Instant since =
                            open.stream().map(i -> i[0]).max(Instant::compareTo).orElseThrow();
                    Instant until = since.plusSeconds(random.nextInt(20));
                    till.report("found", until);
                    open.forEach(i -> i[1] = until);
                    open.clear();
                }
                Set<String> expected = expected(sales, frozen);
                answered.put(Instant.now(), expected);
                Response list =
                        get(Tokens.desk(), "/v1/transactions?limit=200&flag=" + FLAG + "&terminal_id=" + till.number());
                assertEquals(expected, ids(list), "terminal.seed=" + seed + " round " + round);
            }
            for (Map.Entry<String, Instant> sale : sales.entrySet()) {
                boolean lost = expected(sales, frozen).contains(sale.getKey());
                String what = "terminal.seed=" + seed + " round " + round + " " + sale;
                assertEquals(lost ? List.of(FLAG) : List.of(), Device.flags(sale.getKey()), what);
                assertEquals(
                        lost,
                        lostBefore(till.number(), till.merchant(), sale.getValue())
                                .isPresent(),
                        what);
                answered.forEach((then, flagged) -> assertEquals(
                        flagged.contains(sale.getKey()) ? List.of(FLAG) : List.of(),
                        asOf(sale.getKey(), then),
                        () -> what + " as of " + then));
            }
        }
    }

    // Few instants, so that they meet.
    private static Instant some(Random random) {
        return LOST.plusSeconds(random.nextInt(40));
    }

    private static Set<String> expected(Map<String, Instant> sales, List<Instant[]> frozen) {
        Set<String> lost = new TreeSet<>();
        sales.forEach((id, at) -> {
            for (Instant[] interval : frozen) {
                if (at.compareTo(interval[0]) >= 0 && (interval[1] == null || at.compareTo(interval[1]) < 0)) {
                    lost.add(id);
                }
            }
        });
        return lost;
    }

    private Optional<Freeze> lostBefore(String number, String merchant, Instant at) {
        return terminals.lostBefore(pool, number, merchant, at).await().indefinitely();
    }

    private static List<String> asOf(String transaction, Instant then) {
        return Device.verdict(transaction, "?as_of=" + then).path("flags");
    }

    private static Set<String> ids(Response page) {
        return new TreeSet<>(page.<List<String>>path("data.id"));
    }

    private static Response get(String token, String path) {
        Response answer = given().auth().oauth2(token).get(path);
        assertEquals(200, answer.statusCode(), answer.asString());
        return answer;
    }
}
