package org.paywitness.live;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import org.paywitness.settings.Whole;

/** Limits of live verdicts. */
@ConfigMapping(prefix = "paywitness.live")
public interface LiveSettings {
    /** Streams that one process keeps; beyond: 503. */
    @WithDefault("10000")
    @WithConverter(Whole.ToMillion.class)
    int maxStreams();

    /** Streams that one client has at one process; beyond: 429. */
    @WithDefault("1000")
    @WithConverter(Whole.ToMillion.class)
    int maxStreamsOfClient();

    /** How often something is sent where nothing happens, so that nobody in between takes the connection for dead. */
    @WithDefault("15s")
    Duration heartbeat();

    /** How long a client should wait before it connects again; each is told up to half of it more or less. */
    @WithDefault("2s")
    Duration retry();

    /** How long a stream lasts at most; then its client connects anew, and is asked for its token again. */
    @WithDefault("1h")
    Duration maxDuration();

    /** For how long the first look-up of a stream is tried again where it fails; then 503. */
    @WithDefault("10s")
    Duration patience();

    /** Positions that are read at once. */
    @WithDefault("1000")
    @WithConverter(Whole.To5000.class)
    int step();
}
