package org.paywitness.dev;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The PostgreSQL of {@code quarkus:dev}: a real server on a data directory that is kept. Started once for a JVM and
 * stopped with it. A server that a killed session left behind is stopped first; one whose session still lives is
 * shared.
 */
final class DevPostgres {
    /** System property: the port. It belongs to the JVM, as statics go with every live reload. */
    private static final String PORT = "paywitness.dev.postgres.port";

    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(20);
    private static final int CONNECT_TIMEOUT_MILLIS = 1_000;

    private final Path data;
    private final Path owner;

    private DevPostgres(Path home) {
        this.data = home.resolve("postgres").toAbsolutePath();
        this.owner = home.resolve("postgres.owner").toAbsolutePath();
    }

    /** Starts the server with its data in this directory, unless this JVM has done so. Returns its port. */
    static int startIn(Path home) throws IOException {
        synchronized (System.getProperties()) {
            String port = System.getProperty(PORT);
            if (port == null) {
                port = Integer.toString(new DevPostgres(home).start());
                System.setProperty(PORT, port);
            }
            return Integer.parseInt(port);
        }
    }

    private int start() throws IOException {
        Optional<Postmaster> left = Postmaster.of(data);
        if (left.isPresent()) {
            if (isOwnerAlive() && left.get().answers()) {
                return left.get().port;
            }
            left.get().stop();
        }
        // A pid file without its postmaster: PostgreSQL itself would hesitate if another process has that pid now.
        Files.deleteIfExists(data.resolve("postmaster.pid"));
        int port = EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                // Its own hook needs classes of a class loader that dev mode has closed by then.
                .setRegisterShutdownHook(false)
                .setPGStartupWait(START_TIMEOUT)
                .setLocaleConfig("locale", "C")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("max_connections", "100")
                .start()
                .getPort();
        Files.writeString(owner, Long.toString(ProcessHandle.current().pid()));
        Postmaster postmaster = Postmaster.of(data).orElseThrow(() -> new IOException("PostgreSQL did not stay"));
        Runtime.getRuntime().addShutdownHook(new Thread(postmaster::stop, "stop-postgres"));
        return port;
    }

    private boolean isOwnerAlive() throws IOException {
        if (Files.notExists(owner)) {
            return false;
        }
        long pid = Long.parseLong(Files.readString(owner).strip());
        return pid != ProcessHandle.current().pid()
                && ProcessHandle.of(pid)
                        .flatMap(process -> process.info().command())
                        .filter(command -> command.contains("java"))
                        .isPresent();
    }

    /** A running server, as its pid file tells. */
    private record Postmaster(ProcessHandle process, int port) {
        // Loaded with this class: the hook runs when class loaders are closed already.
        private static final boolean WINDOWS = System.getProperty("os.name").startsWith("Windows");

        static Optional<Postmaster> of(Path data) throws IOException {
            Path file = data.resolve("postmaster.pid");
            if (Files.notExists(file)) {
                return Optional.empty();
            }
            // Line 1 is the pid, line 4 the port; after a crash the pid may be anybody's.
            List<String> lines = Files.readAllLines(file);
            if (lines.size() < 4) {
                return Optional.empty();
            }
            int port = Integer.parseInt(lines.get(3).strip());
            return ProcessHandle.of(Long.parseLong(lines.get(0).strip()))
                    .filter(process ->
                            process.info().command().orElse("").matches(".*[/\\\\]postgres(\\.exe)?( \\(deleted\\))?"))
                    .map(process -> new Postmaster(process, port));
        }

        boolean answers() {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress("localhost", port), CONNECT_TIMEOUT_MILLIS);
                return true;
            } catch (IOException e) {
                return false;
            }
        }

        /** Stops it as {@code pg_ctl stop -m fast} does, which refuses to work for root. */
        void stop() {
            try {
                if (WINDOWS) {
                    process.destroy();
                } else {
                    // SIGINT: a fast shutdown, which does not wait for clients. SIGTERM, Java's destroy(), would.
                    new ProcessBuilder("sh", "-c", "kill -INT " + process.pid())
                            .start()
                            .waitFor();
                }
                process.onExit().get(STOP_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                process.destroyForcibly();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                System.err.println("The embedded PostgreSQL, process " + process.pid() + ", did not stop: " + e);
            }
        }
    }
}
