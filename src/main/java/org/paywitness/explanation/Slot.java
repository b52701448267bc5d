package org.paywitness.explanation;

import java.util.Locale;

/** A placeholder of the texts in {@code messages/verdict.*.properties}: its name there is in lower case. */
enum Slot {
    /** What the payment is about: what was taken, else what was approved, else what was asked for. */
    AMOUNT,
    /** What was asked for. */
    ASKED,
    /** What a partial approval allowed. */
    APPROVED,
    RETURNED,
    PROMISED,
    /** Promised and not yet arrived, where some has. */
    OUTSTANDING,
    NET,
    /** When it happened; always known. */
    OCCURRED,
    /** When it is expected to be final, where that lies ahead. */
    BY,
    /** When it was to be final, though it may be past. */
    DUE,
    /** ISO 8583 response code. */
    CODE,
    /** The response code in plain words. */
    MEANING,
    ORIGINAL,
    RATE,
    DISCOUNT,
    /** What the bank, the wallet and the acquirer each say was taken. */
    BANK,
    WALLET,
    ACQUIRER,
    /** How far each source's data is complete. */
    TERMINAL_THROUGH,
    ACQUIRER_THROUGH,
    BANK_THROUGH,
    WALLET_THROUGH,
    /** When the next settlement data is due; always known. */
    NEXT_DATA;

    private final String key = name().toLowerCase(Locale.ROOT);

    String key() {
        return key;
    }

    /** @throws IllegalArgumentException when there is no such placeholder */
    static Slot named(String key) {
        for (Slot slot : values()) {
            if (slot.key.equals(key)) {
                return slot;
            }
        }
        throw new IllegalArgumentException("unknown placeholder {" + key + "}");
    }
}
