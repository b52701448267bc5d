package org.paywitness.receipt;

import java.time.Instant;
import java.util.UUID;
import org.paywitness.explanation.Explanation;
import org.paywitness.explanation.Language;
import org.paywitness.id.TypeId;
import org.paywitness.money.Money;
import org.paywitness.problem.Problem;
import org.paywitness.transaction.Transaction;
import org.paywitness.verdict.Completeness;
import org.paywitness.verdict.Judge;
import org.paywitness.verdict.Payment;
import org.paywitness.verdict.Policy;
import org.paywitness.verdict.Testimony;
import org.paywitness.verdict.Verdict;

/**
 * A payment with its verdict of now, for what is handed out about it. Pure.
 *
 * @param askedId the id that was asked for; another one than the transaction's where it was merged into that
 * @param judgedAt when the verdict was given
 */
public record Sale(
        UUID askedId,
        Transaction transaction,
        Completeness completeness,
        Verdict verdict,
        Policy policy,
        Instant judgedAt) {

    static Sale of(UUID askedId, Transaction transaction, Completeness completeness, Policy policy, Instant now) {
        Payment payment = transaction.payment();
        Verdict verdict = Judge.verdict(payment, completeness, policy, now);
        return new Sale(askedId, transaction, completeness, verdict, policy, now);
    }

    /** The TypeID that was asked for. */
    public String reference() {
        return TypeId.format(TypeId.TRANSACTION, askedId);
    }

    /**
     * What was taken, or is held by a pre-authorization; null where neither is so, where a refused sale was debited
     * (there is no sale to give a slip of), and while no source has named an amount.
     */
    public Money takenOrHeld() {
        if (verdict.kind() == Verdict.Kind.HELD) {
            Money approved = new Testimony(transaction.facts()).approvedAmount();
            return approved == null ? transaction.amount() : approved;
        }
        return taken();
    }

    private Money taken() {
        Money charged = verdict.charged();
        boolean isSale = verdict.cause() != Verdict.Cause.DEBITED_WITHOUT_SALE;
        return charged == null || charged.isZero() || !isSale ? null : charged;
    }

    /** What the customer has paid and keeps paying: taken, less what came or comes back; null where that is nothing. */
    public Money paid() {
        Money taken = taken();
        if (taken == null) {
            return null;
        }
        long back = Math.max(verdict.returned().amount(), verdict.promised().amount());
        return back >= taken.amount() ? null : Money.of(taken.amount() - back, taken.currency());
    }

    /** The refusal of what only a payment that was charged can have, with the verdict and its headline. */
    public Problem notCharged(String detail, Language language) {
        String headline = Explanation.of(verdict, transaction.payment(), completeness, policy, judgedAt, language)
                .headline();
        return Problem.conflict("not_charged", detail)
                .with("verdict", verdict.kind().code())
                .with("headline", headline);
    }
}
