package org.paywitness.fault;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends whole connections to pods that are ready, as kube-proxy does: it knows nothing of HTTP, and a connection that
 * is made stays with its pod whatever becomes of it.
 */
final class ConnectionBalancer implements Balancer {
    private static final long BETWEEN_CHECKS_NANOS = Duration.ofMillis(50).toNanos();

    private final List<RunningService> pods;
    private final Map<RunningService, Boolean> ready = new ConcurrentHashMap<>();
    private final AtomicInteger turn = new AtomicInteger();
    private final ServerSocket door;
    private volatile boolean closed;

    ConnectionBalancer(List<RunningService> pods) throws IOException {
        this.pods = pods;
        this.door = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
        pods.forEach(pod -> daemon(() -> check(pod)));
        daemon(this::accept);
    }

    @Override
    public int port() {
        return door.getLocalPort();
    }

    @Override
    public int ready() {
        return (int) ready.values().stream().filter(is -> is).count();
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "balancer");
        thread.setDaemon(true);
        thread.start();
    }

    private void check(RunningService pod) {
        while (!closed) {
            ready.put(pod, isReady(pod));
            LockSupport.parkNanos(BETWEEN_CHECKS_NANOS);
        }
    }

    private static boolean isReady(RunningService pod) {
        try {
            return pod.get("/q/health/ready", null).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void accept() {
        while (!closed) {
            try {
                lead(door.accept());
            } catch (IOException e) {
                // Closed, or one client's own misfortune: it sees that its connection ends.
            }
        }
    }

    private void lead(Socket client) throws IOException {
        List<RunningService> in =
                pods.stream().filter(pod -> ready.getOrDefault(pod, false)).toList();
        if (in.isEmpty()) {
            client.close();
            return;
        }
        RunningService pod = in.get(Math.floorMod(turn.getAndIncrement(), in.size()));
        Socket server;
        try {
            server = new Socket(InetAddress.getLoopbackAddress(), pod.uri("/").getPort());
        } catch (IOException e) {
            client.close();
            throw e;
        }
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        daemon(() -> pass(client, server));
        daemon(() -> pass(server, client));
    }

    private static void pass(Socket from, Socket to) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[16 * 1024];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                out.write(buffer, 0, read);
            }
        } catch (IOException e) {
            // One side is gone, and so is the other.
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        door.close();
    }
}
