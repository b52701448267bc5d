import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.parsetools.RecordParser;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * So many clients that wait for changes, each of a payment of its own: {@code LiveLoad PORT CLIENTS FEED_TOKEN READ_TOKEN
 * JDBC_URL}. Reads commands, one a line, and answers each with a line: {@code tell} the payments, {@code connect} all,
 * {@code disconnect} all, {@code change COUNT RATE}: so many payments change, so many a second, and the line says how long
 * after the commit (as PostgreSQL tells it) their clients knew: {@code told p50_ms p99_ms max_ms}.
 */
public final class LiveLoad {
    private static final int BATCH = 500;
    private static final int CONNECTS_PER_MILLISECOND = 2;
    private static final long RETRY_MILLIS = 5_000;
    private static final Pattern ID = Pattern.compile("\"transaction_id\":\"(txn_[0-9a-z]{26})\"");
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final Map<Integer, Long> TOLD = new ConcurrentHashMap<>();
    private static final AtomicInteger OPEN = new AtomicInteger();
    private static final String RUN = Long.toString(System.nanoTime(), 36);
    private static List<String> ids = new ArrayList<>();
    private static NetSocket[] sockets;
    private static String base;
    private static String feed;
    private static int changed;

    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[0]);
        int clients = Integer.parseInt(args[1]);
        base = "http://127.0.0.1:" + port;
        feed = args[2];
        sockets = new NetSocket[clients];
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        NetClient net = vertx.createNetClient(new NetClientOptions().setConnectTimeout(30_000));
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        String line;
        while ((line = in.readLine()) != null) {
            String[] words = line.split(" ");
            switch (words[0]) {
                case "tell" -> tell(clients);
                case "connect" -> connect(vertx, net, port, args[3]);
                case "disconnect" -> disconnect();
                case "change" -> change(Integer.parseInt(words[1]), Integer.parseInt(words[2]), args[4]);
                default -> System.out.println("unknown");
            }
        }
        System.exit(0);
    }

    private static void tell(int clients) throws Exception {
        for (int from = 0; from < clients; from += BATCH) {
            StringBuilder lines = new StringBuilder();
            for (int i = from; i < Math.min(clients, from + BATCH); i++) {
                lines.append(said(i, "acquirer", "approved")).append('\n');
            }
            Matcher id = ID.matcher(post(lines.toString()));
            while (id.find()) {
                ids.add(id.group(1));
            }
        }
        System.out.println("told " + ids.size());
    }

    private static String said(int i, String source, String outcome) {
        String at = Instant.now().minus(10, ChronoUnit.MINUTES).toString();
        return "{\"source\":\"" + source + "\",\"source_ref\":\"" + RUN + source + i + "\",\"outcome\":\"" + outcome
                + "\",\"observed_at\":\"" + at + "\",\"transaction\":{\"merchant_id\":\"m" + i % 100 + "\",\"rrn\":\"" + RUN
                + i + "\",\"occurred_at\":\"" + at + "\",\"amount\":{\"amount\":" + (100 + i)
                + ",\"currency\":\"CNY\"},\"card\":{\"first6\":\"622848\",\"last4\":\"" + (1000 + i % 9000)
                + "\",\"kind\":\"debit\"}}}";
    }

    private static String post(String lines) throws Exception {
        HttpResponse<String> answer = HTTP.send(
                HttpRequest.newBuilder(URI.create(base + "/v1/observations"))
                        .header("Authorization", "Bearer " + feed)
                        .header("Content-Type", "application/x-ndjson")
                        .POST(HttpRequest.BodyPublishers.ofString(lines))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200 || answer.body().contains("\"refused\"")) {
            throw new IllegalStateException(answer.body());
        }
        return answer.body();
    }

    private static void connect(Vertx vertx, NetClient net, int port, String token) throws Exception {
        for (int i = 0; i < sockets.length; i++) {
            int client = i;
            vertx.runOnContext(go -> open(vertx, net, port, token, client));
            if (i % CONNECTS_PER_MILLISECOND == 0) {
                Thread.sleep(1);
            }
        }
        long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (OPEN.get() < sockets.length && System.nanoTime() < patience) {
            Thread.sleep(20);
        }
        System.out.println("connected " + OPEN.get());
    }

    /** Whoever is refused, since too many came at once, comes again, as Retry-After asks it to. */
    private static void open(Vertx vertx, NetClient net, int port, String token, int client) {
        String request = "GET /v1/transactions/" + ids.get(client) + "/live HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                + "Accept: text/event-stream\r\nAccept-Language: en\r\nAuthorization: Bearer " + token + "\r\n\r\n";
        net.connect(port, "127.0.0.1").onFailure(System.err::println).onSuccess(socket -> {
            AtomicInteger events = new AtomicInteger();
            RecordParser parser = RecordParser.newDelimited("\n\n", record -> {
                if (record.toString().contains("data: ")) {
                    if (events.getAndIncrement() == 0) {
                        sockets[client] = socket;
                        OPEN.incrementAndGet();
                    } else {
                        TOLD.put(client, micros(Instant.now()));
                    }
                }
            });
            socket.handler(bytes -> {
                if (events.get() == 0 && bytes.length() > 12 && bytes.getString(0, 12).equals("HTTP/1.1 503")) {
                    socket.close();
                    vertx.setTimer(RETRY_MILLIS, again -> open(vertx, net, port, token, client));
                } else {
                    parser.handle(bytes);
                }
            });
            socket.closeHandler(closed -> {
                if (events.get() > 0) {
                    OPEN.decrementAndGet();
                }
            });
            socket.write(request);
        });
    }

    private static void disconnect() throws Exception {
        for (NetSocket socket : sockets) {
            if (socket != null) {
                socket.close();
            }
        }
        while (OPEN.get() > 0) {
            Thread.sleep(20);
        }
        System.out.println("disconnected");
    }

    private static void change(int count, int rate, String jdbc) throws Exception {
        TOLD.clear();
        int first = changed;
        changed += count;
        ScheduledExecutorService writers = Executors.newScheduledThreadPool(4);
        for (int i = 0; i < count; i++) {
            int client = first + i;
            writers.schedule(
                    () -> {
                        try {
                            post(said(client, "bank", "debited") + "\n");
                        } catch (Exception e) {
                            System.err.println(e);
                        }
                    },
                    i * 1_000_000L / rate,
                    TimeUnit.MICROSECONDS);
        }
        long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(30 + count / rate);
        while (TOLD.size() < count && System.nanoTime() < patience) {
            Thread.sleep(20);
        }
        writers.shutdownNow();
        Map<String, Long> committed = committed(jdbc);
        long[] delays = TOLD.entrySet().stream()
                .mapToLong(told -> told.getValue() - committed.get(RUN + told.getKey()))
                .sorted()
                .toArray();
        System.out.printf(
                "%d %.1f %.1f %.1f%n",
                delays.length, at(delays, .5) / 1e3, at(delays, .99) / 1e3, at(delays, 1) / 1e3);
    }

    private static long at(long[] sorted, double part) {
        return sorted.length == 0 ? 0 : sorted[(int) Math.min(sorted.length - 1, sorted.length * part)];
    }

    /** When each payment was last written, by its RRN. */
    private static Map<String, Long> committed(String jdbc) throws Exception {
        Map<String, Long> committed = new HashMap<>();
        try (Connection connection = DriverManager.getConnection(jdbc, "postgres", "postgres");
                PreparedStatement select = connection.prepareStatement("SELECT rrn,"
                        + " (extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000000)::bigint FROM transaction"
                        + " WHERE rrn LIKE ?")) {
            select.setString(1, RUN + "%");
            ResultSet rows = select.executeQuery();
            while (rows.next()) {
                committed.put(rows.getString(1), rows.getLong(2));
            }
        }
        return committed;
    }

    private static long micros(Instant at) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, at);
    }
}
