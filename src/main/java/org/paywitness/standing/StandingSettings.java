package org.paywitness.standing;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import org.paywitness.settings.Whole;

/** How what time and completeness change is looked for. */
@ConfigMapping(prefix = "paywitness.standing")
public interface StandingSettings {
    /** Between looks. */
    @WithDefault("1s")
    Duration poll();

    /** Transactions that are looked at in one database transaction. */
    @WithDefault("500")
    @WithConverter(Whole.To5000.class)
    int step();

    /** Between steps that take up transactions of which nothing was told. */
    @WithDefault("1s")
    Duration takeUpPause();

    /** How old a transaction is before it is taken up: whoever writes it is done by then. */
    @WithDefault("10m")
    Duration takeUpAfter();
}
