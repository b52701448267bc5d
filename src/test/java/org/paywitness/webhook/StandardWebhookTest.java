package org.paywitness.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StandardWebhookTest {
    /** As published: the libraries of standard-webhooks ("sign function works"), and the documents of Svix. */
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            value = {
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw, msg_p5jXN8AQM9LWM0D4loKWxJek, 1614265330,"
                        + " '{\"test\": 2432232314}', 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='",
                "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw, msg_p5jXN8AQM9LWM0D4loKWxJek, 1614265330,"
                        + " '{\"test\": 2432232314}', 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='",
                "whsec_plJ3nmyCDGBKInavdOK15jsl, msg_loFOjxBNrRLzqYUf, 1731705121,"
                        + " '{\"event_type\":\"ping\",\"data\":{\"success\":true}}',"
                        + " 'v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0='"
            })
    void publishedVectors(String secret, String id, long seconds, String body, String expected) {
        assertEquals(expected, sign(List.of(secret), id, seconds, body));
    }

    @Test
    void eachSecretSignsAndWhateverIsSignedCounts() {
        String first = StandardWebhook.newSecret();
        String second = StandardWebhook.newSecret();
        assertNotEquals(first, second);
        assertTrue(first.startsWith("whsec_"));
        assertEquals(32, Base64.getDecoder().decode(first.substring(6)).length);
        String both = sign(List.of(first, second), "evt_1", 1, "{}");
        assertEquals(sign(List.of(first), "evt_1", 1, "{}") + " " + sign(List.of(second), "evt_1", 1, "{}"), both);
        assertNotEquals(sign(List.of(first), "evt_1", 1, "{}"), sign(List.of(first), "evt_2", 1, "{}"));
        assertNotEquals(sign(List.of(first), "evt_1", 1, "{}"), sign(List.of(first), "evt_1", 2, "{}"));
        assertNotEquals(sign(List.of(first), "evt_1", 1, "{}"), sign(List.of(first), "evt_1", 1, "{ }"));
    }

    private static String sign(List<String> secrets, String id, long seconds, String body) {
        return StandardWebhook.signature(
                secrets, id, Instant.ofEpochSecond(seconds), body.getBytes(StandardCharsets.UTF_8));
    }
}
