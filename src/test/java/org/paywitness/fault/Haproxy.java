package org.paywitness.fault;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** HAProxy before the pods: it speaks HTTP, keeps connections to pods and to clients, and tries nothing again. */
final class Haproxy implements Balancer {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String CONFIGURATION =
            """
            defaults
              mode http
              timeout connect 10s
              timeout client 60s
              timeout server 60s
              timeout check 10s
              retries 0
            listen pods
              bind 127.0.0.1:%d
              balance roundrobin
              option httpchk GET /q/health/ready
              http-check expect status 200
              default-server check inter 100ms fall 1 rise 1
            %s
            listen figures
              bind 127.0.0.1:%d
              stats enable
              stats uri /
            """;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final int port = MortalPostgres.freePort();
    private final int figures = MortalPostgres.freePort();
    private final Process process;

    private Haproxy(Path program, List<RunningService> pods) throws IOException {
        StringBuilder servers = new StringBuilder();
        for (RunningService pod : pods) {
            int at = pod.uri("/").getPort();
            servers.append("  server pod")
                    .append(at)
                    .append(" 127.0.0.1:")
                    .append(at)
                    .append('\n');
        }
        Path directory = Files.createDirectories(Path.of("target", "fault"));
        Path file = directory.resolve("haproxy.cfg");
        Files.writeString(file, CONFIGURATION.formatted(port, servers, figures));
        process = new ProcessBuilder(program.toString(), "-db", "-f", file.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("haproxy.log").toFile())
                .start();
        Waiting.until("HAProxy answers; see " + directory, PATIENCE, () -> ready() >= 0);
    }

    /** None where it is not installed. */
    static Optional<Balancer> before(List<RunningService> pods) throws IOException {
        Optional<Path> program = Stream.of("/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin")
                .map(directory -> Path.of(directory, "haproxy"))
                .filter(Files::isExecutable)
                .findFirst();
        return program.isEmpty() ? Optional.empty() : Optional.of(new Haproxy(program.get(), pods));
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public int ready() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + figures + "/;csv"))
                .build();
        return (int) http.send(request, BodyHandlers.ofString())
                .body()
                .lines()
                .filter(line -> line.startsWith("pods,pod") && line.contains(",UP,"))
                .count();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
