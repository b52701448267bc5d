package org.paywitness.blackbox;

import io.restassured.RestAssured;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import org.paywitness.EmbeddedPostgresResource;
import org.paywitness.acquirer.Simulator;
import org.paywitness.evidence.S3Server;
import org.paywitness.fault.RunningService;

/**
 * The packaged service twice, each in production's profile with a database of its own: alone, as a pod that carries out
 * no refunds and keeps files in PostgreSQL; and among neighbours, with an acquirer and a storage that speaks S3.
 */
final class Packaged implements AutoCloseable {
    /** Requests of one client, among neighbours: enough for all tests but the one of this limit. */
    static final int RATE_LIMIT = 500;

    private static final String ALONE = "blackbox_alone";
    private static final String AMONG_NEIGHBOURS = "blackbox_neighbours";

    final RunningService alone;
    final RunningService amongNeighbours;
    final Simulator acquirer;
    private final S3Server storage = new S3Server();

    Packaged() throws IOException, SQLException {
        new EmbeddedPostgresResource().start();
        for (String database : new String[] {ALONE, AMONG_NEIGHBOURS}) {
            sql("postgres", "DROP DATABASE IF EXISTS " + database);
            sql("postgres", "CREATE DATABASE " + database);
        }
        Map<String, String> settings = new HashMap<>();
        settings.put("paywitness.rate-limit.requests", "10000000");
        settings.put("paywitness.refund.executors", "0");
        settings.put("paywitness.acquirer.url", "http://localhost:9");
        settings.put("paywitness.acquirer.allow-plain-http", "true");
        settings.put("paywitness.dispute.poll", "200ms");
        settings.put("paywitness.statements.poll", "200ms");
        // What ReceiptForms expects.
        settings.put("paywitness.receipt.merchants.\"m_hostile\".name", "<script>alert(\"1\")</script> & 'Söhne' 小明面馆");
        alone = new RunningService("blackbox-alone", EmbeddedPostgresResource.configuration(ALONE), settings).start();

        Path directory = Files.createTempDirectory(Files.createDirectories(Path.of("target", "acquirer")), "blackbox");
        acquirer = Simulator.start(directory);
        Map<String, String> more = new HashMap<>(acquirer.configuration());
        more.putAll(storage.start());
        more.put("paywitness.rate-limit.requests", Integer.toString(RATE_LIMIT));
        more.put("quarkus.log.console.json.enabled", "true");
        amongNeighbours = new RunningService(
                "blackbox-neighbours", EmbeddedPostgresResource.configuration(AMONG_NEIGHBOURS), more);
        acquirer.restart(
                "--notify", amongNeighbours.uri("/acquirer/notifications").toString());
        amongNeighbours.start();
        alone.awaitReady();
        amongNeighbours.awaitReady();
    }

    /** From now on RestAssured, and all that asks with it, asks this one. */
    static void ask(RunningService service) {
        RestAssured.port = service.uri("/").getPort();
    }

    static void needsAttention(java.util.UUID refund) throws SQLException {
        try (Connection connection = connect(ALONE);
                PreparedStatement update = connection.prepareStatement(
                        "UPDATE refund SET status = 'in_doubt', needs_attention = true WHERE id = ?")) {
            update.setObject(1, refund);
            update.executeUpdate();
        }
    }

    /** A number out of the database of the one among neighbours. */
    static long number(String query) throws SQLException {
        try (Connection connection = connect(AMONG_NEIGHBOURS);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private static void sql(String database, String sql) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static Connection connect(String database) throws SQLException {
        int port = Integer.getInteger(EmbeddedPostgresResource.PORT);
        return DriverManager.getConnection(
                "jdbc:postgresql://localhost:" + port + "/" + database, "postgres", "postgres");
    }

    @Override
    public void close() {
        alone.close();
        amongNeighbours.close();
        acquirer.close();
        storage.stop();
    }
}
