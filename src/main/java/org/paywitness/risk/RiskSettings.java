package org.paywitness.risk;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Digits;
import jakarta.validation.constraints.Min;
import java.math.BigDecimal;
import java.time.Duration;

/** The limits of reports, and what makes a signal. */
@ConfigMapping(prefix = "paywitness.risk")
public interface RiskSettings {
    /** Characters of what a report says. */
    @WithDefault("1000")
    @Min(1)
    int maxTextLength();

    /** Characters of the note that closes a report. */
    @WithDefault("500")
    @Min(1)
    int maxNoteLength();

    /** Pieces of evidence that one report names. */
    @WithDefault("20")
    @Min(0)
    int maxEvidence();

    Signals signals();

    /** From where on a figure is a signal. Shares are decimal: 0.009 is 0.9 %. */
    interface Signals {
        /** How far back the record is looked at where no beginning is given. */
        @WithDefault("90d")
        Duration period();

        /** The longest period. */
        @WithDefault("366d")
        Duration maxPeriod();

        /** Payments that the holder of one card denied. */
        @WithDefault("3")
        @Min(1)
        int cardDenials();

        /** Disputes that the holder of one card lost. */
        @WithDefault("2")
        @Min(1)
        int cardDisputesLost();

        /** Disputed payments to all payments of a merchant. */
        @WithDefault("0.009")
        @DecimalMin("0.000001")
        @Digits(integer = 3, fraction = 6)
        BigDecimal merchantDisputeRatio();

        /** With fewer disputed payments there is no ratio to speak of. */
        @WithDefault("5")
        @Min(1)
        int merchantDisputeMinimum();

        /** Refunded payments to all payments of a merchant. */
        @WithDefault("0.15")
        @DecimalMin("0.000001")
        @Digits(integer = 3, fraction = 6)
        BigDecimal merchantRefundRatio();

        /** With fewer refunded payments there is no ratio to speak of. */
        @WithDefault("10")
        @Min(1)
        int merchantRefundMinimum();

        /** Agreements in which a merchant did not do what it promised. */
        @WithDefault("1")
        @Min(1)
        int merchantAgreementsNotExecuted();

        /** Reports of misconduct that are not closed. */
        @WithDefault("2")
        @Min(1)
        int merchantMisconductOpen();

        /** Reports of misconduct that were upheld. */
        @WithDefault("1")
        @Min(1)
        int merchantMisconductUpheld();

        /** Payments at a terminal while it was lost or stolen. */
        @WithDefault("1")
        @Min(1)
        int terminalUsedAfterLoss();

        /** Payments without an answer to all that a terminal told of. */
        @WithDefault("0.1")
        @DecimalMin("0.000001")
        @Digits(integer = 3, fraction = 6)
        BigDecimal terminalNoAnswerRate();

        /** A terminal that told of fewer payments has no rate to speak of. */
        @WithDefault("20")
        @Min(1)
        int terminalNoAnswerMinimum();
    }
}
