package org.paywitness.acquirer;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signatures of requests, ours and the acquirer's: HMAC-SHA256 over method, request target, timestamp and the SHA-256
 * of the body, each on a line of its own (src/docs/acquirer-protocol.md, "Signing").
 */
final class Signing {
    static final String KEY_ID = "Paywitness-Key-Id";
    static final String TIMESTAMP = "Paywitness-Timestamp";
    static final String SIGNATURE = "Paywitness-Signature";

    /** RFC 2104, section 3: a key shorter than the hash weakens it. */
    static final int MIN_SECRET_BYTES = 32;

    private static final String ALGORITHM = "HmacSHA256";
    private static final String VERSION = "v1=";

    private final String keyId;
    private final SecretKeySpec key;

    /** @throws IllegalArgumentException when the key has no name or the secret is too short */
    Signing(String keyId, String secret) {
        byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
        if (!keyId.matches("[A-Za-z0-9._-]{1,64}")) {
            throw new IllegalArgumentException("the key id must be 1 to 64 letters, digits or ._-");
        }
        if (bytes.length < MIN_SECRET_BYTES) {
            throw new IllegalArgumentException("the secret must have at least " + MIN_SECRET_BYTES + " bytes");
        }
        this.keyId = keyId;
        this.key = new SecretKeySpec(bytes, ALGORITHM);
    }

    String keyId() {
        return keyId;
    }

    /**
     * The value of {@value #SIGNATURE}.
     *
     * @param target path and query as on the request line
     * @param timestamp seconds since 1970, the value of {@value #TIMESTAMP}
     * @param body the bytes sent; empty without a body
     */
    String sign(String method, String target, String timestamp, byte[] body) {
        try {
            String digest = hex(MessageDigest.getInstance("SHA-256").digest(body));
            // A Mac holds state and belongs to one thread.
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            String text = String.join("\n", method, target, timestamp, digest);
            return VERSION + hex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether these headers, each possibly null, are of who holds the key and not older or newer than this. */
    boolean verify(Headers headers, String method, String target, byte[] body, Instant now, Duration tolerance) {
        if (headers.timestamp == null
                || headers.signature == null
                || !keyId.equals(headers.keyId)
                || !headers.timestamp.matches("\\d{1,11}")) {
            return false;
        }
        Instant signed = Instant.ofEpochSecond(Long.parseLong(headers.timestamp));
        return Duration.between(signed, now).abs().compareTo(tolerance) <= 0
                && MessageDigest.isEqual(
                        sign(method, target, headers.timestamp, body).getBytes(StandardCharsets.UTF_8),
                        headers.signature.getBytes(StandardCharsets.UTF_8));
    }

    /** What a request says of its signature. */
    record Headers(String keyId, String timestamp, String signature) {}

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
