package org.paywitness.standing;

import java.time.Instant;
import java.util.Collection;
import java.util.UUID;
import org.paywitness.transaction.Completenesses;
import org.paywitness.transaction.Transaction;
import org.paywitness.verdict.Completeness;
import org.paywitness.verdict.Moment;
import org.paywitness.verdict.Source;

/**
 * What was last told of a live transaction, and when it must be looked at again; an instant is null where nothing more may
 * change.
 *
 * @param merchant {@link Completenesses#ALL} while none is known
 * @param lookAt when time may change something
 * @param completeAt through when a source's data must be complete to change something
 */
record Standing(UUID id, String merchant, Told told, Instant lookAt, Completeness completeAt) {

    static Standing of(
            Transaction transaction, Told told, Collection<Moment> moments, Completeness completeness, Instant now) {
        Instant lookAt = null;
        Instant[] completeAt = new Instant[Source.values().length];
        for (Moment moment : moments) {
            if (moment.isPast(completeness, now)) {
                continue;
            }
            if (moment.source() == null) {
                lookAt = earlier(lookAt, moment.at());
            } else {
                int source = moment.source().ordinal();
                completeAt[source] = earlier(completeAt[source], moment.at());
            }
        }
        return new Standing(
                transaction.id(),
                merchant(transaction),
                told,
                lookAt,
                new Completeness(
                        completeAt[Source.TERMINAL.ordinal()],
                        completeAt[Source.ACQUIRER.ordinal()],
                        completeAt[Source.BANK.ordinal()],
                        completeAt[Source.WALLET.ordinal()]));
    }

    static String merchant(Transaction transaction) {
        String merchant = transaction.reference().merchantId();
        return merchant == null ? Completenesses.ALL : merchant;
    }

    private static Instant earlier(Instant one, Instant other) {
        return one == null || other.isBefore(one) ? other : one;
    }
}
