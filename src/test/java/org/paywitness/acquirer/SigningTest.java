package org.paywitness.acquirer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SigningTest {
    private static final String SECRET = "an example secret of 32+ bytes, never use it";
    private static final byte[] BODY = "{\"reference\":\"rfd_1\"}".getBytes(StandardCharsets.UTF_8);
    private static final String TIMESTAMP = "1795262400";

    /**
     * Computed by other means: {@code printf 'POST\n/v1/orders\n1795262400\n%s' "$(printf '{"reference":"rfd_1"}' |
     * sha256sum | cut -d' ' -f1)" | openssl dgst -sha256 -hmac 'an example secret of 32+ bytes, never use it'}.
     */
    private static final String SIGNATURE = "v1=419bdbfb0af8a749709369779dc2112731ededa9d3505459d134e9386eaf0deb";

    private static final Instant SIGNED = Instant.ofEpochSecond(1_795_262_400L);
    private static final Duration TOLERANCE = Duration.ofMinutes(5);

    private final Signing signing = new Signing("k1", SECRET);

    private boolean verifies(String keyId, String timestamp, String signature, byte[] body, Instant now) {
        return signing.verify(
                new Signing.Headers(keyId, timestamp, signature), "POST", "/v1/orders", body, now, TOLERANCE);
    }

    @Test
    void signatureIsWhatOpensslSays() {
        assertEquals(SIGNATURE, signing.sign("POST", "/v1/orders", TIMESTAMP, BODY));
        assertTrue(verifies("k1", TIMESTAMP, SIGNATURE, BODY, SIGNED));
    }

    @Test
    void documentShowsThisVeryExample() throws IOException {
        String document = Files.readString(Path.of("src", "docs", "acquirer-protocol.md"));
        for (String part : new String[] {SECRET, TIMESTAMP, SIGNATURE, new String(BODY, StandardCharsets.UTF_8)}) {
            assertTrue(document.contains(part), part);
        }
    }

    @Test
    void anyOtherPartIsAnotherSignature() {
        assertFalse(verifies("k2", TIMESTAMP, SIGNATURE, BODY, SIGNED));
        assertFalse(verifies("k1", "1795262401", SIGNATURE, BODY, SIGNED));
        assertFalse(verifies("k1", TIMESTAMP, SIGNATURE, "{}".getBytes(StandardCharsets.UTF_8), SIGNED));
        assertFalse(verifies("k1", TIMESTAMP, SIGNATURE.substring(0, 66), BODY, SIGNED));
        assertFalse(verifies("k1", TIMESTAMP, null, BODY, SIGNED));
        assertFalse(verifies(null, TIMESTAMP, SIGNATURE, BODY, SIGNED));
        for (String timestamp : new String[] {null, "", "-1", "1e9", "999999999999", "2026-11-21T12:00:00Z"}) {
            assertFalse(verifies("k1", timestamp, SIGNATURE, BODY, SIGNED), timestamp);
        }
        assertFalse(signing.verify(
                new Signing.Headers("k1", TIMESTAMP, SIGNATURE), "PUT", "/v1/orders", BODY, SIGNED, TOLERANCE));
        assertFalse(signing.verify(
                new Signing.Headers("k1", TIMESTAMP, SIGNATURE), "POST", "/v1/orders?", BODY, SIGNED, TOLERANCE));
    }

    @Test
    void signatureIsGoodForAWhile() {
        assertTrue(verifies("k1", TIMESTAMP, SIGNATURE, BODY, SIGNED.plus(TOLERANCE)));
        assertTrue(verifies("k1", TIMESTAMP, SIGNATURE, BODY, SIGNED.minus(TOLERANCE)));
        assertFalse(verifies(
                "k1", TIMESTAMP, SIGNATURE, BODY, SIGNED.plus(TOLERANCE).plusMillis(1)));
        assertFalse(verifies(
                "k1", TIMESTAMP, SIGNATURE, BODY, SIGNED.minus(TOLERANCE).minusMillis(1)));
    }

    @Test
    void weakSecretsAndStrangeNamesAreRefused() {
        String mention = assertThrows(
                        IllegalArgumentException.class, () -> new Signing("k1", "too short a secret, 31 bytes..."))
                .getMessage();
        assertTrue(mention.contains("32 bytes"), mention);
        assertFalse(mention.contains("too short"), "the secret itself is never told");
        assertThrows(IllegalArgumentException.class, () -> new Signing("k 1", SECRET));
    }
}
