package org.paywitness.verdict;

/** Who says it. The order is the order of authority, weakest first: bank and wallet over acquirer over terminal. */
public enum Source {
    TERMINAL,
    ACQUIRER,
    BANK,
    WALLET;

    private final String code = name().toLowerCase(java.util.Locale.ROOT);

    /** The name used on the wire and in the database. */
    public String code() {
        return code;
    }
}
