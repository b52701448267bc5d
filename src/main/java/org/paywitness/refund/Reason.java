package org.paywitness.refund;

import java.util.Locale;

/** Why money goes back (domain.md, "Refunds"). */
public enum Reason {
    DUPLICATE,
    CUSTOMER_REQUEST,
    COOLING_OFF,
    WRONG_AMOUNT,
    NOT_DELIVERED,
    NO_SLIP,
    FRAUD,
    AGREEMENT;

    private final String code = name().toLowerCase(Locale.ROOT);

    /** The name on the wire and in the database. */
    public String code() {
        return code;
    }

    /** The reason of that name, or null. */
    static Reason of(String code) {
        for (Reason reason : values()) {
            if (reason.code.equals(code)) {
                return reason;
            }
        }
        return null;
    }
}
