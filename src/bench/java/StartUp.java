import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Starts each artifact again and again, in turn: {@code StartUp PORT TOKEN IDS REQUESTS STARTS LOG ARTIFACTS}, the last
 * a file of lines "name, tab, command with its arguments, tabs between". Measures from exec to the first right verdict,
 * the CPU spent until then, and the resident memory after further look-ups. The first start of each is not counted.
 */
public final class StartUp {
    private static final int CONNECTIONS = 8;
    private static final long PATIENCE_NANOS = 60_000_000_000L;

    /** What one start took: milliseconds, milliseconds of CPU, MiB resident, MiB of them of its own. */
    private record Start(double first, double cpu, double resident, double anonymous) {}

    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final int port;
    private final String token;
    private final List<String[]> ids;
    private final int requests;
    private final File log;

    private StartUp(int port, String token, Path ids, int requests, File log) throws IOException {
        this.port = port;
        this.token = token;
        this.ids = Files.readAllLines(ids).stream().map(line -> line.split(" ")).toList();
        this.requests = requests;
        this.log = log;
    }

    public static void main(String[] args) throws Exception {
        StartUp bench = new StartUp(
                Integer.parseInt(args[0]), args[1], Path.of(args[2]), Integer.parseInt(args[3]), new File(args[5]));
        int starts = Integer.parseInt(args[4]);
        List<List<String>> artifacts = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of(args[6]))) {
            artifacts.add(Arrays.asList(line.split("\t")));
        }
        List<List<Start>> all = new ArrayList<>();
        for (List<String> artifact : artifacts) {
            bench.measure(artifact);
            all.add(new ArrayList<>());
        }
        for (int i = 0; i < starts; i++) {
            for (int a = 0; a < artifacts.size(); a++) {
                all.get(a).add(bench.measure(artifacts.get(a)));
            }
        }
        print(artifacts, all);
        System.exit(0);
    }

    private static void print(List<List<String>> artifacts, List<List<Start>> all) {
        System.out.printf("%-34s %8s %8s %8s %8s %8s %8s %8s%n",
                "artifact", "first_ms", "worst_ms", "cpu_ms", "rss_MiB", "worst", "own_MiB", "ratio");
        double base = median(all.get(0).stream().map(Start::first).toList());
        for (int a = 0; a < artifacts.size(); a++) {
            List<Start> of = all.get(a);
            List<Double> first = of.stream().map(Start::first).toList();
            List<Double> resident = of.stream().map(Start::resident).toList();
            System.out.printf("%-34s %8.0f %8.0f %8.0f %8.0f %8.0f %8.0f %8.2f%n",
                    artifacts.get(a).get(0), median(first), worst(first),
                    median(of.stream().map(Start::cpu).toList()), median(resident), worst(resident),
                    median(of.stream().map(Start::anonymous).toList()), median(first) / base);
        }
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().skip((values.size() - 1) / 2).findFirst().orElse(Double.NaN);
    }

    private static double worst(List<Double> values) {
        return values.stream().mapToDouble(v -> v).max().orElse(Double.NaN);
    }

    private Start measure(List<String> artifact) throws Exception {
        long began = System.nanoTime();
        Process process = new ProcessBuilder(artifact.subList(1, artifact.size()))
                .redirectErrorStream(true).redirectOutput(log).start();
        try {
            awaitFirst(process, began);
            double first = (System.nanoTime() - began) / 1e6;
            double cpu = process.info().totalCpuDuration().orElseThrow().toNanos() / 1e6;
            load();
            return new Start(first, cpu, mebibytes(process, "VmRSS:"), mebibytes(process, "RssAnon:"));
        } finally {
            process.destroy();
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        }
    }

    private void awaitFirst(Process process, long began) throws Exception {
        while (!isRight(0)) {
            if (!process.isAlive() || System.nanoTime() - began > PATIENCE_NANOS) {
                throw new IllegalStateException("No right verdict; see " + log);
            }
            Thread.sleep(2);
        }
    }

    private boolean isRight(int request) throws InterruptedException {
        String[] id = ids.get(request % ids.size());
        String path = request % 2 == 0 ? "/v1/transactions/" + id[2] + "/verdict" : "/v1/was-i-charged?rrn=" + id[1];
        // Cheaper than the client's own attempt: until somebody listens nothing but the service shall work.
        try (Socket probe = request == 0 ? new Socket() : null) {
            if (probe != null) {
                probe.connect(new InetSocketAddress("127.0.0.1", port));
            }
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                            .header("Authorization", "Bearer " + token).build(),
                    HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() == 200
                    && answer.body().contains("\"verdict\":\"charged\"")
                    && answer.body().contains(id[2]);
        } catch (IOException e) {
            return false;
        }
    }

    private void load() throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(CONNECTIONS);
        List<Future<Boolean>> answers = new ArrayList<>();
        for (int i = 1; i <= requests; i++) {
            int request = i;
            answers.add(clients.submit(() -> isRight(request)));
        }
        for (Future<Boolean> answer : answers) {
            if (!answer.get()) {
                throw new IllegalStateException("A verdict was wrong; see " + log);
            }
        }
        clients.shutdown();
    }

    private static double mebibytes(Process process, String field) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status")).stream()
                .filter(line -> line.startsWith(field))
                .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1024)
                .findFirst().orElse(Double.NaN);
    }
}
