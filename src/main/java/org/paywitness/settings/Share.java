package org.paywitness.settings;

import io.quarkus.runtime.annotations.RegisterForReflection;
import org.eclipse.microprofile.config.spi.Converter;

/** A part of a whole that can be reached, from 0.01 to 1. */
@RegisterForReflection
public final class Share implements Converter<Double> {
    private static final double LEAST = 0.01;

    /** @throws IllegalArgumentException if it is none */
    @Override
    public Double convert(String text) {
        try {
            double share = Double.parseDouble(text.strip());
            if (share >= LEAST && share <= 1) {
                return share;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw new IllegalArgumentException("must be a number from " + LEAST + " to 1");
    }
}
