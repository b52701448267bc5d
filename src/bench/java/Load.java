import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * A closed loop of keep-alive HTTP/1.1 connections, for machines without wrk: each sends its next request when it has
 * the answer. {@code Load PORT CONNECTIONS SECONDS PATH TOKEN LINES_FILE}; {1}, {2} and {3} in PATH and TOKEN
 * are the words of a random line. Prints {@code requests/s p50_us p99_us requests failures}. Not 200 is a failure; answers have a Content-Length.
 */
public final class Load {
    private static final byte[] LENGTH = "content-length:".getBytes(StandardCharsets.US_ASCII);
    private static final AtomicLongArray MICROS = new AtomicLongArray(1_000_000);
    private static final AtomicLong FAILURES = new AtomicLong();
    private static volatile boolean over;

    public static void main(String[] args) throws Exception {
        int connections = Integer.parseInt(args[1]);
        int seconds = Integer.parseInt(args[2]);
        List<String[]> lines = Files.readAllLines(Path.of(args[5])).stream()
                .map(line -> line.split(" "))
                .toList();
        byte[][] requests = requests(args[3], args[4], lines);
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        NetClient client = vertx.createNetClient();
        CountDownLatch closed = new CountDownLatch(connections);
        long start = System.nanoTime();
        vertx.runOnContext(v -> {
            for (int i = 0; i < connections; i++) {
                client.connect(Integer.parseInt(args[0]), "127.0.0.1")
                        .onComplete(socket -> new Caller(socket, requests, closed).next(), failure -> {
                            failure.printStackTrace();
                            System.exit(1);
                        });
            }
        });
        vertx.setTimer(seconds * 1000L, t -> over = true);
        closed.await();
        print((System.nanoTime() - start) / 1e9);
        System.exit(0);
    }

    private static byte[][] requests(String path, String token, List<String[]> lines) {
        byte[][] requests = new byte[lines.size()][];
        for (int i = 0; i < requests.length; i++) {
            String request = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + token + "\r\n\r\n";
            for (int word = 0; word < lines.get(i).length; word++) {
                request = request.replace("{" + (word + 1) + "}", lines.get(i)[word]);
            }
            requests[i] = request.getBytes(StandardCharsets.US_ASCII);
        }
        return requests;
    }

    private static void print(double seconds) {
        long total = 0;
        for (int i = 0; i < MICROS.length(); i++) {
            total += MICROS.get(i);
        }
        System.out.printf(
                "%.0f %d %d %d %d%n", total / seconds, quantile(total, 0.5), quantile(total, 0.99), total, FAILURES.get());
    }

    private static int quantile(long total, double share) {
        long seen = 0;
        for (int i = 0; i < MICROS.length(); i++) {
            seen += MICROS.get(i);
            if (seen >= total * share) {
                return i;
            }
        }
        return MICROS.length();
    }

    /** One connection. */
    static final class Caller {
        private final NetSocket socket;
        private final byte[][] requests;
        private Buffer got = Buffer.buffer();
        private long sent;

        private Caller(NetSocket socket, byte[][] requests, CountDownLatch closed) {
            this.socket = socket;
            this.requests = requests;
            socket.handler(this::read);
            socket.closeHandler(v -> closed.countDown());
        }

        private void next() {
            if (over) {
                socket.close();
                return;
            }
            sent = System.nanoTime();
            socket.write(Buffer.buffer(requests[ThreadLocalRandom.current().nextInt(requests.length)]));
        }

        private void read(Buffer more) {
            got = got.length() == 0 ? more : got.appendBuffer(more);
            byte[] bytes = got.getBytes();
            int end = length(bytes);
            if (end < 0 || bytes.length < end) {
                return;
            }
            if (bytes[9] != '2') {
                FAILURES.incrementAndGet();
            }
            long micros = (System.nanoTime() - sent) / 1000;
            MICROS.incrementAndGet((int) Math.min(micros, MICROS.length() - 1));
            got = Buffer.buffer();
            next();
        }

        /** The length of the whole answer, or -1 while its head is not complete. */
        static int length(byte[] bytes) {
            int body = -1;
            for (int i = 0; i + 1 < bytes.length; i++) {
                if (bytes[i] != '\r' || bytes[i + 1] != '\n') {
                    continue;
                }
                if (i + 3 < bytes.length && bytes[i + 2] == '\r' && bytes[i + 3] == '\n') {
                    return i + 4 + Math.max(body, 0);
                }
                body = startsWithLength(bytes, i + 2) ? number(bytes, i + 2 + LENGTH.length) : body;
            }
            return -1;
        }

        private static boolean startsWithLength(byte[] bytes, int from) {
            for (int i = 0; i < LENGTH.length; i++) {
                if (from + i >= bytes.length || Character.toLowerCase(bytes[from + i]) != LENGTH[i]) {
                    return false;
                }
            }
            return true;
        }

        private static int number(byte[] bytes, int from) {
            int number = 0;
            for (int i = from; i < bytes.length && bytes[i] != '\r'; i++) {
                number = bytes[i] == ' ' ? number : number * 10 + bytes[i] - '0';
            }
            return number;
        }
    }
}
