package org.paywitness.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Whoever works a statement in may die at any time: {@code -Dfault.statement.rows=60000 -Dfault.statement.kills=5
 * -Dfault.seed=1}.
 */
class StatementSurvivesDeathIT {
    private static final long ROWS = Long.getLong("fault.statement.rows", 6_000);
    private static final int KILLS = Integer.getInteger("fault.statement.kills", 3);
    private static final long SEED = Long.getLong("fault.seed", System.nanoTime());
    private static final long BAD_EVERY = 997;
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    /** A dead worker's statement is taken up after its lease: short here. */
    private static final Map<String, String> SETTINGS =
            Map.of("paywitness.statements.lease", "2s", "paywitness.statements.poll", "200ms");

    private final String feed = RunningService.token("feed");
    private final Random random = new Random(SEED);
    private final List<RunningService> services = new ArrayList<>();
    private MortalPostgres postgres;

    @BeforeEach
    void start() throws IOException {
        System.out.printf("fault.seed=%d fault.statement.rows=%d fault.statement.kills=%d%n", SEED, ROWS, KILLS);
        postgres = MortalPostgres.started();
    }

    @AfterEach
    void stop() throws IOException {
        services.forEach(RunningService::close);
        postgres.close();
    }

    @Test
    void everyRowIsCountedOnceHoweverOftenTheServiceDies() throws Exception {
        RunningService service = service("statement-dies");
        Journal journal = new Journal("ONE", ROWS, BAD_EVERY, "");
        String statement = send(service, journal);
        for (int kill = 1; kill <= KILLS; kill++) {
            awaitProgress(service, statement, journal, kill);
            service.kill();
            service.start().awaitReady();
        }
        verify(journal, done(service, statement), false);

        Books books = new Books(postgres, "postgres");
        books.areConsistent();
        List<String> before = books.state();
        verify(journal, done(service, send(service, journal)), true);
        assertEquals(before, books.state(), "the same file again changes nothing");
    }

    @Test
    void twoServicesThatDieInTurnCountEveryRowOnce() throws Exception {
        List<RunningService> both = List.of(service("statement-first"), service("statement-second"));
        Map<Journal, String> statements = new HashMap<>();
        for (String name : List.of("TWO", "TRI")) {
            Journal journal = new Journal(name, ROWS / 3, BAD_EVERY, "");
            statements.put(journal, send(both.get(0), journal));
        }
        Map.Entry<Journal, String> watched = statements.entrySet().iterator().next();
        for (int kill = 1; kill <= KILLS; kill++) {
            awaitProgress(both.get(kill % 2), watched.getValue(), watched.getKey(), kill);
            RunningService dying = both.get(random.nextInt(2));
            dying.kill();
            dying.start().awaitReady();
        }
        for (Map.Entry<Journal, String> statement : statements.entrySet()) {
            verify(statement.getKey(), done(both.get(0), statement.getValue()), false);
        }
        new Books(postgres, "postgres").areConsistent();
    }

    @Test
    void aServiceThatIsToldToStopHandsItsStatementOver() throws Exception {
        // With so long a lease nobody takes it up who was not told that it is free.
        Map<String, String> patient = new HashMap<>(SETTINGS);
        patient.put("paywitness.statements.lease", "1h");
        RunningService first = service("statement-stops", patient);
        Journal journal = new Journal("FOR", ROWS / 3, BAD_EVERY, "");
        String statement = send(first, journal);
        awaitProgress(first, statement, journal, 1);
        first.terminate();
        assertEquals(143, first.ended(PATIENCE));
        RunningService second = service("statement-goes-on", patient);
        verify(journal, done(second, statement), false);
    }

    @Test
    void anUploadThatIsHungUpLeavesNothing() throws Exception {
        RunningService service = service("statement-hung-up");
        try (Socket socket = new Socket("localhost", service.uri("/").getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write(("POST /v1/statements HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + feed
                            + "\r\nContent-Type: text/csv\r\nContent-Length: 100000000\r\n\r\n")
                    .getBytes(StandardCharsets.UTF_8));
            try (InputStream content = new Journal("CUT", 60_000, BAD_EVERY, "").content()) {
                out.write(content.readNBytes(4_000_000));
            }
            out.flush();
            Waiting.until("chunks kept", PATIENCE, () -> new Books(postgres, "postgres").count("statement_chunk") > 1);
            String id = postgres.column("postgres", "SELECT id FROM statement").get(0);
            assertEquals(
                    "receiving",
                    postgres.column("postgres", "SELECT status FROM statement").get(0),
                    id);
        }
        Waiting.until("forgotten", PATIENCE, () -> new Books(postgres, "postgres").count("statement") == 0);
        assertEquals(0, new Books(postgres, "postgres").count("statement_chunk"));
        assertTrue(service.isReady());
        assertFalse(service.log().contains("ERROR"), "hanging up is no failure of ours");
    }

    private RunningService service(String name) throws IOException {
        return service(name, SETTINGS);
    }

    private RunningService service(String name, Map<String, String> settings) throws IOException {
        RunningService service = new RunningService(name, postgres.configuration("postgres"), settings);
        services.add(service);
        return service.start().awaitReady();
    }

    private String send(RunningService service, Journal journal) throws IOException, InterruptedException {
        HttpResponse<String> answer = service.post(
                "/v1/statements?merchant_id=m1", feed, "text/csv", BodyPublishers.ofInputStream(journal::content));
        assertEquals(202, answer.statusCode(), answer.body());
        return answer.headers().firstValue("Location").orElseThrow();
    }

    /** Waits until about as many of the rows were read as should be at the nth kill. */
    private void awaitProgress(RunningService service, String statement, Journal journal, int kill) {
        long share = journal.rows() / (KILLS + 1);
        long enough = share * (kill - 1) + 1 + random.nextInt(Math.toIntExact(share / 2));
        Waiting.until(enough + " rows of " + statement, PATIENCE, () -> {
            JsonNode progress = progress(service, statement);
            return progress.at("/rows/read").longValue() >= enough;
        });
    }

    private JsonNode progress(RunningService service, String statement) throws IOException, InterruptedException {
        HttpResponse<String> answer = service.get(statement, feed);
        assertEquals(200, answer.statusCode(), answer.body());
        return RunningService.json(answer);
    }

    private JsonNode done(RunningService service, String statement) throws IOException, InterruptedException {
        Waiting.until(statement + " is done", PATIENCE, () -> {
            String status = progress(service, statement).get("status").textValue();
            return status.equals("done") || status.equals("failed");
        });
        return progress(service, statement);
    }

    private static void verify(Journal journal, JsonNode statement, boolean again) {
        List<Long> bad = journal.badLines();
        long good = journal.rows() - bad.size();
        String told = statement.get("rows").toString();
        assertEquals("done", statement.get("status").textValue(), told);
        assertEquals(journal.rows(), statement.at("/rows/read").longValue(), told);
        assertEquals(again ? 0 : good, statement.at("/rows/accepted").longValue(), told);
        assertEquals(again ? good : 0, statement.at("/rows/duplicate").longValue(), told);
        assertEquals(bad.size(), statement.at("/rows/refused").longValue(), told);
        List<Long> lines = new ArrayList<>();
        for (JsonNode refusal : statement.get("refusals")) {
            long line = refusal.get("line").longValue();
            lines.add(line);
            assertEquals(journal.badValue(line), refusal.get("value").textValue());
            assertEquals("bad_amount", refusal.get("code").textValue());
        }
        assertEquals(bad, lines, "each refusal once, in order");
    }
}
