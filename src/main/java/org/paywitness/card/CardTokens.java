package org.paywitness.card;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.paywitness.problem.Problem;

/**
 * Makes card tokens: {@code card_}, the key id and 128 bits of HMAC-SHA-256 (RFC 2104) over the card number. The same
 * card gives the same token under one key; nothing is stored.
 */
@ApplicationScoped
public class CardTokens {
    /** Keys by id; the current one makes tokens, the others are kept so that older tokens can still be told. */
    @ConfigMapping(prefix = "paywitness.card-token")
    interface Keys {
        /** Id of the key that makes new tokens: two of 0-9 a-z. */
        @WithDefault("01")
        String currentKey();

        /** Base64 of at least 32 random bytes for each key id. */
        Map<String, String> keys();
    }

    /**
     * A card as it may be kept and shown.
     *
     * @param token under the current key
     * @param previousTokens under the other keys, so that what was kept under them is found
     */
    public record Tokenized(String token, List<String> previousTokens, String first6, String last4) {}

    private static final int MIN_KEY_BYTES = 32;
    private static final int TOKEN_BYTES = 16;
    private static final char[] BASE32 = "0123456789abcdefghjkmnpqrstvwxyz".toCharArray();

    private final String current;
    private final Map<String, SecretKeySpec> keys = new TreeMap<>();

    CardTokens(Keys configured) {
        current = configured.currentKey();
        configured.keys().forEach((id, base64) -> {
            byte[] secret = Base64.getDecoder().decode(base64);
            if (!id.matches("[0-9a-z]{2}") || secret.length < MIN_KEY_BYTES) {
                throw new IllegalStateException("paywitness.card-token.keys: an id is two of 0-9 a-z, a key at least "
                        + MIN_KEY_BYTES + " bytes in base64");
            }
            keys.put(id, new SecretKeySpec(secret, "HmacSHA256"));
        });
    }

    /**
     * @param pan 12 to 19 digits; spaces and hyphens are allowed
     * @throws Problem 400 {@code invalid_card_number}, which never repeats the number
     */
    public Tokenized tokenize(String pan) {
        String digits = pan == null ? "" : pan.replaceAll("[ -]", "");
        if (!CardNumbers.isCardNumber(digits)) {
            throw Problem.badRequest("invalid_card_number", "The card number is not valid.")
                    .at("/pan", "must be 12 to 19 digits with a valid check digit");
        }
        if (!keys.containsKey(current)) {
            throw Problem.unavailable("card_token_key_missing", "No key for card tokens is configured.");
        }
        List<String> previous = new ArrayList<>();
        for (String id : keys.keySet()) {
            if (!id.equals(current)) {
                previous.add(token(id, digits));
            }
        }
        return new Tokenized(
                token(current, digits), previous, digits.substring(0, 6), digits.substring(digits.length() - 4));
    }

    private String token(String keyId, String digits) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(keys.get(keyId));
            byte[] hash = mac.doFinal(digits.getBytes(StandardCharsets.US_ASCII));
            return "card_" + keyId + base32(hash);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HMAC-SHA-256 is required of every Java platform", e);
        }
    }

    private static String base32(byte[] hash) {
        StringBuilder out = new StringBuilder(26);
        int buffer = 0;
        int bits = 0;
        for (int i = 0; i < TOKEN_BYTES; i++) {
            buffer = buffer << 8 | hash[i] & 0xFF;
            bits += 8;
            while (bits >= 5) {
                bits -= 5;
                out.append(BASE32[buffer >>> bits & 31]);
            }
        }
        return out.append(BASE32[buffer << 5 - bits & 31]).toString();
    }
}
