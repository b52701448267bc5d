package org.paywitness.paper;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import org.paywitness.settings.Whole;

/** How much of this process the setting of documents may take. */
@ConfigMapping(prefix = "paywitness.paper")
interface PressSettings {
    /** Documents that are set at the same time, each on a thread of its own. */
    @WithDefault("2")
    @WithConverter(Whole.Positive.class)
    int presses();

    /** Documents that may wait to be set; beyond: 503. */
    @WithDefault("100")
    @WithConverter(Whole.Natural.class)
    int maxWaiting();
}
