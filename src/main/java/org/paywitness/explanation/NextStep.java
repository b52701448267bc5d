package org.paywitness.explanation;

import java.time.Instant;

/**
 * What one person does next.
 *
 * @param text what to do, in the asker's language
 * @param by until when, never before the verdict's own now; null where nothing sets a date
 * @param quote the reference to quote ("RRN 632512000417"), or null where none is known
 */
public record NextStep(Who who, String text, Instant by, String quote) {
    /** Who acts; the name on the wire in lower case. */
    public enum Who {
        CARDHOLDER,
        MERCHANT,
        ACQUIRER,
        BANK;

        private final String code = name().toLowerCase(java.util.Locale.ROOT);

        public String code() {
            return code;
        }
    }
}
