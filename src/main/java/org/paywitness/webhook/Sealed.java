package org.paywitness.webhook;

import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.paywitness.problem.Problem;

/**
 * Secrets as the database holds them: whoever reads it, or a copy of it, cannot sign. AES-256 in Galois/Counter mode (NIST
 * SP 800-38D), bound to the endpoint; the id of the key stands before it, so that keys can be changed.
 */
@Singleton
class Sealed {
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final String current;
    private final Map<String, SecretKeySpec> keys = new TreeMap<>();

    Sealed(WebhookSettings settings) {
        current = settings.currentKey();
        settings.keys().forEach((id, base64) -> {
            byte[] key = Base64.getDecoder().decode(base64);
            if (!id.matches("[0-9a-z]{2}") || key.length != KEY_BYTES) {
                throw new IllegalStateException(
                        "paywitness.webhook.keys: an id is two of 0-9 a-z, a key " + KEY_BYTES + " bytes in base64");
            }
            keys.put(id, new SecretKeySpec(key, "AES"));
        });
    }

    /** @throws Problem 503 {@code webhook_key_missing} */
    String seal(UUID endpoint, String secret) {
        if (!keys.containsKey(current)) {
            throw Problem.unavailable("webhook_key_missing", "No key for the secrets of webhooks is configured.");
        }
        byte[] nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        byte[] closed = run(Cipher.ENCRYPT_MODE, current, endpoint, nonce, secret.getBytes(StandardCharsets.US_ASCII));
        byte[] all = ByteBuffer.allocate(nonce.length + closed.length)
                .put(nonce)
                .put(closed)
                .array();
        return current + Base64.getEncoder().encodeToString(all);
    }

    /** @throws IllegalStateException where its key is not configured, or it was sealed for another endpoint */
    String open(UUID endpoint, String sealed) {
        String key = sealed.substring(0, 2);
        if (!keys.containsKey(key)) {
            throw new IllegalStateException("paywitness.webhook.keys." + key + " is missing");
        }
        ByteBuffer all = ByteBuffer.wrap(Base64.getDecoder().decode(sealed.substring(2)));
        byte[] nonce = new byte[NONCE_BYTES];
        all.get(nonce);
        byte[] closed = new byte[all.remaining()];
        all.get(closed);
        return new String(run(Cipher.DECRYPT_MODE, key, endpoint, nonce, closed), StandardCharsets.US_ASCII);
    }

    private byte[] run(int mode, String key, UUID endpoint, byte[] nonce, byte[] text) {
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, keys.get(key), new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(endpoint.toString().getBytes(StandardCharsets.US_ASCII));
            return cipher.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a secret could not be opened or sealed", e);
        }
    }
}
