package org.paywitness.lookup;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import java.util.List;
import org.paywitness.trace.Traces;

/** One question that may be asked from anywhere; lookups of the same event loop and moment share a statement. */
public final class Lookup<K, R> {
    private final String name;
    private final Question<K, R> question;
    private final EventLoops<Batcher<K, R>> batchers;
    private final Traces traces;

    Lookup(String name, Question<K, R> question, EventLoops<Batcher<K, R>> batchers, Traces traces) {
        this.name = name;
        this.question = question;
        this.batchers = batchers;
        this.traces = traces;
    }

    /** Asks now; see {@link Batcher#ask} for what it promises. */
    public Future<List<R>> ask(K key) {
        return traces.lookup(name, question.one(), () -> batchers.current().ask(key));
    }

    /** Asks when subscribed, anew each time; the item comes on the context of the subscription. */
    public Uni<List<R>> find(K key) {
        return Uni.createFrom().emitter(emitter -> ask(key).onComplete(emitter::complete, emitter::fail));
    }
}
