import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;

/**
 * So many look-ups a second, whatever becomes of those before; each is timed from when it was due, so that one that had
 * to wait for a connection counts as slow. {@code Paced PORT CONNECTIONS SECONDS PATH TOKEN LINES_FILE RATE}; {1}, {2} and
 * {3} in PATH are the words of a random line; RATE 0: each connection sends its next one when it has its answer.
 * Prints {@code requests/s p50_us p99_us 200=… 503=… lost=…}.
 */
public final class Paced {
    private static final int MOST_MICROS = 10_000_000;
    private static final int[] MICROS = new int[MOST_MICROS];
    private static final Map<String, Long> ANSWERS = new TreeMap<>();
    private static final ArrayDeque<Caller> FREE = new ArrayDeque<>();
    private static final ArrayDeque<Long> DUE = new ArrayDeque<>();
    private static Vertx vertx;
    private static NetClient client;
    private static int port;
    private static byte[][] requests;
    private static double rate;
    private static CountDownLatch open;
    private static long begun;
    private static long sent;
    private static boolean over;

    public static void main(String[] args) throws Exception {
        port = Integer.parseInt(args[0]);
        int connections = Integer.parseInt(args[1]);
        int seconds = Integer.parseInt(args[2]);
        requests = requests(args[3], args[4], Path.of(args[5]));
        rate = Double.parseDouble(args[6]);
        open = new CountDownLatch(connections);
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        client = vertx.createNetClient();
        vertx.runOnContext(v -> {
            begun = System.nanoTime();
            for (int i = 0; i < connections; i++) {
                connect();
            }
            if (rate > 0) {
                vertx.setPeriodic(1, timer -> release());
            }
            vertx.setTimer(seconds * 1000L, timer -> {
                over = true;
                FREE.forEach(caller -> open.countDown());
                FREE.clear();
            });
        });
        open.await();
        print((System.nanoTime() - begun) / 1e9);
        System.exit(0);
    }

    private static byte[][] requests(String path, String token, Path file) throws Exception {
        List<String> lines = Files.readAllLines(file);
        byte[][] all = new byte[lines.size()][];
        for (int i = 0; i < all.length; i++) {
            String request = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + token + "\r\n\r\n";
            String[] words = lines.get(i).split(" ");
            for (int word = 0; word < words.length; word++) {
                request = request.replace("{" + (word + 1) + "}", words[word]);
            }
            all[i] = request.getBytes(StandardCharsets.US_ASCII);
        }
        return all;
    }

    private static void connect() {
        client.connect(port, "127.0.0.1").onComplete(socket -> new Caller(socket).idle(), failure -> {
            ANSWERS.merge("refused", 1L, Long::sum);
            if (over) {
                open.countDown();
            } else {
                vertx.setTimer(100, timer -> connect());
            }
        });
    }

    private static void release() {
        long due = over ? sent : (long) ((System.nanoTime() - begun) / 1e9 * rate);
        for (; sent < due; sent++) {
            DUE.add(begun + (long) (sent / rate * 1e9));
        }
        while (!DUE.isEmpty() && !FREE.isEmpty()) {
            FREE.poll().send(DUE.poll());
        }
    }

    private static void print(double seconds) {
        long total = 0;
        for (int count : MICROS) {
            total += count;
        }
        StringBuilder line = new StringBuilder(
                String.format("%.0f %d %d", total / seconds, quantile(total, 0.5), quantile(total, 0.99)));
        ANSWERS.forEach((status, count) -> line.append(' ').append(status).append('=').append(count));
        System.out.println(line);
    }

    private static int quantile(long total, double share) {
        long seen = 0;
        for (int i = 0; i < MICROS.length; i++) {
            seen += MICROS[i];
            if (seen >= total * share) {
                return i;
            }
        }
        return MICROS.length;
    }

    /** One connection; all of them on one event loop. */
    private static final class Caller {
        private final NetSocket socket;
        private Buffer got = Buffer.buffer();
        private long since;

        private Caller(NetSocket socket) {
            this.socket = socket;
            socket.handler(this::read);
            socket.closeHandler(v -> closed());
        }

        private void idle() {
            since = 0;
            if (over) {
                socket.closeHandler(v -> {});
                socket.close();
                open.countDown();
            } else if (rate == 0) {
                send(System.nanoTime());
            } else {
                FREE.add(this);
                release();
            }
        }

        private void send(long due) {
            since = due;
            socket.write(Buffer.buffer(requests[ThreadLocalRandom.current().nextInt(requests.length)]));
        }

        private void closed() {
            boolean wasFree = FREE.remove(this);
            if (since != 0) {
                ANSWERS.merge("lost", 1L, Long::sum);
            }
            if (over && !wasFree) {
                open.countDown();
            } else if (!over) {
                connect();
            }
        }

        private void read(Buffer more) {
            got = got.length() == 0 ? more : got.appendBuffer(more);
            byte[] bytes = got.getBytes();
            int end = Load.Caller.length(bytes);
            if (end < 0 || bytes.length < end) {
                return;
            }
            ANSWERS.merge(new String(Arrays.copyOfRange(bytes, 9, 12), StandardCharsets.US_ASCII), 1L, Long::sum);
            // Of those that are served: how fast a refusal is says nothing.
            if (bytes[9] == '2') {
                MICROS[(int) Math.min((System.nanoTime() - since) / 1000, MOST_MICROS - 1)]++;
            }
            got = Buffer.buffer();
            idle();
        }
    }
}
