package org.paywitness.dev;

import io.quarkus.arc.profile.IfBuildProfile;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Says at the start of {@code quarkus:dev} where things are, and gives a first call to paste. */
@Singleton
@IfBuildProfile("dev")
class Banner {
    private static final Duration TOKEN_LIFETIME = Duration.ofDays(30);

    private final DevTokens tokens;
    private final DemoData demo;
    private final int port;
    private final String database;
    private final Optional<String> acquirer;

    Banner(
            DevTokens tokens,
            DemoData demo,
            @ConfigProperty(name = "quarkus.http.port") int port,
            @ConfigProperty(name = "quarkus.datasource.reactive.url") String database,
            @ConfigProperty(name = DevConfigSourceFactory.ACQUIRER) Optional<String> acquirer) {
        this.tokens = tokens;
        this.demo = demo;
        this.port = port;
        this.database = database;
        this.acquirer = acquirer;
    }

    // Last of all that happens at the start. On standard output, whole: a log would cut it into records.
    void print(@Observes @Priority(Integer.MAX_VALUE) StartupEvent event) {
        String root = "http://localhost:" + port;
        String token = tokens.sign(new DevTokens.Claims("desk:read", null, List.of(), "demo", "demo", TOKEN_LIFETIME));
        System.out.printf(
                """

                ------------------------------------------------------------------------
                  Paywitness   %1$s/v1
                  Swagger UI   %1$s/q/swagger-ui
                  Tokens       curl %1$s/dev/tokens --json '{"scope": "desk:read desk:write feed"}'
                  Database     psql %2$s?user=postgres
                  Acquirer     %6$s
                  A first question, with a token of the desk, good for %3$d days:

                curl -H 'Authorization: Bearer %4$s' '%1$s%5$s'

                ------------------------------------------------------------------------
                """,
                root,
                database,
                TOKEN_LIFETIME.toDays(),
                token,
                demo.example().orElse("/v1/transactions?limit=5"),
                acquirer.map(Banner::misbehaving).orElse("none was started"));
    }

    private static String misbehaving(String url) {
        return url + "/ledger\n               three calls of ten go wrong: curl -X PUT " + url
                + "/faults -d '{\"rate\": 0.3}'";
    }
}
