package org.paywitness.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.runtime.QuarkusPrincipal;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.HashSet;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Who is behind each verified token, so that a signature is checked once and not at each request (50 µs for RS256, 400
 * for ES256). Keyed by the token's SHA-256, as tokens themselves should not lie about in memory; bounded; a token
 * leaves when it expires, after a while in any case, and all leave when the provider's keys rotate.
 *
 * <p>Rotation shows in the first good token that names a key ({@code kid}) we have not seen. A key that was withdrawn
 * without a new one in its place goes on working for {@code paywitness.token-cache.max-age} at most.
 */
@Singleton
class TokenCache {
    /** More keys than any provider publishes at a time; then we start counting anew. */
    private static final int MAX_KEY_IDS = 32;

    private final Cache<Digest, Entry> entries;
    private final Clock clock;
    private final long maxAgeMillis;
    private final Counter hits;
    private final Counter verifications;

    /** Guarded by this. */
    private final Set<String> keyIds = new HashSet<>();

    TokenCache(
            Clock clock,
            MeterRegistry meters,
            @ConfigProperty(name = "paywitness.token-cache.max-tokens") long maxTokens,
            @ConfigProperty(name = "paywitness.token-cache.max-age") Duration maxAge) {
        this.clock = clock;
        this.maxAgeMillis = maxAge.toMillis();
        this.entries = Caffeine.newBuilder()
                .maximumSize(maxTokens)
                .executor(Runnable::run)
                .build();
        this.hits = Counter.builder("paywitness.tokens")
                .description("Tokens presented, by whether their signature had to be checked")
                .tag("result", "cached")
                .register(meters);
        this.verifications =
                Counter.builder("paywitness.tokens").tag("result", "verified").register(meters);
    }

    /** Who is behind this token, where it was verified before and still holds; else null. */
    SecurityIdentity find(String token) {
        Digest digest = Digest.of(token);
        Entry entry = entries.getIfPresent(digest);
        if (entry == null) {
            return null;
        }
        if (clock.millis() >= entry.until) {
            entries.invalidate(digest);
            return null;
        }
        hits.increment();
        return entry.identity;
    }

    /** Keeps who is behind a token that was verified just now. */
    SecurityIdentity keep(String token) {
        verifications.increment();
        JsonObject claims = part(token, 1);
        SecurityIdentity identity = identity(Caller.fromClaims(claims));
        forgetAllIfRotated(part(token, 0).getString("kid", ""));
        long now = clock.millis();
        // exp is in seconds (RFC 7519 section 4.1.4). Without it a token is good for this request alone.
        long until = claims.getValue("exp") instanceof Number exp
                ? Math.min(exp.longValue() * 1000, now + maxAgeMillis)
                : now;
        if (until > now) {
            entries.put(Digest.of(token), new Entry(identity, until));
        }
        return identity;
    }

    private static SecurityIdentity identity(Caller caller) {
        return QuarkusSecurityIdentity.builder()
                .setPrincipal(new QuarkusPrincipal(caller.clientId()))
                .addAttribute(Caller.ATTRIBUTE, caller)
                .build();
    }

    private synchronized void forgetAllIfRotated(String keyId) {
        if (keyIds.contains(keyId)) {
            return;
        }
        if (!keyIds.isEmpty()) {
            entries.invalidateAll();
        }
        if (keyIds.size() >= MAX_KEY_IDS) {
            keyIds.clear();
        }
        keyIds.add(keyId);
    }

    private static JsonObject part(String token, int index) {
        String encoded = token.split("\\.", 3)[index];
        return new JsonObject(new String(Base64.getUrlDecoder().decode(encoded), StandardCharsets.UTF_8));
    }

    private record Entry(SecurityIdentity identity, long until) {}

    /** 256 bits as a key of a map. */
    private record Digest(long a, long b, long c, long d) {
        private static final ThreadLocal<MessageDigest> SHA_256 = ThreadLocal.withInitial(() -> {
            try {
                return MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        });

        static Digest of(String token) {
            byte[] hash = SHA_256.get().digest(token.getBytes(StandardCharsets.ISO_8859_1));
            return new Digest(number(hash, 0), number(hash, 8), number(hash, 16), number(hash, 24));
        }

        private static long number(byte[] bytes, int from) {
            long number = 0;
            for (int i = from; i < from + Long.BYTES; i++) {
                number = number << 8 | bytes[i] & 0xff;
            }
            return number;
        }
    }
}
