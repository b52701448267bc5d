package org.paywitness.dossier;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import org.paywitness.settings.Whole;

/** How much of this process dossiers may take. */
@ConfigMapping(prefix = "paywitness.dossier")
interface DossierSettings {
    /** Dossiers that are made and sent at the same time; beyond: 503. */
    @WithDefault("16")
    @WithConverter(Whole.Positive.class)
    int maxAtOnce();

    /** How long the sending of one may take, until its last byte has left; then its connection is closed. */
    @WithDefault("10m")
    Duration timeout();
}
