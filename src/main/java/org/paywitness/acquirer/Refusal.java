package org.paywitness.acquirer;

import java.util.Locale;

/** Why an acquirer does not send money back (domain.md, "Refunds", failures). */
public enum Refusal {
    ORIGINAL_NOT_FOUND,
    AMOUNT_EXCEEDS_ORIGINAL,
    TOO_LATE,
    CARD_CLOSED,
    CARD_LOST_OR_STOLEN,
    INSUFFICIENT_MERCHANT_FUNDS,
    REFUSED_BY_ISSUER,
    UNKNOWN;

    private final String code = name().toLowerCase(Locale.ROOT);

    /** The name on the wire and in the database. */
    public String code() {
        return code;
    }

    /** The refusal of that name; {@link #UNKNOWN} for any other, as acquirers invent new ones. */
    public static Refusal of(String code) {
        for (Refusal refusal : values()) {
            if (refusal.code.equals(code)) {
                return refusal;
            }
        }
        return UNKNOWN;
    }
}
