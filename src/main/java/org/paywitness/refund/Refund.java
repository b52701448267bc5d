package org.paywitness.refund;

import static org.paywitness.refund.RefundStatus.APPROVED;
import static org.paywitness.refund.RefundStatus.CANCELED;
import static org.paywitness.refund.RefundStatus.FAILED;
import static org.paywitness.refund.RefundStatus.IN_DOUBT;
import static org.paywitness.refund.RefundStatus.PENDING_APPROVAL;
import static org.paywitness.refund.RefundStatus.REJECTED;
import static org.paywitness.refund.RefundStatus.SUBMITTED;
import static org.paywitness.refund.RefundStatus.SUCCEEDED;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.paywitness.acquirer.Operation;
import org.paywitness.acquirer.Refusal;
import org.paywitness.id.TypeId;
import org.paywitness.money.Money;
import org.paywitness.problem.Problem;
import org.paywitness.verdict.CardKind;
import org.paywitness.verdict.Policy;

/**
 * Money that goes back for one transaction, and the rules of its life. What was asked for never changes; the rest is
 * changed by the methods here and written by {@link Refunds}.
 */
final class Refund {
    /** Who decides what the policy decides by itself. */
    static final String POLICY = "policy";

    final UUID id;
    final UUID transactionId;
    final String merchantId;
    final String channel;
    final CardKind cardKind;
    final boolean viaWallet;
    final Money amount;
    final Reason reason;
    final String note;
    final String requestedBy;
    final Instant requestedAt;

    RefundStatus status;
    Operation route;
    String decidedBy;
    Instant decidedAt;
    String decisionNote;
    Instant submittedAt;
    Instant succeededAt;
    Instant failedAt;
    Refusal failure;
    String acquirerReference;
    Instant expectedBy;
    Instant arrivedAt;
    boolean needsAttention;
    boolean overdueTold;

    // What an executor does next: see V002__refunds.sql.
    Instant dueAt;
    Instant plannedAt;
    int claim;
    int news;
    int inquiries;
    Instant openSince;
    int auditNumber;
    byte[] auditHash;

    Refund(
            UUID id,
            UUID transactionId,
            String merchantId,
            String channel,
            CardKind cardKind,
            boolean viaWallet,
            Money amount,
            Reason reason,
            String note,
            String requestedBy,
            Instant requestedAt) {
        this.id = id;
        this.transactionId = transactionId;
        this.merchantId = merchantId;
        this.channel = channel;
        this.cardKind = cardKind;
        this.viaWallet = viaWallet;
        this.amount = amount;
        this.reason = reason;
        this.note = note;
        this.requestedBy = requestedBy;
        this.requestedAt = requestedAt;
    }

    /** Our reference at the acquirer, the same however often and by whichever route it is sent. */
    String reference() {
        return TypeId.format(TypeId.REFUND, id);
    }

    /** Starts its life: approved by policy, or waiting for a second person. */
    Refund begin(boolean automatic, Operation firstRoute, Policy policy) {
        status = automatic ? APPROVED : PENDING_APPROVAL;
        route = firstRoute;
        dueAt = automatic ? requestedAt : null;
        expect(requestedAt, policy);
        return this;
    }

    /** @throws Problem 403 {@code same_person}, 409 {@code refund_not_pending} */
    void approve(String person, String remark, Instant now, Policy policy) {
        decide(APPROVED, person, remark, now);
        dueAt = now;
        expect(now, policy);
    }

    /** @throws Problem 403 {@code same_person}, 409 {@code refund_not_pending} */
    void reject(String person, String remark, Instant now) {
        decide(REJECTED, person, remark, now);
    }

    private void decide(RefundStatus decision, String person, String remark, Instant now) {
        if (person.equals(requestedBy)) {
            throw Problem.forbidden("same_person", "Whoever asked for a refund cannot decide on it.");
        }
        if (status != PENDING_APPROVAL) {
            throw Problem.conflict("refund_not_pending", "This refund does not wait for approval.")
                    .with("refund_status", status.code());
        }
        decided(decision, person, remark, now);
    }

    /** @throws Problem 409 {@code refund_already_submitted} once the acquirer may have acted or it has ended */
    void cancel(String person, String remark, Instant now) {
        if (!status.next().contains(CANCELED)) {
            throw Problem.conflict("refund_already_submitted", "This refund can no longer be canceled.")
                    .with("refund_status", status.code());
        }
        decided(CANCELED, person, remark, now);
        dueAt = null;
    }

    private void decided(RefundStatus decision, String person, String remark, Instant now) {
        status = status.to(decision);
        decidedBy = person;
        decidedAt = now;
        decisionNote = remark;
        needsAttention = false;
    }

    /** The money came back on another way, or is claimed back, while this one waited to be sent. */
    void cancelByPolicy(Instant now) {
        decided(CANCELED, POLICY, null, now);
        dueAt = null;
    }

    /** What a person found out about a refund of which the acquirer tells nothing. */
    enum Finding {
        SUCCEEDED,
        FAILED,
        ASK_AGAIN
    }

    /** @throws Problem 403 {@code same_person}, 409 {@code refund_not_in_doubt} */
    void resolve(
            Finding finding, Refusal why, String person, String remark, Instant now, Policy policy, Duration lease) {
        if (!needsAttention || status != SUBMITTED && status != IN_DOUBT) {
            throw Problem.conflict("refund_not_in_doubt", "This refund does not wait for a person to resolve it.")
                    .with("refund_status", status.code());
        }
        if (person.equals(requestedBy)) {
            throw Problem.forbidden("same_person", "Whoever asked for a refund cannot decide on it.");
        }
        if (isClaimed(now, lease)) {
            throw Problem.unavailable("transaction_busy", "The acquirer is being asked at this moment.");
        }
        switch (finding) {
            case SUCCEEDED -> succeed(now, acquirerReference, policy);
            case FAILED -> fail(why == null ? Refusal.UNKNOWN : why, now);
            case ASK_AGAIN -> askAgain(now);
        }
        decidedBy = person;
        decidedAt = now;
        decisionNote = remark;
    }

    private void askAgain(Instant now) {
        needsAttention = false;
        inquiries = 0;
        openSince = now;
        dueAt = now;
    }

    // --- what comes of it --------------------------------------------------------------------------------------------

    /** From here on the acquirer may have acted. */
    void submit(Operation by, Instant now, Policy policy) {
        status = status.to(SUBMITTED);
        route = by;
        submittedAt = now;
        openSince = openSince == null ? now : openSince;
        expect(now, policy);
    }

    /** It certainly could not leave; since when that is so remains known. */
    void comeBack() {
        status = status.to(APPROVED);
        submittedAt = null;
    }

    /** Nobody knows whether the acquirer has acted. */
    void doubt() {
        status = status == SUBMITTED ? status.to(IN_DOUBT) : status;
    }

    /** The acquirer has it and works on it. */
    void progress() {
        status = status == IN_DOUBT ? status.to(SUBMITTED) : status;
    }

    /** The batch was closed when the void came: it goes on as a refund, under the same reference. */
    void continueAsRefund(Instant now, Policy policy) {
        progress();
        route = Operation.REFUND;
        expect(now, policy);
    }

    /** Takes over what its executor has written of it. */
    void goOnAs(Refund written) {
        status = written.status;
        route = written.route;
        claim = written.claim;
        news = 0;
    }

    void succeed(Instant at, String reference, Policy policy) {
        status = status.to(SUCCEEDED);
        succeededAt = at;
        acquirerReference = reference;
        settle();
        expect(at, policy);
        // Not there by then: it is told, and the acquirer is asked whether it took it back.
        dueAt = expectedBy;
    }

    /** The acquirer refuses, or takes a success back. */
    void fail(Refusal why, Instant at) {
        status = status.to(FAILED);
        failure = why;
        failedAt = at;
        arrivedAt = null;
        settle();
        dueAt = null;
    }

    /** The acquirer was asked for as long as we ask. */
    void callForHelp() {
        needsAttention = true;
    }

    /** The acquirer's answer is no longer open. */
    void settle() {
        inquiries = 0;
        openSince = null;
        needsAttention = false;
    }

    /** An executor is at work on it: whoever claims it puts it off by exactly the lease. */
    private boolean isClaimed(Instant now, Duration lease) {
        return dueAt != null && plannedAt != null && dueAt.equals(plannedAt.plus(lease)) && dueAt.isAfter(now);
    }

    boolean isOverdue(Instant now) {
        return status == SUCCEEDED && arrivedAt == null && now.isAfter(expectedBy);
    }

    private void expect(Instant from, Policy policy) {
        expectedBy = from.plus(policy.arrival(route == Operation.VOID, cardKind, viaWallet));
    }
}
