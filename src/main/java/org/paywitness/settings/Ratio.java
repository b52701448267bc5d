package org.paywitness.settings;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.math.BigDecimal;
import org.eclipse.microprofile.config.spi.Converter;

/** A part of a whole, above 0, with six decimals at most: 0.009 is 0.9 %. It may be more than 1, and then is never reached. */
@RegisterForReflection
public final class Ratio implements Converter<BigDecimal> {
    private static final int MAX_INTEGER_DIGITS = 3;
    private static final int MAX_DECIMALS = 6;

    /** @throws IllegalArgumentException if it is none */
    @Override
    public BigDecimal convert(String text) {
        try {
            BigDecimal ratio = new BigDecimal(text.strip());
            if (ratio.signum() > 0
                    && ratio.stripTrailingZeros().scale() <= MAX_DECIMALS
                    && ratio.precision() - ratio.scale() <= MAX_INTEGER_DIGITS) {
                return ratio;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw new IllegalArgumentException("must be above 0 and have no more than " + MAX_DECIMALS + " decimals");
    }
}
