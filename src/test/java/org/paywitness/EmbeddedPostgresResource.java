package org.paywitness;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.paywitness.acquirer.Simulator;

/**
 * A real PostgreSQL for tests, and the key pair of their tokens. Once in a JVM, whatever class loader asks; stopped
 * and deleted when the JVM ends. Works for {@code @QuarkusTest} and, against the packaged artifact, for
 * {@code @QuarkusIntegrationTest}. Global by its own annotation: every test of this module has it without asking.
 */
@WithTestResource(value = EmbeddedPostgresResource.class, scope = TestResourceScope.GLOBAL)
public class EmbeddedPostgresResource implements QuarkusTestResourceLifecycleManager {
    /** System property: port of the running server. */
    public static final String PORT = "paywitness.test.postgres.port";

    private static final String HTTP_PORT = "paywitness.test.http.port";

    /** System property and configuration property: PKCS #8 in Base64 of the key that signs tokens. */
    public static final String PRIVATE_KEY = "paywitness.dev.private-key";

    private static final String PUBLIC_KEY = "paywitness.dev.public-key";
    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);

    @Override
    public Map<String, String> start() {
        // Quarkus may load this class once for each test profile: the properties belong to the JVM, a static does not.
        synchronized (System.getProperties()) {
            if (System.getProperty(PORT) == null) {
                System.setProperty(PORT, Integer.toString(startPostgres()));
            }
        }
        makeKeys();
        Map<String, String> all = new HashMap<>(configuration("postgres"));
        all.put("quarkus.http.test-port", Integer.toString(httpPort()));
        return all;
    }

    /** The service's port in this JVM: the same after each restart, so that others can be told of it before. */
    public static int httpPort() {
        synchronized (System.getProperties()) {
            if (System.getProperty(HTTP_PORT) == null) {
                try (ServerSocket free = new ServerSocket(0)) {
                    System.setProperty(HTTP_PORT, Integer.toString(free.getLocalPort()));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            return Integer.getInteger(HTTP_PORT);
        }
    }

    /** The key pair of tokens alone, for tests that run a PostgreSQL of their own. */
    public static void makeKeys() {
        synchronized (System.getProperties()) {
            if (System.getProperty(PRIVATE_KEY) == null) {
                KeyPair keys = generateKeys();
                System.setProperty(PRIVATE_KEY, base64(keys.getPrivate().getEncoded()));
                System.setProperty(PUBLIC_KEY, base64(keys.getPublic().getEncoded()));
            }
        }
    }

    /** What a service needs to work on the given database of the running server, and to accept our tokens and signatures. */
    public static Map<String, String> configuration(String database) {
        return configuration(Integer.getInteger(PORT), database);
    }

    /** The same for a server at another port of this machine. */
    public static Map<String, String> configuration(int port, String database) {
        String at = "//localhost:" + port + "/" + database;
        Map<String, String> all = new HashMap<>();
        all.put("paywitness.webhook.keys.01", base64(new byte[32]));
        all.putAll(Map.of(
                "quarkus.datasource.reactive.url",
                "postgresql:" + at,
                "quarkus.datasource.jdbc.url",
                "jdbc:postgresql:" + at,
                "quarkus.datasource.username",
                "postgres",
                "quarkus.datasource.password",
                "postgres",
                "quarkus.oidc.public-key",
                System.getProperty(PUBLIC_KEY),
                "quarkus.oidc.token.issuer",
                "https://paywitness.invalid/dev",
                PRIVATE_KEY,
                System.getProperty(PRIVATE_KEY),
                "paywitness.card-token.keys.01",
                base64(new byte[32]),
                "paywitness.acquirer.key-id",
                Simulator.KEY_ID,
                "paywitness.acquirer.secret",
                Simulator.SECRET));
        return all;
    }

    @Override
    public void stop() {
        // The next test class wants it too; the server's own shutdown hook ends it with the JVM.
    }

    private static int startPostgres() {
        try {
            return EmbeddedPostgres.builder()
                    .setPGStartupWait(START_TIMEOUT)
                    .setLocaleConfig("locale", "C")
                    // A commit must survive an immediate stop of the server, as the tests of faults demand, but not
                    // a power cut: written to the operating system at commit, never forced to the disk.
                    .setServerConfig("synchronous_commit", "on")
                    .setServerConfig("fsync", "off")
                    .setServerConfig("full_page_writes", "off")
                    .setServerConfig("max_connections", "200")
                    .start()
                    .getPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static KeyPair generateKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
