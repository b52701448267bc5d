package org.paywitness.fee;

import java.math.RoundingMode;
import java.util.Locale;

/** How a part of a minor unit is rounded; contracts name it, and acquirers differ. */
public enum Rounding {
    HALF_UP(RoundingMode.HALF_UP),
    HALF_EVEN(RoundingMode.HALF_EVEN),
    HALF_DOWN(RoundingMode.HALF_DOWN),
    UP(RoundingMode.UP),
    DOWN(RoundingMode.DOWN);

    private final RoundingMode mode;
    private final String code = name().toLowerCase(Locale.ROOT);

    Rounding(RoundingMode mode) {
        this.mode = mode;
    }

    RoundingMode mode() {
        return mode;
    }

    /** The name on the wire. */
    public String code() {
        return code;
    }

    static Rounding of(String code) {
        for (Rounding rounding : values()) {
            if (rounding.code.equals(code)) {
                return rounding;
            }
        }
        throw new IllegalArgumentException("no rounding is named " + code);
    }
}
