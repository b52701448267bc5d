import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.PreparedStatement;
import io.vertx.sqlclient.Tuple;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Asks for refunds over keep-alive HTTP/1.1, or inserts bare rows, in a closed loop of connections: {@code RefundLoad
 * PORT TOKEN TRANSACTIONS_FILE POSTGRES_URI INSERT_FILE}. Reads lines {@code refund CONNECTIONS SECONDS} or {@code bare
 * CONNECTIONS SECONDS} and answers each with {@code requests/s p50_us p99_us requests failures}. A round ends when each
 * connection has its last answer, so that every refund that was accepted is counted. Each refund has a key of its own
 * and is of another sale than the one before; when all sales are through, they get their next partial refund.
 */
public final class RefundLoad {
    private static final AtomicInteger NEXT = new AtomicInteger();
    private static String[] args;
    private static List<String> sales;

    public static void main(String[] given) throws Exception {
        args = given;
        sales = Files.readAllLines(Path.of(given[2]));
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String order = orders.readLine(); order != null; order = orders.readLine()) {
            String[] words = order.split(" ");
            Round round = new Round(Integer.parseInt(words[1]), Integer.parseInt(words[2]));
            vertx.runOnContext(v -> {
                if (words[0].equals("bare")) {
                    round.bare(vertx);
                } else {
                    round.refunds(vertx);
                }
            });
            round.print();
        }
        System.exit(0);
    }

    /** All of it but the printing runs on one event loop. */
    private static final class Round {
        private final int connections;
        private final int seconds;
        private final int[] micros = new int[4_000_000];
        private final Promise<Void> ended = Promise.promise();
        private int answers;
        private int failures;
        private int open;
        private boolean over;
        private long start;

        private Round(int connections, int seconds) {
            this.connections = connections;
            this.seconds = seconds;
            this.open = connections;
        }

        private void refunds(Vertx vertx) {
            NetClient client = vertx.createNetClient();
            begin(vertx);
            for (int i = 0; i < connections; i++) {
                client.connect(Integer.parseInt(args[0]), "127.0.0.1")
                        .onComplete(socket -> new Caller(this, socket).next(), RefundLoad::fail);
            }
        }

        private void bare(Vertx vertx) {
            try {
                String insert = Files.readString(Path.of(args[4])).strip();
                PgConnectOptions options = PgConnectOptions.fromUri(args[3]);
                List<Future<PreparedStatement>> all = new ArrayList<>();
                for (int i = 0; i < connections; i++) {
                    all.add(PgConnection.connect(vertx, options).compose(connection -> connection.prepare(insert)));
                }
                Future.all(all)
                        .onComplete(
                                done -> {
                                    begin(vertx);
                                    all.forEach(statement -> insert(statement.result()));
                                },
                                RefundLoad::fail);
            } catch (IOException e) {
                fail(e);
            }
        }

        private void insert(PreparedStatement statement) {
            if (over) {
                close();
                return;
            }
            ThreadLocalRandom random = ThreadLocalRandom.current();
            long sent = System.nanoTime();
            statement
                    .query()
                    .execute(Tuple.of(
                            new UUID(random.nextLong(), random.nextLong()), new UUID(0, random.nextInt(sales.size()))))
                    .onComplete(
                            rows -> {
                                count(sent, rows.size() == 1);
                                insert(statement);
                            },
                            RefundLoad::fail);
        }

        private void begin(Vertx vertx) {
            start = System.nanoTime();
            vertx.setTimer(seconds * 1000L, t -> over = true);
        }

        private void count(long sent, boolean good) {
            micros[Math.min(answers++, micros.length - 1)] = (int) ((System.nanoTime() - sent) / 1000);
            if (!good) {
                failures++;
            }
        }

        private void close() {
            if (--open == 0) {
                ended.complete();
            }
        }

        private void print() throws Exception {
            ended.future().toCompletionStage().toCompletableFuture().get();
            Arrays.sort(micros, 0, answers);
            System.out.printf(
                    "%.0f %d %d %d %d%n",
                    answers / ((System.nanoTime() - start) / 1e9),
                    micros[answers / 2],
                    micros[(int) (answers * 0.99)],
                    answers,
                    failures);
        }
    }

    /** One connection. */
    private static final class Caller {
        private static final String HEAD = "POST /v1/refunds HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                + "Authorization: Bearer " + args[1] + "\r\n";
        private final Round round;
        private final NetSocket socket;
        private Buffer got = Buffer.buffer();
        private long sent;

        private Caller(Round round, NetSocket socket) {
            this.round = round;
            this.socket = socket;
            socket.handler(this::read);
        }

        private void next() {
            if (round.over) {
                socket.close();
                round.close();
                return;
            }
            int number = NEXT.getAndIncrement();
            String body = "{\"transaction_id\":\"" + sales.get(number % sales.size())
                    + "\",\"amount\":{\"amount\":100,\"currency\":\"CNY\"},\"reason\":\"wrong_amount\","
                    + "\"note\":\"keyed one digit too many\"}";
            ThreadLocalRandom random = ThreadLocalRandom.current();
            String key = "Idempotency-Key: " + Long.toHexString(random.nextLong()) + Long.toHexString(random.nextLong());
            sent = System.nanoTime();
            socket.write(Buffer.buffer(HEAD + key + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body));
        }

        private void read(Buffer more) {
            got = got.length() == 0 ? more : got.appendBuffer(more);
            byte[] bytes = got.getBytes();
            int end = Load.Caller.length(bytes);
            if (end < 0 || bytes.length < end) {
                return;
            }
            boolean created = bytes[9] == '2' && bytes[10] == '0' && bytes[11] == '1';
            if (!created && round.failures == 0) {
                System.err.println(new String(bytes, StandardCharsets.UTF_8));
            }
            round.count(sent, created);
            got = Buffer.buffer();
            next();
        }
    }

    private static void fail(Throwable failure) {
        failure.printStackTrace();
        System.exit(1);
    }
}
