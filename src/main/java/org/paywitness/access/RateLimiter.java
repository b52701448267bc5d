package org.paywitness.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * So many requests in a window for each client, refilled evenly: a token bucket, kept as the one time at which it will
 * be full again (the generic cell rate algorithm), so that a request costs one compare-and-set. In memory: each pod
 * counts for itself.
 */
// Entries of a cache of this kind are a class that Caffeine finds by name; Quarkus registers others.
@RegisterForReflection(classNames = "com.github.benmanes.caffeine.cache.PSAMS")
final class RateLimiter {
    /**
     * What is left to a client.
     *
     * @param remaining requests that it may send at once
     * @param resetSeconds until it has its whole quota again
     * @param retryAfterSeconds 0 when allowed, else until the next request is
     */
    record Decision(boolean allowed, long remaining, long resetSeconds, long retryAfterSeconds) {}

    private final long quota;
    private final long windowNanos;
    private final long costNanos;
    private final LongSupplier nanoTime;
    private final Cache<String, AtomicLong> fullAgainAt;

    /**
     * @param quota more than 0
     * @param maxClients beyond this many the least active are forgotten, and start with a full quota
     */
    RateLimiter(long quota, Duration window, long maxClients, LongSupplier nanoTime) {
        this.quota = quota;
        this.windowNanos = window.toNanos();
        this.costNanos = Math.max(1, windowNanos / quota);
        this.nanoTime = nanoTime;
        this.fullAgainAt = Caffeine.newBuilder()
                .maximumSize(maxClients)
                // Who was idle for a window has its whole quota again: nothing to remember.
                .expireAfterAccess(window)
                .ticker(nanoTime::getAsLong)
                .executor(Runnable::run)
                .build();
    }

    Decision ask(String client) {
        AtomicLong full = fullAgainAt.get(client, name -> new AtomicLong(nanoTime.getAsLong()));
        while (true) {
            long now = nanoTime.getAsLong();
            long before = full.get();
            // nanoTime may overflow: only differences mean something.
            long debt = Math.max(0, before - now);
            long after = debt + costNanos;
            if (after > windowNanos) {
                return new Decision(false, 0, seconds(debt), Math.max(1, seconds(after - windowNanos)));
            }
            if (full.compareAndSet(before, now + after)) {
                return new Decision(true, (windowNanos - after) / costNanos, seconds(after), 0);
            }
        }
    }

    long quota() {
        return quota;
    }

    long windowSeconds() {
        return seconds(windowNanos);
    }

    private static long seconds(long nanos) {
        return (nanos + 999_999_999L) / 1_000_000_000L;
    }
}
