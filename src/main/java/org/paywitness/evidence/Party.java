package org.paywitness.evidence;

import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The sides of a dispute, and the acquirer's or bank's desk between them. */
@Schema(name = "Party")
public enum Party {
    CARDHOLDER,
    MERCHANT,
    DESK;

    private final String code = name().toLowerCase(Locale.ROOT);

    /** The name on the wire and in the database. */
    public String code() {
        return code;
    }

    /** The party of that name, or null. */
    public static Party of(String code) {
        for (Party party : values()) {
            if (party.code.equals(code)) {
                return party;
            }
        }
        return null;
    }

    /** The side across the table; null of the desk, which has none. */
    public Party other() {
        return this == CARDHOLDER ? MERCHANT : this == MERCHANT ? CARDHOLDER : null;
    }
}
