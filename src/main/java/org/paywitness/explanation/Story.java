package org.paywitness.explanation;

import org.paywitness.verdict.Verdict;

/**
 * Which story is told: one for each kind and cause that the judge can give, and for the few that read differently
 * before and after their end. The key stands before {@code .headline} and {@code .explanation} in the texts.
 */
enum Story {
    CHARGED_SETTLED("charged.settled"),
    CHARGED_APPROVED("charged.approved"),
    CHARGED_TWICE("charged_twice.duplicate"),
    REFUSED("not_charged.refused"),
    NEVER_RECORDED("not_charged.never_recorded"),
    CLOSED("not_charged.closed"),
    NEVER_COMPLETED("not_charged.never_completed"),
    NOT_CHARGED_REVERSED("not_charged.reversed"),
    NOT_CHARGED_VOIDED("not_charged.voided"),
    RELEASED("not_charged.released"),
    HELD("held.preauthorized"),
    HELD_EXPIRED("held.preauthorized.expired"),
    NO_ANSWER("pending.no_answer"),
    IN_PROGRESS("pending.in_progress"),
    REVERSAL_ON_ITS_WAY("being_returned.reversed"),
    VOID_ON_ITS_WAY("being_returned.voided"),
    REFUND_ON_ITS_WAY("being_returned.refunded"),
    HOLD_OF_REVERSED("being_returned.reversed.hold"),
    HOLD_OF_VOIDED("being_returned.voided.hold"),
    HOLD_OF_REFUSED("being_returned.refused.hold"),
    PART_ON_ITS_WAY("partly_returned.refunded"),
    PART_ARRIVED("partly_returned.refunded.arrived"),
    REVERSAL_ARRIVED("returned.reversed"),
    VOID_ARRIVED("returned.voided"),
    REFUND_ARRIVED("returned.refunded"),
    AMOUNT_MISMATCH("disagreement.amount_mismatch"),
    DEBITED_WITHOUT_SALE("disagreement.debited_without_sale"),
    SALE_WITHOUT_DEBIT("disagreement.sale_without_debit"),
    NOT_FOUND("not_found.unknown_payment");

    private final String key;

    Story(String key) {
        this.key = key;
    }

    String key() {
        return key;
    }

    static Story of(Verdict verdict) {
        return switch (verdict.kind()) {
            case CHARGED -> verdict.cause() == Verdict.Cause.APPROVED ? CHARGED_APPROVED : CHARGED_SETTLED;
            case CHARGED_TWICE -> CHARGED_TWICE;
            case NOT_CHARGED -> notCharged(verdict.cause());
            case HELD -> verdict.isFinal() ? HELD_EXPIRED : HELD;
            case PENDING -> verdict.cause() == Verdict.Cause.IN_PROGRESS ? IN_PROGRESS : NO_ANSWER;
            case BEING_RETURNED -> verdict.row() == 8 ? holdOf(verdict.cause()) : onItsWay(verdict.cause());
            case PARTLY_RETURNED -> verdict.isFinal() ? PART_ARRIVED : PART_ON_ITS_WAY;
            case RETURNED -> arrived(verdict.cause());
            case DISAGREEMENT -> disagreement(verdict.cause());
            case NOT_FOUND -> NOT_FOUND;
        };
    }

    private static Story notCharged(Verdict.Cause cause) {
        return switch (cause) {
            case REFUSED -> REFUSED;
            case NEVER_RECORDED -> NEVER_RECORDED;
            case CLOSED -> CLOSED;
            case REVERSED -> NOT_CHARGED_REVERSED;
            case VOIDED -> NOT_CHARGED_VOIDED;
            case RELEASED -> RELEASED;
            case NEVER_COMPLETED -> NEVER_COMPLETED;
            default -> throw untold(cause);
        };
    }

    private static Story onItsWay(Verdict.Cause cause) {
        return switch (cause) {
            case REVERSED -> REVERSAL_ON_ITS_WAY;
            case VOIDED -> VOID_ON_ITS_WAY;
            case REFUNDED -> REFUND_ON_ITS_WAY;
            default -> throw untold(cause);
        };
    }

    private static Story holdOf(Verdict.Cause cause) {
        return switch (cause) {
            case REVERSED -> HOLD_OF_REVERSED;
            case VOIDED -> HOLD_OF_VOIDED;
            case REFUSED -> HOLD_OF_REFUSED;
            default -> throw untold(cause);
        };
    }

    private static Story arrived(Verdict.Cause cause) {
        return switch (cause) {
            case REVERSED -> REVERSAL_ARRIVED;
            case VOIDED -> VOID_ARRIVED;
            case REFUNDED -> REFUND_ARRIVED;
            default -> throw untold(cause);
        };
    }

    private static Story disagreement(Verdict.Cause cause) {
        return switch (cause) {
            case AMOUNT_MISMATCH -> AMOUNT_MISMATCH;
            case DEBITED_WITHOUT_SALE -> DEBITED_WITHOUT_SALE;
            case SALE_WITHOUT_DEBIT -> SALE_WITHOUT_DEBIT;
            default -> throw untold(cause);
        };
    }

    private static IllegalArgumentException untold(Verdict.Cause cause) {
        return new IllegalArgumentException("the judge gives no such verdict with cause " + cause.code());
    }
}
