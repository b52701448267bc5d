package org.paywitness.paper;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Min;

/** How much of this process the setting of documents may take. */
@ConfigMapping(prefix = "paywitness.paper")
interface PressSettings {
    /** Documents that are set at the same time, each on a thread of its own. */
    @WithDefault("2")
    @Min(1)
    int presses();

    /** Documents that may wait to be set; beyond: 503. */
    @WithDefault("100")
    @Min(0)
    int maxWaiting();
}
