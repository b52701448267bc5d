package org.paywitness.retention;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;
import org.paywitness.settings.Whole;

/** How long old data is kept, each kind by itself (absent: for ever), and how gently it leaves. */
@ConfigMapping(prefix = "paywitness.retention")
public interface RetentionSettings {
    /** Transactions with their observations, refunds, slips and invoices, counted from the last that was heard of them. */
    Optional<Duration> transactions();

    /** Disputes with their timelines and evidence, counted from their end. */
    Optional<Duration> disputes();

    /** Reports of misconduct, counted from when they were closed. */
    Optional<Duration> misconductReports();

    /** Statements that were worked in, with the rows that were refused; not what their other rows told. */
    Optional<Duration> statements();

    /** Events, but those of disputes, which leave with them. */
    Optional<Duration> events();

    /** The log of deliveries of webhooks, counted from the end of each. */
    Optional<Duration> webhookDeliveries();

    /** How many are looked at in one database transaction. */
    @WithDefault("200")
    @WithConverter(Whole.To5000.class)
    int step();

    /** Between two steps, in all pods together for one kind. */
    @WithDefault("1s")
    Duration pause();

    /** Between two rounds. */
    @WithDefault("1d")
    Duration every();

    /** How far our clock may be from the database's; beyond, nothing leaves. */
    @WithDefault("1h")
    Duration maxClockDifference();
}
