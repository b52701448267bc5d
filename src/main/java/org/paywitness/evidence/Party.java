package org.paywitness.evidence;

import java.util.Locale;

/** The sides of a dispute. */
public enum Party {
    CARDHOLDER,
    MERCHANT,
    DESK;

    private final String code = name().toLowerCase(Locale.ROOT);

    /** The name on the wire and in the database. */
    public String code() {
        return code;
    }

    /** @throws IllegalArgumentException where there is none of that name */
    public static Party of(String code) {
        return valueOf(code.toUpperCase(Locale.ROOT));
    }
}
