package org.paywitness.webhook;

import io.vertx.core.json.JsonArray;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/**
 * One event for one endpoint, and what came of it so far.
 *
 * @param dueAt when the next attempt is due; null: none
 * @param endedAt when it arrived or was given up; null before
 * @param attempts all that were made
 * @param log the latest of them, oldest first
 */
record Delivery(
        UUID id,
        UUID eventId,
        String type,
        Status status,
        Instant createdAt,
        Instant dueAt,
        Instant endedAt,
        int attempts,
        JsonArray log) {
    /** How it is. */
    enum Status {
        PENDING,
        SUCCEEDED,
        FAILED;

        String code() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Status of(String code) {
            return valueOf(code.toUpperCase(Locale.ROOT));
        }
    }

    /**
     * What an attempt makes of a delivery.
     *
     * @param dueAt null at the end
     */
    record Next(Status status, Instant dueAt) {
        /**
         * @param tries how many were made before it since the schedule began
         * @param retries the pauses of the schedule
         * @param now when the attempt ended
         */
        static Next after(Attempt attempt, int tries, List<Duration> retries, Instant now) {
            if (attempt.isDelivered()) {
                return new Next(Status.SUCCEEDED, null);
            }
            if (attempt.outcome() == Attempt.Outcome.GONE || tries >= retries.size()) {
                return new Next(Status.FAILED, null);
            }
            Duration pause = retries.get(tries);
            Duration asked = attempt.retryAfter();
            return new Next(Status.PENDING, now.plus(asked == null || asked.compareTo(pause) < 0 ? pause : asked));
        }
    }
}
