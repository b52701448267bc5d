package org.paywitness.observation;

import static org.paywitness.verdict.Outcome.APPROVED;
import static org.paywitness.verdict.Outcome.CAPTURED;
import static org.paywitness.verdict.Outcome.CLOSED;
import static org.paywitness.verdict.Outcome.CREDITED;
import static org.paywitness.verdict.Outcome.DEBITED;
import static org.paywitness.verdict.Outcome.DECLINED;
import static org.paywitness.verdict.Outcome.HELD;
import static org.paywitness.verdict.Outcome.NO_ANSWER;
import static org.paywitness.verdict.Outcome.NO_RECORD;
import static org.paywitness.verdict.Outcome.PAID;
import static org.paywitness.verdict.Outcome.REFUNDED;
import static org.paywitness.verdict.Outcome.REFUNDING;
import static org.paywitness.verdict.Outcome.RELEASED;
import static org.paywitness.verdict.Outcome.REVERSED;
import static org.paywitness.verdict.Outcome.SLIP_PRINTED;
import static org.paywitness.verdict.Source.ACQUIRER;
import static org.paywitness.verdict.Source.BANK;
import static org.paywitness.verdict.Source.TERMINAL;
import static org.paywitness.verdict.Source.WALLET;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.paywitness.money.Money;
import org.paywitness.verdict.Outcome;
import org.paywitness.verdict.Source;

/**
 * One payment of which it is plain what happened: what the sources say of it, and what domain.md ("The verdict") wants
 * held true of it, written down by hand and not by our rules. Each is at another amount, so that no two meet.
 */
final class Story {
    /** The verdict demanded for the transaction to which the first observation of it belongs. */
    record Wanted(String verdict, String cause, boolean isFinal, long charged, long returned) {}

    private interface Plot {
        Wanted tell(Story story);
    }

    private static final List<Plot> PLOTS = List.of(
            Story::settledSale,
            Story::saleWithWeakBankLine,
            Story::approvedOnly,
            Story::refusedSale,
            Story::noAnswer,
            Story::reversedSale,
            Story::refundedInFull,
            Story::refundPromised,
            Story::refundedInPart,
            Story::debitedWithoutSale,
            Story::amountMismatch,
            Story::paidByWallet,
            Story::walletRefund,
            Story::walletClosed,
            Story::releasedHold,
            Story::paidTwice);

    final List<Observation> said = new ArrayList<>();
    final Wanted wanted;
    /** Set for a payment made twice: what is wanted of the second, of which this is an observation. */
    Wanted wantedOfSecond;

    String second;
    private final String name;
    private final Money amount;
    private final Instant sale;
    private int refs;

    /** @param number another for each story that shares the merchant's cards */
    Story(String name, int number, Random random) {
        this.name = name + "s" + number;
        this.amount = Money.of(10_000 + number, "CNY");
        this.sale = Said.DAY
                .minusDays(30)
                .atTime(9, 0)
                .atZone(Said.SHANGHAI)
                .toInstant()
                .plusSeconds(random.nextInt(10 * 3600));
        this.wanted = PLOTS.get(random.nextInt(PLOTS.size())).tell(this);
    }

    private Wanted settledSale() {
        add(slip(TERMINAL, APPROVED, 0));
        add(slip(TERMINAL, SLIP_PRINTED, 5));
        add(slip(ACQUIRER, APPROVED, 2).rrn(name));
        add(said(ACQUIRER, CAPTURED, 7200).rrn(name));
        add(said(BANK, DEBITED, 86_400).rrn(name));
        return new Wanted("charged", "settled", true, amount.amount(), 0);
    }

    private Wanted saleWithWeakBankLine() {
        add(slip(TERMINAL, APPROVED, 0).card(card()));
        add(slip(ACQUIRER, APPROVED, 2).rrn(name).card(card()));
        add(Said.by(BANK, DEBITED, sale.plusSeconds(2 * 86_400)).asked(amount).card(card()));
        return new Wanted("charged", "settled", true, amount.amount(), 0);
    }

    private Wanted approvedOnly() {
        add(slip(TERMINAL, APPROVED, 0));
        add(slip(ACQUIRER, APPROVED, 2).rrn(name));
        return new Wanted("charged", "approved", false, amount.amount(), 0);
    }

    private Wanted refusedSale() {
        add(slip(TERMINAL, DECLINED, 0).code("51"));
        add(slip(ACQUIRER, DECLINED, 2).code("51").rrn(name));
        return new Wanted("not_charged", "refused", true, 0, 0);
    }

    private Wanted noAnswer() {
        add(slip(TERMINAL, NO_ANSWER, 0));
        return new Wanted("pending", "no_answer", false, 0, 0);
    }

    private Wanted reversedSale() {
        add(slip(TERMINAL, NO_ANSWER, 0));
        add(slip(ACQUIRER, APPROVED, 2).rrn(name));
        add(slip(ACQUIRER, REVERSED, 60).rrn(name));
        add(said(BANK, DEBITED, 600).rrn(name));
        add(said(BANK, CREDITED, 86_400).rrn(name));
        return new Wanted("returned", "reversed", true, amount.amount(), amount.amount());
    }

    private Wanted refundedInFull() {
        add(said(ACQUIRER, CAPTURED, 0).rrn(name).occurred(sale));
        add(said(ACQUIRER, REFUNDED, 5 * 86_400).rrn(name).moved(amount));
        add(said(BANK, DEBITED, 86_400).rrn(name).occurred(sale));
        add(said(BANK, CREDITED, 8 * 86_400).rrn(name).moved(amount));
        return new Wanted("returned", "refunded", true, amount.amount(), amount.amount());
    }

    private Wanted refundPromised() {
        add(said(ACQUIRER, CAPTURED, 0).rrn(name).occurred(sale));
        add(said(ACQUIRER, REFUNDED, 5 * 86_400).rrn(name).moved(amount));
        return new Wanted("being_returned", "refunded", false, amount.amount(), 0);
    }

    private Wanted refundedInPart() {
        Money part = Money.of(1_000, "CNY");
        add(said(ACQUIRER, CAPTURED, 0).rrn(name).occurred(sale));
        add(said(ACQUIRER, REFUNDED, 5 * 86_400).rrn(name).moved(part));
        add(said(BANK, CREDITED, 6 * 86_400).rrn(name).moved(part));
        return new Wanted("partly_returned", "refunded", true, amount.amount(), 1_000);
    }

    private Wanted debitedWithoutSale() {
        add(slip(TERMINAL, NO_ANSWER, 0));
        add(slip(ACQUIRER, NO_RECORD, 600).rrn(name));
        add(said(BANK, DEBITED, 60).rrn(name));
        return new Wanted("disagreement", "debited_without_sale", false, amount.amount(), 0);
    }

    private Wanted amountMismatch() {
        add(said(ACQUIRER, CAPTURED, 0).rrn(name));
        add(said(BANK, DEBITED, 60).rrn(name).moved(Money.of(amount.amount() + 1, "CNY")));
        return new Wanted("disagreement", "amount_mismatch", false, amount.amount() + 1, 0);
    }

    private Wanted paidByWallet() {
        add(said(WALLET, PAID, 0).wallet(name).order("o" + name));
        add(slip(TERMINAL, APPROVED, 1).order("o" + name));
        return new Wanted("charged", "settled", true, amount.amount(), 0);
    }

    private Wanted walletRefund() {
        add(said(WALLET, PAID, 0).wallet(name));
        add(said(WALLET, REFUNDING, 3600).wallet(name).moved(amount));
        add(said(WALLET, REFUNDED, 7200).wallet(name).moved(amount));
        return new Wanted("returned", "refunded", true, amount.amount(), amount.amount());
    }

    private Wanted walletClosed() {
        add(said(WALLET, CLOSED, 0).wallet(name));
        return new Wanted("not_charged", "closed", true, 0, 0);
    }

    private Wanted releasedHold() {
        add(slip(ACQUIRER, APPROVED, 0).rrn(name));
        add(said(BANK, HELD, 1).rrn(name));
        add(said(BANK, RELEASED, 86_400).rrn(name));
        return new Wanted("not_charged", "released", true, 0, 0);
    }

    private Wanted paidTwice() {
        add(slip(TERMINAL, NO_ANSWER, 0).card(card()).occurred(sale));
        add(slip(ACQUIRER, APPROVED, 0).rrn(name).card(card()).occurred(sale));
        add(said(BANK, DEBITED, 1).rrn(name).occurred(sale));
        Instant again = sale.plusSeconds(120);
        second = name + "-" + refs;
        add(said(ACQUIRER, APPROVED, 120).rrn(name + "b").card(card()).occurred(again));
        add(said(BANK, DEBITED, 121).rrn(name + "b").card(card()).occurred(again));
        wantedOfSecond = new Wanted("charged_twice", "duplicate", false, amount.amount(), 0);
        return new Wanted("charged", "settled", true, amount.amount(), 0);
    }

    private void add(Said one) {
        said.add(one.is(name + "-" + refs++));
    }

    private Said said(Source source, Outcome outcome, long seconds) {
        return Said.by(source, outcome, sale.plusSeconds(seconds)).asked(amount).merchant(merchant());
    }

    private Said slip(Source source, Outcome outcome, long seconds) {
        return said(source, outcome, seconds).slip("T" + name, "000001", "000042");
    }

    private String merchant() {
        return "M" + name.substring(0, name.indexOf('s'));
    }

    // The cards are few and the amounts many: the bank's line is found among the neighbours' by amount.
    private String card() {
        return "622848******000" + amount.amount() % 10;
    }
}
