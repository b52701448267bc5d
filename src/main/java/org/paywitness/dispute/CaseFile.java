package org.paywitness.dispute;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.paywitness.evidence.Evidence;
import org.paywitness.explanation.Language;
import org.paywitness.transaction.Transaction;
import org.paywitness.transaction.VerdictAnswer;

/**
 * All that is known of a dispute, as it was at one instant: no step was taken between one part of it and another.
 *
 * @param payments what is disputed, in the order of the dispute's transactions
 * @param evidence oldest first
 * @param timeline as it was read, with whether it is whole
 * @param told the same as the API tells it
 * @param asOf when it was read, which is when the verdicts are of
 * @param language of all its texts
 */
public record CaseFile(
        UUID id,
        DisputeAnswer dispute,
        ChecklistAnswer checklist,
        List<Payment> payments,
        List<Evidence> evidence,
        Timeline.Verified timeline,
        TimelineAnswer told,
        Instant asOf,
        Language language) {

    /** A disputed payment and the verdict on it; another one than was disputed where that was merged into it. */
    public record Payment(Transaction transaction, VerdictAnswer verdict) {}
}
