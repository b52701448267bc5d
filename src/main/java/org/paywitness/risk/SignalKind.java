package org.paywitness.risk;

import java.math.BigDecimal;
import java.util.Locale;

/** What can be risky (domain.md, "Risk signals"), of whom, and from where on. */
enum SignalKind {
    /** Disputes opened by or for the cardholder, who says that somebody else paid. */
    CARD_DENIALS(About.CARD),
    /** Disputes opened by or for the cardholder, decided for the merchant or let rest. */
    CARD_DISPUTES_LOST(About.CARD),
    /** Payments disputed by or for the cardholder, to payments heard of. */
    MERCHANT_DISPUTE_RATIO(About.MERCHANT),
    /** Payments with a refund that was not refused and did not fail, to payments heard of. */
    MERCHANT_REFUND_RATIO(About.MERCHANT),
    /** Agreements with a promise of the merchant that came due and was not kept, or failed. */
    MERCHANT_AGREEMENTS_NOT_EXECUTED(About.MERCHANT),
    MERCHANT_MISCONDUCT_OPEN(About.MERCHANT),
    MERCHANT_MISCONDUCT_UPHELD(About.MERCHANT),
    /** Payments while the terminal was lost or stolen. */
    TERMINAL_USED_AFTER_LOSS(About.TERMINAL),
    /** Payments that the terminal got no answer for at least once, to those that it told of. */
    TERMINAL_NO_ANSWER_RATE(About.TERMINAL);

    /** Whom a signal is about. */
    enum About {
        CARD,
        MERCHANT,
        TERMINAL
    }

    /**
     * From where on a figure is a signal: where it is reached.
     *
     * @param least of a ratio, how many there must be before it counts; else the threshold itself
     * @param ratio in millionths; 0: only the number counts
     */
    record Threshold(long least, long ratio) {}

    private final About about;
    private final String code = name().toLowerCase(Locale.ROOT);

    SignalKind(About about) {
        this.about = about;
    }

    About about() {
        return about;
    }

    /**
     * Whether merchants are told of it when it is about them. Not of cards, which are other people's; not of reports of
     * misconduct, which merchants do not see.
     */
    boolean isToldToMerchants() {
        return about != About.CARD && this != MERCHANT_MISCONDUCT_OPEN && this != MERCHANT_MISCONDUCT_UPHELD;
    }

    Threshold threshold(RiskSettings.Signals settings) {
        return switch (this) {
            case CARD_DENIALS -> number(settings.cardDenials());
            case CARD_DISPUTES_LOST -> number(settings.cardDisputesLost());
            case MERCHANT_DISPUTE_RATIO -> ratio(settings.merchantDisputeMinimum(), settings.merchantDisputeRatio());
            case MERCHANT_REFUND_RATIO -> ratio(settings.merchantRefundMinimum(), settings.merchantRefundRatio());
            case MERCHANT_AGREEMENTS_NOT_EXECUTED -> number(settings.merchantAgreementsNotExecuted());
            case MERCHANT_MISCONDUCT_OPEN -> number(settings.merchantMisconductOpen());
            case MERCHANT_MISCONDUCT_UPHELD -> number(settings.merchantMisconductUpheld());
            case TERMINAL_USED_AFTER_LOSS -> number(settings.terminalUsedAfterLoss());
            case TERMINAL_NO_ANSWER_RATE -> ratio(settings.terminalNoAnswerMinimum(), settings.terminalNoAnswerRate());
        };
    }

    private static Threshold number(long least) {
        return new Threshold(least, 0);
    }

    private static Threshold ratio(long least, BigDecimal ratio) {
        return new Threshold(least, ratio.movePointRight(6).longValueExact());
    }

    /** The name on the wire. */
    String code() {
        return code;
    }

    /** The kind of that name, or null. */
    static SignalKind of(String code) {
        for (SignalKind kind : values()) {
            if (kind.code.equals(code)) {
                return kind;
            }
        }
        return null;
    }
}
