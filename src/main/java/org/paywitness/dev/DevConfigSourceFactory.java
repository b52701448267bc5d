package org.paywitness.dev;

import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Before {@code quarkus:dev} reads where its database is, starts one and says so; likewise who
 * moves money, and the keys of access and card tokens. Does nothing in any other profile, and leaves alone what the developer has configured.
 */
public class DevConfigSourceFactory implements ConfigSourceFactory {
    /** Git-ignored, next to the sources. */
    static final Path HOME = Path.of(".paywitness");

    /** Configuration property: the URL of the acquirer that was started, unless there is another one. */
    static final String ACQUIRER = "paywitness.dev.acquirer";

    /** Above application.properties (250), below environment variables (300). */
    private static final int ORDINAL = 260;

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
        if (!context.getProfiles().contains("dev")) {
            return List.of();
        }
        try {
            Files.createDirectories(HOME);
            Map<String, String> properties = new HashMap<>();
            if (!isSet(context, "quarkus.datasource.reactive.url")) {
                String at = "//localhost:" + DevPostgres.startIn(HOME) + "/postgres";
                properties.put("quarkus.datasource.reactive.url", "postgresql:" + at);
                properties.put("quarkus.datasource.jdbc.url", "jdbc:postgresql:" + at);
                properties.put("quarkus.datasource.username", "postgres");
                properties.put("quarkus.datasource.password", "postgres");
            }
            if (!isSet(context, "paywitness.acquirer.url")) {
                String secret = DevAcquirer.secretIn(HOME);
                DevAcquirer.startIn(HOME, secret, notifications(context)).ifPresent(url -> {
                    properties.put("paywitness.acquirer.url", url);
                    properties.put("paywitness.acquirer.key-id", DevAcquirer.KEY_ID);
                    properties.put("paywitness.acquirer.secret", secret);
                    properties.put(ACQUIRER, url);
                });
            }
            KeyPair keys = DevKeys.keptIn(HOME.resolve("dev-key"));
            properties.put(DevKeys.PRIVATE_KEY, DevKeys.base64(keys.getPrivate().getEncoded()));
            properties.put("paywitness.card-token.keys.01", DevKeys.cardTokenKey(keys.getPrivate()));
            properties.put("paywitness.webhook.keys.01", DevKeys.webhookKey(keys.getPrivate()));
            if (!isSet(context, "quarkus.oidc.auth-server-url")) {
                properties.put(
                        "quarkus.oidc.public-key",
                        DevKeys.base64(keys.getPublic().getEncoded()));
            }
            return List.of(new PropertiesConfigSource(properties, "Development", ORDINAL));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public OptionalInt getPriority() {
        return OptionalInt.of(ORDINAL);
    }

    private static String notifications(ConfigSourceContext context) {
        String port = isSet(context, "quarkus.http.port")
                ? context.getValue("quarkus.http.port").getValue()
                : "8080";
        return "http://localhost:" + port + "/acquirer/notifications";
    }

    private static boolean isSet(ConfigSourceContext context, String property) {
        ConfigValue value = context.getValue(property);
        return value != null && value.getValue() != null && !value.getValue().isBlank();
    }
}
