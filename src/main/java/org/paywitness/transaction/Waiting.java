package org.paywitness.transaction;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.paywitness.access.Visibility;
import org.paywitness.explanation.Language;
import org.paywitness.problem.Problem;

/**
 * Holds an answer until it is another one, as {@code Prefer: wait=N} asks for (RFC 7240, section 4.3). Whoever waits costs
 * memory and nothing else: see {@link Watchers}.
 */
@Singleton
class Waiting {
    private static final Pattern WAIT = Pattern.compile("(?i)wait\\s*=\\s*\"?(\\d{1,9})\"?");
    private static final int MAX_HEADER = 256;

    private final AtomicInteger waiters = new AtomicInteger();
    private final Map<String, Integer> ofClients = new ConcurrentHashMap<>();
    private final Set<Held> all = ConcurrentHashMap.newKeySet();
    private final Watchers watchers;
    private final Vertx vertx;
    private final int maxSeconds;
    private final int maxWaiters;
    private final int maxOfClient;
    private volatile boolean leaving;

    Waiting(
            Watchers watchers,
            Vertx vertx,
            MeterRegistry metrics,
            @ConfigProperty(name = "paywitness.wait.max-seconds") int maxSeconds,
            @ConfigProperty(name = "paywitness.wait.max-waiters") int maxWaiters,
            @ConfigProperty(name = "paywitness.wait.max-waiters-of-client") int maxOfClient) {
        this.watchers = watchers;
        this.vertx = vertx;
        this.maxSeconds = maxSeconds;
        this.maxWaiters = maxWaiters;
        this.maxOfClient = maxOfClient;
        Gauge.builder("paywitness.waiters", waiters, AtomicInteger::get)
                .description("Answers that are held until they change")
                .register(metrics);
    }

    // Nobody is kept by a process that stops: what is known is answered, and asked for again elsewhere.
    void stop(@Observes ShutdownDelayInitiatedEvent event) {
        leaving = true;
        all.forEach(Held::leave);
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

    /** Takes a place among those who wait; whoever gets one must wait by {@link #until}, which gives it back. */
    boolean enter(String client) {
        if (waiters.incrementAndGet() > maxWaiters) {
            waiters.decrementAndGet();
            return false;
        }
        if (ofClients.merge(client, 1, Integer::sum) > maxOfClient) {
            leave(client);
            return false;
        }
        return true;
    }

    private void leave(String client) {
        waiters.decrementAndGet();
        ofClients.computeIfPresent(client, (name, count) -> count == 1 ? null : count - 1);
    }

    /**
     * The answer when it is another one than is known, or when the time is over. Only the primary is asked: who waits for a
     * change must neither miss it nor see one undone.
     *
     * @param known the header If-None-Match; null: than it is now
     */
    Uni<VerdictAnswer> until(
            UUID transaction, Visibility visibility, Language language, String known, int seconds, String client) {
        return Uni.createFrom().emitter(done -> {
            Held held = new Held(visibility, language, known, client, vertx.getOrCreateContext());
            all.add(held);
            done.onTermination(held::over);
            held.answered.future().onComplete(answer -> {
                held.over();
                if (answer.succeeded()) {
                    done.complete(answer.result());
                } else {
                    done.fail(answer.cause());
                }
            });
            held.begin(transaction, seconds);
        });
    }

    /** One answer that is held; all but {@link #changed} and {@link #gone} on the context of its request. */
    private final class Held implements Watchers.Watcher {
        private final Promise<VerdictAnswer> answered = Promise.promise();
        private final Visibility visibility;
        private final Language language;
        private final String client;
        private final Context context;
        private String known;
        private Watchers.Watch watch;
        private Seen last;
        private long timer = -1;
        private boolean isOver;

        Held(Visibility visibility, Language language, String known, String client, Context context) {
            this.visibility = visibility;
            this.language = language;
            this.known = known;
            this.client = client;
            this.context = context;
        }

        void begin(UUID transaction, int seconds) {
            watch = watchers.watch(transaction, this);
            if (isOver) {
                watch.close();
                return;
            }
            long since = System.nanoTime();
            watchers.look(watch)
                    .onComplete(first -> context.runOnContext(now -> {
                        if (first.failed()) {
                            answered.tryFail(first.cause());
                            return;
                        }
                        see(first.result());
                        long left = TimeUnit.SECONDS.toMillis(seconds)
                                - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
                        if (leaving) {
                            leave();
                        } else if (!answered.future().isComplete() && !isOver) {
                            timer = vertx.setTimer(Math.max(1, left), over -> expire());
                        }
                    }));
        }

        @Override
        public void changed(Seen seen) {
            context.runOnContext(now -> see(seen));
        }

        @Override
        public void gone() {
            context.runOnContext(now -> see(null));
        }

        private void see(Seen seen) {
            if (seen == null || !seen.isVisible(visibility)) {
                answered.tryFail(Problem.notFound());
                return;
            }
            VerdictAnswer answer = seen.answer(language);
            last = seen;
            if (known == null) {
                known = answer.entityTag();
            } else if (!Answers.matches(known, answer.entityTag())) {
                answered.tryComplete(answer);
            }
        }

        // Nothing has been told, so nothing has changed; where we would not have been told, we look.
        private void expire() {
            if (watchers.isCurrent()) {
                answered.tryComplete(last.at(watchers.now()).answer(language));
                return;
            }
            Future<Seen> look = watchers.look(watch);
            look.onFailure(answered::tryFail).onSuccess(seen -> {
                if (seen == null || !seen.isVisible(visibility)) {
                    answered.tryFail(Problem.notFound());
                } else {
                    answered.tryComplete(seen.answer(language));
                }
            });
        }

        void leave() {
            context.runOnContext(now -> {
                if (last != null) {
                    answered.tryComplete(last.at(watchers.now()).answer(language));
                }
            });
        }

        /** Answered, or the caller has hung up. On any thread, any number of times. */
        private void over() {
            if (!all.remove(this)) {
                return;
            }
            Waiting.this.leave(client);
            context.runOnContext(now -> {
                isOver = true;
                vertx.cancelTimer(timer);
                if (watch != null) {
                    watch.close();
                }
            });
        }
    }
}
