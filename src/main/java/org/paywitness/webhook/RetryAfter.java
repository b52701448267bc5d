package org.paywitness.webhook;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;

/** The header Retry-After (RFC 9110, section 10.2.3): seconds, or a date. */
final class RetryAfter {
    private static final int MAX_DIGITS = 9;

    private RetryAfter() {}

    /**
     * @param header null where there is none
     * @param most a longer wait counts as this one
     * @return null where it is absent or says nothing
     */
    static Duration parse(String header, Instant now, Duration most) {
        if (header == null) {
            return null;
        }
        Duration wait = wait(header.strip(), now);
        return wait == null || wait.isNegative() || wait.isZero() ? null : wait.compareTo(most) < 0 ? wait : most;
    }

    private static Duration wait(String text, Instant now) {
        if (text.matches("\\d{1," + MAX_DIGITS + "}")) {
            return Duration.ofSeconds(Long.parseLong(text));
        }
        try {
            return Duration.between(
                    now,
                    ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant());
        } catch (DateTimeException e) {
            return null;
        }
    }
}
