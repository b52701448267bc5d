package org.paywitness.webhook;

import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/** Settings of webhooks beside those of a running service. */
final class Settings {
    private Settings() {}

    /** @param others without their prefix */
    static WebhookSettings of(Map<String, String> others) {
        Map<String, String> all = new HashMap<>();
        all.put("paywitness.webhook.keys.01", Base64.getEncoder().encodeToString(new byte[32]));
        others.forEach((name, value) -> all.put("paywitness.webhook." + name, value));
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withConverter(Duration.class, 100, new DurationConverter())
                .withMapping(WebhookSettings.class)
                .withSources(new PropertiesConfigSource(all, "test", 100))
                .build()
                .getConfigMapping(WebhookSettings.class);
    }
}
