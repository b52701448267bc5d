package org.paywitness.reconciliation;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import org.paywitness.settings.Whole;

/** How much of reconciliation is told at once. */
@ConfigMapping(prefix = "paywitness.reconciliation")
public interface ReconciliationSettings {
    /** Characters of the reason that closes an exception. */
    @WithDefault("500")
    @WithConverter(Whole.Positive.class)
    int maxReasonLength();

    /** Exceptions that a day's summary lists in JSON. */
    @WithDefault("200")
    @WithConverter(Whole.Positive.class)
    int maxListed();

    /** Exceptions that a day's summary lists as CSV. */
    @WithDefault("10000")
    @WithConverter(Whole.Positive.class)
    int maxListedCsv();

    /** Payments that a day's summary reads at once. */
    @WithDefault("2000")
    @WithConverter(Whole.Positive.class)
    int page();
}
