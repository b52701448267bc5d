package org.paywitness.verdict;

import java.time.Instant;

/**
 * How far each source's data is complete for a payment's merchant; null where nothing was said. Completeness makes
 * silence speak.
 */
public record Completeness(Instant terminal, Instant acquirer, Instant bank, Instant wallet) {
    public static final Completeness NONE = new Completeness(null, null, null, null);

    public Instant of(Source source) {
        return switch (source) {
            case TERMINAL -> terminal;
            case ACQUIRER -> acquirer;
            case BANK -> bank;
            case WALLET -> wallet;
        };
    }

    /** Of each source the later of both. */
    public Completeness or(Completeness other) {
        return new Completeness(
                later(terminal, other.terminal),
                later(acquirer, other.acquirer),
                later(bank, other.bank),
                later(wallet, other.wallet));
    }

    private static Instant later(Instant one, Instant other) {
        return one == null || other != null && other.isAfter(one) ? other : one;
    }

    /** The source's data holds everything up to and including this instant. */
    public boolean reaches(Source source, Instant instant) {
        Instant through = of(source);
        return through != null && !through.isBefore(instant);
    }
}
