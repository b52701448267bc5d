package org.paywitness.access;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import org.paywitness.settings.Whole;

/** How many requests this process works for at once, and how many may wait until it does. */
@ConfigMapping(prefix = "paywitness.overload")
public interface OverloadSettings {
    /** Look-ups that are worked for at once, which are places that others share; 0: any number, and nobody waits. */
    @WithDefault("128")
    @WithConverter(Whole.Natural.class)
    int atOnce();

    /** A request that is no look-up counts as so many: it holds a connection of the pool, which look-ups share. */
    @WithDefault("4")
    @WithConverter(Whole.Natural.class)
    int placesOfOthers();

    /** Requests of all clients that may wait; beyond: 503. */
    @WithDefault("1000")
    @WithConverter(Whole.Natural.class)
    int waiting();

    /** Requests of one client that may wait; beyond: 503. */
    @WithDefault("250")
    @WithConverter(Whole.Natural.class)
    int waitingOfClient();

    /** How long one may wait; then 503. */
    @WithDefault("1s")
    Duration maxWait();

    /** How long the answer to a request that is refused is held back, by rate limits too; a connection asks no faster. */
    @WithDefault("100ms")
    Duration refusalPause();

    /** A body counts as one more look-up for each so many bytes: it is held in memory. */
    @WithDefault("256K")
    MemorySize bytesOfPlace();
}
