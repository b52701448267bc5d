package org.paywitness.transaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.paywitness.money.Money;
import org.paywitness.verdict.CardKind;
import org.paywitness.verdict.Fact;
import org.paywitness.verdict.Outcome;
import org.paywitness.verdict.Payment;
import org.paywitness.verdict.Source;

class SummaryTest {
    @Test
    void whatIsWrittenIsRead() {
        long seed = Long.getLong("summary.seed", System.nanoTime());
        System.out.println("summary.seed=" + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 10_000; i++) {
            Summary summary = random(random);
            assertEquals(summary, Summary.decode(summary.encode()), () -> "seed " + seed);
        }
    }

    @Test
    void textsFromBeforeFeesWereReadStillDecode() {
        String before =
                "1\tPURCHASE\tDEBIT\t0\tchip\t\t\t\t\t\t\t0\t\nacquirer\tcaptured\t00\t1000000\t9425CNY\tstm_1\tobs_1"
                        + "\nbank\tdebited\t\t2000000\t9425CNY\t\tobs_2";
        Summary summary = Summary.decode(before);
        assertEquals(
                List.of(
                        new Fact(
                                "obs_1",
                                Source.ACQUIRER,
                                Outcome.CAPTURED,
                                "00",
                                Instant.ofEpochSecond(1),
                                Money.of(9425, "CNY"),
                                "stm_1"),
                        new Fact(
                                "obs_2",
                                Source.BANK,
                                Outcome.DEBITED,
                                null,
                                Instant.ofEpochSecond(2),
                                Money.of(9425, "CNY"),
                                "")),
                summary.facts());
        assertEquals(before, summary.encode(), "what tells no fee is written as before");
    }

    @Test
    void anotherFormatIsRefusedRatherThanGuessed() {
        assertThrows(IllegalStateException.class, () -> Summary.decode("9\tPURCHASE"));
    }

    private static Summary random(Random random) {
        List<Fact> facts = new ArrayList<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            Outcome outcome = Outcome.values()[random.nextInt(Outcome.values().length)];
            facts.add(new Fact(
                    "obs_" + i,
                    Source.values()[random.nextInt(4)],
                    outcome,
                    random.nextBoolean() ? "51" : null,
                    Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000) * 1000L),
                    money(random),
                    random.nextBoolean() ? "stm_1" : "",
                    money(random)));
        }
        return new Summary(
                Payment.Type.values()[random.nextInt(3)],
                random.nextBoolean() ? CardKind.values()[random.nextInt(4)] : null,
                random.nextBoolean(),
                random.nextBoolean() ? "chip" : null,
                random.nextBoolean() ? "123456" : null,
                random.nextBoolean() ? "unionpay" : null,
                money(random),
                random.nextBoolean() ? "7.1910" : null,
                money(random),
                random.nextBoolean() ? new Payment.Earlier("txn_1", random.nextBoolean()) : null,
                random.nextBoolean(),
                random.nextBoolean() ? List.of("txn_2", "txn_3") : List.of(),
                sent(random),
                facts);
    }

    private static List<Summary.Sent> sent(Random random) {
        List<Summary.Sent> sent = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            sent.add(new Summary.Sent(
                    new UUID(random.nextLong(), random.nextLong()),
                    new UUID(random.nextLong(), random.nextLong()),
                    Money.of(random.nextLong(Money.MAX), "CNY"),
                    Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000) * 1000L),
                    Summary.By.values()[random.nextInt(Summary.By.values().length)],
                    random.nextBoolean()));
        }
        return sent;
    }

    private static Money money(Random random) {
        return random.nextBoolean() ? null : Money.of(random.nextLong(Money.MAX), random.nextBoolean() ? "JPY" : "KWD");
    }
}
