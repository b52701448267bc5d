package org.paywitness.webhook;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/**
 * One attempt to deliver, and what came of it.
 *
 * @param at when it began
 * @param took how long it took
 * @param status of the answer; null without one
 * @param outcome what came of it
 * @param retryAfter how long the receiver wants to be left alone; null where it does not say
 */
record Attempt(Instant at, Duration took, Integer status, Outcome outcome, Duration retryAfter) {
    /** What may come of an attempt; the names are told in logs and metrics. */
    enum Outcome {
        /** 2xx. */
        DELIVERED,
        /** Any other answer, redirects apart. */
        REFUSED,
        /** 3xx: not followed, since nobody has checked where it leads. */
        REDIRECTED,
        /** 410: the receiver wants no more. */
        GONE,
        /** No answer in time. */
        TIMEOUT,
        /** The name leads nowhere. */
        NO_ADDRESS,
        /** The URL, or an address that its name leads to, is not on the internet. */
        FORBIDDEN_ADDRESS,
        /** No connection, or one that was not trusted. */
        NO_CONNECTION,
        /** The connection ended before the answer. */
        BROKEN_OFF;

        String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    boolean isDelivered() {
        return outcome == Outcome.DELIVERED;
    }

    /** As it is kept with the delivery. */
    JsonObject entry() {
        JsonObject entry = new JsonObject()
                .put("at", at.toString())
                .put("duration_ms", took.toMillis())
                .put("outcome", outcome.code());
        return status == null ? entry : entry.put("status", status);
    }
}
