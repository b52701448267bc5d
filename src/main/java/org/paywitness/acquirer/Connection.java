package org.paywitness.acquirer;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.quarkus.tls.runtime.config.TlsConfigUtils;
import io.vertx.core.http.HttpClientOptions;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where the acquirer is and who we are to it, checked at the start: a mistake is told then, not by the first refund.
 *
 * @param root without a slash at its end
 */
record Connection(URI root, Signing signing) {
    private static final String PREFIX = "paywitness.acquirer.";

    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofHours(1);

    /** Empty without a URL. */
    static Optional<Connection> of(AcquirerSettings settings) {
        check("connect-timeout", settings.connectTimeout(), SHORTEST);
        check("read-timeout", settings.readTimeout(), SHORTEST);
        check("keep-alive", settings.keepAlive(), Duration.ofSeconds(1));
        check("circuit.delay", settings.circuit().delay(), SHORTEST);
        check("notification-tolerance", settings.notificationTolerance(), SHORTEST);
        return settings.url()
                .filter(url -> !url.isBlank())
                .map(url -> new Connection(root(url.strip(), settings.allowPlainHttp()), signing(settings)));
    }

    /** The keys that notifications may be signed with: ours, and while it is changed the one before; none without one. */
    static List<Signing> notifications(AcquirerSettings settings) {
        List<Signing> keys = new ArrayList<>();
        if (settings.secret().isPresent()) {
            keys.add(signing(settings));
        }
        if (settings.previousSecret().isPresent() || settings.previousKeyId().isPresent()) {
            Signing previous =
                    signing("previous-key-id", settings.previousKeyId(), "previous-secret", settings.previousSecret());
            if (keys.isEmpty() || keys.get(0).keyId().equals(previous.keyId())) {
                throw bad("previous-key-id", "must be another one than the key-id that takes its place");
            }
            keys.add(previous);
        }
        return keys;
    }

    private static void check(String property, Duration given, Duration least) {
        if (given.compareTo(least) < 0 || given.compareTo(LONGEST) > 0) {
            throw bad(property, "must be between " + least + " and " + LONGEST);
        }
    }

    private static URI root(String url, boolean plainAllowed) {
        URI root;
        try {
            root = URI.create(url.replaceFirst("/+$", ""));
        } catch (IllegalArgumentException e) {
            throw bad("url", "is not a URL");
        }
        boolean plain = "http".equals(root.getScheme());
        if (!plain && !"https".equals(root.getScheme()) || root.getHost() == null) {
            throw bad("url", "must be https://host, perhaps with a port and a path");
        }
        if (root.getRawQuery() != null || root.getRawFragment() != null || root.getRawUserInfo() != null) {
            throw bad("url", "must have no user, query or fragment");
        }
        if (plain && !plainAllowed) {
            throw bad("url", "must be https; " + PREFIX + "allow-plain-http=true is for development and tests");
        }
        return root;
    }

    private static Signing signing(AcquirerSettings settings) {
        return signing("key-id", settings.keyId(), "secret", settings.secret());
    }

    private static Signing signing(
            String idProperty, Optional<String> id, String secretProperty, Optional<String> secret) {
        String keyId = id.orElseThrow(() -> bad(idProperty, "is required with an acquirer"));
        String key = secret.orElseThrow(() -> bad(secretProperty, "is required with an acquirer"));
        try {
            return new Signing(keyId, key);
        } catch (IllegalArgumentException e) {
            throw bad(secretProperty, "or " + idProperty + " cannot be used: " + e.getMessage());
        }
    }

    HttpClientOptions transport(AcquirerSettings settings, TlsConfigurationRegistry certificates) {
        HttpClientOptions options = new HttpClientOptions();
        settings.tlsConfigurationName().ifPresent(name -> {
            TlsConfiguration named = certificates
                    .get(name)
                    .orElseThrow(() -> bad("tls-configuration-name", "names no quarkus.tls." + name));
            if (named.isTrustAll()) {
                throw bad("tls-configuration-name", "names one that trusts everybody");
            }
            TlsConfigUtils.configure(options, named);
        });
        return options;
    }

    private static ConfigurationException bad(String property, String why) {
        return new ConfigurationException(PREFIX + property + " " + why);
    }
}
