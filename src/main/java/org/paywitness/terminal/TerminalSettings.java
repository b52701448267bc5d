package org.paywitness.terminal;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;

/** Limits on what is said and asked of terminals. */
@ConfigMapping(prefix = "paywitness.terminal")
public interface TerminalSettings {
    /** Characters of a name, a location and a model. */
    @WithDefault("100")
    @Min(1)
    @Max(1024)
    int maxNameLength();

    /** Characters of the text of a report. */
    @WithDefault("500")
    @Min(1)
    @Max(1024)
    int maxTextLength();

    /** Reports that are listed with a terminal: the latest. */
    @WithDefault("1000")
    @Min(1)
    int maxListedReports();

    /** How far back figures go where no beginning is given. */
    @WithDefault("30d")
    Duration figuresPeriod();

    /** The longest period of figures. */
    @WithDefault("366d")
    Duration maxFiguresPeriod();
}
