package org.paywitness.reconciliation;

import java.util.Locale;

/** How the books of the sources differ over one payment (src/docs/reconciliation.md). */
enum Kind {
    /** A sale of the acquirer or terminal that the bank has booked nothing for. */
    MISSING_AT_BANK,
    /** A sale of the terminal or a debit of the bank that the acquirer does not have. */
    MISSING_AT_ACQUIRER,
    /** A sale of the acquirer or a debit of the bank that the terminal does not have. */
    MISSING_AT_TERMINAL,
    /** The same payment with different amounts. */
    AMOUNT_MISMATCH,
    /** One purchase paid twice. */
    DUPLICATE,
    /** What was taken for the payment is another fee than agreed. */
    FEE_MISMATCH,
    /** First heard of after its source's data had been declared complete for its day. */
    LATE;

    private final String code = name().toLowerCase(Locale.ROOT);

    /** The name used on the wire and in the database. */
    String code() {
        return code;
    }

    /** Null for any other text. */
    static Kind of(String code) {
        for (Kind kind : values()) {
            if (kind.code.equals(code)) {
                return kind;
            }
        }
        return null;
    }
}
