package org.paywitness.lookup;

import io.netty.channel.EventLoop;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * One member for each event loop, made when the loop first needs it. What is confined to a loop needs no lock. There
 * are as many as Vert.x has event loops, and they live as long as it does.
 */
final class EventLoops<T> {
    private final VertxInternal vertx;
    private final Function<ContextInternal, T> make;
    private final Map<EventLoop, T> members = new ConcurrentHashMap<>();

    /** @param make makes the member of a loop, given a context of its own on that loop which no request shares */
    EventLoops(Vertx vertx, Function<ContextInternal, T> make) {
        this.vertx = (VertxInternal) vertx;
        this.make = make;
    }

    /** The member of the loop that the current context belongs to; a worker or a foreign thread gets some loop's. */
    T current() {
        return of(vertx.getOrCreateContext().nettyEventLoop());
    }

    T of(EventLoop loop) {
        T member = members.get(loop);
        return member != null ? member : members.computeIfAbsent(loop, this::make);
    }

    Collection<T> all() {
        return members.values();
    }

    private T make(EventLoop loop) {
        return make.apply(
                vertx.createEventLoopContext(loop, null, Thread.currentThread().getContextClassLoader()));
    }
}
