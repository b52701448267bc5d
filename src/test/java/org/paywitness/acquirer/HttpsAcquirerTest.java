package org.paywitness.acquirer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.tls.BaseTlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.net.PfxOptions;
import io.vertx.core.net.TrustOptions;
import jakarta.inject.Inject;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.paywitness.acquirer.Answer.NoRecord;
import org.paywitness.acquirer.Answer.NotSent;

/** Who is at the other end is verified: its certificate and the name in it. */
@QuarkusTest
class HttpsAcquirerTest {
    private static final String PASSWORD = "changeit";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    @Inject
    Vertx vertx;

    @Inject
    TlsConfigurationRegistry certificates;

    @Inject
    ObjectMapper json;

    @Inject
    MeterRegistry meters;

    @Test
    void onlyATrustedCertificateOfThatNameIsSpokenTo() throws Exception {
        Path keys = keysOf("localhost");
        certificates.register("private-ca", trusting(keys));
        HttpsServer server = serve(keys);
        int port = server.getAddress().getPort();
        assertEquals(NoRecord.class, ask("https://localhost:" + port, "private-ca"));
        assertEquals(NotSent.class, ask("https://127.0.0.1:" + port, "private-ca"));
        assertEquals(NotSent.class, ask("https://localhost:" + port, null));
        server.stop(0);
    }

    private Class<?> ask(String url, String tls) {
        Map<String, String> settings =
                new HashMap<>(Map.of("url", url, "key-id", Simulator.KEY_ID, "secret", Simulator.SECRET));
        if (tls != null) {
            settings.put("tls-configuration-name", tls);
        }
        HttpAcquirer acquirer = new HttpAcquirer(
                HttpAcquirerTest.settings(settings), vertx, certificates, json, meters, Clock.systemUTC());
        Answer answer =
                acquirer.inquire("m_1", "rfd_1", Operation.REFUND).await().atMost(PATIENCE);
        acquirer.close();
        return answer.getClass();
    }

    private Path keysOf(String host) throws Exception {
        Path keys = directory.resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-alias",
                        "acquirer",
                        "-dname",
                        "CN=" + host,
                        "-ext",
                        "san=dns:" + host,
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        keys.toString(),
                        "-storepass",
                        PASSWORD)
                .inheritIO()
                .start();
        assertEquals(0, keytool.waitFor());
        return keys;
    }

    private static BaseTlsConfiguration trusting(Path keys) {
        return new BaseTlsConfiguration() {
            @Override
            public TrustOptions getTrustStoreOptions() {
                return new PfxOptions().setPath(keys.toString()).setPassword(PASSWORD);
            }
        };
    }

    private static HttpsServer serve(Path keys) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keys)) {
            store.load(in, PASSWORD.toCharArray());
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(store, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.createContext("/v1/orders", exchange -> {
            byte[] body = "{\"status\":\"no_record\"}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(404, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        return server;
    }
}
