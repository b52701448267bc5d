package org.paywitness.risk;

import java.util.Locale;
import java.util.Set;

/** Where a report of misconduct is, and where it may go from there. */
enum ReportState {
    OPEN,
    /** Has an owner, who looks into it. */
    IN_REVIEW,
    CLOSED;

    private final String code = name().toLowerCase(Locale.ROOT);

    /** The states that may follow this one. */
    Set<ReportState> next() {
        return switch (this) {
            case OPEN -> Set.of(IN_REVIEW);
            // Another owner.
            case IN_REVIEW -> Set.of(IN_REVIEW, CLOSED);
            case CLOSED -> Set.of();
        };
    }

    boolean mayBecome(ReportState next) {
        return next().contains(next);
    }

    /** The name on the wire and in the database. */
    String code() {
        return code;
    }

    /** The state of that name, or null. */
    static ReportState of(String code) {
        for (ReportState state : values()) {
            if (state.code.equals(code)) {
                return state;
            }
        }
        return null;
    }
}
