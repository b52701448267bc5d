package org.paywitness.refund;

import java.time.Instant;
import org.paywitness.money.Money;
import org.paywitness.problem.Problem;
import org.paywitness.transaction.Amount;
import org.paywitness.transaction.Summary;
import org.paywitness.transaction.Transaction;
import org.paywitness.verdict.Completeness;
import org.paywitness.verdict.Judge;
import org.paywitness.verdict.Policy;
import org.paywitness.verdict.Source;
import org.paywitness.verdict.Testimony;
import org.paywitness.verdict.Verdict;

/**
 * What may still go back for a transaction: what was taken, less what goes or came back by our refunds and by what
 * others tell, each counted once. Pure.
 *
 * @param charged the most that any refunds may give back in all, by the most careful of the sources
 * @param left what may still be refunded; zero where nothing may
 * @param room what may still go back in any way, refusal or not; negative where more is under way than was charged
 * @param refusal why nothing may go back at all, or null
 */
record Refundable(Verdict verdict, Money charged, Money left, long room, Problem refusal) {
    /**
     * What our own books say of a transaction, in minor units.
     *
     * @param here the sum of the refunds that were asked for under its id and are not failed, rejected or canceled
     * @param merged likewise, under ids that were merged into it
     * @param claims what disputes take or have taken, under all these ids
     * @param held what disputes take or have taken under its own id
     */
    record Books(long here, long merged, Claims claims, long held) {
        static final Books NONE = new Books(0, 0, Claims.NONE, 0);

        /** As if this much of what was asked for had not been. */
        Books without(Money amount) {
            return new Books(here, merged - amount.amount(), claims, held);
        }

        /** Refunds that are not failed, rejected or canceled. */
        long live() {
            return Math.addExact(here, merged);
        }
    }

    /**
     * What disputes take of a payment, in minor units.
     *
     * @param chargebacks what the card's bank claims back or has won
     * @param open the part of it that nobody has decided on
     * @param compensations what the merchant gives instead of money
     */
    record Claims(long chargebacks, long open, long compensations) {
        static final Claims NONE = new Claims(0, 0, 0);
    }

    static Refundable of(Transaction transaction, Completeness completeness, Books books, Policy policy, Instant now) {
        Verdict verdict = Judge.verdict(transaction.payment(), completeness, policy, now);
        Money charged = charged(transaction, verdict);
        Problem refusal = refusal(transaction, verdict, charged, books);
        if (charged == null) {
            return new Refundable(verdict, null, null, 0, refusal);
        }
        String currency = charged.currency();
        Testimony said = new Testimony(transaction.facts());
        long succeeded = 0;
        for (Summary.Sent sent : transaction.summary().sent()) {
            boolean counts = !sent.takenBack() && sent.amount().currency().equals(currency);
            succeeded += counts ? sent.amount().amount() : 0;
        }
        // What others tell of may be one of ours; one of ours that is still under way can be told by nobody.
        long ours = Math.addExact(books.live(), books.claims().chargebacks());
        long underWay = Math.max(0, ours - succeeded);
        long promised = said.promised(currency, transaction.payment().refunds(), policy);
        long told = Math.max(promised, said.arrived(currency, policy));
        long gone = Math.addExact(Math.addExact(underWay, told), books.claims().compensations());
        long room = charged.amount() - gone;
        Money left = Money.of(refusal == null ? Math.max(0, room) : 0, currency);
        return new Refundable(verdict, charged, left, room, refusal);
    }

    /** Whether this much may still go back. */
    boolean allows(Money amount) {
        return refusal == null && left.currency().equals(amount.currency()) && left.covers(amount);
    }

    /** The refusal with the amount that may still go back. */
    Problem telling(Problem problem) {
        return problem.with("refundable", Amount.of(left));
    }

    /** The largest sum that refunds under its own id may reach: what the database holds them to. */
    long bound(Books books) {
        return Math.addExact(books.here() + books.held(), left.amount());
    }

    // In the currency of the sale, in which the acquirer returns; the least that any source says was taken.
    private static Money charged(Transaction transaction, Verdict verdict) {
        if (verdict.charged() == null || verdict.charged().isZero()) {
            return null;
        }
        Money sale = transaction.amount() != null ? transaction.amount() : verdict.charged();
        Testimony said = new Testimony(transaction.facts());
        Money least = null;
        for (Source source : new Source[] {Source.BANK, Source.WALLET, Source.ACQUIRER}) {
            Money taken = said.takenBy(source);
            if (taken != null && !taken.isZero() && taken.currency().equals(sale.currency())) {
                least = least == null ? taken : least.min(taken);
            }
        }
        if (least != null) {
            return least;
        }
        return verdict.charged().currency().equals(sale.currency()) ? verdict.charged() : sale;
    }

    private static Problem refusal(Transaction transaction, Verdict verdict, Money charged, Books books) {
        return switch (verdict.kind()) {
            case BEING_RETURNED -> Problem.conflict("being_returned", "The whole amount is already on its way back.");
            case RETURNED -> Problem.conflict("already_returned", "The whole amount has been returned.");
            default -> {
                if (charged == null) {
                    yield Problem.conflict("not_charged", "Nothing was taken that could be returned.")
                            .with("verdict", verdict.kind().code());
                }
                if (books.claims().open() > 0) {
                    yield Problem.conflict(
                            "under_chargeback", "The card's bank claims this payment back: no refund meanwhile.");
                }
                yield transaction.reference().merchantId() == null
                        ? Problem.conflict("merchant_unknown", "No source has told yet whose sale this is.")
                        : null;
            }
        };
    }
}
