package org.paywitness.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TokenCacheTest {
    private static final Instant START = Instant.parse("2026-11-21T12:00:00Z");

    private final MovableClock clock = new MovableClock();
    private final TokenCache cache = new TokenCache(clock, new SimpleMeterRegistry(), 100, Duration.ofMinutes(10));

    @Test
    void tokenIsKnownUntilItExpires() {
        String token = token("key", 60);
        assertNull(cache.find(token));
        cache.keep(token);
        assertEquals("app", cache.find(token).getPrincipal().getName());
        clock.pass(Duration.ofSeconds(59));
        assertNotNull(cache.find(token));
        clock.pass(Duration.ofSeconds(1));
        assertNull(cache.find(token));
    }

    @Test
    void tokenIsVerifiedAnewAfterAWhile() {
        String token = token("key", 86_400);
        cache.keep(token);
        clock.pass(Duration.ofMinutes(10));
        assertNull(cache.find(token));
    }

    @Test
    void changedTokenIsAnotherToken() {
        String token = token("key", 60);
        cache.keep(token);
        assertNull(cache.find(token.substring(0, token.length() - 1) + "X"));
        assertNull(cache.find(token + "A"));
    }

    @Test
    void newKeyForgetsWhatOldKeysSigned() {
        String old = token("old", 60);
        String fresh = token("new", 60);
        cache.keep(old);
        cache.keep(fresh);
        assertNull(cache.find(old));
        assertNotNull(cache.find(fresh));
        // Both keys are known now: tokens of the two do not drive each other out.
        cache.keep(old);
        assertNotNull(cache.find(fresh));
        assertNotNull(cache.find(old));
    }

    @Test
    void sizeIsBounded() {
        IntStream.range(0, 1_000).forEach(i -> cache.keep(token("key", 60 + i)));
        long known = IntStream.range(0, 1_000)
                .filter(i -> cache.find(token("key", 60 + i)) != null)
                .count();
        assertEquals(100, known);
    }

    private static String token(String keyId, long lifetimeSeconds) {
        return part("{\"alg\":\"RS256\",\"kid\":\"" + keyId + "\"}")
                + "."
                + part("{\"client_id\":\"app\",\"scope\":\"feed\",\"exp\":"
                        + START.plusSeconds(lifetimeSeconds).getEpochSecond() + "}")
                + ".c2lnbmF0dXJl";
    }

    private static String part(String json) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }

    private static final class MovableClock extends Clock {
        private Instant now = START;

        void pass(Duration time) {
            now = now.plus(time);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
