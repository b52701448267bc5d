package org.paywitness.dev;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * The acquirer of {@code quarkus:dev}: the simulator as a process of its own, on a ledger that is kept. Started once for
 * a JVM; it ends by itself when that JVM does, however that ends. One whose session still lives is shared.
 */
final class DevAcquirer {
    static final String KEY_ID = "dev";

    /** System property: its URL, or nothing where there is none. It belongs to the JVM, as statics go with a reload. */
    private static final String URL = "paywitness.dev.acquirer.started";

    private static final Path SOURCE = Path.of("src", "simulator", "java", "AcquirerSimulator.java");
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final int SECRET_BYTES = 32;

    private final Path home;
    private final Path running;

    private DevAcquirer(Path home) {
        this.home = home;
        this.running = home.resolve("acquirer.running");
    }

    /**
     * Starts the simulator with its ledger in this directory, unless this JVM has done so. Returns its URL; empty where
     * there is no source to start, or it did not start, which is said.
     *
     * @param notify where it tells of news
     */
    static Optional<String> startIn(Path home, String secret, String notify) throws IOException {
        synchronized (System.getProperties()) {
            String url = System.getProperty(URL);
            if (url == null) {
                url = new DevAcquirer(home).start(secret, notify).orElse("");
                System.setProperty(URL, url);
            }
            return Optional.of(url).filter(known -> !known.isEmpty());
        }
    }

    /** The secret shared with it, made at the first call. */
    static String secretIn(Path home) throws IOException {
        Path file = home.resolve("acquirer-secret");
        if (Files.notExists(file)) {
            byte[] secret = new byte[SECRET_BYTES];
            new SecureRandom().nextBytes(secret);
            DevKeys.write(file, DevKeys.base64(secret));
        }
        return Files.readString(file).strip();
    }

    private Optional<String> start(String secret, String notify) throws IOException {
        if (Files.notExists(SOURCE)) {
            System.err.println("No acquirer is started: " + SOURCE + " is not here. Refunds wait until"
                    + " paywitness.acquirer.url is set.");
            return Optional.empty();
        }
        Optional<Running> left = Running.of(running);
        if (left.isPresent()) {
            if (left.get().isOwned() && answers(left.get().url())) {
                return Optional.of(left.get().url());
            }
            left.get().stop();
        }
        Path log = home.resolve("acquirer.log");
        int port = freePort();
        Process process = process(secret, notify, port, log);
        Running started =
                new Running(process.pid(), port, ProcessHandle.current().pid());
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (process.isAlive() && System.nanoTime() < until) {
            if (answers(started.url())) {
                started.write(running);
                return Optional.of(started.url());
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
        process.destroyForcibly();
        System.err.println("The acquirer did not start; see " + log);
        return Optional.empty();
    }

    private Process process(String secret, String notify, int port, Path log) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                SOURCE.toString(),
                "--port",
                Integer.toString(port),
                "--ledger",
                home.resolve("acquirer-ledger.jsonl").toString(),
                "--key-id",
                KEY_ID,
                "--notify",
                notify,
                "--parent",
                Long.toString(ProcessHandle.current().pid())));
        builder.environment().put("ACQUIRER_SECRET", secret);
        return builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    }

    private static boolean answers(String url) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/health"))
                .timeout(Duration.ofSeconds(2))
                .build();
        try {
            return HttpClient.newHttpClient()
                            .send(request, HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** A simulator that was started, and the session that did it. */
    private record Running(long pid, int port, long owner) {
        static Optional<Running> of(Path file) throws IOException {
            if (Files.notExists(file)) {
                return Optional.empty();
            }
            String[] parts = Files.readString(file).strip().split(" ");
            if (parts.length != 3) {
                return Optional.empty();
            }
            return Optional.of(
                    new Running(Long.parseLong(parts[0]), Integer.parseInt(parts[1]), Long.parseLong(parts[2])));
        }

        void write(Path file) throws IOException {
            Files.writeString(file, pid + " " + port + " " + owner);
        }

        String url() {
            return "http://localhost:" + port;
        }

        boolean isOwned() {
            return owner != ProcessHandle.current().pid()
                    && ProcessHandle.of(owner)
                            .flatMap(process -> process.info().command())
                            .filter(command -> command.contains("java"))
                            .isPresent();
        }

        /** The pid may be anybody's by now. */
        void stop() {
            ProcessHandle.of(pid)
                    .filter(process -> process.info().commandLine().orElse("").contains("AcquirerSimulator"))
                    .ifPresent(process -> {
                        process.destroyForcibly();
                        process.onExit().join();
                    });
        }
    }
}
