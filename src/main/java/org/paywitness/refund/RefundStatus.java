package org.paywitness.refund;

import java.util.Locale;
import java.util.Set;

/** Where a refund is (domain.md, "Refunds"), and where it may go from there. */
public enum RefundStatus {
    PENDING_APPROVAL,
    APPROVED,
    /** Sent, or about to be: from here on the acquirer may have acted. */
    SUBMITTED,
    /** The acquirer did not answer: it is asked, and never sent a new reference. */
    IN_DOUBT,
    SUCCEEDED,
    FAILED,
    REJECTED,
    CANCELED;

    private final String code = name().toLowerCase(Locale.ROOT);

    /** The statuses that may follow this one. */
    public Set<RefundStatus> next() {
        return switch (this) {
            case PENDING_APPROVAL -> Set.of(APPROVED, REJECTED, CANCELED);
            case APPROVED -> Set.of(SUBMITTED, CANCELED);
            // Back where it certainly could not leave: nothing has happened.
            case SUBMITTED -> Set.of(SUCCEEDED, FAILED, IN_DOUBT, APPROVED);
            // The acquirer has it after all and works on it.
            case IN_DOUBT -> Set.of(SUBMITTED, SUCCEEDED, FAILED);
            // The acquirer may take a success back.
            case SUCCEEDED -> Set.of(FAILED);
            case FAILED, REJECTED, CANCELED -> Set.of();
        };
    }

    /**
     * @return the next status
     * @throws IllegalStateException if it cannot follow this one
     */
    public RefundStatus to(RefundStatus next) {
        if (!next().contains(next)) {
            throw new IllegalStateException("a refund that is " + code + " cannot become " + next.code);
        }
        return next;
    }

    /** Whether its amount counts against what was charged. */
    public boolean isLive() {
        return this != FAILED && this != REJECTED && this != CANCELED;
    }

    /** The name on the wire and in the database. */
    public String code() {
        return code;
    }

    /** The status of that name, or null. */
    static RefundStatus of(String code) {
        for (RefundStatus status : values()) {
            if (status.code.equals(code)) {
                return status;
            }
        }
        return null;
    }
}
