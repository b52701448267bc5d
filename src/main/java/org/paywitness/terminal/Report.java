package org.paywitness.terminal;

import java.util.Locale;

/** What can be reported of a terminal. */
enum Report {
    LOST(TerminalState.LOST),
    STOLEN(TerminalState.STOLEN),
    FAULTY(TerminalState.FAULTY),
    IN_REPAIR(TerminalState.IN_REPAIR),
    REPAIRED(TerminalState.ACTIVE),
    FOUND(TerminalState.ACTIVE),
    /** By another terminal of the merchant. */
    REPLACED(TerminalState.RETIRED),
    RETIRED(TerminalState.RETIRED);

    private final TerminalState state;
    private final String code = name().toLowerCase(Locale.ROOT);

    Report(TerminalState state) {
        this.state = state;
    }

    /** How the terminal is from then on. */
    TerminalState state() {
        return state;
    }

    /** Whether it can be said of a terminal in this state: only what is lost is found, only what is broken repaired. */
    boolean isPossible(TerminalState now) {
        return now.next().contains(state)
                && switch (this) {
                    case FOUND -> now.isLoss();
                    case REPAIRED -> !now.isLoss();
                    default -> true;
                };
    }

    /** The name on the wire and in the database. */
    String code() {
        return code;
    }

    /** The report of that name, or null. */
    static Report of(String code) {
        for (Report report : values()) {
            if (report.code.equals(code)) {
                return report;
            }
        }
        return null;
    }
}
