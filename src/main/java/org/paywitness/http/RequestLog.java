package org.paywitness.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.smallrye.common.vertx.VertxContext;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.paywitness.log.LogFields;
import org.paywitness.problem.ProblemAnswer;

/**
 * One line for each request that failed by our fault or took long, and none for others: a log of all would cost more
 * than the look-ups. Counts what was refused, by its code.
 */
@Singleton
class RequestLog {
    private static final Logger LOG = Logger.getLogger(RequestLog.class);

    /** Next to the request's id (400): what is refused later on is seen too. */
    private static final int PRIORITY = 390;

    private static final int MAX_PATH = 200;
    private static final String EVENTS = "text/event-stream";
    private static final String HELD_ON_REQUEST = "Preference-Applied";

    private final MeterRegistry meters;
    private final Map<String, Counter> problems = new ConcurrentHashMap<>();
    private final long slowNanos;
    private final int linesPerSecond;
    private final AtomicLong second = new AtomicLong();
    private final AtomicLong lines = new AtomicLong();
    private final AtomicLong omitted = new AtomicLong();

    RequestLog(
            MeterRegistry meters,
            @ConfigProperty(name = "paywitness.log.slow-request") Duration slow,
            @ConfigProperty(name = "paywitness.log.requests-per-second") int linesPerSecond) {
        this.meters = meters;
        this.slowNanos = slow.toNanos();
        this.linesPerSecond = linesPerSecond;
        // There from the start, for those that alerts ask about.
        problems("overloaded");
        problems("database_unavailable");
        problems("rate_limited");
        problems("internal_error");
    }

    void register(@Observes Filters filters) {
        filters.register(this::handle, PRIORITY);
    }

    private void handle(RoutingContext context) {
        long since = System.nanoTime();
        context.addEndHandler(end -> ended(context, System.nanoTime() - since));
        context.next();
    }

    private void ended(RoutingContext context, long nanos) {
        String problem = ProblemAnswer.code(context);
        if (problem != null) {
            problems(problem).increment();
        }
        int status = context.response().getStatusCode();
        boolean slow = nanos > slowNanos && !isHeld(context);
        if ((status >= 500 || slow) && mayWrite()) {
            write(context, status, problem, nanos);
        }
    }

    private static boolean isHeld(RoutingContext context) {
        return context.response().headers().contains(HELD_ON_REQUEST)
                || EVENTS.equals(context.response().headers().get(HttpHeaders.CONTENT_TYPE));
    }

    // The codes are ours, and a few dozen.
    private Counter problems(String code) {
        return problems.computeIfAbsent(code, one -> Counter.builder("paywitness.problems")
                .description("Requests that were answered with a problem, by its code")
                .tag("code", one)
                .register(meters));
    }

    // The path without its query: that may name cards.
    private void write(RoutingContext context, int status, String problem, long nanos) {
        String path = context.request().path();
        // Where a client has hung up this may be the context of its connection, which other requests share.
        boolean borrowed = !VertxContext.isOnDuplicatedContext();
        if (borrowed) {
            LogFields.ofRequest(context.response().headers().get(RequestIds.HEADER));
            LogFields.aboutPath(path);
        }
        long left = omitted.getAndSet(0);
        LOG.warnf(
                "%s %s: %d%s in %d ms%s",
                context.request().method(),
                path.substring(0, Math.min(path.length(), MAX_PATH)),
                status,
                problem == null ? "" : " " + problem,
                TimeUnit.NANOSECONDS.toMillis(nanos),
                left == 0 ? "" : "; " + left + " such lines before were left out");
        if (borrowed) {
            LogFields.clear();
        }
    }

    // When everything is slow, writing about it must not make it slower.
    private boolean mayWrite() {
        long now = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime());
        if (second.getAndSet(now) != now) {
            lines.set(0);
        }
        if (lines.incrementAndGet() <= linesPerSecond) {
            return true;
        }
        omitted.incrementAndGet();
        return false;
    }
}
