package org.paywitness.fee;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import org.paywitness.settings.Whole;

/** Limits of fee schedules, and what counts as another fee. */
@ConfigMapping(prefix = "paywitness.fee")
public interface FeeSettings {
    /** How far a fee that was taken may be from the schedule's, in minor units, and still counts as the same. */
    @WithDefault("0")
    @WithConverter(Whole.Natural.class)
    int tolerance();

    /** Schedules that one merchant may have, those that no longer hold included. */
    @WithDefault("1000")
    @WithConverter(Whole.ToMillion.class)
    int maxSchedules();
}
