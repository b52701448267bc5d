package org.paywitness.terminal;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import org.paywitness.settings.Whole;

/** Limits on what is said and asked of terminals. */
@ConfigMapping(prefix = "paywitness.terminal")
public interface TerminalSettings {
    /** Characters of a name, a location and a model. */
    @WithDefault("100")
    @WithConverter(Whole.To1024.class)
    int maxNameLength();

    /** Characters of the text of a report. */
    @WithDefault("500")
    @WithConverter(Whole.To1024.class)
    int maxTextLength();

    /** Reports that are listed with a terminal: the latest. */
    @WithDefault("1000")
    @WithConverter(Whole.Positive.class)
    int maxListedReports();

    /** How far back figures go where no beginning is given. */
    @WithDefault("30d")
    Duration figuresPeriod();

    /** The longest period of figures. */
    @WithDefault("366d")
    Duration maxFiguresPeriod();
}
