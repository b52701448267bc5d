package org.paywitness.acquirer;

import java.util.Locale;

/** The two ways in which an acquirer sends money back on the original route. */
public enum Operation {
    /** 撤销: takes the whole payment back while its batch is open, before settlement. */
    VOID,
    /** 退货: returns the payment or a part of it after settlement. */
    REFUND;

    private final String code = name().toLowerCase(Locale.ROOT);

    /** The name on the wire and in the database. */
    public String code() {
        return code;
    }
}
