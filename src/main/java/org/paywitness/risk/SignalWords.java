package org.paywitness.risk;

import java.math.BigDecimal;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.paywitness.explanation.Language;
import org.paywitness.explanation.Messages;

/**
 * What signals say to people, from {@code messages/risk.*.properties}. Read once; a missing, blank or unknown text
 * fails the start.
 */
final class SignalWords {
    private static final Map<String, String> ZH = read(Language.ZH);
    private static final Map<String, String> EN = read(Language.EN);

    private SignalWords() {}

    /** The figures and the threshold in one sentence. */
    static String text(Signal signal, SignalKind.Threshold threshold, Language language) {
        String key = signal.place().kind().code();
        boolean noPayments = Long.valueOf(0).equals(signal.of());
        String text = (language == Language.EN ? EN : ZH).get(noPayments ? key + ".without_payments" : key);
        text = text.replace("{count}", Long.toString(signal.count()))
                .replace("{least}", Long.toString(threshold.least()))
                .replace("{threshold}", percent(threshold.ratio()));
        if (signal.of() != null && !noPayments) {
            text = text.replace("{of}", Long.toString(signal.of()))
                    .replace("{ratio}", percent(signal.count() * 1_000_000 / signal.of()));
        }
        return text;
    }

    private static String percent(long millionths) {
        BigDecimal percent = BigDecimal.valueOf(millionths, 4).stripTrailingZeros();
        return percent.toPlainString() + " %";
    }

    private static Map<String, String> read(Language language) {
        Properties properties = Messages.read("risk", language);
        Set<String> keys = new HashSet<>();
        for (SignalKind kind : SignalKind.values()) {
            keys.add(kind.code());
        }
        keys.add(SignalKind.MERCHANT_DISPUTE_RATIO.code() + ".without_payments");
        keys.add(SignalKind.MERCHANT_REFUND_RATIO.code() + ".without_payments");
        Map<String, String> texts = new HashMap<>();
        for (String key : keys) {
            String text = properties.getProperty(key);
            if (text == null || text.isBlank()) {
                throw new IllegalStateException(Messages.resource("risk", language) + " has no text " + key);
            }
            texts.put(key, text);
        }
        if (!keys.containsAll(properties.stringPropertyNames())) {
            throw new IllegalStateException(Messages.resource("risk", language) + " has a text that nobody says");
        }
        return texts;
    }
}
