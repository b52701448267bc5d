package org.paywitness.lookup;

import io.micrometer.core.instrument.Counter;
import io.vertx.core.Future;
import java.util.List;
import org.paywitness.trace.Traces;

/**
 * A question that replicas may answer, for those who only want to know: nothing that decides on money asks one of these.
 */
public final class ScaledLookup<K, R> {
    private final String name;
    private final Question<K, R> question;
    private final EventLoops<Readers<K, R>> readers;
    private final Traces traces;

    ScaledLookup(String name, Question<K, R> question, EventLoops<Readers<K, R>> readers, Traces traces) {
        this.name = name;
        this.question = question;
        this.readers = readers;
        this.traces = traces;
    }

    /**
     * Asks a replica that has come far enough, or else the primary; see {@link Batcher#ask} for what it promises. A
     * replica that fails, is slow or finds nothing has no say: the primary is asked then, so nobody is told "nothing" by
     * a replica alone.
     */
    public Future<List<R>> ask(K key, Consistency needed) {
        return traces.lookup(name, question.one(), () -> readers.current().ask(key, needed));
    }

    /** One event loop's ways to ask. */
    static final class Readers<K, R> {
        private final Batcher<K, R> primary;
        private final Mirrors mirrors;
        private final List<Batcher<K, R>> replicas;
        private final Counter fromPrimary;
        private final Counter fromReplica;

        /**
         * @param mirrors null where there is no replica
         * @param replicas one for each mirror, by its number
         */
        Readers(
                Batcher<K, R> primary,
                Mirrors mirrors,
                List<Batcher<K, R>> replicas,
                Counter fromPrimary,
                Counter fromReplica) {
            this.primary = primary;
            this.mirrors = mirrors;
            this.replicas = replicas;
            this.fromPrimary = fromPrimary;
            this.fromReplica = fromReplica;
        }

        private Future<List<R>> ask(K key, Consistency needed) {
            Mirror.Seen seen = mirrors == null || needed.isLatest() ? null : mirrors.pick(needed);
            return seen == null ? askPrimary(key) : askReplica(key, seen);
        }

        private Future<List<R>> askPrimary(K key) {
            fromPrimary.increment();
            return primary.ask(key);
        }

        private Future<List<R>> askReplica(K key, Mirror.Seen seen) {
            return replicas.get(seen.mirror().number()).ask(key).transform(answer -> {
                if (answer.failed() && !LookupFailure.isData(answer.cause())) {
                    seen.mirror().doubt();
                }
                if (answer.failed() || answer.result().isEmpty() || !seen.isOfThisConnection()) {
                    return askPrimary(key);
                }
                fromReplica.increment();
                return Future.succeededFuture(answer.result());
            });
        }
    }
}
