package org.paywitness.reconciliation;

import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import org.paywitness.id.TypeId;
import org.paywitness.problem.Problem;

/**
 * An exception as it is kept: a difference since it was first seen, until it is closed.
 *
 * @param merchantId the payment's, or null
 * @param day the payment's business day
 * @param closing null while it is open
 */
record Raised(
        UUID id,
        UUID transactionId,
        String merchantId,
        LocalDate day,
        Difference difference,
        Instant openedAt,
        Closing closing) {

    /** @param by a person, or {@link #SYSTEM} */
    record Closing(Instant at, String by, Resolution resolution, String reason) {}

    /** Who closes what is there no longer. */
    static final String SYSTEM = "system";

    static Raised opened(UUID transactionId, String merchantId, LocalDate day, Difference difference, Instant now) {
        return new Raised(TypeId.next(), transactionId, merchantId, day, difference, now, null);
    }

    String reference() {
        return TypeId.format(TypeId.EXCEPTION, id);
    }

    boolean isOpen() {
        return closing == null;
    }

    /** The same, of what its payment is now and how the sources differ now. */
    Raised with(String merchant, LocalDate date, Difference now) {
        return new Raised(id, transactionId, merchant, date, now, openedAt, closing);
    }

    /** Closed because the difference is there no longer. */
    Raised closed(Resolution resolution, Instant now) {
        return new Raised(
                id,
                transactionId,
                merchantId,
                day,
                difference,
                openedAt,
                new Closing(now, SYSTEM, resolution, resolution.reason()));
    }

    /** @throws Problem 409 {@code exception_closed} */
    Raised settled(Action action, String person, String reason, Instant now) {
        if (!isOpen()) {
            throw Problem.conflict("exception_closed", "The exception is closed; how it was closed stands.")
                    .with("closed_by", closing.by());
        }
        return new Raised(
                id,
                transactionId,
                merchantId,
                day,
                difference,
                openedAt,
                new Closing(now, person, Resolution.of(action), reason));
    }

    /** Whether a person has decided on just this: the same difference on the same grounds opens nothing. */
    boolean settles(Difference found) {
        return !isOpen()
                && closing.resolution().isByPerson()
                && difference.grounds().equals(found.grounds());
    }
}
