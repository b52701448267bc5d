package org.paywitness.risk;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Min;

/** The limits of reports. */
@ConfigMapping(prefix = "paywitness.risk")
interface RiskSettings {
    /** Characters of what a report says. */
    @WithDefault("1000")
    @Min(1)
    int maxTextLength();

    /** Characters of the note that closes a report. */
    @WithDefault("500")
    @Min(1)
    int maxNoteLength();

    /** Pieces of evidence that one report names. */
    @WithDefault("20")
    @Min(0)
    int maxEvidence();
}
