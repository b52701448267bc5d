package org.paywitness.event;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;
import org.paywitness.settings.Whole;

/** How events come into their order and to those who read them. */
@ConfigMapping(prefix = "paywitness.events")
public interface EventSettings {
    /** How often readers look, whether or not they were notified. */
    @WithDefault("1s")
    Duration poll();

    /** Events that are given a position in one database transaction. */
    @WithDefault("1000")
    @WithConverter(Whole.To5000.class)
    int step();

    /** Whose events these are: the source of each CloudEvent, a URI. */
    @WithDefault("urn:paywitness")
    String source();

    /** Positions among which one page of {@code GET /v1/events} looks for events that fit. */
    @WithDefault("100000")
    @WithConverter(Whole.Positive.class)
    int stretch();

    /**
     * {@code postgresql://host:5432/database}: the primary itself, for notifications, where a pooler in transaction mode stands
     * between us and it otherwise. User, password and TLS are those of the datasource.
     */
    Optional<String> notificationsUrl();

    /** Before a lost connection for notifications is made anew; doubled each time up to {@link #poll}'s tenfold. */
    @WithDefault("200ms")
    Duration reconnectPause();
}
