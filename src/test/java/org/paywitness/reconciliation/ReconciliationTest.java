package org.paywitness.reconciliation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;
import static org.paywitness.verdict.Facts.cny;
import static org.paywitness.verdict.Facts.payment;
import static org.paywitness.verdict.Outcome.APPROVED;
import static org.paywitness.verdict.Outcome.CAPTURED;
import static org.paywitness.verdict.Outcome.CREDITED;
import static org.paywitness.verdict.Outcome.DEBITED;
import static org.paywitness.verdict.Outcome.DECLINED;
import static org.paywitness.verdict.Outcome.HELD;
import static org.paywitness.verdict.Outcome.NO_ANSWER;
import static org.paywitness.verdict.Outcome.NO_RECORD;
import static org.paywitness.verdict.Outcome.PAID;
import static org.paywitness.verdict.Outcome.REFUNDED;
import static org.paywitness.verdict.Outcome.RELEASED;
import static org.paywitness.verdict.Outcome.REVERSED;
import static org.paywitness.verdict.Outcome.SLIP_PRINTED;
import static org.paywitness.verdict.Outcome.VOIDED;
import static org.paywitness.verdict.Source.ACQUIRER;
import static org.paywitness.verdict.Source.BANK;
import static org.paywitness.verdict.Source.TERMINAL;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.paywitness.money.Money;
import org.paywitness.verdict.CardKind;
import org.paywitness.verdict.Facts;
import org.paywitness.verdict.Moment;
import org.paywitness.verdict.Payment;
import org.paywitness.verdict.Policy;

/** The table of src/docs/reconciliation.md, row by row. The sale is of ¥128.00 by a debit card at 12:00. */
class ReconciliationTest {
    private static final String NOTHING = "";

    private static Facts sold() {
        return payment().terminal(APPROVED, "12:00").acquirer(CAPTURED, "12:00").bank(DEBITED, "00:00");
    }

    private static DynamicTest row(String why, String expected, Books books) {
        return dynamicTest(why, () -> assertEquals(expected, books.differ()));
    }

    @TestFactory
    Stream<DynamicTest> whereAllAgreeThereIsNone() {
        return Stream.of(
                row("all three hold it", NOTHING, Books.of(sold()).allCover()),
                row(
                        "a slip that did not come out changes nothing",
                        NOTHING,
                        Books.of(sold().terminal(SLIP_PRINTED, "12:00")).allCover()),
                row(
                        "refused by both that were asked",
                        NOTHING,
                        Books.of(payment().terminal(DECLINED, "51", "12:00").acquirer(DECLINED, "51", "12:00"))
                                .allCover()),
                row(
                        "refused: it appears nowhere else",
                        NOTHING,
                        Books.of(payment().terminal(DECLINED, "54", "12:00")).allCover()),
                row(
                        "no answer, and nobody took anything",
                        NOTHING,
                        Books.of(payment().terminal(NO_ANSWER, "12:00")).allCover()),
                row(
                        "no answer, though captured: the terminal leaves it open",
                        NOTHING,
                        Books.of(payment()
                                        .terminal(NO_ANSWER, "12:00")
                                        .acquirer(CAPTURED, "12:00")
                                        .bank(DEBITED, "00:00"))
                                .allCover()),
                row(
                        "an ambiguous code, though captured: so does this",
                        NOTHING,
                        Books.of(payment()
                                        .terminal(DECLINED, "98", "12:00")
                                        .acquirer(CAPTURED, "12:00")
                                        .bank(DEBITED, "00:00"))
                                .allCover()),
                row(
                        "no answer, captured and reversed",
                        NOTHING,
                        Books.of(payment()
                                        .terminal(NO_ANSWER, "12:00")
                                        .acquirer(CAPTURED, "12:00")
                                        .acquirer(REVERSED, "12:01"))
                                .allCover()),
                row(
                        "voided before the bank booked it",
                        NOTHING,
                        Books.of(payment()
                                        .terminal(VOIDED, "12:00")
                                        .acquirer(CAPTURED, "12:00")
                                        .acquirer(VOIDED, "12:05"))
                                .allCover()),
                row(
                        "voided by us",
                        NOTHING,
                        Books.of(payment().terminal(APPROVED, "12:00").acquirer(CAPTURED, "12:00"))
                                .voidedByUs()
                                .allCover()),
                row(
                        "voided at the terminal, and never settled",
                        NOTHING,
                        Books.of(payment().terminal(VOIDED, "12:00")).allCover()),
                row(
                        "refunded, and on its way",
                        NOTHING,
                        Books.of(sold().acquirer(REFUNDED, "14:00", cny(50_00))).allCover()),
                row(
                        "refunded, and arrived",
                        NOTHING,
                        Books.of(sold().acquirer(REFUNDED, "14:00").bank(CREDITED, "+2 00:00"))
                                .allCover()),
                row(
                        "set aside is booked nowhere",
                        NOTHING,
                        Books.of(payment()
                                        .type(Payment.Type.PREAUTH)
                                        .terminal(APPROVED, "12:00")
                                        .acquirer(APPROVED, "12:00"))
                                .allCover()),
                row(
                        "the bank still holds it",
                        NOTHING,
                        Books.of(payment()
                                        .terminal(APPROVED, "12:00")
                                        .acquirer(CAPTURED, "12:00")
                                        .bank(HELD, "00:00"))
                                .allCover()));
    }

    @TestFactory
    Stream<DynamicTest> whoIsMissedAndWhen() {
        return Stream.of(
                row(
                        "the bank has nothing",
                        "missing_at_bank 12800 ask_acquirer",
                        Books.of(payment().terminal(APPROVED, "12:00").acquirer(CAPTURED, "12:00"))
                                .allCover()),
                row(
                        "the bank's data does not reach through the posting window",
                        NOTHING,
                        Books.of(payment().terminal(APPROVED, "12:00").acquirer(CAPTURED, "12:00"))
                                .covers(BANK, "+1 11:59")),
                row(
                        "it does, to the second",
                        "missing_at_bank 12800 ask_acquirer",
                        Books.of(payment().terminal(APPROVED, "12:00").acquirer(CAPTURED, "12:00"))
                                .covers(BANK, "+1 12:00")),
                row(
                        "of a credit card the window is longer",
                        NOTHING,
                        Books.of(payment()
                                        .card(CardKind.CREDIT)
                                        .terminal(APPROVED, "12:00")
                                        .acquirer(CAPTURED, "12:00"))
                                .covers(BANK, "+3 11:59")),
                row(
                        "and ends, too",
                        "missing_at_bank 12800 ask_acquirer",
                        Books.of(payment()
                                        .card(CardKind.CREDIT)
                                        .terminal(APPROVED, "12:00")
                                        .acquirer(CAPTURED, "12:00"))
                                .covers(BANK, "+3 12:00")),
                row(
                        "the bank has let go what it held",
                        "missing_at_bank 12800 ask_acquirer",
                        Books.of(payment()
                                        .acquirer(CAPTURED, "12:00")
                                        .bank(HELD, "00:00")
                                        .bank(RELEASED, "+1 00:00"))
                                .covers(BANK, "+9 00:00")),
                row(
                        "refunded in full, and never debited: that refund must not go out",
                        "missing_at_bank 12800 ask_acquirer",
                        Books.of(payment()
                                        .terminal(APPROVED, "12:00")
                                        .acquirer(CAPTURED, "12:00")
                                        .acquirer(REFUNDED, "13:00"))
                                .allCover()),
                row(
                        "a preauthorization that was captured is a sale",
                        "missing_at_bank 12800 ask_acquirer",
                        Books.of(payment()
                                        .type(Payment.Type.PREAUTH)
                                        .terminal(APPROVED, "12:00")
                                        .acquirer(CAPTURED, "12:00"))
                                .allCover()),
                row(
                        "the terminal alone has it",
                        "missing_at_bank 12800 ask_acquirer, missing_at_acquirer 12800 ask_acquirer",
                        Books.of(payment().terminal(APPROVED, "12:00")).allCover()),
                row(
                        "the terminal alone, and only the acquirer's data is there",
                        "missing_at_acquirer 12800 ask_acquirer",
                        Books.of(payment().terminal(APPROVED, "12:00")).covers(ACQUIRER, "12:10")),
                row(
                        "clocks are ten minutes apart at most: before, nobody is missed",
                        NOTHING,
                        Books.of(payment().terminal(APPROVED, "12:00")).covers(ACQUIRER, "12:09")),
                row(
                        "a source that never covers the merchant is not missed",
                        NOTHING,
                        Books.of(payment().terminal(APPROVED, "12:00"))),
                row(
                        "the acquirer has not got it, the bank has",
                        "missing_at_acquirer 12800 ask_acquirer",
                        Books.of(payment().terminal(APPROVED, "12:00").bank(DEBITED, "00:00"))
                                .allCover()),
                row(
                        "debited though the acquirer refused: it must go back, whoever covers what",
                        "missing_at_acquirer 12800 refund",
                        Books.of(payment()
                                .terminal(DECLINED, "51", "12:00")
                                .acquirer(DECLINED, "51", "12:00")
                                .bank(DEBITED, "00:00"))),
                row(
                        "debited though the acquirer has no record",
                        "missing_at_acquirer 12800 refund",
                        Books.of(payment()
                                .terminal(NO_ANSWER, "12:00")
                                .acquirer(NO_RECORD, "12:30")
                                .bank(DEBITED, "00:00"))),
                row(
                        "sold over the counter though the acquirer refused",
                        "missing_at_acquirer 12800 ask_acquirer",
                        Books.of(payment().terminal(APPROVED, "12:00").acquirer(DECLINED, "51", "12:00"))
                                .allCover()),
                row(
                        "a bank's line that nobody else knows",
                        "missing_at_acquirer 12800 ask_acquirer, missing_at_terminal 12800 dispute",
                        Books.of(payment().occurred("00:00").bank(DEBITED, "00:00"))
                                .allCover()),
                row(
                        "it has only a date: the others are asked when that day is over",
                        NOTHING,
                        Books.of(payment().occurred("00:00").bank(DEBITED, "00:00"))
                                .covers(ACQUIRER, "23:59")
                                .covers(TERMINAL, "23:59")),
                row(
                        "the terminal's journal has not got it",
                        "missing_at_terminal 12800 dispute",
                        Books.of(payment().acquirer(CAPTURED, "12:00").bank(DEBITED, "00:00"))
                                .allCover()),
                row(
                        "the terminal keeps no journal",
                        NOTHING,
                        Books.of(payment().acquirer(CAPTURED, "12:00").bank(DEBITED, "00:00"))
                                .withoutJournal()
                                .allCover()),
                row(
                        "its journal does not reach so far",
                        NOTHING,
                        Books.of(payment().acquirer(CAPTURED, "12:00").bank(DEBITED, "00:00"))
                                .covers(TERMINAL, "12:09")
                                .covers(ACQUIRER, "+1 00:00")),
                row(
                        "no terminal is named",
                        NOTHING,
                        Books.of(payment().acquirer(CAPTURED, "12:00").bank(DEBITED, "00:00"))
                                .withoutTerminal()
                                .allCover()),
                row(
                        "sold online: there is no terminal",
                        NOTHING,
                        Books.of(payment().acquirer(CAPTURED, "12:00").bank(DEBITED, "00:00"))
                                .channel("online")
                                .allCover()),
                row(
                        "the terminal says refused, and it was captured",
                        "missing_at_terminal 12800 refund",
                        Books.of(payment()
                                .terminal(DECLINED, "51", "12:00")
                                .acquirer(CAPTURED, "12:00")
                                .bank(DEBITED, "00:00"))));
    }

    @TestFactory
    Stream<DynamicTest> walletsAreInTheirOwnBooksOnly() {
        return Stream.of(
                row(
                        "paid out of a wallet",
                        NOTHING,
                        Books.of(payment().viaWallet().wallet(PAID, "12:00"))
                                .inWallet()
                                .allCover()),
                row(
                        "with a bank card behind it: the bank books the wallet's name",
                        NOTHING,
                        Books.of(payment().viaWallet().card(CardKind.DEBIT).wallet(PAID, "12:00"))
                                .inWallet()
                                .allCover()),
                row(
                        "a code at the terminal, and the wallet's bill is not there",
                        NOTHING,
                        Books.of(payment().terminal(APPROVED, "12:00"))
                                .shownAsCode()
                                .allCover()),
                row(
                        "a code of the card scheme has an RRN: a card payment",
                        "missing_at_bank 12800 ask_acquirer",
                        Books.of(payment().terminal(APPROVED, "12:00").acquirer(CAPTURED, "12:00"))
                                .channel("qr")
                                .allCover()),
                row(
                        "wallet and acquirer differ",
                        "amount_mismatch 800 ask_acquirer",
                        Books.of(payment().viaWallet().wallet(PAID, "12:00").acquirer(CAPTURED, "12:00", cny(120_00)))
                                .inWallet()
                                .allCover()));
    }

    @TestFactory
    Stream<DynamicTest> amounts() {
        return Stream.of(
                row(
                        "the bank took more",
                        "amount_mismatch 1000 ask_acquirer",
                        Books.of(payment()
                                .terminal(APPROVED, "12:00")
                                .acquirer(CAPTURED, "12:00")
                                .bank(DEBITED, "00:00", cny(138_00)))),
                row(
                        "the bank took less",
                        "amount_mismatch 800 ask_acquirer",
                        Books.of(payment()
                                .terminal(APPROVED, "12:00")
                                .acquirer(CAPTURED, "12:00")
                                .bank(DEBITED, "00:00", cny(120_00)))),
                row(
                        "the acquirer took more than the terminal: it was the merchant's",
                        "amount_mismatch 1200 refund",
                        Books.of(payment()
                                .terminal(APPROVED, "12:00")
                                .acquirer(CAPTURED, "12:00", cny(140_00))
                                .bank(DEBITED, "00:00", cny(140_00)))),
                row(
                        "of a preauthorization the terminal's amount is another",
                        NOTHING,
                        Books.of(payment()
                                .type(Payment.Type.PREAUTH_COMPLETION)
                                .terminal(APPROVED, "12:00")
                                .acquirer(CAPTURED, "12:00", cny(140_00))
                                .bank(DEBITED, "00:00", cny(140_00)))),
                row(
                        "a discount was taken off after the terminal",
                        NOTHING,
                        Books.of(payment()
                                        .terminal(APPROVED, "12:00")
                                        .acquirer(CAPTURED, "12:00", cny(118_00))
                                        .bank(DEBITED, "00:00", cny(118_00)))
                                .discount(cny(10_00))),
                row(
                        "in another currency it cannot be compared",
                        NOTHING,
                        Books.of(payment()
                                .terminal(APPROVED, "12:00")
                                .acquirer(CAPTURED, "12:00")
                                .bank(DEBITED, "00:00", Money.of(17_80, "USD")))),
                row(
                        "the bank booked one payment twice",
                        "amount_mismatch 12800 ask_acquirer",
                        Books.of(payment()
                                .terminal(APPROVED, "12:00")
                                .acquirer(CAPTURED, "12:00")
                                .inFile("stm_1")
                                .bank(DEBITED, "00:00")
                                .bank(DEBITED, "00:00"))));
    }

    @TestFactory
    Stream<DynamicTest> twice() {
        return Stream.of(
                row(
                        "a retry of a payment that was taken",
                        "duplicate 12800 refund",
                        Books.of(sold().earlier("txn_1", true)).allCover()),
                row(
                        "two honest equal purchases",
                        NOTHING,
                        Books.of(sold().earlier("txn_1", false)).allCover()),
                row(
                        "one of them goes back",
                        NOTHING,
                        Books.of(sold().earlier("txn_1", true).acquirer(REFUNDED, "14:00"))
                                .allCover()));
    }

    @Test
    void lateIsWhatWasFirstHeardOfAfterItsDayWasComplete() {
        Facts alone = payment().bank(DEBITED, "00:00");
        assertNull(mayBeLate(Books.of(alone).covers(BANK, "23:59")), "the day is not over");
        assertEquals("obs_0", mayBeLate(Books.of(alone).covers(BANK, "+1 00:00")));
        assertNull(mayBeLate(Books.of(alone).covers(ACQUIRER, "+1 00:00")), "another's data says nothing of it");
        Facts awaited = payment().terminal(APPROVED, "12:00").bank(DEBITED, "00:00");
        assertNull(mayBeLate(Books.of(awaited).covers(BANK, "+9 00:00")), "the terminal had told of it");
        assertNull(
                mayBeLate(Books.of(payment().terminal(DECLINED, "51", "12:00")).allCover()),
                "nobody took or allowed anything");
        assertEquals(
                List.of("late 12800 accept"),
                Reconciliation.of(
                                Books.of(sold()).transaction(),
                                Books.of(sold()).completeness(),
                                sold().judge("+1 00:00"),
                                new Known(true, "obs_0"),
                                Policy.DEFAULT)
                        .stream()
                        .map(one -> one.kind().code()
                                + ' '
                                + one.atStake().amount()
                                + ' '
                                + one.proposed().code())
                        .toList());
    }

    private static String mayBeLate(Books books) {
        var fact = Reconciliation.mayBeLate(books.transaction(), books.completeness(), Policy.DEFAULT);
        return fact == null ? null : fact.observationId();
    }

    @Test
    void groundsAreWhatIsSaidOfTheMoney() {
        Facts missing = payment().terminal(APPROVED, "12:00").acquirer(CAPTURED, "12:00");
        String grounds = grounds(Books.of(missing).allCover());
        assertEquals(
                grounds,
                grounds(Books.of(missing.terminal(SLIP_PRINTED, "12:00")).covers(BANK, "+9 00:00")),
                "paper and later data change nothing");
        assertEquals(
                grounds,
                grounds(Books.of(missing.inFile("stm_2").acquirer(CAPTURED, "12:05"))
                        .allCover()),
                "the same said again");
        assertNotEquals(
                grounds,
                grounds(Books.of(missing.acquirer(REFUNDED, "13:00", cny(1_00))).allCover()),
                "money goes back");
    }

    private static String grounds(Books books) {
        return books.differences().get(0).grounds();
    }

    @Test
    void momentsAreWhenSilenceBeginsToSpeak() {
        Facts alone = payment().terminal(APPROVED, "12:00");
        assertEquals(
                List.of(
                        Moment.complete(BANK, Facts.at("+1 12:00")),
                        Moment.complete(ACQUIRER, Facts.at("12:10")),
                        Moment.complete(TERMINAL, Facts.at("12:10"))),
                Reconciliation.moments(Books.of(alone).transaction(), Policy.DEFAULT));
        assertEquals(
                List.of(),
                Reconciliation.moments(
                        Books.of(payment().viaWallet().wallet(PAID, "12:00"))
                                .inWallet()
                                .transaction(),
                        Policy.DEFAULT),
                "nobody else's data changes a wallet's payment");
    }

    @Test
    void whyADifferenceIsThereNoLonger() {
        assertEquals(Resolution.EXPLAINED, explanation(Kind.MISSING_AT_BANK, sold()));
        assertEquals(Resolution.EXPLAINED, explanation(Kind.MISSING_AT_ACQUIRER, sold()));
        assertEquals(Resolution.EXPLAINED, explanation(Kind.MISSING_AT_TERMINAL, sold()));
        assertEquals(
                Resolution.TAKEN_BACK,
                explanation(
                        Kind.MISSING_AT_BANK,
                        payment()
                                .terminal(APPROVED, "12:00")
                                .acquirer(CAPTURED, "12:00")
                                .acquirer(REVERSED, "12:01")));
        assertEquals(Resolution.TAKEN_BACK, explanation(Kind.DUPLICATE, sold().acquirer(REFUNDED, "14:00")));
        assertEquals(Resolution.CHANGED, explanation(Kind.AMOUNT_MISMATCH, sold()));
    }

    private static Resolution explanation(Kind kind, Facts facts) {
        Books books = Books.of(facts).allCover();
        return Reconciliation.explanation(kind, books.transaction(), books.completeness(), Policy.DEFAULT);
    }
}
