package org.paywitness.refund;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.paywitness.refund.Sold.TUESDAY;
import static org.paywitness.refund.Sold.WEDNESDAY;
import static org.paywitness.refund.Sold.cny;

import org.junit.jupiter.api.Test;
import org.paywitness.money.Money;
import org.paywitness.refund.Refundable.Books;
import org.paywitness.verdict.Completeness;
import org.paywitness.verdict.Outcome;
import org.paywitness.verdict.Policy;
import org.paywitness.verdict.Source;

/** What may still go back. */
class RefundableTest {
    private static Refundable of(Sold sale, Books books) {
        return Refundable.of(sale.transaction(), Completeness.NONE, books, Policy.DEFAULT, WEDNESDAY);
    }

    private static Sold charged() {
        return Sold.of(100)
                .told(Source.ACQUIRER, Outcome.CAPTURED, cny(100))
                .told(Source.BANK, Outcome.DEBITED, cny(100));
    }

    private static void refuses(String code, Sold sale, Books books) {
        assertEquals(code, of(sale, books).refusal().code());
    }

    @Test
    void theWholeOfWhatWasTakenWhereNothingWentBack() {
        Refundable all = of(charged(), Books.NONE);
        assertNull(all.refusal());
        assertEquals(cny(100), all.charged());
        assertEquals(cny(100), all.left());
        assertEquals(100, all.bound(Books.NONE));
    }

    @Test
    void whatIsUnderWayHereOrUnderAMergedIdIsGone() {
        Books books = new Books(30, 20, Refundable.Claims.NONE, 0);
        assertEquals(cny(50), of(charged(), books).left());
        // Under its own id, beside the 20 of the merged one, at most 80.
        assertEquals(80, of(charged(), books).bound(books));
    }

    @Test
    void aRefundOfOursThatOthersTellOfIsOne() {
        Sold sale = charged();
        sale.sent(30, TUESDAY, false);
        sale.told(Source.ACQUIRER, Outcome.REFUNDED, cny(30), TUESDAY, "")
                .told(Source.BANK, Outcome.CREDITED, cny(30), WEDNESDAY, "");
        assertEquals(
                cny(70), of(sale, new Books(30, 0, Refundable.Claims.NONE, 0)).left());
        assertEquals(
                cny(60), of(sale, new Books(40, 0, Refundable.Claims.NONE, 0)).left());
    }

    @Test
    void aRefundThatOnlyOthersTellOfIsGoneToo() {
        Sold sale = charged().told(Source.ACQUIRER, Outcome.REFUNDED, cny(30), TUESDAY, "");
        assertEquals(cny(70), of(sale, Books.NONE).left());
        Books ours = new Books(10, 0, Refundable.Claims.NONE, 0);
        assertEquals(cny(60), of(sale, ours).left());
        assertEquals(70, of(sale, ours).bound(ours));
    }

    @Test
    void aRefundToldDaysBeforeOursIsAnother() {
        Sold sale = charged().told(Source.ACQUIRER, Outcome.REFUNDED, cny(30), Sold.MONDAY, "");
        sale.sent(40, WEDNESDAY, false);
        assertEquals(
                cny(30), of(sale, new Books(40, 0, Refundable.Claims.NONE, 0)).left());
    }

    @Test
    void sourcesThatDifferBindToTheLeast() {
        Sold sale = Sold.of(100)
                .told(Source.ACQUIRER, Outcome.CAPTURED, cny(80))
                .told(Source.BANK, Outcome.DEBITED, cny(100));
        assertEquals(cny(80), of(sale, Books.NONE).left());
    }

    @Test
    void itIsInTheCurrencyOfTheSale() {
        Sold sale = Sold.of(12800)
                .told(Source.ACQUIRER, Outcome.CAPTURED, cny(12800))
                .told(Source.BANK, Outcome.DEBITED, Money.of(1780, "USD"));
        assertEquals(cny(12800), of(sale, Books.NONE).left());
        Sold bankOnly = Sold.of(12800).told(Source.BANK, Outcome.DEBITED, Money.of(1780, "USD"));
        assertEquals(cny(12800), of(bankOnly, Books.NONE).left());
    }

    @Test
    void whatWasApprovedInPartGoesBackInThatPart() {
        Sold sale = Sold.of(100).told(Source.ACQUIRER, Outcome.APPROVED, cny(60));
        assertEquals(cny(60), of(sale, Books.NONE).left());
    }

    @Test
    void eachRefusalHasItsCode() {
        refuses("not_charged", Sold.of(100).told(Source.ACQUIRER, Outcome.DECLINED, cny(100)), Books.NONE);
        refuses("not_charged", Sold.of(100).told(Source.TERMINAL, Outcome.NO_ANSWER, cny(100)), Books.NONE);
        refuses("being_returned", charged().told(Source.ACQUIRER, Outcome.REVERSED, cny(100), TUESDAY, ""), Books.NONE);
        refuses("already_returned", charged().told(Source.BANK, Outcome.CREDITED, cny(100), TUESDAY, ""), Books.NONE);
        refuses("under_chargeback", charged(), new Books(0, 0, new Refundable.Claims(1, 1, 0), 1));
        Sold voided = Sold.of(100).told(Source.ACQUIRER, Outcome.APPROVED, cny(100));
        voided.sent(100, TUESDAY, true);
        refuses("not_charged", voided, new Books(100, 0, Refundable.Claims.NONE, 0));
    }
}
