package org.paywitness.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.quarkus.tls.BaseTlsConfiguration;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.net.PfxOptions;
import io.vertx.core.net.TrustOptions;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.paywitness.webhook.Attempt.Outcome;

/** The connection goes to an address that was looked at, and the name is asked for and verified all the same. */
class WebhookTlsTest {
    private static final String PASSWORD = "changeit";
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String NAME = "hooks.example.org";

    @TempDir
    Path directory;

    private final List<String> hosts = new CopyOnWriteArrayList<>();
    private final Vertx vertx = Vertx.vertx();
    private NameServer names;
    private HttpsServer server;
    private Path keys;

    @BeforeEach
    void serve() throws Exception {
        keys = directory.resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-alias",
                        "receiver",
                        "-dname",
                        "CN=" + NAME,
                        "-ext",
                        "san=dns:" + NAME,
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        keys.toString(),
                        "-storepass",
                        PASSWORD)
                .inheritIO()
                .start();
        assertEquals(0, keytool.waitFor());
        names = new NameServer().tell(NAME, List.of("127.0.0.1")).tell("other.example.org", List.of("127.0.0.1"));
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keys)) {
            store.load(in, PASSWORD.toCharArray());
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(store, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                parameters.setSSLParameters(context.getDefaultSSLParameters());
            }
        });
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            hosts.add(exchange.getRequestHeaders().getFirst("Host"));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void close() throws Exception {
        server.stop(0);
        names.close();
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }

    @Test
    void onlyATrustedCertificateOfThatNameIsSpokenTo() {
        assertEquals(Outcome.DELIVERED, outcome(NAME, true));
        assertEquals(Outcome.NO_CONNECTION, outcome("other.example.org", true));
        assertEquals(Outcome.NO_CONNECTION, outcome("127.0.0.1", true));
        assertEquals(Outcome.NO_CONNECTION, outcome(NAME, false));
        assertEquals(List.of(NAME + ":" + server.getAddress().getPort()), hosts);
    }

    private Outcome outcome(String host, boolean trusts) {
        Map<String, String> settings = new HashMap<>(Map.of("allow-private-addresses", "true"));
        if (trusts) {
            settings.put("tls-configuration-name", "private-ca");
        }
        WebhookSettings all = Settings.of(settings);
        WebhookCall call = new WebhookCall(
                vertx,
                new Names(vertx, all.connectTimeout(), names.provider()),
                all,
                new OneAuthority(keys),
                Clock.systemUTC());
        try {
            return call.send(
                            "https://" + host + ":" + server.getAddress().getPort() + "/",
                            "evt_1",
                            new byte[0],
                            List.of(StandardWebhook.newSecret()))
                    .await()
                    .atMost(PATIENCE)
                    .outcome();
        } finally {
            call.close();
        }
    }

    /** Quarkus' registry with one configuration in it. */
    private record OneAuthority(Path keys) implements TlsConfigurationRegistry {
        @Override
        public Optional<TlsConfiguration> get(String name) {
            return Optional.of(new BaseTlsConfiguration() {
                @Override
                public TrustOptions getTrustStoreOptions() {
                    return new PfxOptions().setPath(keys.toString()).setPassword(PASSWORD);
                }
            });
        }

        @Override
        public Optional<TlsConfiguration> getDefault() {
            return Optional.empty();
        }

        @Override
        public void register(String name, TlsConfiguration configuration) {
            throw new UnsupportedOperationException();
        }
    }
}
