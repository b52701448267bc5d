package org.paywitness.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RateLimiterTest {
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    private final RateLimiter limiter = new RateLimiter(60, Duration.ofSeconds(60), 100, nanos::get);

    @Test
    void wholeQuotaAtOnceThenOneASecond() {
        for (int left = 59; left >= 0; left--) {
            RateLimiter.Decision decision = limiter.ask("a");
            assertTrue(decision.allowed());
            assertEquals(left, decision.remaining());
            assertEquals(60 - left, decision.resetSeconds());
        }
        RateLimiter.Decision beyond = limiter.ask("a");
        assertFalse(beyond.allowed());
        assertEquals(0, beyond.remaining());
        assertEquals(1, beyond.retryAfterSeconds());
        pass(Duration.ofSeconds(1));
        assertTrue(limiter.ask("a").allowed());
        assertFalse(limiter.ask("a").allowed());
    }

    @Test
    void refusedRequestsCostNothing() {
        IntStream.range(0, 1_000).forEach(i -> limiter.ask("a"));
        pass(Duration.ofSeconds(60));
        assertEquals(59, limiter.ask("a").remaining());
    }

    @Test
    void clientsDoNotShare() {
        IntStream.range(0, 60).forEach(i -> limiter.ask("a"));
        assertTrue(limiter.ask("b").allowed());
    }

    @Test
    void manyAtOnceGetNoMoreThanTheQuota() {
        AtomicInteger allowed = new AtomicInteger();
        IntStream.range(0, 10_000).parallel().forEach(i -> {
            if (limiter.ask("a").allowed()) {
                allowed.incrementAndGet();
            }
        });
        assertEquals(60, allowed.get());
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }
}
