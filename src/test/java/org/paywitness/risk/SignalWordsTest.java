package org.paywitness.risk;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.paywitness.explanation.Language;

class SignalWordsTest {
    @Test
    void everySignalStatesItsFiguresAndItsThresholdInBothLanguages() {
        for (SignalKind kind : SignalKind.values()) {
            boolean ratio = kind.code().endsWith("ratio") || kind.code().endsWith("rate");
            SignalKind.Threshold threshold = new SignalKind.Threshold(7, ratio ? 12_500 : 0);
            for (Language language : Language.values()) {
                Signal.Place place = new Signal.Place(kind, "x", "");
                String text = SignalWords.text(new Signal(place, null, 41, ratio ? 164L : null), threshold, language);
                assertFalse(text.contains("{"), text);
                assertTrue(text.contains("41") && text.contains("7"), text);
                assertTrue(!ratio || text.contains("164") && text.contains("25 %") && text.contains("1.25 %"), text);
                if (kind.about() == SignalKind.About.MERCHANT && ratio) {
                    String none = SignalWords.text(new Signal(place, null, 41, 0L), threshold, language);
                    assertFalse(none.contains("{"), none);
                    assertTrue(none.contains("41") && none.contains("1.25 %"), none);
                }
            }
        }
    }
}
