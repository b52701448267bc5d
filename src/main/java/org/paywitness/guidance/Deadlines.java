package org.paywitness.guidance;

import java.time.Duration;
import java.util.Locale;
import org.paywitness.dispute.DisputeSettings;
import org.paywitness.dispute.Stage;
import org.paywitness.refund.RefundSettings;
import org.paywitness.verdict.Policy;

/** The figures that policy owns and advice tells. No text has a figure of its own. */
record Deadlines(
        Policy policy,
        Duration coolingOff,
        Duration automaticWithin,
        Duration inquiriesEnd,
        Duration disputeWithin,
        Duration disputeAnswer) {
    /** A placeholder of the texts: its name there is in lower case. */
    enum Figure {
        DUPLICATE_WINDOW,
        AUTOMATIC_WITHIN,
        PREAUTH_EXPIRY,
        REVERSAL_WINDOW,
        POSTING_DEBIT,
        POSTING_CREDIT,
        VOID_DEBIT,
        VOID_CREDIT,
        REFUND_DEBIT,
        REFUND_CREDIT,
        WALLET_BALANCE,
        WALLET_CARD,
        COOLING_OFF,
        INQUIRIES_END,
        /** How long after a payment it can be disputed, and how long the merchant has to answer. */
        DISPUTE_WITHIN,
        DISPUTE_ANSWER,
        /** A time of day, as the next. */
        CUT_OFF,
        SETTLEMENT_TIME;

        private final String placeholder = "{" + name().toLowerCase(Locale.ROOT) + "}";

        String placeholder() {
            return placeholder;
        }

        /** Whether a step that names it is to be done, or to have happened, by then. */
        boolean isDeadline() {
            return this != DUPLICATE_WINDOW && this != AUTOMATIC_WITHIN;
        }
    }

    static Deadlines of(Policy policy, RefundSettings refunds, DisputeSettings disputes) {
        return new Deadlines(
                policy,
                refunds.limits().coolingOff(),
                refunds.limits().automaticWithin(),
                refunds.inquiriesEnd(),
                disputes.openWithin(),
                disputes.deadline(Stage.INQUIRY));
    }

    /** A {@link Duration} or a {@link java.time.LocalTime} in the merchants' zone. */
    Object value(Figure figure) {
        return switch (figure) {
            case DUPLICATE_WINDOW -> policy.duplicateWindow();
            case AUTOMATIC_WITHIN -> automaticWithin;
            case PREAUTH_EXPIRY -> policy.preauthExpiry();
            case REVERSAL_WINDOW -> policy.reversalWindow();
            case POSTING_DEBIT -> policy.postingDebit();
            case POSTING_CREDIT -> policy.postingCredit();
            case VOID_DEBIT -> policy.reversalArrivalDebit();
            case VOID_CREDIT -> policy.reversalArrivalCredit();
            case REFUND_DEBIT -> policy.refundArrivalDebit();
            case REFUND_CREDIT -> policy.refundArrivalCredit();
            case WALLET_BALANCE -> policy.walletBalanceArrival();
            case WALLET_CARD -> policy.walletCardArrival();
            case COOLING_OFF -> coolingOff;
            case INQUIRIES_END -> inquiriesEnd;
            case DISPUTE_WITHIN -> disputeWithin;
            case DISPUTE_ANSWER -> disputeAnswer;
            case CUT_OFF -> policy.cutOff();
            case SETTLEMENT_TIME -> policy.settlementTime();
        };
    }
}
