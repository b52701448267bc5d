package org.paywitness.webhook;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.paywitness.settings.Whole;

/** Where webhooks may go, how they are signed, how patient we are, and how much is done at once. */
@ConfigMapping(prefix = "paywitness.webhook")
public interface WebhookSettings {
    /** Id of the key that seals new secrets: two of 0-9 a-z. */
    @WithDefault("01")
    String currentKey();

    /** Base64 of 32 random bytes for each key id: what the secrets of endpoints are sealed with in the database. */
    Map<String, String> keys();

    /** Whether endpoints may be http: for development and tests. */
    @WithDefault("false")
    boolean allowPlainHttp();

    /** Whether endpoints may be at addresses that are not on the internet: for development and tests. */
    @WithDefault("false")
    boolean allowPrivateAddresses();

    /** Ports that endpoints may have; absent: any. */
    Optional<Set<Integer>> ports();

    /** A configuration of Quarkus' TLS registry with a private CA; absent: the JDK's trust. */
    Optional<String> tlsConfigurationName();

    /** Endpoints of one merchant. */
    @WithDefault("20")
    @WithConverter(Whole.Positive.class)
    int maxEndpoints();

    /** Event types of one endpoint. */
    @WithDefault("50")
    @WithConverter(Whole.Positive.class)
    int maxEventTypes();

    /** How long the secret before stays valid beside a new one. */
    @WithDefault("24h")
    Duration secretOverlap();

    /** Between the end of an attempt that failed and the next one; after the last of them nothing is tried by itself. */
    @WithDefault("5s,5m,30m,2h,5h,10h,14h,20h,24h")
    List<Duration> retries();

    /** The longest that a receiver may ask us to wait. */
    @WithDefault("24h")
    Duration maxRetryAfter();

    /** How long an endpoint may fail without a success between before it is disabled. */
    @WithDefault("5d")
    Duration disableAfter();

    /** How long to wait for a name and a connection. */
    @WithDefault("5s")
    Duration connectTimeout();

    /** How long to wait for the answer, from the first byte sent. */
    @WithDefault("15s")
    Duration answerTimeout();

    /** How long an idle connection is kept. */
    @WithDefault("10s")
    Duration keepAlive();

    /** How often work is looked for. */
    @WithDefault("1s")
    Duration poll();

    /** Events that are handed to their endpoints in one database transaction. */
    @WithDefault("500")
    @WithConverter(Whole.To5000.class)
    int fanOut();

    /** Endpoints that this process sends to at once; 0: it sends nothing. Those that fail get half of them at most. */
    @WithDefault("64")
    @WithConverter(Whole.Natural.class)
    int endpointsAtOnce();

    /** Later attempts that are made at once for one endpoint, beside the one first attempt. */
    @WithDefault("4")
    @WithConverter(Whole.To64.class)
    int retriesAtOnce();

    /** How long one endpoint keeps its place before others have their turn. */
    @WithDefault("5s")
    Duration turn();

    /** Deliveries that are read for one turn. */
    @WithDefault("100")
    @WithConverter(Whole.To5000.class)
    int turnSize();

    /** How long a process keeps an endpoint without giving it back; then another may send the same again. */
    @WithDefault("60s")
    Duration lease();

    /** How long a process that stops waits for answers. */
    @WithDefault("5s")
    Duration stopPatience();

    /** Attempts that are kept with a delivery: the latest. */
    @WithDefault("20")
    @WithConverter(Whole.To64.class)
    int maxListedAttempts();

    default Destination.Rules rules() {
        return new Destination.Rules(allowPlainHttp(), allowPrivateAddresses(), ports().orElse(Set.of()));
    }

    /** @throws ConfigurationException where a process could lose its lease in the middle of what it does */
    default void check() {
        Duration longest = turn().plus(connectTimeout()).plus(answerTimeout());
        if (lease().compareTo(longest) <= 0) {
            throw new ConfigurationException("paywitness.webhook.lease must be longer than .turn, .connect-timeout and"
                    + " .answer-timeout together: " + longest);
        }
        for (Duration one : retries()) {
            if (one.isNegative() || one.isZero()) {
                throw new ConfigurationException("paywitness.webhook.retries must be longer than 0");
            }
        }
    }
}
