package org.paywitness.transaction;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Holds an answer until it is another one, as {@code Prefer: wait=N} asks for (RFC 7240, section 4.3). */
@Singleton
class Waiting {
    private static final Pattern WAIT = Pattern.compile("(?i)wait\\s*=\\s*\"?(\\d{1,9})\"?");
    private static final int MAX_HEADER = 256;

    private final AtomicInteger waiters = new AtomicInteger();
    private final Vertx vertx;
    private final int maxSeconds;
    private final int maxWaiters;
    private final long pauseMillis;
    private volatile boolean leaving;

    Waiting(
            Vertx vertx,
            MeterRegistry metrics,
            @ConfigProperty(name = "paywitness.wait.max-seconds") int maxSeconds,
            @ConfigProperty(name = "paywitness.wait.max-waiters") int maxWaiters,
            @ConfigProperty(name = "paywitness.wait.pause") Duration pause) {
        this.vertx = vertx;
        this.maxSeconds = maxSeconds;
        this.maxWaiters = maxWaiters;
        this.pauseMillis = pause.toMillis();
        Gauge.builder("paywitness.waiters", waiters, AtomicInteger::get)
                .description("Answers that are held until they change")
                .register(metrics);
    }

    // Nobody is kept by a process that stops: what is known is answered, and asked for again elsewhere.
    void stop(@Observes ShutdownDelayInitiatedEvent event) {
        leaving = true;
    }

    /**
     * How long the caller prefers to wait, in seconds, at most as long as we let anybody; 0 without such a preference.
     * What is malformed is no preference (RFC 7240, section 2).
     *
     * @param prefer the header's value, or null
     */
    int seconds(String prefer) {
        if (prefer == null) {
            return 0;
        }
        for (String preference :
                prefer.substring(0, Math.min(prefer.length(), MAX_HEADER)).split("[,;]")) {
            Matcher wait = WAIT.matcher(preference.strip());
            if (wait.matches()) {
                return (int) Math.min(Long.parseLong(wait.group(1)), maxSeconds);
            }
        }
        return 0;
    }

    /** Takes a place among those who wait; whoever gets one must {@link #leave}. */
    boolean enter() {
        if (waiters.incrementAndGet() <= maxWaiters) {
            return true;
        }
        waiters.decrementAndGet();
        return false;
    }

    void leave() {
        waiters.decrementAndGet();
    }

    /** Asks again and again until the answer has changed or the time is over; the last answer in any case. */
    <T> Future<T> until(Predicate<T> changed, int seconds, Supplier<Future<T>> ask) {
        return until(changed, System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds), ask);
    }

    private <T> Future<T> until(Predicate<T> changed, long deadline, Supplier<Future<T>> ask) {
        return ask.get()
                .compose(answer -> changed.test(answer) || leaving || System.nanoTime() - deadline >= 0
                        ? Future.succeededFuture(answer)
                        : pause(deadline).compose(timer -> until(changed, deadline, ask)));
    }

    // A timer of this event loop: the next question shares a statement with those of its moment there.
    private Future<Void> pause(long deadline) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        Promise<Void> over = Promise.promise();
        vertx.setTimer(Math.max(1, Math.min(pauseMillis, left)), timer -> over.complete());
        return over.future();
    }
}
