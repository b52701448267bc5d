package org.paywitness.webhook;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.vertx.VertxContext;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;
import org.paywitness.database.Migrations;
import org.paywitness.event.CloudEvent;
import org.paywitness.event.Event;
import org.paywitness.event.EventSettings;
import org.paywitness.id.TypeId;
import org.paywitness.webhook.Attempt.Outcome;
import org.paywitness.webhook.Leases.Held;
import org.paywitness.webhook.Leases.Parcel;

/**
 * Sends deliveries. Any number of senders in any number of pods: one takes endpoints that have something to do, commits,
 * sends outside of any transaction, and records what came back, one endpoint at a time by one sender. Whoever dies in
 * between leaves a lease that runs out; then the same is sent again under the same id. First attempts of an endpoint are
 * made one after the other in the order of events, later ones beside them. Endpoints that fail get half of the places at
 * most, and each keeps its place for a moment only: a slow one keeps no other waiting.
 */
@Singleton
class WebhookSender {
    private static final Logger LOG = Logger.getLogger(WebhookSender.class);
    /** How long giving back may take; without the database leases run out by themselves. */
    private static final Duration HAND_BACK_PATIENCE = Duration.ofSeconds(2);

    private static final Duration[] BUCKETS = {
        Duration.ofMillis(50),
        Duration.ofMillis(250),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(15)
    };

    private final Leases leases;
    private final WebhookCall call;
    private final Sealed sealed;
    private final WebhookSettings settings;
    private final Clock clock;
    private final Migrations migrations;
    private final MeterRegistry meters;
    private final Vertx vertx;
    private final EventSettings events;
    private final ObjectMapper json;
    private final Map<UUID, Long> hands = new ConcurrentHashMap<>();
    private final AtomicInteger busy = new AtomicInteger();
    private final AtomicInteger busyWithFailing = new AtomicInteger();
    private final AtomicBoolean taking = new AtomicBoolean();
    private final AtomicBoolean again = new AtomicBoolean();
    private volatile boolean stopping;
    private volatile boolean failing;

    WebhookSender(
            Leases leases,
            WebhookCall call,
            Sealed sealed,
            WebhookSettings settings,
            Clock clock,
            Migrations migrations,
            MeterRegistry meters,
            Vertx vertx,
            EventSettings events,
            ObjectMapper json) {
        this.leases = leases;
        this.call = call;
        this.sealed = sealed;
        this.settings = settings;
        this.clock = clock;
        this.migrations = migrations;
        this.meters = meters;
        this.vertx = vertx;
        this.events = events;
        this.json = json;
        settings.check();
        // From the start: a figure that is not there yet cannot be told from one that is lost.
        List.of(Outcome.values()).forEach(this::timer);
    }

    private Timer timer(Outcome outcome) {
        return Timer.builder("paywitness.webhook.attempts")
                .description("Attempts to deliver webhooks, by what came of them")
                .tag("outcome", outcome.code())
                .serviceLevelObjectives(BUCKETS)
                .register(meters);
    }

    void start(@Observes StartupEvent event) {
        if (settings.endpointsAtOnce() > 0) {
            vertx.setPeriodic(settings.poll().toMillis(), timer -> look());
        }
    }

    // What is under way gets a moment to be answered; the rest is given back, and sent again by another pod.
    void stop(@Observes ShutdownEvent event) {
        stopping = true;
        long until = System.nanoTime() + settings.stopPatience().toNanos();
        while ((busy.get() > 0 || taking.get()) && System.nanoTime() < until) {
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
        Map<UUID, Long> held = Map.copyOf(hands);
        if (held.isEmpty()) {
            return;
        }
        try {
            leases.letGo(held).await().atMost(HAND_BACK_PATIENCE);
        } catch (RuntimeException e) {
            LOG.warnf("%d endpoints wait for their leases to run out: %s", held.size(), e.toString());
        }
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    /** There may be something to do. */
    void look() {
        again.set(true);
        int free = settings.endpointsAtOnce() - busy.get();
        if (stopping || free <= 0 || !migrations.isDone() || !taking.compareAndSet(false, true)) {
            return;
        }
        again.set(false);
        apart(() -> take(free)
                .subscribe()
                .with(
                        taken -> {
                            failing = false;
                            taking.set(false);
                            if (taken > 0 || again.get()) {
                                look();
                            }
                        },
                        this::failed));
    }

    // The database is away: the next look tries again.
    private void failed(Throwable failure) {
        taking.set(false);
        if (!failing) {
            LOG.warnf("Webhooks wait: %s", failure.toString());
        }
        failing = true;
    }

    private Uni<Integer> take(int free) {
        Instant now = now();
        return leases.take(free, false, now).invoke(held -> begin(held, false)).chain(well -> {
            int half = Math.max(1, settings.endpointsAtOnce() / 2);
            int left = Math.min(free - well.size(), half - busyWithFailing.get());
            return leases.take(left, true, now)
                    .invoke(held -> begin(held, true))
                    .map(ill -> well.size() + ill.size());
        });
    }

    private void begin(List<Held> all, boolean fails) {
        for (Held held : all) {
            hands.put(held.endpoint(), held.claim());
            busy.incrementAndGet();
            busyWithFailing.addAndGet(fails ? 1 : 0);
            apart(() -> new Turn(held)
                    .run()
                    .onTermination()
                    .invoke(() -> end(held, fails))
                    .subscribe()
                    .with(done -> look(), failure -> turnFailed(held, failure)));
        }
    }

    private void end(Held held, boolean fails) {
        hands.remove(held.endpoint(), held.claim());
        busy.decrementAndGet();
        busyWithFailing.addAndGet(fails ? -1 : 0);
    }

    private void turnFailed(Held held, Throwable failure) {
        String reference = TypeId.format(TypeId.WEBHOOK_ENDPOINT, held.endpoint());
        if (failure instanceof Leases.Lost) {
            LOG.infof("Webhooks of %s were taken over by another", reference);
        } else {
            LOG.warnf("Webhooks of %s wait for a lease to run out: %s", reference, failure.toString());
        }
        look();
    }

    // Whoever woke us has a trace and fields of its log lines, which what we do is no part of.
    private void apart(Runnable work) {
        VertxContext.createNewDuplicatedContext(VertxContext.getRootContext(vertx.getOrCreateContext()))
                .runOnContext(nothing -> work.run());
    }

    /** One endpoint for a moment. */
    private final class Turn {
        private final Held held;
        private final long end = System.nanoTime() + settings.turn().toNanos();
        private volatile Instant failingSince;
        private volatile boolean over;

        Turn(Held held) {
            this.held = held;
            this.failingSince = held.failingSince();
        }

        Uni<Void> run() {
            Uni<Void> first = leases.first(held).chain(parcels -> each(parcels, 1));
            Uni<Void> later = leases.later(held, now()).chain(parcels -> each(parcels, settings.retriesAtOnce()));
            return Uni.join().all(first, later).andCollectFailures().chain(() -> leases.giveBack(held, now()));
        }

        private Uni<Void> each(List<Parcel> parcels, int atOnce) {
            return Multi.createFrom()
                    .iterable(parcels)
                    .onItem()
                    .transformToUni(parcel -> isOver() ? Uni.createFrom().voidItem() : attempt(parcel))
                    .merge(atOnce)
                    .collect()
                    .asList()
                    .replaceWithVoid();
        }

        private boolean isOver() {
            return over || stopping || System.nanoTime() - end > 0;
        }

        private Uni<Void> attempt(Parcel parcel) {
            String id = TypeId.format(TypeId.EVENT, parcel.event().id());
            byte[] body = body(parcel.event());
            return call.send(held.url(), id, body, secrets())
                    .invoke(attempt -> timer(attempt.outcome()).record(attempt.took()))
                    .chain(attempt -> record(parcel, attempt));
        }

        private byte[] body(Event event) {
            try {
                return json.writeValueAsBytes(CloudEvent.of(
                        events.source(),
                        event.id(),
                        event.type(),
                        event.aggregateId(),
                        event.at(),
                        event.merchantId(),
                        event.payload()));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(e);
            }
        }

        private List<String> secrets() {
            Instant now = now();
            return held.sealed().stream()
                    .filter(secret -> secret.until() == null || secret.until().isAfter(now))
                    .map(secret -> sealed.open(held.endpoint(), secret.sealed()))
                    .toList();
        }

        private Uni<Void> record(Parcel parcel, Attempt attempt) {
            Instant now = now();
            Delivery.Next next = Delivery.Next.after(attempt, parcel.tries(), settings.retries(), now);
            Endpoint.Reason disabled = disabled(attempt, now);
            Instant pause = attempt.retryAfter() == null ? null : now.plus(attempt.retryAfter());
            if (disabled != null || pause != null) {
                over = true;
            }
            return leases.record(held, parcel, attempt, next, pause, disabled, now)
                    .onFailure()
                    .invoke(failure -> over = true);
        }

        private Endpoint.Reason disabled(Attempt attempt, Instant now) {
            if (attempt.isDelivered()) {
                failingSince = null;
                return null;
            }
            if (attempt.outcome() == Outcome.GONE) {
                return Endpoint.Reason.GONE;
            }
            if (failingSince == null) {
                failingSince = now;
            }
            return failingSince.plus(settings.disableAfter()).isAfter(now) ? null : Endpoint.Reason.FAILING;
        }
    }
}
