package org.paywitness.live;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.restassured.path.json.JsonPath;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A client of live verdicts over a socket of its own: what it is told, as it comes. */
public final class LiveClient implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 30;

    /** One event, a comment (all null), or the end (id "end"). */
    public record Told(String id, JsonPath verdict) {
        static final Told END = new Told("end", null);

        public boolean isEnd() {
            return this == END;
        }
    }

    private final Socket socket;
    private final BlockingQueue<Told> told = new LinkedBlockingQueue<>();
    private final List<String> head = new ArrayList<>();
    private volatile int heartbeats;
    private volatile long retryMillis;

    /** Connects and waits for the head of the answer. */
    public LiveClient(URI service, String transaction, String token, String... headers) throws IOException {
        socket = new Socket(service.getHost(), service.getPort());
        StringBuilder request =
                new StringBuilder("GET /v1/transactions/" + transaction + "/live HTTP/1.1\r\nHost: x\r\n");
        request.append("Accept: text/event-stream\r\nAccept-Language: en\r\n");
        if (token != null) {
            request.append("Authorization: Bearer ").append(token).append("\r\n");
        }
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        socket.getOutputStream().write(request.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
        BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        String line;
        while ((line = in.readLine()) != null && !line.isEmpty()) {
            head.add(line);
        }
        Thread reader = new Thread(() -> read(in), "live client");
        reader.setDaemon(true);
        reader.start();
    }

    public int status() {
        return Integer.parseInt(head.get(0).split(" ")[1]);
    }

    public String header(String name) {
        return head.stream()
                .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElse(null);
    }

    // The lines of chunk sizes are hexadecimal numbers alone, and no line of an event is.
    private void read(BufferedReader in) {
        String id = null;
        try {
            String line;
            while ((line = in.readLine()) != null) {
                if (line.equals("0")) {
                    break;
                }
                if (line.startsWith("id: ")) {
                    id = line.substring(4);
                } else if (line.startsWith("data: ")) {
                    told.add(new Told(id, new JsonPath(line.substring(6))));
                } else if (line.equals(":")) {
                    heartbeats++;
                } else if (line.startsWith("retry: ")) {
                    retryMillis = Long.parseLong(line.substring(7));
                }
            }
        } catch (IOException e) {
            // Closed: as good as its end.
        }
        told.add(Told.END);
    }

    /** The next event, waited for. */
    public Told next() throws InterruptedException {
        Told next = told.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertNotNull(next, "nothing was told");
        return next;
    }

    /** What was told and not yet taken. */
    public int untaken() {
        return told.size();
    }

    public int heartbeats() {
        return heartbeats;
    }

    public long retryMillis() {
        return retryMillis;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
