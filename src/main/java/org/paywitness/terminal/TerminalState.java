package org.paywitness.terminal;

import java.util.Locale;
import java.util.Set;

/** How a terminal is (domain.md, "Terminals"), and how it may be next. */
public enum TerminalState {
    ACTIVE,
    LOST,
    STOLEN,
    FAULTY,
    IN_REPAIR,
    /** For good: a device that takes its place is registered anew, also under the same number. */
    RETIRED;

    private final String code = name().toLowerCase(Locale.ROOT);

    /** The states that may follow this one. */
    public Set<TerminalState> next() {
        return switch (this) {
            case ACTIVE -> Set.of(LOST, STOLEN, FAULTY, IN_REPAIR, RETIRED);
            // Told again with an earlier instant, or the loss turns out to be a theft.
            case LOST, STOLEN -> Set.of(LOST, STOLEN, ACTIVE, RETIRED);
            case FAULTY -> Set.of(FAULTY, IN_REPAIR, ACTIVE, LOST, STOLEN, RETIRED);
            case IN_REPAIR -> Set.of(FAULTY, ACTIVE, LOST, STOLEN, RETIRED);
            case RETIRED -> Set.of();
        };
    }

    /**
     * @return the next state
     * @throws IllegalStateException if it cannot follow this one
     */
    public TerminalState to(TerminalState next) {
        if (!next().contains(next)) {
            throw new IllegalStateException("a terminal that is " + code + " cannot become " + next.code);
        }
        return next;
    }

    /** Whether payments from then on are not to be trusted. */
    public boolean isLoss() {
        return this == LOST || this == STOLEN;
    }

    /** The name on the wire and in the database. */
    public String code() {
        return code;
    }

    /** The state of that name, or null. */
    static TerminalState of(String code) {
        for (TerminalState state : values()) {
            if (state.code.equals(code)) {
                return state;
            }
        }
        return null;
    }
}
