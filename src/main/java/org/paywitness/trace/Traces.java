package org.paywitness.trace;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.function.Supplier;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Spans of our own. No parameter of a statement and nothing of a card is ever in one. */
@Singleton
public class Traces {
    private static final String SCOPE = "org.paywitness";

    /** Traces of requests whose work goes on behind the scenes: only those that are recorded, one in a hundred. */
    private static final int MAX_ASKED = 1_000;

    private static final Duration ASKED_FOR = Duration.ofMinutes(1);

    private final Tracer tracer;
    private final Cache<String, Context> asked;

    @Inject
    Traces(OpenTelemetry telemetry, @ConfigProperty(name = "quarkus.otel.sdk.disabled") boolean off) {
        this(off ? null : telemetry.getTracer(SCOPE));
    }

    private Traces(Tracer tracer) {
        this.tracer = tracer;
        this.asked = Caffeine.newBuilder()
                .maximumSize(MAX_ASKED)
                .expireAfterWrite(ASKED_FOR)
                .executor(Runnable::run)
                .build();
    }

    /** Those that never show anything. */
    public static Traces off() {
        return new Traces((Tracer) null);
    }

    /**
     * A look-up, within the trace of whoever asks. Its statement is shared with others and so belongs to no trace: what
     * shows is how long this one waited for its answer.
     *
     * @param sql the statement with its parameters unnamed, for one key
     */
    public <T> Future<T> lookup(String name, String sql, Supplier<Future<T>> ask) {
        if (tracer == null || !Span.current().isRecording()) {
            return ask.get();
        }
        Span span = tracer.spanBuilder("lookup " + name)
                .setSpanKind(SpanKind.CLIENT)
                .setAttribute("db.system.name", "postgresql")
                .setAttribute("db.query.text", sql)
                .startSpan();
        return ask.get().onComplete(answer -> end(span, answer.cause()));
    }

    /** What is asked for here is worked on later: {@link #work} shows it in the current trace. */
    public void asked(String reference) {
        if (tracer != null && Span.current().isRecording()) {
            asked.put(reference, Context.current());
        }
    }

    /**
     * Work behind the scenes, in the trace of the request that asked for it or else in one of its own. To be called on a
     * context of Vert.x that nothing else uses.
     *
     * @param reference what it is about: a TypeID
     */
    public <T> Uni<T> work(String name, String reference, Supplier<Uni<T>> work) {
        if (tracer == null) {
            return work.get();
        }
        Context asker = asked.getIfPresent(reference);
        asked.invalidate(reference);
        Span span = tracer.spanBuilder(name)
                .setParent(asker == null ? Context.root() : asker)
                .setAttribute("paywitness.reference", reference)
                .startSpan();
        // Not closed: it goes with the context of Vert.x, and what follows there belongs to it.
        Context.root().with(span).makeCurrent();
        return work.get().onItemOrFailure().invoke((item, failure) -> end(span, failure));
    }

    // What a failure says may name what no trace should: its kind is enough.
    private static void end(Span span, Throwable failure) {
        if (failure != null) {
            span.setStatus(StatusCode.ERROR, failure.getClass().getSimpleName());
        }
        span.end();
    }
}
