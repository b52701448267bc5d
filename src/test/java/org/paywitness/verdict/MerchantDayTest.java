package org.paywitness.verdict;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.paywitness.verdict.Facts.cny;
import static org.paywitness.verdict.Facts.payment;
import static org.paywitness.verdict.Outcome.APPROVED;
import static org.paywitness.verdict.Outcome.CAPTURED;
import static org.paywitness.verdict.Outcome.CREDITED;
import static org.paywitness.verdict.Outcome.DEBITED;
import static org.paywitness.verdict.Outcome.DECLINED;
import static org.paywitness.verdict.Outcome.NO_ANSWER;
import static org.paywitness.verdict.Outcome.PAID;
import static org.paywitness.verdict.Outcome.REFUNDED;
import static org.paywitness.verdict.Outcome.REFUNDING;
import static org.paywitness.verdict.Outcome.REVERSED;
import static org.paywitness.verdict.Outcome.SLIP_FAILED;
import static org.paywitness.verdict.Outcome.SLIP_PRINTED;
import static org.paywitness.verdict.Outcome.VOIDED;

import org.junit.jupiter.api.Test;
import org.paywitness.verdict.Verdict.Cause;
import org.paywitness.verdict.Verdict.Kind;

/** The stories of fixtures/merchant-day, told by hand: the judge alone must come to expected.json's verdicts. */
class MerchantDayTest {
    @Test
    void storiesOfPlainSales() {
        Facts plain = bySlip(SLIP_PRINTED, 94_25, "09:01:28", CardKind.CREDIT);
        story(plain, Kind.CHARGED, Cause.SETTLED, true);
        Facts noSlip = bySlip(SLIP_FAILED, 12453_75, "09:34:17", CardKind.CREDIT);
        story(noSlip, Kind.CHARGED, Cause.SETTLED, true);
        Facts feeWrong = bySlip(SLIP_PRINTED, 7322_99, "10:13:47", CardKind.DEBIT);
        story(feeWrong, Kind.CHARGED, Cause.SETTLED, true);
    }

    @Test
    void storyDeclined() {
        Facts declined = day(533_23, "09:37:39").terminal(DECLINED, "54", "09:37:39");
        story(declined, Kind.NOT_CHARGED, Cause.REFUSED, true);
        assertEquals("54", declined.judge("+11 00:00").responseCode());
    }

    @Test
    void storyNoAnswerReversed() {
        Facts reversed = day(96_75, "09:42:40")
                .card(CardKind.DEBIT)
                .terminal(NO_ANSWER, "09:42:40")
                .inFile("acquirer")
                .acquirer(CAPTURED, "09:42:40")
                .acquirer(REVERSED, "09:43:20")
                .inFile("bank")
                .bank(DEBITED, "00:00")
                .bank(CREDITED, "+1 00:00");
        story(reversed, Kind.RETURNED, Cause.REVERSED, true);
    }

    @Test
    void storyNoAnswerNever() {
        Facts never = day(29_08, "09:43:08").terminal(NO_ANSWER, "09:43:08");
        story(never, Kind.NOT_CHARGED, Cause.NEVER_COMPLETED, true);
    }

    @Test
    void storyDebitedWithoutSale() {
        Facts debited = day(229_50, "09:45:56")
                .card(CardKind.CREDIT)
                .terminal(DECLINED, "51", "09:45:56")
                .acquirer(DECLINED, "51", "09:45:56")
                .inFile("bank")
                .bank(DEBITED, "00:00");
        story(debited, Kind.DISAGREEMENT, Cause.DEBITED_WITHOUT_SALE, false);
    }

    @Test
    void storySaleWithoutDebit() {
        Facts sale = day(82_34, "09:49").terminal(APPROVED, "00", "09:49").terminal(SLIP_PRINTED, "09:49");
        story(sale, Kind.DISAGREEMENT, Cause.SALE_WITHOUT_DEBIT, false);
    }

    @Test
    void storyAmountMismatch() {
        Facts mismatch = day(5815_40, "09:50:56")
                .card(CardKind.CREDIT)
                .terminal(APPROVED, "00", "09:50:56")
                .acquirer(CAPTURED, "09:50:56")
                .inFile("bank")
                .bank(DEBITED, "00:00", cny(5825_40));
        story(mismatch, Kind.DISAGREEMENT, Cause.AMOUNT_MISMATCH, false);
    }

    @Test
    void storyChargedTwice() {
        Facts first = bySlip(SLIP_FAILED, 1240_84, "09:51:25", CardKind.CREDIT);
        story(first, Kind.CHARGED, Cause.SETTLED, true);
        boolean retry = new Testimony(first.build().facts()).endedUnclear();
        Facts second =
                bySlip(SLIP_PRINTED, 1240_84, "09:53:55", CardKind.CREDIT).earlier("txn_first", retry);
        story(second, Kind.CHARGED_TWICE, Cause.DUPLICATE, false);
        assertEquals("txn_first", second.judge("+11 00:00").duplicateOf());
    }

    @Test
    void storyTwoHonest() {
        Facts first = bySlip(SLIP_PRINTED, 11486_88, "09:56:09", CardKind.CREDIT);
        story(first, Kind.CHARGED, Cause.SETTLED, true);
        boolean retry = new Testimony(first.build().facts()).endedUnclear();
        Facts second =
                bySlip(SLIP_PRINTED, 11486_88, "09:59:29", CardKind.CREDIT).earlier("txn_first", retry);
        story(second, Kind.CHARGED, Cause.SETTLED, true);
        assertEquals("txn_first", second.judge("+11 00:00").possibleDuplicateOf());
    }

    @Test
    void storyRefunded() {
        Facts refunded = bySlip(SLIP_PRINTED, 21_59, "09:59:01", CardKind.DEBIT)
                .acquirer(REFUNDED, "11:59:01")
                .bank(CREDITED, "+2 00:00");
        story(refunded, Kind.RETURNED, Cause.REFUNDED, true);
    }

    @Test
    void storyPartRefunded() {
        Facts part =
                bySlip(SLIP_PRINTED, 555_48, "10:01:53", CardKind.DEBIT).acquirer(REFUNDED, "12:01:53", cny(185_16));
        story(part, Kind.PARTLY_RETURNED, Cause.REFUNDED, false);
        assertEquals(cny(185_16), part.judge("+11 00:00").promised());
    }

    @Test
    void storyVoided() {
        Facts voided = day(17862_59, "10:07:04")
                .card(CardKind.DEBIT)
                .terminal(VOIDED, "00", "10:07:04")
                .terminal(SLIP_PRINTED, "10:07:04")
                .inFile("acquirer")
                .acquirer(CAPTURED, "10:07:04")
                .acquirer(VOIDED, "10:16:04")
                .inFile("bank")
                .bank(DEBITED, "00:00")
                .bank(CREDITED, "00:00");
        story(voided, Kind.RETURNED, Cause.VOIDED, true);
    }

    @Test
    void storyAmbiguousThenCaptured() {
        Facts captured = day(893_62, "10:09:09")
                .card(CardKind.DEBIT)
                .terminal(DECLINED, "98", "10:09:09")
                .acquirer(CAPTURED, "10:09:09")
                .bank(DEBITED, "00:00");
        story(captured, Kind.CHARGED, Cause.SETTLED, true);
    }

    @Test
    void storiesOfWallets() {
        story(walletSale(187_13), Kind.CHARGED, Cause.SETTLED, true); // wx, wx_comma, ali
        story(walletSale(715_44).wallet(REFUNDED, "10:23:40"), Kind.RETURNED, Cause.REFUNDED, true);
        story(
                walletSale(5432_28).wallet(REFUNDING, "10:26:54", cny(2716_14)),
                Kind.PARTLY_RETURNED,
                Cause.REFUNDED,
                false);
        story(walletSale(69_96).wallet(REFUNDED, "10:38:35"), Kind.RETURNED, Cause.REFUNDED, true);
    }

    /** Ten days later, with the bank's data complete for four days after the sale. */
    private static void story(Facts facts, Kind kind, Cause cause, boolean isFinal) {
        Verdict v = facts.bankCompleteThrough("+5 00:00").judge("+11 00:00");
        assertEquals(kind, v.kind());
        assertEquals(cause, v.cause());
        assertEquals(isFinal, v.isFinal());
    }

    private static Facts day(long amount, String when) {
        return payment()
                .amount(cny(amount))
                .occurred(when)
                .card(CardKind.UNKNOWN)
                .inFile("pos");
    }

    private static Facts bySlip(Outcome slip, long amount, String when, CardKind kind) {
        return day(amount, when)
                .card(kind)
                .terminal(APPROVED, "00", when)
                .terminal(slip, when)
                .inFile("bank")
                .bank(DEBITED, "00:00")
                .inFile("acquirer")
                .acquirer(CAPTURED, when);
    }

    private static Facts walletSale(long amount) {
        return day(amount, "10:16:54").viaWallet().inFile("bill").wallet(PAID, "10:16:54");
    }
}
