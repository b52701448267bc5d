package org.paywitness.refund;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithParentName;
import java.time.Duration;
import java.time.LocalTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.paywitness.settings.Whole;

/** What merchants may return and who must agree, and how the acquirer is asked: the policy that is published. */
@ConfigMapping(prefix = "paywitness.refund")
public interface RefundSettings {
    /** Limits of all merchants that have none of their own. */
    @WithParentName
    Limits limits();

    /** Limits by merchant id; what is not set there is as for all. */
    Map<String, MerchantLimits> merchants();

    /** How long after a refund fell in doubt, or was taken in without an end, the acquirer is asked; then daily. */
    @WithDefault("5s,30s,5m,1h")
    List<Duration> inquiries();

    /** Between inquiries after the last of {@link #inquiries()}. */
    @WithDefault("1d")
    Duration laterInquiries();

    /** How long the acquirer is asked before a person must resolve the refund. */
    @WithDefault("7d")
    Duration inquiriesEnd();

    /** How long one executor keeps a refund without recording what came of it. */
    @WithDefault("30s")
    Duration lease();

    /** How long a process that stops waits for what its executors have under way; the rest is handed back. */
    @WithDefault("10s")
    Duration stopPatience();

    /** How often an executor looks for due refunds without being woken. */
    @WithDefault("1s")
    Duration poll();

    /** Refunds that one executor works on at once. */
    @WithDefault("32")
    @WithConverter(Whole.Positive.class)
    int maxInFlight();

    /** Executors in this process; each claims for itself. 0: this process only accepts refunds. */
    @WithDefault("1")
    int executors();

    /** How long to wait before an order is sent that could not leave: the acquirer's circuit is open or its queue full. */
    @WithDefault("2s")
    Duration notSentPause();

    /** How far apart the clocks of pods may be; a plan made further ahead was made before the clock was set back. */
    @WithDefault("1m")
    Duration clockSkew();

    /** Statements that write new refunds at the same time; those asked for meanwhile wait and share the next one. */
    @WithDefault("1")
    @WithConverter(Whole.Positive.class)
    int intakeStatements();

    /** Refunds that are written with one statement at most. */
    @WithDefault("64")
    @WithConverter(Whole.Positive.class)
    int intakeTogether();

    /** New refunds that may wait to be written; beyond: 503. */
    @WithDefault("2000")
    @WithConverter(Whole.Positive.class)
    int intakeWaiting();

    /** Characters of a note. */
    @WithDefault("500")
    int maxNoteLength();

    /** How long caches may answer with the published policy unasked. */
    @WithDefault("5m")
    Duration policyMaxAge();

    /** What applies to all. */
    interface Limits {
        /** By currency, in minor units: up to this amount no second person is asked. No entry: one always is. */
        Map<String, Long> automaticUpTo();

        /** Up to this age of the payment no second person is asked. */
        @WithDefault("30d")
        Duration automaticWithin();

        /** How long after the payment the law lets a customer return without a reason. */
        @WithDefault("7d")
        Duration coolingOff();
    }

    /** What a merchant has of its own. */
    interface MerchantLimits {
        Map<String, Long> automaticUpTo();

        Optional<Duration> automaticWithin();

        Optional<Duration> coolingOff();

        /** When the merchant's batch is closed, in the merchants' zone; else as in the policy of verdicts. */
        Optional<LocalTime> cutOff();
    }
}
