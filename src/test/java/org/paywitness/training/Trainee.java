package org.paywitness.training;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.paywitness.EmbeddedPostgresResource;
import org.paywitness.Tokens;
import org.paywitness.fault.Waiting;

/** The packaged service, in production's profile but for what the machine of the training lacks. */
final class Trainee implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Path jar;
    private final Map<String, String> environment = new HashMap<>();
    private final Map<String, String> tokens = new HashMap<>();
    private final int port;
    private Process process;

    Trainee(Path jar, Map<String, String> acquirer) throws IOException {
        this.jar = jar;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        // By the environment, as in production: the cache is of the command line, too.
        settings(EmbeddedPostgresResource.configuration("postgres"));
        settings(acquirer);
        settings(Map.of(
                "quarkus.http.port", Integer.toString(port),
                "quarkus.shutdown.delay", "0s",
                "paywitness.rate-limit.requests", "0"));
    }

    private void settings(Map<String, String> settings) {
        settings.forEach(
                (name, value) -> environment.put(name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_"), value));
    }

    void migrate() throws IOException, InterruptedException {
        finished(run(List.of(), List.of("--migrate")), "migrations");
    }

    void start(String... options) throws IOException {
        process = run(List.of(options), List.of());
        Waiting.until("the service is ready", PATIENCE, () -> send(request("/q/health/ready"), 200) != null);
    }

    /** Ends it, and with it the training: the JVM writes the cache as it goes. */
    void stop() throws InterruptedException {
        process.destroy();
        // 143: it was told to.
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || process.exitValue() % 128 > 15) {
            throw new IllegalStateException("The service did not stop well");
        }
    }

    /** Whether the JVM starts with these options, and this class path. */
    void check(String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(java()));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", jar.toString(), "-version"));
        finished(new ProcessBuilder(command).inheritIO().start(), "the cache is refused");
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private Process run(List<String> options, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(java()));
        command.addAll(options);
        command.addAll(List.of("-jar", jar.toString()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        builder.environment().putAll(environment);
        return builder.start();
    }

    private static void finished(Process process, String what) throws InterruptedException {
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IllegalStateException(what + " failed");
        }
    }

    JsonNode get(String path) throws Exception {
        return getAs("desk", path);
    }

    JsonNode getAs(String who, String path) throws Exception {
        return JSON.readTree(send(as(who, request(path)), 200));
    }

    byte[] bytes(String path, String accept) throws Exception {
        return send(as("desk", request(path)).header("Accept", accept), 200);
    }

    JsonNode post(String who, String path, String type, String body, int status) throws Exception {
        return post(who, path, type, body.getBytes(StandardCharsets.UTF_8), status);
    }

    JsonNode post(String who, String path, String type, byte[] body, int status) throws Exception {
        HttpRequest.Builder request = as(who, request(path))
                .header("Content-Type", type)
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .POST(BodyPublishers.ofByteArray(body));
        return JSON.readTree(send(request, status));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .timeout(PATIENCE);
    }

    private HttpRequest.Builder as(String who, HttpRequest.Builder request) {
        String scopes = who.equals("feed") ? "feed" : "desk:read desk:write desk:approve";
        String token;
        synchronized (tokens) {
            token = tokens.computeIfAbsent(who, w -> Tokens.scope(scopes));
        }
        return request.header("Authorization", "Bearer " + token);
    }

    private byte[] send(HttpRequest.Builder request, int status) throws Exception {
        HttpResponse<byte[]> answer = http.send(request.build(), BodyHandlers.ofByteArray());
        if (answer.statusCode() != status) {
            throw new IllegalStateException(answer.request().uri() + ": " + answer.statusCode() + " "
                    + new String(answer.body(), StandardCharsets.UTF_8));
        }
        return answer.body();
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly();
        }
    }
}
