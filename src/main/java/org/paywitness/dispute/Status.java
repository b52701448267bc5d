package org.paywitness.dispute;

import java.util.Locale;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.paywitness.evidence.Party;

/** Whose turn it is in a dispute, or how it has ended (domain.md, "Disputes"), apart from how far it has gone. */
@Schema(name = "DisputeStatus")
public enum Status {
    /** No source has told yet whose sale it was: there is nobody to ask. */
    OPEN,
    AWAITING_CARDHOLDER,
    AWAITING_MERCHANT,
    /** The desk, the scheme or a court decides. */
    UNDER_REVIEW,
    AGREED,
    WON_BY_CARDHOLDER,
    WON_BY_MERCHANT,
    WITHDRAWN,
    /** Whoever made the claim, or had to answer for it, let it rest. */
    EXPIRED;

    private final String code = name().toLowerCase(Locale.ROOT);

    /** The statuses that may follow this one. */
    public Set<Status> next() {
        return switch (this) {
            case OPEN ->
                Set.of(
                        AWAITING_CARDHOLDER,
                        AWAITING_MERCHANT,
                        UNDER_REVIEW,
                        WON_BY_CARDHOLDER,
                        WON_BY_MERCHANT,
                        WITHDRAWN);
            case AWAITING_CARDHOLDER ->
                Set.of(AWAITING_MERCHANT, UNDER_REVIEW, AGREED, WON_BY_CARDHOLDER, WON_BY_MERCHANT, WITHDRAWN, EXPIRED);
            case AWAITING_MERCHANT ->
                Set.of(
                        AWAITING_CARDHOLDER,
                        UNDER_REVIEW,
                        AGREED,
                        WON_BY_CARDHOLDER,
                        WON_BY_MERCHANT,
                        WITHDRAWN,
                        EXPIRED);
            case UNDER_REVIEW ->
                Set.of(
                        AWAITING_CARDHOLDER,
                        AWAITING_MERCHANT,
                        AGREED,
                        WON_BY_CARDHOLDER,
                        WON_BY_MERCHANT,
                        WITHDRAWN,
                        EXPIRED);
            // A decision may be reversed, and whoever lost may go further.
            case WON_BY_CARDHOLDER -> Set.of(WON_BY_MERCHANT, AWAITING_CARDHOLDER, UNDER_REVIEW);
            case WON_BY_MERCHANT -> Set.of(WON_BY_CARDHOLDER, AWAITING_MERCHANT, UNDER_REVIEW);
            case AGREED, WITHDRAWN, EXPIRED -> Set.of();
        };
    }

    /**
     * @return the next status; the same where it stays
     * @throws IllegalStateException if it cannot follow this one
     */
    public Status to(Status next) {
        if (next != this && !next().contains(next)) {
            throw new IllegalStateException("a dispute that is " + code + " cannot become " + next.code);
        }
        return next;
    }

    /** Whether somebody must still act. */
    public boolean isLive() {
        return this == OPEN || this == AWAITING_CARDHOLDER || this == AWAITING_MERCHANT || this == UNDER_REVIEW;
    }

    /** Whose turn it is; null when it has ended. */
    public Party turn() {
        return switch (this) {
            case AWAITING_CARDHOLDER -> Party.CARDHOLDER;
            case AWAITING_MERCHANT -> Party.MERCHANT;
            case OPEN, UNDER_REVIEW -> Party.DESK;
            case AGREED, WON_BY_CARDHOLDER, WON_BY_MERCHANT, WITHDRAWN, EXPIRED -> null;
        };
    }

    /** The side that lost; null where nobody did. */
    Party loser() {
        return this == WON_BY_CARDHOLDER ? Party.MERCHANT : this == WON_BY_MERCHANT ? Party.CARDHOLDER : null;
    }

    /** It is this side's turn. */
    static Status awaiting(Party side) {
        return side == Party.CARDHOLDER ? AWAITING_CARDHOLDER : AWAITING_MERCHANT;
    }

    /** The name on the wire and in the database. */
    public String code() {
        return code;
    }

    /** The status of that name, or null. */
    static Status of(String code) {
        for (Status status : values()) {
            if (status.code.equals(code)) {
                return status;
            }
        }
        return null;
    }
}
