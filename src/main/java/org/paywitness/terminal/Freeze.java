package org.paywitness.terminal;

import java.time.Instant;
import java.util.UUID;

/**
 * From when to when payments at a terminal are not to be trusted, because it was lost or stolen.
 *
 * @param terminal the registration that the loss was reported of
 * @param terminalId ISO 8583 DE 41
 * @param since the first instant
 * @param until the first instant at which it is trusted again; null where it has not come back
 * @param reportedAt when we were told of the loss: what was answered before that knew nothing of it
 */
public record Freeze(
        UUID terminal, String terminalId, String merchantId, Instant since, Instant until, Instant reportedAt) {

    /** Whether a payment that occurred then falls into it. */
    public boolean covers(Instant occurredAt) {
        return !occurredAt.isBefore(since) && (until == null || occurredAt.isBefore(until));
    }
}
