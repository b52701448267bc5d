package org.paywitness.risk;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.math.BigDecimal;
import java.time.Duration;
import org.paywitness.settings.Ratio;
import org.paywitness.settings.Whole;

/** The limits of reports, and what makes a signal. */
@ConfigMapping(prefix = "paywitness.risk")
public interface RiskSettings {
    /** Characters of what a report says. */
    @WithDefault("1000")
    @WithConverter(Whole.Positive.class)
    int maxTextLength();

    /** Characters of the note that closes a report. */
    @WithDefault("500")
    @WithConverter(Whole.Positive.class)
    int maxNoteLength();

    /** Pieces of evidence that one report names. */
    @WithDefault("20")
    @WithConverter(Whole.Natural.class)
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
        @WithConverter(Whole.Positive.class)
        int cardDenials();

        /** Disputes that the holder of one card lost. */
        @WithDefault("2")
        @WithConverter(Whole.Positive.class)
        int cardDisputesLost();

        /** Disputed payments to all payments of a merchant. */
        @WithDefault("0.009")
        @WithConverter(Ratio.class)
        BigDecimal merchantDisputeRatio();

        /** With fewer disputed payments there is no ratio to speak of. */
        @WithDefault("5")
        @WithConverter(Whole.Positive.class)
        int merchantDisputeMinimum();

        /** Refunded payments to all payments of a merchant. */
        @WithDefault("0.15")
        @WithConverter(Ratio.class)
        BigDecimal merchantRefundRatio();

        /** With fewer refunded payments there is no ratio to speak of. */
        @WithDefault("10")
        @WithConverter(Whole.Positive.class)
        int merchantRefundMinimum();

        /** Agreements in which a merchant did not do what it promised. */
        @WithDefault("1")
        @WithConverter(Whole.Positive.class)
        int merchantAgreementsNotExecuted();

        /** Reports of misconduct that are not closed. */
        @WithDefault("2")
        @WithConverter(Whole.Positive.class)
        int merchantMisconductOpen();

        /** Reports of misconduct that were upheld. */
        @WithDefault("1")
        @WithConverter(Whole.Positive.class)
        int merchantMisconductUpheld();

        /** Payments at a terminal while it was lost or stolen. */
        @WithDefault("1")
        @WithConverter(Whole.Positive.class)
        int terminalUsedAfterLoss();

        /** Payments without an answer to all that a terminal told of. */
        @WithDefault("0.1")
        @WithConverter(Ratio.class)
        BigDecimal terminalNoAnswerRate();

        /** A terminal that told of fewer payments has no rate to speak of. */
        @WithDefault("20")
        @WithConverter(Whole.Positive.class)
        int terminalNoAnswerMinimum();
    }
}
