package org.paywitness.fault;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** PgBouncer in transaction mode before a {@link MortalPostgres}, where it is installed. */
final class Pooler implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final List<String> PLACES = List.of(
            "/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer", "/opt/homebrew/bin/pgbouncer");

    private final int port;
    private final Process process;

    /** @param servers connections to PostgreSQL at most, for each database */
    Pooler(MortalPostgres postgres, int servers) throws IOException {
        port = MortalPostgres.freePort();
        // It refuses to run as root and then runs as nobody, who must be able to read this.
        Path settings = Files.createTempFile("pgbouncer", ".ini");
        Files.setPosixFilePermissions(settings, PosixFilePermissions.fromString("rw-r--r--"));
        // Nothing of a connection's start is ignored: what we send must be what any PgBouncer takes.
        Files.writeString(
                settings,
                """
                [databases]
                * = host=127.0.0.1 port=%d user=postgres password=postgres
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = %d
                unix_socket_dir =
                auth_type = any
                pool_mode = transaction
                default_pool_size = %d
                max_client_conn = 500
                """
                        .formatted(postgres.port(), port, servers));
        List<String> command = "root".equals(System.getProperty("user.name"))
                ? List.of(program(), "-u", "nobody", settings.toString())
                : List.of(program(), settings.toString());
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(Files.createDirectories(Path.of("target", "fault"))
                        .resolve("pgbouncer.log")
                        .toFile())
                .start();
        Waiting.until("PgBouncer listens", PATIENCE, () -> {
            new java.net.Socket("127.0.0.1", port).close();
            return true;
        });
    }

    /** Skips the test, with a word, where there is no PgBouncer. */
    static void assumeInstalled() {
        Assumptions.assumeTrue(program() != null, "PgBouncer is not installed on this machine");
    }

    private static String program() {
        return PLACES.stream()
                .filter(place -> Files.isExecutable(Path.of(place)))
                .findFirst()
                .orElse(null);
    }

    /** What a service needs to work through it: migrations alone go to PostgreSQL itself. */
    Map<String, String> configuration(Map<String, String> direct, String database) {
        Map<String, String> through = new TreeMap<>(direct);
        through.put("quarkus.datasource.reactive.url", "postgresql://127.0.0.1:" + port + "/" + database);
        through.put("paywitness.database.pooler", "true");
        return through;
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
