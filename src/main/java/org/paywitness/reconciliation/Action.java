package org.paywitness.reconciliation;

import java.util.Locale;

/** What can be done about a difference: proposed by us, or done by the person who closes it. */
public enum Action {
    /** Give the cardholder the amount at stake back. */
    REFUND,
    /** Object to what the other side has booked. */
    DISPUTE,
    /** Have the acquirer look into its books. */
    ASK_ACQUIRER,
    /** Leave it as it is. */
    ACCEPT;

    private final String code = name().toLowerCase(Locale.ROOT);

    /** The name used on the wire and in the database. */
    String code() {
        return code;
    }
}
