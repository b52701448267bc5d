package org.paywitness.refund;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.paywitness.money.Money;
import org.paywitness.transaction.Summary;
import org.paywitness.transaction.Transaction;
import org.paywitness.verdict.CardKind;
import org.paywitness.verdict.Fact;
import org.paywitness.verdict.Outcome;
import org.paywitness.verdict.Payment;
import org.paywitness.verdict.Source;

/** A sale of merchant m for tests of pure rules: what sources say of it and what we have sent back. */
final class Sold {
    static final Instant MONDAY = Instant.parse("2026-11-16T04:00:00Z");
    static final Instant TUESDAY = Instant.parse("2026-11-17T04:00:00Z");
    static final Instant WEDNESDAY = Instant.parse("2026-11-18T04:00:00Z");

    private final List<Summary.Sent> sent = new ArrayList<>();
    private final List<Fact> facts = new ArrayList<>();
    private final Money amount;

    private Sold(Money amount) {
        this.amount = amount;
    }

    static Sold of(long amount) {
        return new Sold(cny(amount));
    }

    static Money cny(long amount) {
        return Money.of(amount, "CNY");
    }

    /** A refund of ours that succeeded; its id. */
    UUID sent(long minor, Instant at, boolean voided) {
        UUID id = new UUID(0, sent.size() + 1);
        sent.add(new Summary.Sent(
                id, new UUID(0, 0), cny(minor), at, voided ? Summary.By.VOID : Summary.By.REFUND, false));
        return id;
    }

    Sold told(Source source, Outcome outcome, Money moved, Instant at, String file) {
        String code = outcome == Outcome.DECLINED ? "51" : null;
        facts.add(new Fact("obs_" + facts.size(), source, outcome, code, at, moved, file));
        facts.sort(Fact.IN_TIME);
        return this;
    }

    Sold told(Source source, Outcome outcome, Money moved) {
        return told(source, outcome, moved, MONDAY, "");
    }

    Transaction transaction() {
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
        return new Transaction(
                new UUID(0, 0),
                null,
                1,
                new Transaction.Reference("m", null, null, null, null, null, null),
                new Transaction.Card(null, null, null),
                amount,
                MONDAY,
                summary);
    }
}
