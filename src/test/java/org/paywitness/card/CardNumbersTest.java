package org.paywitness.card;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CardNumbersTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "card 4111111111111111 declined | card 411111******1111 declined",
                "4111 1111 1111 1111 | 4111 11** **** 1111",
                "4111-1111-1111-1111. | 4111-11**-****-1111.",
                "5555555555554444,4111111111111111 | 555555******4444,411111******1111",
                "4111_1111_1111_1111.jpg | 4111_11**_****_1111.jpg",
                "4111.1111.1111.1111 | 4111.11**.****.1111",
                "4111  1111  1111  1111 | 4111  11**  ****  1111",
                "4111 - 1111 | 4111 - 1111",
                "４１１１１１１１１１１１１１１１ | ４１１１１１******１１１１",
                "RRN 632512000417 | RRN 632512000417",
                "4111111111111112 | 4111111111111112",
                "no digits | no digits",
                "卡号4111111111111111。 | 卡号411111******1111。"
            })
    void onlyCardNumbersAreMasked(String text, String masked) {
        assertEquals(masked, CardNumbers.mask(text));
    }

    @Test
    void nothingStaysNothing() {
        assertNull(CardNumbers.mask(null));
        assertEquals("", CardNumbers.mask(""));
    }

    @Test
    void noCardNumberThatStandsAloneSurvives() {
        long seed = Long.getLong("card.seed", System.nanoTime());
        System.out.println("card.seed=" + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            String pan = pan(random, 12 + random.nextInt(8));
            String before = "a".repeat(random.nextInt(3)) + (random.nextBoolean() ? " " : ":");
            String after = (random.nextBoolean() ? " " : ",") + "z".repeat(random.nextInt(3));
            String masked = CardNumbers.mask(before + pan + after);
            assertFalse(masked.contains(pan), () -> "seed " + seed);
            assertEquals(before.length() + pan.length() + after.length(), masked.length());
        }
    }

    private static String pan(Random random, int length) {
        StringBuilder digits = new StringBuilder();
        for (int i = 1; i < length; i++) {
            digits.append((char) ('0' + random.nextInt(10)));
        }
        for (char check = '0'; check <= '9'; check++) {
            if (CardNumbers.isCardNumber(digits.toString() + check)) {
                return digits.toString() + check;
            }
        }
        throw new AssertionError("one of ten check digits fits");
    }
}
