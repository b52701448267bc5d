package org.paywitness.settings;

import io.quarkus.runtime.annotations.RegisterForReflection;
import org.eclipse.microprofile.config.spi.Converter;

/**
 * A whole number within bounds. Config mappings make a converter by its class alone, so each pair of bounds is one; what
 * is out of them is refused with an {@link IllegalArgumentException}.
 */
@RegisterForReflection(
        targets = {
            Whole.Natural.class,
            Whole.Positive.class,
            Whole.From10.class,
            Whole.To8.class,
            Whole.To64.class,
            Whole.To1024.class,
            Whole.To5000.class,
            Whole.ToMillion.class
        })
public final class Whole {
    private Whole() {}

    private static Integer within(String text, int least, int most) {
        try {
            int number = Integer.parseInt(text.strip());
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw new IllegalArgumentException("must be a whole number "
                + (most == Integer.MAX_VALUE ? "of at least " + least : "from " + least + " to " + most));
    }

    /** From 0. */
    public static final class Natural implements Converter<Integer> {
        @Override
        public Integer convert(String text) {
            return within(text, 0, Integer.MAX_VALUE);
        }
    }

    /** From 1. */
    public static final class Positive implements Converter<Integer> {
        @Override
        public Integer convert(String text) {
            return within(text, 1, Integer.MAX_VALUE);
        }
    }

    /** From 10. */
    public static final class From10 implements Converter<Integer> {
        @Override
        public Integer convert(String text) {
            return within(text, 10, Integer.MAX_VALUE);
        }
    }

    /** 1 to 8. */
    public static final class To8 implements Converter<Integer> {
        @Override
        public Integer convert(String text) {
            return within(text, 1, 8);
        }
    }

    /** 1 to 64. */
    public static final class To64 implements Converter<Integer> {
        @Override
        public Integer convert(String text) {
            return within(text, 1, 64);
        }
    }

    /** 1 to 1,024. */
    public static final class To1024 implements Converter<Integer> {
        @Override
        public Integer convert(String text) {
            return within(text, 1, 1_024);
        }
    }

    /** 1 to 5,000. */
    public static final class To5000 implements Converter<Integer> {
        @Override
        public Integer convert(String text) {
            return within(text, 1, 5_000);
        }
    }

    /** 1 to 1,000,000. */
    public static final class ToMillion implements Converter<Integer> {
        @Override
        public Integer convert(String text) {
            return within(text, 1, 1_000_000);
        }
    }
}
