package org.paywitness.webhook;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** Somebody who receives webhooks, and does with them whatever is asked for. */
public final class Receiver implements AutoCloseable {
    /** What came, in order. */
    public record Received(String path, Map<String, String> headers, byte[] body) {
        public String id() {
            return headers.get(StandardWebhook.ID);
        }

        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        /** Whether one of its signatures was made with this secret. */
        public boolean isSignedWith(String secret) {
            String expected = StandardWebhook.signature(
                    List.of(secret),
                    id(),
                    Instant.ofEpochSecond(Long.parseLong(headers.get(StandardWebhook.TIMESTAMP))),
                    body);
            return List.of(headers.get(StandardWebhook.SIGNATURE).split(" ")).contains(expected);
        }
    }

    /** What is answered; a negative status breaks the connection off, and 0 says nothing until it is closed. */
    public record Reply(int status, Map<String, String> headers) {
        public static Reply of(int status) {
            return new Reply(status, Map.of());
        }

        Reply with(String name, String value) {
            Map<String, String> all = new HashMap<>(headers);
            all.put(name, value);
            return new Reply(status, all);
        }
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "receiver");
        thread.setDaemon(true);
        return thread;
    });
    private final CountDownLatch closed = new CountDownLatch(1);
    public final List<Received> received = new CopyOnWriteArrayList<>();
    private volatile Function<Received, Reply> answer = request -> Reply.of(204);

    public Receiver() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    public String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    public int port() {
        return server.getAddress().getPort();
    }

    /** From now on. */
    public void answer(Function<Received, Reply> with) {
        answer = with;
    }

    private void handle(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        Map<String, String> headers = new HashMap<>();
        exchange.getRequestHeaders().forEach((name, values) -> headers.put(name.toLowerCase(), values.get(0)));
        Received one = new Received(exchange.getRequestURI().toString(), headers, body);
        received.add(one);
        Reply reply = answer.apply(one);
        if (reply.status() == 0) {
            try {
                closed.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        if (reply.status() > 0) {
            reply.headers().forEach(exchange.getResponseHeaders()::add);
            exchange.sendResponseHeaders(reply.status(), -1);
        }
        exchange.close();
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
