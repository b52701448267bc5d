package org.paywitness.reconciliation;

import java.util.Locale;

/** How an exception ended: by itself, or by what a person did about it. */
enum Resolution {
    EXPLAINED("The missing line has come."),
    TAKEN_BACK("The payment was taken back or returned."),
    CHANGED("The sources no longer differ so."),
    MERGED("The payment turned out to be a part of another."),
    REFUND(Action.REFUND),
    DISPUTE(Action.DISPUTE),
    ASK_ACQUIRER(Action.ASK_ACQUIRER),
    ACCEPT(Action.ACCEPT);

    private final String code = name().toLowerCase(Locale.ROOT);
    private final String reason;

    Resolution(String reason) {
        this.reason = reason;
    }

    Resolution(Action action) {
        this.reason = null;
    }

    /** The name used on the wire and in the database. */
    String code() {
        return code;
    }

    /** Why, where the system closes it; null where a person says why. */
    String reason() {
        return reason;
    }

    boolean isByPerson() {
        return reason == null;
    }

    static Resolution of(Action action) {
        return valueOf(action.name());
    }
}
