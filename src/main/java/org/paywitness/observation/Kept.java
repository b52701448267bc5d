package org.paywitness.observation;

import java.time.Instant;
import java.util.UUID;

/**
 * An observation as it is kept, with where it belongs.
 *
 * @param id UUIDv7 behind {@code obs_…}
 * @param transactionId the transaction it belongs to now; null for one that is about to be written
 * @param opened the transaction that was opened for it, or null
 * @param pinnedTo the transaction that it names explicitly, or null
 * @param weakly whether it was joined by card, amount and time
 */
record Kept(
        UUID id, Observation said, Instant heardAt, UUID transactionId, UUID opened, UUID pinnedTo, boolean weakly) {

    boolean isFresh() {
        return transactionId == null;
    }
}
