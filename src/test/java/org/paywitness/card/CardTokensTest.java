package org.paywitness.card;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.paywitness.problem.Problem;

class CardTokensTest {
    // The test numbers that schemes publish.
    private static final String VISA = "4111111111111111";
    private static final String MASTERCARD = "5555555555554444";

    private record Configured(String currentKey, Map<String, String> keys) implements CardTokens.Keys {}

    private static String key(int fill) {
        byte[] key = new byte[32];
        java.util.Arrays.fill(key, (byte) fill);
        return Base64.getEncoder().encodeToString(key);
    }

    @Test
    void oneCardHasOneTokenAndOtherCardsHaveOthers() {
        CardTokens tokens = new CardTokens(new Configured("01", Map.of("01", key(1))));
        CardTokens.Tokenized made = tokens.tokenize(VISA);
        assertEquals(made, tokens.tokenize("4111 1111-1111 1111"));
        assertNotEquals(made.token(), tokens.tokenize(MASTERCARD).token());
        assertTrue(made.token().matches("card_01[0-9a-z]{26}"));
        assertEquals("411111", made.first6());
        assertEquals("1111", made.last4());
        assertFalse(made.toString().contains(VISA));
    }

    @Test
    void afterRotationTheOlderTokenIsStillTold() {
        String before = new CardTokens(new Configured("01", Map.of("01", key(1))))
                .tokenize(VISA)
                .token();
        CardTokens.Tokenized after =
                new CardTokens(new Configured("02", Map.of("01", key(1), "02", key(2)))).tokenize(VISA);
        assertTrue(after.token().startsWith("card_02"));
        assertEquals(List.of(before), after.previousTokens());
    }

    @Test
    void anotherKeyGivesAnotherToken() {
        assertNotEquals(
                new CardTokens(new Configured("01", Map.of("01", key(1))))
                        .tokenize(VISA)
                        .token(),
                new CardTokens(new Configured("01", Map.of("01", key(2))))
                        .tokenize(VISA)
                        .token());
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "4111111111111112", "41111111111", "41111111111111111111", "4111a11111111111", "０"})
    void whatIsNoCardNumberIsRefusedWithoutRepeatingIt(String pan) {
        CardTokens tokens = new CardTokens(new Configured("01", Map.of("01", key(1))));
        Problem problem = assertThrows(Problem.class, () -> tokens.tokenize(pan));
        assertEquals("invalid_card_number", problem.code());
        assertFalse(pan != null && !pan.isEmpty() && (problem.getMessage() + problem.errors()).contains(pan));
    }

    @Test
    void shortKeysAreRefusedAtTheStart() {
        String weak = Base64.getEncoder().encodeToString(new byte[31]);
        assertThrows(IllegalStateException.class, () -> new CardTokens(new Configured("01", Map.of("01", weak))));
    }
}
