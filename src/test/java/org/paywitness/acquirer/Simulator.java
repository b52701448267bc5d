package org.paywitness.acquirer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.paywitness.fault.Waiting;

/**
 * The acquirer as a process of its own, with a ledger that says what moved. Ends with this JVM, however that ends.
 * Options and faults are those that {@code java src/simulator/java/AcquirerSimulator.java --help} tells.
 */
public final class Simulator implements AutoCloseable {
    public static final String KEY_ID = "test-key";
    public static final String SECRET = "a secret of tests, which is not secret at all";

    private static final Path SOURCE = Path.of("src", "simulator", "java", "AcquirerSimulator.java");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final int port = freePort();
    private final Path ledger;
    private final Path log;
    private List<String> options;
    private Process process;

    private Simulator(Path directory) {
        this.ledger = directory.resolve("acquirer-ledger.jsonl");
        this.log = directory.resolve("acquirer.log");
    }

    /**
     * Starts one at a free port and waits until it answers.
     *
     * @param directory of its ledger, which is read again if it is there, and its log
     * @param options such as {@code "--notify", "http://localhost:8081/acquirer/notifications"}
     */
    public static Simulator start(Path directory, String... options) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Simulator(directory).restart(options);
    }

    /** Starts it again at the same port and with the same ledger; without options: with those of before. */
    public Simulator restart(String... newOptions) {
        if (newOptions.length > 0 || options == null) {
            options = List.of(newOptions);
        }
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                SOURCE.toString(),
                "--port",
                Integer.toString(port),
                "--ledger",
                ledger.toString(),
                "--key-id",
                KEY_ID,
                "--parent",
                Long.toString(ProcessHandle.current().pid())));
        command.addAll(options);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().put("ACQUIRER_SECRET", SECRET);
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Waiting.until("the acquirer answers; see " + log, PATIENCE, () -> {
            if (!process.isAlive()) {
                throw new IllegalStateException("the acquirer has ended with " + process.exitValue());
            }
            return send("GET", "/health", "").statusCode() == 200;
        });
        return this;
    }

    /** Kills it with signal 9: it cannot notice. */
    public void kill() {
        try {
            process.destroyForcibly().waitFor();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    public String url() {
        return "http://localhost:" + port;
    }

    /** What a service needs to ask this acquirer and to hear its notifications. */
    public Map<String, String> configuration() {
        return Map.of(
                "paywitness.acquirer.url",
                url(),
                "paywitness.acquirer.key-id",
                KEY_ID,
                "paywitness.acquirer.secret",
                SECRET,
                "paywitness.acquirer.allow-plain-http",
                "true");
    }

    /** The headers of a request that the acquirer signs now. */
    public static Map<String, String> signed(String method, String target, String body) {
        return signed(method, target, body, Instant.now(), SECRET);
    }

    static Map<String, String> signed(String method, String target, String body, Instant at, String secret) {
        String timestamp = Long.toString(at.getEpochSecond());
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return Map.of(
                Signing.KEY_ID, KEY_ID,
                Signing.TIMESTAMP, timestamp,
                Signing.SIGNATURE, new Signing(KEY_ID, secret).sign(method, target, timestamp, bytes));
    }

    /** As {@code PUT /faults}, such as {@code {"rate":0.3,"seed":1}}. */
    public Simulator faults(String json) {
        HttpResponse<String> answer = send("PUT", "/faults", json);
        if (answer.statusCode() != 200) {
            throw new IllegalArgumentException(answer.body());
        }
        return this;
    }

    /** What befalls the next calls in turn; replaces what was left of the last. */
    public Simulator next(String... faults) {
        return faults(JSON.createObjectNode()
                .set("next", JSON.valueToTree(List.of(faults)))
                .toString());
    }

    /** All that happened, in order. */
    public List<JsonNode> ledger() {
        return send("GET", "/ledger", "").body().lines().map(Simulator::json).toList();
    }

    /** What happened to one transaction: {@code moved} in minor units and {@code entries}. */
    public JsonNode ledger(String transactionId) {
        return json(send("GET", "/ledger/" + transactionId, "").body());
    }

    /** Minor units that have gone back, less what was taken back. */
    public long moved(String transactionId) {
        return ledger(transactionId).get("moved").longValue();
    }

    private HttpResponse<String> send(String method, String path, String body) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url() + path))
                .timeout(PATIENCE)
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        kill();
    }
}
