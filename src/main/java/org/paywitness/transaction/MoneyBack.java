package org.paywitness.transaction;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.UUID;
import org.paywitness.money.Money;
import org.paywitness.verdict.Verdict;

/**
 * What may go back for transactions, and refunds: the room that keeps those books is one that others do not know.
 * Everything here runs in the caller's database transaction.
 */
public interface MoneyBack {
    /**
     * How a transaction stands.
     *
     * @param found without what is known of its terminal
     * @param charged the most that may go back in all; null where nothing was taken
     * @param room what may still go back, all that goes or has gone back in any way taken off, in minor units of the
     *     same currency; negative where more is under way than was charged
     */
    record Standing(Found found, Verdict verdict, Money charged, long room) {
        public Transaction transaction() {
            return found.transaction();
        }
    }

    /** The transaction, or the one that it was merged into; null when there is none. */
    Uni<Standing> find(SqlConnection connection, UUID transaction);

    /**
     * Locks the transaction: nobody else can take of what is left until the caller's database transaction ends. Fails
     * with {@link Transactions.Overtaken} when it has changed.
     */
    Uni<Standing> lock(SqlConnection connection, Transaction current);

    /**
     * Cancels refunds of the transaction that were not sent yet: what they would give back is claimed back instead. The
     * transaction must be locked.
     */
    Uni<Void> cancelUnsent(SqlConnection connection, UUID transaction);

    /** What refunds and disputes take under this very id, in minor units. */
    Uni<Long> taken(SqlConnection connection, UUID transaction);

    /**
     * A refund that both sides have agreed on, as if it had been asked for alone: the limits of automatic approval hold.
     * The transaction must be locked. Fails with the problem that says why not.
     *
     * @param agreement names it; refunded once for each
     * @param person who answers for it
     * @return the refund's id
     */
    Uni<UUID> refund(SqlConnection connection, UUID transaction, Money amount, String agreement, String person);

    /** Refunds were asked for and committed. */
    void wake();
}
