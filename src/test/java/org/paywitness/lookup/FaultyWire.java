package org.paywitness.lookup;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** A TCP relay to PostgreSQL that can be cut, closed or made to swallow what it should pass on. */
final class FaultyWire {
    private final Vertx vertx;
    private final int target;
    private final NetClient client;
    private final Set<NetSocket> open = ConcurrentHashMap.newKeySet();
    private NetServer server;
    private int port;

    FaultyWire(Vertx vertx, int target) throws Exception {
        this.vertx = vertx;
        this.target = target;
        this.client = vertx.createNetClient();
        restore();
    }

    int port() {
        return port;
    }

    /** Drops what is connected; new connections are welcome. */
    void cut() {
        open.forEach(NetSocket::close);
    }

    /** Passes nothing on, on the connections there are, and tells nobody. */
    void swallow() {
        for (NetSocket socket : open) {
            socket.handler(lost -> {});
        }
    }

    /** Drops what is connected and refuses anew. */
    void close() throws Exception {
        server.close().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
        cut();
    }

    /** Listens again on the same port. */
    void restore() throws Exception {
        server = vertx.createNetServer().connectHandler(this::relay);
        port = server.listen(port, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(5, TimeUnit.SECONDS)
                .actualPort();
    }

    private void relay(NetSocket near) {
        near.pause();
        client.connect(target, "127.0.0.1")
                .onComplete(
                        far -> {
                            join(near, far);
                            join(far, near);
                            near.resume();
                        },
                        failure -> near.close());
    }

    private void join(NetSocket from, NetSocket to) {
        open.add(from);
        from.handler(to::write);
        from.closeHandler(v -> {
            open.remove(from);
            to.close();
        });
    }
}
