import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Mixed work: of 100 requests about 70 look-ups, 5 lists, 20 payments told of by two sources and 5 refunds. {@code SoakLoad
 * PORT CONNECTIONS SECONDS RATE EVERY READ_TOKEN FEED_TOKEN}; RATE 0: each connection sends its next one when it has its
 * answer. Prints every EVERY seconds {@code seconds requests/s p50_us p99_us errors}, and kinds of errors as lines that
 * begin with {@code #}; ends with 1 when there were any.
 */
public final class SoakLoad {
    private static final int MOST_KNOWN = 10_000;
    private static final int MOST_SAMPLES = 1_000_000;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String base;
    private final double rate;
    private final String reader;
    private final String feed;
    private final long begun = System.nanoTime();
    private final long end;
    private final AtomicInteger sent = new AtomicInteger();
    private final BlockingQueue<String> known = new ArrayBlockingQueue<>(MOST_KNOWN);
    private final BlockingQueue<String> refundable = new ArrayBlockingQueue<>(MOST_KNOWN);
    private final long[] micros = new long[MOST_SAMPLES];
    private final Map<String, Long> errors = new TreeMap<>();
    private int samples;
    private long all;

    private SoakLoad(String[] args) {
        base = "http://127.0.0.1:" + args[0];
        end = begun + Duration.ofSeconds(Long.parseLong(args[2])).toNanos();
        rate = Double.parseDouble(args[3]);
        reader = args[5];
        feed = args[6];
    }

    public static void main(String[] args) throws Exception {
        SoakLoad load = new SoakLoad(args);
        Thread[] threads = new Thread[Integer.parseInt(args[1])];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = new Thread(load::work);
            threads[i].start();
        }
        long every = Duration.ofSeconds(Long.parseLong(args[4])).toNanos();
        for (long next = load.begun + every; next <= load.end; next += every) {
            while (System.nanoTime() < next) {
                LockSupport.parkNanos(next - System.nanoTime());
            }
            load.tell(every / 1e9);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        load.errors.forEach((what, count) -> System.out.println("# " + count + " " + what));
        System.out.println("# " + load.all + " requests");
        System.exit(load.errors.isEmpty() ? 0 : 1);
    }

    private void work() {
        Random random = new Random();
        while (System.nanoTime() < end) {
            long due = rate == 0 ? System.nanoTime() : begun + (long) (sent.getAndIncrement() / rate * 1e9);
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            try {
                one(random);
            } catch (IOException e) {
                failed(e.toString());
            } catch (InterruptedException e) {
                return;
            }
            took((System.nanoTime() - due) / 1000);
        }
    }

    private void one(Random random) throws IOException, InterruptedException {
        int what = random.nextInt(100);
        String transaction = known.poll();
        if (transaction == null || what < 20) {
            tell(random);
        } else if (what < 25) {
            String refund = refundable.poll();
            if (refund != null) {
                send("refund", 201, post("/v1/refunds", reader, "application/json",
                        "{\"transaction_id\": \"" + refund + "\", \"reason\": \"customer_request\"}"));
            }
        } else if (what < 30) {
            send("list", 200, get("/v1/transactions?limit=20&merchant_id=m_" + random.nextInt(100)));
        } else {
            send("verdict", 200, get("/v1/transactions/" + transaction + "/verdict"));
        }
        if (transaction != null) {
            known.offer(transaction);
        }
    }

    private void tell(Random random) throws IOException, InterruptedException {
        String id = Long.toString(random.nextLong() & Long.MAX_VALUE, 36).toUpperCase();
        String sale = "\"transaction\": {\"merchant_id\": \"m_" + random.nextInt(100) + "\", \"rrn\": \""
                + id.substring(0, Math.min(12, id.length())) + "\", \"occurred_at\": \""
                + Instant.now().minus(Duration.ofDays(1)) + "\", \"amount\": {\"amount\": " + (100 + random.nextInt(9_000))
                + ", \"currency\": \"CNY\"}, \"card\": {\"token\": \"card_01" + id.toLowerCase() + "\", \"kind\": \"debit\"}}}";
        String at = ", \"observed_at\": \"" + Instant.now().minus(Duration.ofDays(1)) + "\", ";
        String body = "{\"source\": \"acquirer\", \"source_ref\": \"a" + id + "\", \"outcome\": \"captured\"" + at + sale + "\n"
                + "{\"source\": \"bank\", \"source_ref\": \"b" + id + "\", \"outcome\": \"debited\"" + at + sale;
        HttpResponse<String> answer = send("observations", 200, post("/v1/observations", feed, "application/x-ndjson", body));
        int from = answer.body().indexOf("\"transaction_id\":\"");
        if (from < 0) {
            failed("no transaction in " + answer.body());
            return;
        }
        String transaction = answer.body().substring(from + 18, answer.body().indexOf('"', from + 18));
        known.offer(transaction);
        refundable.offer(transaction);
    }

    private HttpRequest get(String path) {
        return HttpRequest.newBuilder(URI.create(base + path)).header("Authorization", "Bearer " + reader).build();
    }

    private HttpRequest post(String path, String token, String type, String body) {
        return HttpRequest.newBuilder(URI.create(base + path))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", type)
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private HttpResponse<String> send(String what, int good, HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != good) {
            failed(what + " " + answer.statusCode() + " " + answer.body());
        }
        return answer;
    }

    private synchronized void failed(String what) {
        errors.merge(what, 1L, Long::sum);
    }

    private synchronized void took(long took) {
        all++;
        if (samples < MOST_SAMPLES) {
            micros[samples++] = took;
        }
    }

    private synchronized void tell(double seconds) {
        Arrays.sort(micros, 0, samples);
        long failures = errors.values().stream().mapToLong(n -> n).sum();
        System.out.printf("%d %.0f %d %d %d%n", (System.nanoTime() - begun) / 1_000_000_000L, samples / seconds,
                samples == 0 ? 0 : micros[samples / 2], samples == 0 ? 0 : micros[(int) (samples * 0.99)], failures);
        samples = 0;
    }
}
