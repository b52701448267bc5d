package org.paywitness.live;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.paywitness.problem.Problem;

/** All streams of this process: how many there may be, and one timer for the signs of life of all. */
@Singleton
class LiveStreams {
    private static final long TICK_MILLIS = 1_000;

    private final Map<LiveStream, Integer> streams = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private final Map<String, Integer> ofClients = new ConcurrentHashMap<>();
    private final LiveSettings settings;
    private final Clock clock;
    private final Vertx vertx;
    private final Counter tooManyOfClient;
    private final Counter tooMany;
    /** Those of one turn get their sign of life in the same second, others in another. */
    private final int turns;

    private int turn;
    private volatile boolean leaving;

    LiveStreams(LiveSettings settings, Clock clock, Vertx vertx, MeterRegistry meters) {
        this.settings = settings;
        this.clock = clock;
        this.vertx = vertx;
        this.turns = (int) Math.max(1, settings.heartbeat().toMillis() / TICK_MILLIS);
        Gauge.builder("paywitness.live.streams", count, AtomicInteger::get)
                .description("Clients that are told verdicts as they change")
                .register(meters);
        this.tooManyOfClient = refused("client", meters);
        this.tooMany = refused("process", meters);
    }

    private static Counter refused(String limit, MeterRegistry meters) {
        return Counter.builder("paywitness.live.refused")
                .description("Streams that were refused, by the limit that was reached")
                .tag("limit", limit)
                .register(meters);
    }

    void start(@Observes StartupEvent event) {
        vertx.setPeriodic(TICK_MILLIS, timer -> tick());
    }

    private void tick() {
        turn = (turn + 1) % turns;
        long now = clock.millis();
        streams.forEach((stream, its) -> stream.tick(now, its == turn));
    }

    // They connect again, elsewhere.
    void leave(@Observes ShutdownDelayInitiatedEvent event) {
        leave();
    }

    void stop(@Observes ShutdownEvent event) {
        leave();
    }

    private void leave() {
        leaving = true;
        streams.keySet().forEach(stream -> stream.end(true));
    }

    boolean isLeaving() {
        return leaving;
    }

    /**
     * Takes a place; whoever gets one must {@link #exit}.
     *
     * @throws Problem 429 {@code too_many_streams}, 503 {@code streams_exhausted}
     */
    void enter(String client) {
        if (leaving) {
            throw Problem.unavailable("streams_exhausted", "This process stops. Connect again.");
        }
        if (count.incrementAndGet() > settings.maxStreams()) {
            count.decrementAndGet();
            tooMany.increment();
            throw Problem.unavailable("streams_exhausted", "Too many clients are told of changes. Try again later.")
                    .with("retry_after", settings.heartbeat().toSeconds());
        }
        if (ofClients.merge(client, 1, Integer::sum) > settings.maxStreamsOfClient()) {
            exit(client);
            tooManyOfClient.increment();
            throw Problem.of(429, "too_many_streams", "This client is told of as many transactions as it may be.")
                    .with("limit", settings.maxStreamsOfClient())
                    .with("retry_after", settings.heartbeat().toSeconds());
        }
    }

    void exit(String client) {
        count.decrementAndGet();
        ofClients.computeIfPresent(client, (name, streams) -> streams == 1 ? null : streams - 1);
    }

    void add(LiveStream stream) {
        streams.put(stream, Math.floorMod(System.identityHashCode(stream), turns));
        if (leaving) {
            stream.end(true);
        }
    }

    void remove(LiveStream stream) {
        streams.remove(stream);
    }
}
