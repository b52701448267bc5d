package org.paywitness.fault;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * Where the acquirer's notifications come in, as through a load balancer: each is passed on to any pod. Some are lost
 * and some are passed on and called lost, so that they come again, as long as it is {@link #moody}.
 */
final class Door implements AutoCloseable {
    private static final String PATH = "/acquirer/notifications";
    private static final int THREADS = 8;

    final AtomicLong passed = new AtomicLong();
    final AtomicLong lost = new AtomicLong();
    volatile boolean moody = true;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS, task -> {
        Thread thread = new Thread(task, "door");
        thread.setDaemon(true);
        return thread;
    });
    private final Random random;
    private volatile Function<Random, RunningService> pods;

    Door(long seed) throws IOException {
        random = new Random(seed);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext(PATH, this::pass);
        server.start();
    }

    /** Who is told. */
    void leadTo(Function<Random, RunningService> any) {
        pods = any;
    }

    String url() {
        return "http://localhost:" + server.getAddress().getPort() + PATH;
    }

    private void pass(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            int mood = moody ? random.nextInt(10) : 9;
            boolean taken = mood > 0 && isTaken(exchange, body) && mood > 1;
            (taken ? passed : lost).incrementAndGet();
            exchange.sendResponseHeaders(taken ? 204 : 503, -1);
        }
    }

    private boolean isTaken(HttpExchange exchange, byte[] body) {
        try {
            return pods.apply(random)
                            .post(PATH, null, "application/json", BodyPublishers.ofByteArray(body), signature(exchange))
                            .statusCode()
                    == 204;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static String[] signature(HttpExchange exchange) {
        return exchange.getRequestHeaders().entrySet().stream()
                .filter(header -> header.getKey().regionMatches(true, 0, "Paywitness-", 0, 11))
                .flatMap(header -> java.util.stream.Stream.of(
                        header.getKey(), header.getValue().get(0)))
                .toArray(String[]::new);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
