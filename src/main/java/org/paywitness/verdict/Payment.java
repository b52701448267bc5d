package org.paywitness.verdict;

import java.time.Instant;
import java.util.List;
import org.paywitness.money.Money;

/**
 * One payment attempt with all that is known of it: what the judge judges.
 *
 * @param id TypeID
 * @param amount what was asked for, or null while nobody said
 * @param occurredAt when it happened at the terminal or in the wallet, as the best source tells it
 * @param facts what the sources say, in {@link Fact#IN_TIME} order
 * @param refunds refunds of ours that succeeded
 * @param earlier another payment of the same card, merchant, amount and currency shortly before, or null
 * @param details what explanations name and the judge does not need
 */
public record Payment(
        String id,
        Type type,
        CardKind cardKind,
        boolean viaWallet,
        Money amount,
        Instant occurredAt,
        List<Fact> facts,
        List<OwnRefund> refunds,
        Earlier earlier,
        Details details) {

    /** Transaction types; void, refund and reversal are observations on these, never transactions. */
    public enum Type {
        PURCHASE,
        PREAUTH,
        PREAUTH_COMPLETION
    }

    /**
     * A refund of ours that succeeded.
     *
     * @param id TypeID
     * @param voided whether the acquirer took the whole payment back before settlement, instead of returning money
     * @param takenBack whether the acquirer took the success back: it promises nothing, and neither does whoever tells
     *     of it
     */
    public record OwnRefund(String id, Money amount, Instant succeededAt, boolean voided, boolean takenBack) {}

    /**
     * The payment before this one that it may repeat.
     *
     * @param retry whether there is a reason to think that this one was a retry of it
     */
    public record Earlier(String id, boolean retry) {}

    /**
     * What people object to or quote.
     *
     * @param quote the reference to quote, "RRN 632512000417", or null where none is known
     * @param original the amount before conversion, or null
     * @param exchangeRate decimal text, or null
     * @param discount what was promised off, or null
     */
    public record Details(String quote, Money original, String exchangeRate, Money discount) {
        public static final Details NONE = new Details(null, null, null, null);
    }
}
