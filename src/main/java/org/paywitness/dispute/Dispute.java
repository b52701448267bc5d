package org.paywitness.dispute;

import java.time.Instant;
import java.time.ZoneId;
import java.util.UUID;
import org.paywitness.evidence.Party;
import org.paywitness.id.TypeId;
import org.paywitness.money.Money;
import org.paywitness.problem.Problem;
import org.paywitness.transaction.VerdictAnswer;

/**
 * A claim against a transaction and the rules by which it goes on (domain.md, "Disputes"). What was claimed never
 * changes; where it is does, only along the graphs of {@link Stage} and {@link Status}.
 */
final class Dispute {
    final UUID id;
    final Reason reason;
    final Party openedBy;
    /** The person who opened it. */
    final String opener;

    final Money claimed;
    final String text;
    final Instant openedAt;

    /** Null until a source tells. */
    String merchantId;

    String cardToken;
    Stage stage = Stage.INQUIRY;
    Status status = Status.OPEN;
    Instant dueAt;
    /** When somebody is reminded next, or the deadline decides. */
    Instant actAt;

    int reminders;
    Instant endedAt;
    /** The end of its timeline. */
    int timelineNumber;

    byte[] timelineHash;

    Dispute(UUID id, Reason reason, Party openedBy, String opener, Money claimed, String text, Instant openedAt) {
        this.id = id;
        this.reason = reason;
        this.openedBy = openedBy;
        this.opener = opener;
        this.claimed = claimed;
        this.text = text;
        this.openedAt = openedAt;
    }

    String reference() {
        return TypeId.format(TypeId.DISPUTE, id);
    }

    /** Asks the other side, once it is known who that is. */
    void begin(Instant now, DisputeSettings settings) {
        go(openedBy == Party.MERCHANT ? Status.AWAITING_CARDHOLDER : address(), now, settings);
    }

    private Status address() {
        return merchantId == null ? Status.OPEN : Status.AWAITING_MERCHANT;
    }

    /** It is somebody else's turn: a new deadline. */
    private void go(Status next, Instant now, DisputeSettings settings) {
        status = status.to(next);
        endedAt = null;
        dueAt = now.plus(settings.deadline(stage));
        reminders = 0;
        // A reminder that would come before its time is none.
        while (reminders < settings.reminders().size()
                && !dueAt.minus(settings.reminders().get(reminders)).isAfter(now)) {
            reminders++;
        }
        plan(settings);
    }

    private void plan(DisputeSettings settings) {
        boolean more = reminders < settings.reminders().size();
        actAt = more ? dueAt.minus(settings.reminders().get(reminders)) : dueAt;
    }

    private void end(Status how, Instant now) {
        status = status.to(how);
        dueAt = null;
        actAt = null;
        endedAt = now;
    }

    /** @throws Problem 409 {@code dispute_closed} */
    void requireLive() {
        if (!status.isLive()) {
            throw Problem.conflict("dispute_closed", "This dispute has ended.").with("dispute_status", status.code());
        }
    }

    /** @throws Problem 409 {@code dispute_too_long} */
    void requireRoom(DisputeSettings settings) {
        requireLive();
        if (timelineNumber >= settings.maxEntries()) {
            throw tooLong();
        }
    }

    static Problem tooLong() {
        return Problem.conflict("dispute_too_long", "This dispute is too long: it can only be decided or ended.");
    }

    /** Whoever was not known is now: its turn begins. */
    void addressed(String merchant, Instant now, DisputeSettings settings) {
        merchantId = merchant;
        go(Status.AWAITING_MERCHANT, now, settings);
    }

    /** The merchant has shown what is required: the cardholder sees it and says what follows. Whether that changed. */
    boolean answered(Checklist checklist, Instant now, DisputeSettings settings) {
        boolean complete = stage == Stage.INQUIRY
                && status == Status.AWAITING_MERCHANT
                && openedBy != Party.MERCHANT
                && checklist.isComplete(Party.MERCHANT);
        if (complete) {
            go(Status.AWAITING_CARDHOLDER, now, settings);
        }
        return complete;
    }

    /** A side has made an offer: it is the other's turn. */
    void propose(Party side, Instant now, DisputeSettings settings) {
        requireRoom(settings);
        if (merchantId == null) {
            throw Problem.conflict("merchant_unknown", "No source has told yet whose sale this is.");
        }
        if (stage == Stage.INQUIRY) {
            stage = stage.to(Stage.NEGOTIATION);
        }
        Status next = Status.awaiting(side.other());
        if (isNegotiated() && status != next) {
            go(next, now, settings);
        }
    }

    // Beyond negotiation an offer stops no clock, and takes nothing from whoever decides.
    private boolean isNegotiated() {
        return stage == Stage.NEGOTIATION && status != Status.UNDER_REVIEW;
    }

    /** The offer is declined: it is for whoever made it to go on. */
    void decline(Party proposer, Instant now, DisputeSettings settings) {
        requireLive();
        if (isNegotiated()) {
            go(Status.awaiting(proposer), now, settings);
        }
    }

    /** @throws Problem 409 {@code nothing_beyond} or {@code not_your_step} */
    void escalate(Party by, Instant now, DisputeSettings settings) {
        Stage.Step step = stage.escalation();
        Party loser = status.loser();
        boolean appeal =
                loser != null && step != null && step.by().contains(loser) && (by == loser || by == Party.DESK);
        boolean late = endedAt != null && now.isAfter(endedAt.plus(settings.appealWithin()));
        if (!appeal || late) {
            requireLive();
        }
        if (merchantId == null) {
            throw Problem.conflict("merchant_unknown", "No source has told yet whose sale this is.");
        }
        if (openedBy == Party.MERCHANT) {
            throw Problem.conflict("nothing_beyond", "A merchant's claim is settled between the two, or decided.");
        }
        if (step == null) {
            throw Problem.conflict("nothing_beyond", "There is no stage beyond this one.");
        }
        if (by != Party.DESK && !step.by().contains(by)) {
            throw Problem.conflict("not_your_step", "The next stage is the other side's to ask for.");
        }
        stage = stage.to(step.to());
        go(step.then(), now, settings);
    }

    /** @throws Problem 409 {@code dispute_closed} where it can no longer be decided, or is decided so */
    void decide(Status outcome, Instant now) {
        if (!status.next().contains(outcome)) {
            throw Problem.conflict("dispute_closed", "This dispute has ended so, or cannot be decided any more.")
                    .with("dispute_status", status.code());
        }
        end(outcome, now);
    }

    /** @throws Problem 409 {@code not_your_claim} to whoever did not make it */
    void withdraw(Party by, Instant now) {
        requireLive();
        boolean openedFor = by == Party.CARDHOLDER && openedBy == Party.DESK;
        if (by != openedBy && by != Party.DESK && !openedFor) {
            throw Problem.conflict("not_your_claim", "Only who made the claim can withdraw it.");
        }
        end(Status.WITHDRAWN, now);
    }

    void agree(Instant now) {
        requireLive();
        end(Status.AGREED, now);
    }

    /** @throws Problem 403 {@code same_person} to the desk's person who opened it */
    void requireOtherThanOpener(Party party, String person) {
        if (openedBy == Party.DESK && party == Party.DESK && person.equals(opener)) {
            throw Problem.forbidden("same_person", "Who opened a dispute does not decide it.");
        }
    }

    /** @throws Problem 409 {@code deadline_passed} once the rules decide */
    void requireInTime(Instant now) {
        if (isOverdue(now)) {
            throw Problem.conflict("deadline_passed", "The deadline has passed: what follows is decided by the rules.");
        }
    }

    boolean isOverdue(Instant now) {
        return dueAt != null && !now.isBefore(dueAt);
    }

    /** What the rules say when nobody acted in time (see src/docs/disputes.md). */
    Status byRules(Checklist checklist) {
        if (openedBy == Party.MERCHANT) {
            return status == Status.OPEN ? Status.UNDER_REVIEW : Status.EXPIRED;
        }
        return switch (status) {
            case OPEN -> Status.UNDER_REVIEW;
            case AWAITING_CARDHOLDER -> checklist.isComplete(Party.MERCHANT) ? Status.EXPIRED : Status.UNDER_REVIEW;
            case AWAITING_MERCHANT ->
                checklist.isComplete(Party.MERCHANT) ? Status.UNDER_REVIEW : Status.WON_BY_CARDHOLDER;
            // Where the merchant was never known it stays with the desk.
            case UNDER_REVIEW ->
                merchantId == null
                        ? Status.UNDER_REVIEW
                        : checklist.isComplete(Party.MERCHANT) ? Status.WON_BY_MERCHANT : Status.WON_BY_CARDHOLDER;
            case AGREED, WON_BY_CARDHOLDER, WON_BY_MERCHANT, WITHDRAWN, EXPIRED ->
                throw new IllegalStateException("nothing is due in a dispute that is " + status.code());
        };
    }

    /** Goes on by the rules. */
    void lapse(Status next, Instant now, DisputeSettings settings) {
        if (next.isLive()) {
            go(next, now, settings);
        } else {
            end(next, now);
        }
    }

    /** Somebody was reminded of the deadline. */
    void remind(DisputeSettings settings) {
        reminders++;
        plan(settings);
    }

    /** Whether its money is the cardholder's to get: a merchant's own claim moves none of ours. */
    boolean movesMoney() {
        return openedBy != Party.MERCHANT;
    }

    /** Until when, with the zone of the merchants' days. */
    String due(ZoneId zone) {
        return VerdictAnswer.time(dueAt, zone);
    }
}
