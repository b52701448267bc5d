package org.paywitness.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** As in production: only {@code --migrate} touches the schema, and nobody is ready on an older one. */
class MigrationRunIT {
    private static final Path MIGRATIONS = Path.of("src/main/resources/db/migration");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";

    private static MortalPostgres postgres;

    @BeforeAll
    static void startPostgres() throws Exception {
        postgres = MortalPostgres.started();
    }

    @AfterAll
    static void stopPostgres() throws Exception {
        postgres.close();
    }

    @Test
    void serviceLeavesAnEmptyDatabaseAloneAndWaitsForTheRun() throws Exception {
        postgres.createDatabase("empty");
        try (RunningService service = service("empty").start()) {
            awaitNotReady(service, "the schema is of version 0");
            assertEquals(0, postgres.number("empty", TABLES));
            assertEquals(200, service.get("/q/health/live", null).statusCode());

            assertEquals(0, service.run("--migrate"));
            service.awaitReady();
            assertEquals(0, service.run("--migrate"), "nothing is left to do");
            assertTrue(service.isReady());
        }
    }

    @Test
    void nobodyIsReadyOnAnOlderSchema() throws Exception {
        postgres.createDatabase("older");
        Flyway.configure()
                .dataSource(postgres.configuration("older").get("quarkus.datasource.jdbc.url"), "postgres", "postgres")
                .locations("filesystem:" + MIGRATIONS)
                .target(Integer.toString(newest() - 1))
                .load()
                .migrate();
        try (RunningService service = service("older").start()) {
            awaitNotReady(service, "the schema is of version " + (newest() - 1));
            assertEquals(0, service.run("--migrate"));
            service.awaitReady();
        }
    }

    @Test
    void newerSchemaServesTheOlderService() throws Exception {
        postgres.createDatabase("newer");
        try (RunningService service = service("newer")) {
            assertEquals(0, service.run("--migrate"));
            postgres.execute(
                    "newer",
                    "INSERT INTO flyway_schema_history SELECT installed_rank + 1, '" + (newest() + 1)
                            + "', 'later', type,"
                            + " 'later.sql', 1, installed_by, installed_on, 1, true FROM flyway_schema_history"
                            + " ORDER BY installed_rank DESC LIMIT 1");
            service.start().awaitReady();
            assertEquals(0, service.run("--migrate"));
        }
    }

    @Test
    void exitCodeTellsWhatWentWrong() throws Exception {
        postgres.createDatabase("broken");
        postgres.execute("broken", "CREATE TABLE transaction (not_ours text)");
        try (RunningService service = service("broken")) {
            assertEquals(1, service.run("--migrate"), "there is something else already");
            assertEquals(2, service.run("--migrat"));
            assertTrue(service.log().contains("Not understood: --migrat\n"), service.log());
        }
        Map<String, String> nowhere = new HashMap<>(postgres.configuration("nowhere"));
        try (RunningService service = new RunningService("migration-run-nowhere", nowhere, Map.of())) {
            assertEquals(1, service.run("--migrate"), "there is no such database");
            assertTrue(service.log().contains("database \"nowhere\" does not exist"), service.log());
        }
    }

    private static RunningService service(String database) throws Exception {
        return new RunningService(
                "migration-run-" + database,
                postgres.configuration(database),
                Map.of("paywitness.migrations.at-start", "false"));
    }

    private static void awaitNotReady(RunningService service, String why) {
        Waiting.until("not ready: " + why, PATIENCE, () -> {
            var answer = service.get("/q/health/ready", null);
            return answer.statusCode() == 503 && answer.body().contains(why);
        });
    }

    /** The number of the newest migration. */
    private static int newest() throws Exception {
        try (Stream<Path> files = Files.list(MIGRATIONS)) {
            List<Integer> numbers = files.map(file -> file.getFileName().toString())
                    .map(name -> Integer.parseInt(name.substring(1, name.indexOf("__"))))
                    .sorted()
                    .toList();
            return numbers.get(numbers.size() - 1);
        }
    }
}
