package org.paywitness.verdict;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.paywitness.money.Money;

/**
 * A payment and what is said of it, in a sentence: {@code payment().terminal(APPROVED, "12:01").judge("12:05")}. Times
 * are "HH:mm[:ss]" on {@link #DAY}, or "+N HH:mm[:ss]" N days later, in Shanghai. The sale of ¥128.00 is at 12:00 by a
 * debit card unless said otherwise.
 */
public final class Facts {
    public static final ZoneId SHANGHAI = ZoneId.of("Asia/Shanghai");
    public static final LocalDate DAY = LocalDate.of(2026, 11, 10);
    public static final Money CNY_128 = Money.of(128_00, "CNY");

    private final List<Fact> facts = new ArrayList<>();
    private final List<Payment.OwnRefund> refunds = new ArrayList<>();
    private Payment.Type type = Payment.Type.PURCHASE;
    private CardKind cardKind = CardKind.DEBIT;
    private boolean viaWallet;
    private Money amount = CNY_128;
    private Instant occurredAt = at("12:00");
    private Payment.Earlier earlier;
    private Completeness completeness = Completeness.NONE;
    private String statement = "";

    private Facts() {}

    public static Facts payment() {
        return new Facts();
    }

    /** "12:01" on the day, "+1 10:00" at ten the day after. */
    public static Instant at(String when) {
        int space = when.indexOf(' ');
        int days = space < 0 ? 0 : Integer.parseInt(when.substring(1, space));
        LocalTime time = LocalTime.parse(when.substring(space + 1));
        return DAY.plusDays(days).atTime(time).atZone(SHANGHAI).toInstant();
    }

    public static Money cny(long minor) {
        return Money.of(minor, "CNY");
    }

    public Facts type(Payment.Type what) {
        type = what;
        return this;
    }

    public Facts card(CardKind kind) {
        cardKind = kind;
        return this;
    }

    public Facts viaWallet() {
        viaWallet = true;
        return this;
    }

    /** The amount asked for, and what each source from here on says moved unless it says otherwise. */
    public Facts amount(Money asked) {
        amount = asked;
        return this;
    }

    public Facts occurred(String when) {
        occurredAt = at(when);
        return this;
    }

    /** An equal payment shortly before, with or without a reason to think of a retry. */
    public Facts earlier(String id, boolean retry) {
        earlier = new Payment.Earlier(id, retry);
        return this;
    }

    public Facts bankCompleteThrough(Instant through) {
        completeness = new Completeness(null, null, through, null);
        return this;
    }

    public Facts bankCompleteThrough(String through) {
        return bankCompleteThrough(at(through));
    }

    /** The bank's data reaches ten days past the sale: past every posting window. */
    public Facts bankComplete() {
        return bankCompleteThrough(occurredAt.plus(Duration.ofDays(10)));
    }

    /** What follows came in this file; "" for what came by itself. */
    public Facts inFile(String file) {
        statement = file;
        return this;
    }

    public Facts terminal(Outcome outcome, String when) {
        return says(Source.TERMINAL, outcome, null, at(when), amount);
    }

    public Facts terminal(Outcome outcome, String code, String when) {
        return says(Source.TERMINAL, outcome, code, at(when), amount);
    }

    public Facts acquirer(Outcome outcome, String when) {
        return says(Source.ACQUIRER, outcome, null, at(when), amount);
    }

    public Facts acquirer(Outcome outcome, String when, Money moved) {
        return says(Source.ACQUIRER, outcome, null, at(when), moved);
    }

    public Facts acquirer(Outcome outcome, String code, String when) {
        return says(Source.ACQUIRER, outcome, code, at(when), amount);
    }

    public Facts bank(Outcome outcome, String when) {
        return says(Source.BANK, outcome, null, at(when), amount);
    }

    public Facts bank(Outcome outcome, String when, Money moved) {
        return says(Source.BANK, outcome, null, at(when), moved);
    }

    public Facts wallet(Outcome outcome, String when) {
        return says(Source.WALLET, outcome, null, at(when), amount);
    }

    public Facts wallet(Outcome outcome, String when, Money moved) {
        return says(Source.WALLET, outcome, null, at(when), moved);
    }

    public Facts says(Source source, Outcome outcome, String code, Instant when, Money moved) {
        facts.add(new Fact("obs_" + facts.size(), source, outcome, code, when, moved, statement));
        return this;
    }

    /** A refund of ours that succeeded. */
    public Facts refunded(Money back, String when) {
        refunds.add(new Payment.OwnRefund("rfd_" + refunds.size(), back, at(when), false, false));
        return this;
    }

    /** A void of ours that the acquirer has carried out. */
    public Facts voidedByUs(String when) {
        refunds.add(new Payment.OwnRefund("rfd_" + refunds.size(), amount, at(when), true, false));
        return this;
    }

    public Payment build() {
        List<Fact> inTime = facts.stream().sorted(Fact.IN_TIME).toList();
        return new Payment(
                "txn_0",
                type,
                cardKind,
                viaWallet,
                amount,
                occurredAt,
                inTime,
                List.copyOf(refunds),
                earlier,
                Payment.Details.NONE);
    }

    public Completeness completeness() {
        return completeness;
    }

    public Verdict judge(Instant now) {
        return Judge.verdict(build(), completeness, Policy.DEFAULT, now);
    }

    public Verdict judge(String now) {
        return judge(at(now));
    }

    public boolean keepsMoney() {
        return Judge.keepsMoney(build(), Policy.DEFAULT);
    }
}
