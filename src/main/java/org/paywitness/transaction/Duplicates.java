package org.paywitness.transaction;

import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import org.paywitness.verdict.Fact;
import org.paywitness.verdict.Judge;
import org.paywitness.verdict.Payment;
import org.paywitness.verdict.Policy;
import org.paywitness.verdict.Testimony;

/**
 * Finds the payment that another one may repeat (domain.md, "Duplicate"): the same card, merchant, amount and currency,
 * taken within the duplicate window before, and not returned or being returned. Pure.
 */
public final class Duplicates {
    /** In time; equal times are told apart by all that is said of them, so that the order of arrival never matters. */
    private static final Comparator<Transaction> IN_TIME = Comparator.comparing(Transaction::occurredAt)
            .thenComparing(t -> t.reference().quote(), Comparator.nullsFirst(Comparator.naturalOrder()))
            .thenComparing(Duplicates::told)
            .thenComparing(Transaction::id);

    private Duplicates() {}

    /** The payment before this one among the others, one with a reason to think of a retry first; or null. */
    public static Payment.Earlier earlier(Transaction one, Collection<Transaction> others, Policy policy) {
        return others.stream()
                .filter(other -> isEqualPaymentBefore(other, one, policy) && Judge.keepsMoney(other.payment(), policy))
                .max(Comparator.comparing((Transaction other) -> isRetry(other, one))
                        .thenComparing(IN_TIME))
                .map(other -> new Payment.Earlier(other.typeId(), isRetry(other, one)))
                .orElse(null);
    }

    private static String told(Transaction t) {
        StringBuilder told = new StringBuilder(t.reference() + " " + t.card());
        for (Fact f : t.facts()) {
            told.append('\n').append(f.source()).append(f.outcome()).append(f.responseCode());
            told.append(f.at()).append(f.amount()).append(f.statement());
        }
        return told.toString();
    }

    private static boolean isEqualPaymentBefore(Transaction other, Transaction one, Policy policy) {
        return !other.id().equals(one.id())
                && other.reference().merchantId() != null
                && other.reference().merchantId().equals(one.reference().merchantId())
                && other.amount() != null
                && other.amount().equals(one.amount())
                && sameCard(other.card(), one.card())
                && IN_TIME.compare(other, one) < 0
                && Duration.between(other.occurredAt(), one.occurredAt()).compareTo(policy.duplicateWindow()) <= 0;
    }

    private static boolean isRetry(Transaction other, Transaction one) {
        String order = one.reference().merchantOrderNo();
        return order != null && order.equals(other.reference().merchantOrderNo())
                || new Testimony(other.facts()).endedUnclear();
    }

    private static boolean sameCard(Transaction.Card a, Transaction.Card b) {
        if (a.token() != null && b.token() != null) {
            return a.token().equals(b.token());
        }
        return a.first6() != null
                && a.last4() != null
                && a.first6().equals(b.first6())
                && a.last4().equals(b.last4());
    }
}
