package org.paywitness.fee;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.paywitness.money.Money;
import org.paywitness.verdict.CardKind;
import org.paywitness.verdict.Completeness;
import org.paywitness.verdict.Fact;
import org.paywitness.verdict.Facts;
import org.paywitness.verdict.Judge;
import org.paywitness.verdict.Outcome;
import org.paywitness.verdict.Payment;
import org.paywitness.verdict.Policy;
import org.paywitness.verdict.Source;

class FeeMismatchTest {
    private static final FeeSchedule DEBIT = FeeScheduleTest.schedule("CNY", "0.50", 2000L, 0, "half_up", "50");
    private static final Instant NOON = Facts.at("12:00");

    private final List<Fact> facts = new ArrayList<>();

    @Test
    void theScheduleToTheMinorUnitIsNoMismatch() {
        say(Source.ACQUIRER, Outcome.CAPTURED, 12_800, 64L);
        assertEquals(List.of(), FeeMismatch.of(facts, DEBIT, 0));
        assertEquals(List.of(), FeeMismatch.of(facts, null, 0), "without a schedule nothing is expected");
    }

    @Test
    void oneMinorUnitMoreOrLessIsOneUnlessItIsTolerated() {
        for (long fee : List.of(63L, 65L)) {
            facts.clear();
            say(Source.ACQUIRER, Outcome.CAPTURED, 12_800, fee);
            FeeMismatch mismatch = FeeMismatch.of(facts, DEBIT, 0).get(0);
            assertEquals(Facts.cny(64), mismatch.expected());
            assertEquals(fee - 64, mismatch.difference());
            assertEquals(facts.get(0), mismatch.stated());
            assertEquals(List.of(), FeeMismatch.of(facts, DEBIT, 1));
        }
    }

    @Test
    void eachSourceIsHeldToTheAmountThatItTookItself() {
        say(Source.ACQUIRER, Outcome.CAPTURED, 20_000, 100L);
        say(Source.WALLET, Outcome.PAID, 12_800, 100L);
        List<FeeMismatch> mismatches = FeeMismatch.of(facts, DEBIT, 0);
        assertEquals(1, mismatches.size());
        assertEquals(Source.WALLET, mismatches.get(0).stated().source());
        assertEquals(36, mismatches.get(0).difference());
    }

    @Test
    void theLatestWordOfASourceCounts() {
        say(Source.ACQUIRER, Outcome.CAPTURED, 12_800, 70L);
        say(Source.ACQUIRER, Outcome.CAPTURED, 12_800, 64L);
        assertEquals(List.of(), FeeMismatch.of(facts, DEBIT, 0));
        say(Source.ACQUIRER, Outcome.CAPTURED, 12_800, null);
        assertEquals(List.of(), FeeMismatch.of(facts, DEBIT, 0), "silence takes nothing back");
    }

    @Test
    void whatIsSaidWithMoneyThatGoesBackIsNotCompared() {
        say(Source.ACQUIRER, Outcome.CAPTURED, 12_800, 64L);
        say(Source.ACQUIRER, Outcome.REFUNDED, 100, 64L);
        say(Source.WALLET, Outcome.REFUNDING, 100, 0L);
        assertEquals(List.of(), FeeMismatch.of(facts, DEBIT, 0));
    }

    @Test
    void anotherCurrencyIsNotCompared() {
        facts.add(new Fact(
                "obs_1",
                Source.ACQUIRER,
                Outcome.CAPTURED,
                null,
                NOON,
                Money.of(12_800, "JPY"),
                "",
                Money.of(1, "JPY")));
        facts.add(new Fact(
                "obs_2", Source.WALLET, Outcome.PAID, null, NOON, Money.of(12_800, "CNY"), "", Money.of(1, "JPY")));
        assertEquals(List.of(), FeeMismatch.of(facts, DEBIT, 0));
    }

    @Test
    void aPaymentCostsItsFeeLessWhatComesBack() {
        say(Source.ACQUIRER, Outcome.CAPTURED, 12_800, null);
        assertEquals(new Fee(DEBIT, Facts.cny(64), Facts.cny(0)), fee());
        say(Source.ACQUIRER, Outcome.REFUNDED, 6_400, null);
        assertEquals(new Fee(DEBIT, Facts.cny(64), Facts.cny(16)), fee(), "half of the money, half of its fee");
        say(Source.ACQUIRER, Outcome.REFUNDED, 6_400, null);
        assertEquals(Facts.cny(32), fee().net());
    }

    @Test
    void whatIsVoidedOrReversedCostsNothing() {
        for (Outcome undone : List.of(Outcome.VOIDED, Outcome.REVERSED)) {
            facts.clear();
            say(Source.ACQUIRER, Outcome.CAPTURED, 12_800, null);
            say(Source.ACQUIRER, undone, 12_800, null);
            assertEquals(Facts.cny(0), fee().net(), undone.code());
        }
    }

    @Test
    void whatWasNotChargedHasNoFee() {
        facts.add(new Fact("obs_1", Source.ACQUIRER, Outcome.DECLINED, "51", NOON, Facts.CNY_128, ""));
        assertNull(fee());
        facts.clear();
        facts.add(new Fact("obs_1", Source.TERMINAL, Outcome.NO_ANSWER, null, NOON, Facts.CNY_128, ""));
        assertNull(fee());
    }

    private Fee fee() {
        Payment payment = new Payment(
                "txn_1",
                Payment.Type.PURCHASE,
                CardKind.DEBIT,
                false,
                Facts.CNY_128,
                NOON,
                facts,
                List.of(),
                null,
                Payment.Details.NONE);
        return Fee.of(DEBIT, Judge.verdict(payment, Completeness.NONE, Policy.DEFAULT, Facts.at("14:00")));
    }

    private void say(Source source, Outcome outcome, long amount, Long fee) {
        facts.add(new Fact(
                "obs_" + facts.size(),
                source,
                outcome,
                null,
                NOON.plusSeconds(facts.size()),
                Facts.cny(amount),
                "",
                fee == null ? null : Facts.cny(fee)));
    }
}
