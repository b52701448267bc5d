package org.paywitness.fault;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.paywitness.Artifact;
import org.paywitness.EmbeddedPostgresResource;
import org.paywitness.Tokens;

/** The packaged service as a process of its own, which can be killed and started again at the same port. */
public final class RunningService implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration ANSWER = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Starts sooner; how fast it runs does not matter here. */
    private static final List<String> QUICK = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final int port;
    private final Path log;
    private final List<String> command;
    private Process process;

    /**
     * @param name of its log, {@code target/fault/<name>.log}
     * @param database as {@link MortalPostgres#configuration} tells
     * @param settings on top of it
     * @param jvm options of a JVM, as {@link Artifact#command} takes them
     */
    public RunningService(String name, Map<String, String> database, Map<String, String> settings, String... jvm)
            throws IOException {
        this.port = MortalPostgres.freePort();
        this.log = Files.createDirectories(Path.of("target", "fault")).resolve(name + ".log");
        Files.deleteIfExists(log);
        Map<String, String> all = new HashMap<>(database);
        all.put("quarkus.http.port", Integer.toString(port));
        all.put("quarkus.http.host", "localhost");
        all.put("quarkus.shutdown.delay", "0s");
        all.put("paywitness.migrations.at-start", "true");
        all.put("quarkus.log.console.json.enabled", "false");
        all.put("paywitness.rate-limit.requests", "0");
        all.putAll(settings);
        List<String> options = new ArrayList<>(QUICK);
        options.addAll(List.of(jvm));
        command = Artifact.command(all, options);
    }

    public RunningService start() throws IOException {
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        return this;
    }

    /** The exit code of another run of it with these arguments, which writes to the same log. */
    int run(String... arguments) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(command);
        all.addAll(List.of(arguments));
        Process run = new ProcessBuilder(all)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        if (!run.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
            run.destroyForcibly();
            throw new AssertionError("does not end; see " + log);
        }
        return run.exitValue();
    }

    public RunningService awaitReady() {
        Waiting.until("ready; see " + log, PATIENCE, this::isReady);
        return this;
    }

    boolean isReady() throws IOException, InterruptedException {
        if (!process.isAlive()) {
            throw new AssertionError("the service has ended with " + process.exitValue() + "; see " + log);
        }
        return get("/q/health/ready", null).statusCode() == 200;
    }

    /** Kills it with signal 9: it cannot notice. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Sends SIGTERM and does not wait. */
    void terminate() {
        process.destroy();
    }

    /** Its exit code, waited for. */
    int ended(Duration bound) throws InterruptedException {
        if (!process.waitFor(bound.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("still running after " + bound + "; see " + log);
        }
        return process.exitValue();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Which process it is: another one after a start. */
    public long pid() {
        return process.pid();
    }

    public String log() throws IOException {
        return Files.readString(log);
    }

    public URI uri(String path) {
        return URI.create("http://localhost:" + port + path);
    }

    HttpResponse<String> get(String path, String token, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = request(path, token).GET();
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request);
    }

    /** An answer as it comes, whatever its length. */
    InputStream stream(String path, String token) throws IOException, InterruptedException {
        return http.send(request(path, token).GET().build(), HttpResponse.BodyHandlers.ofInputStream())
                .body();
    }

    HttpResponse<String> post(String path, String token, String type, HttpRequest.BodyPublisher body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                request(path, token).header("Content-Type", type).POST(body);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request);
    }

    private HttpRequest.Builder request(String path, String token) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path)).timeout(ANSWER);
        return token == null ? request : request.header("Authorization", "Bearer " + token);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    static JsonNode json(HttpResponse<String> response) throws IOException {
        return json(response.body());
    }

    public static JsonNode json(String body) throws IOException {
        return JSON.readTree(body);
    }

    /** A token that outlives a long test. */
    static String token(String scopes) {
        return token(scopes, "test");
    }

    /** The same for a certain person. */
    static String token(String scopes, String person) {
        EmbeddedPostgresResource.makeKeys();
        return Tokens.sign(
                Tokens.claims(scopes).subject(person).expiresAt(Instant.now().plus(Duration.ofHours(6))));
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly();
        }
    }
}
