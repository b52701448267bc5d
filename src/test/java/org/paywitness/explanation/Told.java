package org.paywitness.explanation;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import org.paywitness.money.Money;
import org.paywitness.verdict.CardKind;
import org.paywitness.verdict.Completeness;
import org.paywitness.verdict.Fact;
import org.paywitness.verdict.Judge;
import org.paywitness.verdict.Outcome;
import org.paywitness.verdict.Payment;
import org.paywitness.verdict.Policy;
import org.paywitness.verdict.Source;
import org.paywitness.verdict.Verdict;

/** A payment of 21 November 2026, 12:01 in Shanghai, as the sources tell it, with its verdict and our words on it. */
final class Told {
    static final Instant OCCURRED = at("2026-11-21", "12:01");
    static final Money CNY_128 = Money.of(12_800, "CNY");
    static final String QUOTE = "RRN 632512000417";

    private final String name;
    private final List<Fact> facts = new ArrayList<>();
    private final List<Payment.OwnRefund> refunds = new ArrayList<>();
    private Payment.Type type = Payment.Type.PURCHASE;
    private Money amount = CNY_128;
    private Money moved = CNY_128;
    private Payment.Earlier earlier;
    private Payment.Details details = new Payment.Details(QUOTE, null, null, null);
    private Completeness completeness = Completeness.NONE;
    private Instant now = at("2026-11-21", "12:20");

    private Told(String name) {
        this.name = name;
    }

    static Told of(String name) {
        return new Told(name);
    }

    static Instant at(String day, String time) {
        return LocalDate.parse(day)
                .atTime(LocalTime.parse(time))
                .atZone(Policy.DEFAULT.zone())
                .toInstant();
    }

    Told says(Source source, Outcome outcome) {
        return says(source, outcome, null, moved);
    }

    Told says(Source source, Outcome outcome, String code) {
        return says(source, outcome, code, moved);
    }

    Told says(Source source, Outcome outcome, Money moved) {
        return says(source, outcome, null, moved);
    }

    Told says(Source source, Outcome outcome, String code, Money moved) {
        int n = facts.size() + 1;
        facts.add(new Fact("obs_" + n, source, outcome, code, OCCURRED.plusSeconds(n), moved, ""));
        return this;
    }

    Told refunded(Money amount) {
        refunds.add(new Payment.OwnRefund("rfd_1", amount, OCCURRED.plusSeconds(300), false, false));
        return this;
    }

    Told asking(Money amount) {
        this.amount = amount;
        this.moved = amount;
        return this;
    }

    Told preauth() {
        type = Payment.Type.PREAUTH;
        return this;
    }

    Told after(boolean retry) {
        earlier = new Payment.Earlier("txn_earlier", retry);
        return this;
    }

    Told with(Money original, String rate, Money discount) {
        details = new Payment.Details(QUOTE, original, rate, discount);
        return this;
    }

    Told unquoted() {
        details = Payment.Details.NONE;
        return this;
    }

    Told bankSilent() {
        now = at("2026-11-30", "12:00");
        completeness = new Completeness(null, null, at("2026-11-30", "00:00"), null);
        return this;
    }

    Told on(String day, String time) {
        now = at(day, time);
        return this;
    }

    Payment payment() {
        return new Payment(
                "txn_this",
                type,
                CardKind.CREDIT,
                false,
                amount,
                OCCURRED,
                facts.stream().sorted(Fact.IN_TIME).toList(),
                refunds,
                earlier,
                details);
    }

    Verdict verdict() {
        return Judge.verdict(payment(), completeness, Policy.DEFAULT, now);
    }

    Explanation in(Language language) {
        return Explanation.of(verdict(), payment(), completeness, Policy.DEFAULT, now, language);
    }

    Instant now() {
        return now;
    }

    @Override
    public String toString() {
        return name;
    }
}
