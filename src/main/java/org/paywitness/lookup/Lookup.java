package org.paywitness.lookup;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import java.util.List;

/** One question that may be asked from anywhere; lookups of the same event loop and moment share a statement. */
public final class Lookup<K, R> {
    private final EventLoops<Batcher<K, R>> batchers;

    Lookup(EventLoops<Batcher<K, R>> batchers) {
        this.batchers = batchers;
    }

    /** Asks now; see {@link Batcher#ask} for what it promises. */
    public Future<List<R>> ask(K key) {
        return batchers.current().ask(key);
    }

    /** Asks when subscribed, anew each time; the item comes on the context of the subscription. */
    public Uni<List<R>> find(K key) {
        return Uni.createFrom().emitter(emitter -> ask(key).onComplete(emitter::complete, emitter::fail));
    }
}
