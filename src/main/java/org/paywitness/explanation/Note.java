package org.paywitness.explanation;

import java.util.Locale;

/** A sentence that follows the explanation where it applies; its key in the texts is {@code note.} and the name. */
enum Note {
    CODE_TERMINAL,
    CODE_ACQUIRER,
    PARTIAL,
    CONVERTED,
    DISCOUNT_APPLIED,
    DISCOUNT_PROMISED,
    SLIP_FAILED,
    POSSIBLE_DUPLICATE,
    NOT_FINAL,
    OVERDUE,
    RETURNED_MORE,
    MATCHED_WEAKLY,
    HAS_CANDIDATES;

    private final String key = "note." + name().toLowerCase(Locale.ROOT);

    String key() {
        return key;
    }
}
