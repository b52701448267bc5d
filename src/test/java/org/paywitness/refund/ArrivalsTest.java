package org.paywitness.refund;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.paywitness.money.Money;
import org.paywitness.transaction.Summary;
import org.paywitness.transaction.Transaction;
import org.paywitness.verdict.CardKind;
import org.paywitness.verdict.Fact;
import org.paywitness.verdict.Outcome;
import org.paywitness.verdict.Payment;
import org.paywitness.verdict.Policy;
import org.paywitness.verdict.Source;

/** Which credit is which refund's. */
class ArrivalsTest {
    private static final Instant MONDAY = Instant.parse("2026-11-16T04:00:00Z");
    private static final Instant TUESDAY = Instant.parse("2026-11-17T04:00:00Z");
    private static final Instant WEDNESDAY = Instant.parse("2026-11-18T04:00:00Z");

    private final List<Summary.Sent> sent = new ArrayList<>();
    private final List<Fact> facts = new ArrayList<>();

    private UUID sent(long amount, Instant at) {
        return sent(amount, at, false);
    }

    private UUID sent(long amount, Instant at, boolean voided) {
        UUID id = new UUID(0, sent.size() + 1);
        sent.add(new Summary.Sent(id, new UUID(0, 0), Money.of(amount, "CNY"), at, voided));
        return id;
    }

    private void told(Source source, Outcome outcome, Money amount, Instant at, String file) {
        facts.add(new Fact("obs_" + facts.size(), source, outcome, null, at, amount, file));
        facts.sort(Fact.IN_TIME);
    }

    private void credited(long amount, Instant at) {
        told(Source.BANK, Outcome.CREDITED, Money.of(amount, "CNY"), at, "stm_1");
    }

    private Map<UUID, Instant> arrived() {
        Summary summary = new Summary(
                Payment.Type.PURCHASE,
                CardKind.DEBIT,
                false,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                false,
                List.of(),
                sent,
                facts);
        Transaction transaction = new Transaction(
                new UUID(0, 0),
                null,
                1,
                new Transaction.Reference("m", null, null, null, null, null, null),
                new Transaction.Card(null, null, null),
                Money.of(100, "CNY"),
                MONDAY,
                summary);
        return Arrivals.of(transaction, Policy.DEFAULT);
    }

    @Test
    void aCreditIsTheRefundsOfItsAmount() {
        UUID large = sent(70, MONDAY);
        UUID small = sent(30, MONDAY);
        credited(30, TUESDAY);
        assertEquals(Map.of(small, TUESDAY), arrived());
        credited(70, WEDNESDAY);
        assertEquals(Map.of(small, TUESDAY, large, WEDNESDAY), arrived());
    }

    @Test
    void equalAmountsArriveInTheOrderTheyWereSent() {
        UUID first = sent(50, MONDAY);
        UUID second = sent(50, TUESDAY);
        credited(50, TUESDAY);
        assertEquals(Map.of(first, TUESDAY), arrived());
        credited(50, TUESDAY);
        assertEquals(Map.of(first, TUESDAY, second, TUESDAY), arrived());
    }

    @Test
    void oneCreditMayCoverSeveralAndSeveralOne() {
        UUID first = sent(40, MONDAY);
        UUID second = sent(60, MONDAY);
        credited(99, TUESDAY);
        assertEquals(Map.of(first, TUESDAY), arrived());
        credited(1, WEDNESDAY);
        assertEquals(Map.of(first, TUESDAY, second, WEDNESDAY), arrived());
    }

    @Test
    void nothingArrivesOnADayBeforeItWasSent() {
        sent(50, WEDNESDAY);
        credited(50, TUESDAY);
        assertEquals(Map.of(), arrived());
    }

    @Test
    void theSameCreditToldByTwoFilesIsOne() {
        UUID first = sent(50, MONDAY);
        sent(50, MONDAY);
        credited(50, TUESDAY);
        told(Source.BANK, Outcome.CREDITED, Money.of(50, "CNY"), TUESDAY, "stm_2");
        assertEquals(Map.of(first, TUESDAY), arrived());
    }

    @Test
    void aCreditInTheCardsOwnCurrencyArrives() {
        UUID only = sent(100, MONDAY);
        told(Source.BANK, Outcome.CREDITED, Money.of(14, "USD"), TUESDAY, "");
        assertEquals(Map.of(only, TUESDAY), arrived());
    }

    @Test
    void aVoidArrivesWhenTheHoldIsReleased() {
        UUID voided = sent(100, MONDAY, true);
        told(Source.BANK, Outcome.RELEASED, null, TUESDAY, "");
        assertEquals(Map.of(voided, TUESDAY), arrived());
    }

    @Test
    void theWalletsWordIsEnough() {
        UUID only = sent(100, MONDAY);
        told(Source.WALLET, Outcome.REFUNDED, Money.of(100, "CNY"), TUESDAY, "");
        assertEquals(Map.of(only, TUESDAY), arrived());
    }
}
