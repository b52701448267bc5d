package org.paywitness.explanation;

import java.time.Instant;

/**
 * What one person does next.
 *
 * @param text what to do, in the asker's language
 * @param by until when, never before the verdict's own now; null where nothing sets a date
 * @param quote the reference to quote ("RRN 632512000417"), or null where none is known
 * @param guidance the path of the guidance that fits: {@code /v1/guidance/charged_twice}
 */
public record NextStep(Who who, String text, Instant by, String quote, String guidance) {
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
