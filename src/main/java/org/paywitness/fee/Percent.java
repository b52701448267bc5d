package org.paywitness.fee;

import java.math.BigDecimal;
import java.util.regex.Pattern;

/**
 * A part of a whole as contracts name it, exactly: "0.38" percent is 3,800 millionths. Four decimals at most.
 *
 * @param millionths 0 to 1,000,000
 */
public record Percent(int millionths) {
    /** A hundred percent. */
    public static final int WHOLE = 1_000_000;

    private static final Pattern DECIMAL = Pattern.compile("\\d{1,3}(\\.\\d{1,4})?");
    private static final int DECIMALS = 4;

    public Percent {
        if (millionths < 0 || millionths > WHOLE) {
            throw new IllegalArgumentException("must be from 0 to 100 percent");
        }
    }

    /** @throws IllegalArgumentException for anything but a plain decimal from 0 to 100 with four decimals at most */
    public static Percent parse(String text) {
        if (text == null || !DECIMAL.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "must be a decimal from 0 to 100 with at most " + DECIMALS + " decimals");
        }
        return new Percent(new BigDecimal(text).movePointRight(DECIMALS).intValueExact());
    }

    /** As contracts write it, with two decimals or as many as it needs: "0.50", "0.385". */
    public String text() {
        BigDecimal percent = BigDecimal.valueOf(millionths, DECIMALS).stripTrailingZeros();
        return percent.setScale(Math.max(2, percent.scale())).toPlainString();
    }
}
