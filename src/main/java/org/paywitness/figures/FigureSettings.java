package org.paywitness.figures;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import org.paywitness.settings.Whole;

/** How figures are gathered. */
@ConfigMapping(prefix = "paywitness.metrics")
interface FigureSettings {
    /** How often; what is older than three times this is shown no more. */
    @WithDefault("15s")
    Duration interval();

    /** How long gathering may take. */
    @WithDefault("5s")
    Duration timeout();

    /** Where counting ends: more than this many are shown as this many. */
    @WithDefault("10000")
    @WithConverter(Whole.ToMillion.class)
    int maxCount();

    /** A merchant whose data is further behind than this counts as gone, as long as others are not. */
    @WithDefault("7d")
    Duration completenessHorizon();
}
