package org.paywitness.invoice;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TaxIdTest {
    /** The example of GB 32100-2015, and companies as their own sites publish theirs. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "91350100M000100Y43",
                "914403001922038216",
                "91330100799655058B",
                "110108772551611",
                "12345678901234567890"
            })
    void acceptsWhatIsOne(String id) {
        assertTrue(TaxId.isValid(id), id);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "91350100M000100Y4",
                "91350100M000100Y433",
                "91350100M000100Y4O",
                "91350100m000100y43",
                "9135O100M000100Y43",
                "1101087725516",
                "11010877255161X",
                "６1108772551611０１"
            })
    void refusesWhatIsNone(String id) {
        assertFalse(TaxId.isValid(id), id);
    }

    @Test
    void anyOtherCharacterAnywhereIsNoticed() {
        String good = "91350100M000100Y43";
        String alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
        for (int i = 0; i < good.length(); i++) {
            for (char other : alphabet.toCharArray()) {
                String id = good.substring(0, i) + other + good.substring(i + 1);
                assertTrue(id.equals(good) || !TaxId.isValid(id), id);
            }
        }
    }
}
