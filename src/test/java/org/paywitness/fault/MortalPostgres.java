package org.paywitness.fault;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.ServerSocket;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.paywitness.EmbeddedPostgresResource;

/** A real PostgreSQL that can be stopped without warning; its data and its port outlive it. */
final class MortalPostgres implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    // It says that there was nothing left to stop.
    private static final Logger ZONKY = Logger.getLogger("io.zonky.test.db.postgres.embedded");

    static {
        ZONKY.setLevel(Level.OFF);
    }

    private final Path data;
    private final int port;
    private EmbeddedPostgres server;

    private MortalPostgres(Path data, int port) {
        this.data = data;
        this.port = port;
    }

    static MortalPostgres started() throws IOException {
        EmbeddedPostgresResource.makeKeys();
        Path data = Files.createTempDirectory(Files.createDirectories(Path.of("target", "fault")), "postgres");
        MortalPostgres postgres = new MortalPostgres(data, freePort());
        postgres.start();
        return postgres;
    }

    /** A streaming replica of another one, from a base backup (PostgreSQL manual, "Making a Base Backup Using the Low Level API"). */
    static MortalPostgres replicaOf(MortalPostgres primary) throws IOException, SQLException {
        Path data = Files.createTempDirectory(primary.data.getParent(), "replica");
        try (Connection connection = primary.connect("postgres");
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_backup_start('replica', true)");
            copy(primary.data, data);
            try (ResultSet stopped = statement.executeQuery("SELECT labelfile FROM pg_backup_stop(false)")) {
                stopped.next();
                Files.writeString(data.resolve("backup_label"), stopped.getString(1));
            }
        }
        Files.createFile(data.resolve("standby.signal"));
        Files.writeString(
                data.resolve("postgresql.auto.conf"),
                "primary_conninfo = 'host=localhost port=" + primary.port + " user=postgres password=postgres'\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        MortalPostgres replica = new MortalPostgres(data, freePort());
        replica.start();
        return replica;
    }

    // The log comes by streaming, and what belongs to the running server stays behind.
    private static void copy(Path from, Path to) throws IOException {
        Set<String> empty = Set.of("pg_wal", "pg_replslot", "pg_notify", "pg_serial", "pg_snapshots", "pg_subtrans");
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                Path copy = to.resolve(from.relativize(directory));
                Files.createDirectories(copy);
                Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rwx------"));
                boolean stays = directory.getParent().equals(from)
                        && empty.contains(directory.getFileName().toString());
                return stays ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (!file.getFileName().toString().startsWith("postmaster.")) {
                    Files.copy(file, to.resolve(from.relativize(file)));
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) {
                // The server may remove a file before we come to it.
                return FileVisitResult.CONTINUE;
            }
        });
    }

    void start() throws IOException {
        // To a file, so that the server never waits for a reader of its log, and so that the log outlives the test.
        var log = Redirect.appendTo(
                data.resolveSibling(data.getFileName() + ".log").toFile());
        server = EmbeddedPostgres.builder()
                .setPort(port)
                .setOutputRedirector(log)
                .setErrorRedirector(log)
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setPGStartupWait(PATIENCE)
                .setLocaleConfig("locale", "C")
                // Zonky's default is off: a commit that an immediate stop forgets.
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("max_connections", "100")
                .start();
    }

    /** What {@code pg_ctl stop -m immediate} does, which refuses to work for root: every process quits where it is. */
    void stopImmediately() throws IOException, InterruptedException {
        Path pid = data.resolve("postmaster.pid");
        String postmaster = Files.readAllLines(pid).get(0).strip();
        int failed = new ProcessBuilder("kill", "-QUIT", postmaster).start().waitFor();
        if (failed != 0) {
            throw new IllegalStateException("could not signal the postmaster " + postmaster);
        }
        Waiting.until("PostgreSQL has stopped", PATIENCE, () -> Files.notExists(pid));
        // Finds nothing to stop, and lets go of the directory.
        server.close();
    }

    int port() {
        return port;
    }

    /** What a service needs to work on this database. */
    Map<String, String> configuration(String database) {
        return EmbeddedPostgresResource.configuration(port, database);
    }

    void createDatabase(String name) throws SQLException {
        execute("CREATE DATABASE " + name);
    }

    /** One statement in the database postgres. */
    void execute(String sql) throws SQLException {
        execute("postgres", sql);
    }

    /** One row as something of ours. */
    interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }

    <T> List<T> rows(String database, String sql, Reader<T> reader) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<T> values = new ArrayList<>();
            while (rows.next()) {
                values.add(reader.read(rows));
            }
            return values;
        }
    }

    /** The first column of each row. */
    List<String> column(String database, String sql) throws SQLException {
        return rows(database, sql, row -> row.getString(1));
    }

    long number(String database, String sql) throws SQLException {
        return Long.parseLong(column(database, sql).get(0));
    }

    void execute(String database, String sql) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://localhost:" + port + "/" + database, "postgres", "postgres");
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
