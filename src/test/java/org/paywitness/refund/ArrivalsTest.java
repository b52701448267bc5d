package org.paywitness.refund;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.paywitness.refund.Sold.MONDAY;
import static org.paywitness.refund.Sold.TUESDAY;
import static org.paywitness.refund.Sold.WEDNESDAY;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.paywitness.money.Money;
import org.paywitness.verdict.Outcome;
import org.paywitness.verdict.Policy;
import org.paywitness.verdict.Source;

/** Which credit is which refund's. */
class ArrivalsTest {
    private final Sold sale = Sold.of(100);

    private UUID sent(long amount, Instant at) {
        return sale.sent(amount, at, false);
    }

    private void credited(long amount, Instant at) {
        sale.told(Source.BANK, Outcome.CREDITED, Money.of(amount, "CNY"), at, "stm_1");
    }

    private Map<UUID, Instant> arrived() {
        return Arrivals.of(sale.transaction(), Policy.DEFAULT);
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
        sale.told(Source.BANK, Outcome.CREDITED, Money.of(50, "CNY"), TUESDAY, "stm_2");
        assertEquals(Map.of(first, TUESDAY), arrived());
    }

    @Test
    void aCreditInTheCardsOwnCurrencyArrives() {
        UUID only = sent(100, MONDAY);
        sale.told(Source.BANK, Outcome.CREDITED, Money.of(14, "USD"), TUESDAY, "");
        assertEquals(Map.of(only, TUESDAY), arrived());
    }

    @Test
    void aVoidArrivesWhenTheHoldIsReleased() {
        UUID voided = sale.sent(100, MONDAY, true);
        sale.told(Source.BANK, Outcome.RELEASED, null, TUESDAY, "");
        assertEquals(Map.of(voided, TUESDAY), arrived());
    }

    @Test
    void theWalletsWordIsEnough() {
        UUID only = sent(100, MONDAY);
        sale.told(Source.WALLET, Outcome.REFUNDED, Money.of(100, "CNY"), TUESDAY, "");
        assertEquals(Map.of(only, TUESDAY), arrived());
    }
}
