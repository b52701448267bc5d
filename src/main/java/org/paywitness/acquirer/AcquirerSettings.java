package org.paywitness.acquirer;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;
import org.paywitness.settings.Share;
import org.paywitness.settings.Whole;

/** Where the acquirer is, who we are to it, and the limits of what is asked of it at once. */
@ConfigMapping(prefix = "paywitness.acquirer")
public interface AcquirerSettings {
    /** Root of the acquirer's API, such as {@code https://acquirer.example/api}; absent: no acquirer, no refunds. */
    Optional<String> url();

    /** The name of the shared key, in both directions. */
    Optional<String> keyId();

    /** The shared key: a text of at least 32 bytes in UTF-8. Required with {@link #url()}. */
    Optional<String> secret();

    /** The name of a key that notifications may still be signed with, while the two sides change keys. */
    Optional<String> previousKeyId();

    /** That key. */
    Optional<String> previousSecret();

    /** Whether {@link #url()} may be http: for development and tests. */
    @WithDefault("false")
    boolean allowPlainHttp();

    /** A configuration of Quarkus' TLS registry with a private CA or a client certificate; absent: the JDK's trust. */
    Optional<String> tlsConfigurationName();

    /** How long an order may wait for a connection, old or new. */
    @WithDefault("2s")
    Duration connectTimeout();

    /** From the first byte sent until the last one of the answer; beyond, the order is in doubt. */
    @WithDefault("10s")
    Duration readTimeout();

    /** Connections at most. */
    @WithDefault("32")
    @WithConverter(Whole.Positive.class)
    int maxConnections();

    /** Requests that may wait for a connection; one more is not sent. */
    @WithDefault("32")
    @WithConverter(Whole.Natural.class)
    int maxWaitingForConnection();

    /** How long an idle connection is kept: less than the acquirer does, or requests die on their way. */
    @WithDefault("10s")
    Duration keepAlive();

    /** Bytes of an answer; a longer one is no answer. */
    @WithDefault("64K")
    MemorySize maxAnswerSize();

    /** How far from now a notification's timestamp may be. */
    @WithDefault("5m")
    Duration notificationTolerance();

    Bulkhead bulkhead();

    Circuit circuit();

    /** How much is asked of the acquirer at once. */
    interface Bulkhead {
        /** Calls under way. */
        @WithDefault("32")
        @WithConverter(Whole.Positive.class)
        int limit();

        /** Calls that wait for one of those to end; one more is not sent. */
        @WithDefault("32")
        @WithConverter(Whole.Natural.class)
        int queue();
    }

    /** When we stop asking an acquirer that does not answer. */
    interface Circuit {
        /** The latest calls that are looked at; until there are as many, the circuit stays closed. */
        @WithDefault("20")
        @WithConverter(Whole.Positive.class)
        int window();

        /** The share of them without an answer that opens the circuit. */
        @WithDefault("0.75")
        @WithConverter(Share.class)
        double failureRatio();

        /** How long an open circuit lets nothing through before it tries again. */
        @WithDefault("5s")
        Duration delay();

        /** Answers in a row that close it again. */
        @WithDefault("2")
        @WithConverter(Whole.Positive.class)
        int successes();
    }
}
