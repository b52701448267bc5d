package org.paywitness.figures;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToDoubleFunction;
import org.jboss.logging.Logger;
import org.paywitness.database.Migrations;
import org.paywitness.dispute.Status;
import org.paywitness.figures.Figures.Gathered;
import org.paywitness.verdict.Source;

/**
 * Gathers figures every so often and shows them as gauges (src/docs/metrics.md). A scrape only reads what was gathered;
 * what could not be gathered is not a number, rather than what it was a while ago.
 */
@Singleton
class Gathering {
    private static final Logger LOG = Logger.getLogger(Gathering.class);
    private static final int SHOWN_FOR_INTERVALS = 3;
    private static final List<String> REFUNDS = List.of("pending_approval", "approved", "submitted", "in_doubt");

    private static final List<String> EXCEPTIONS = List.of(
            "missing_at_bank",
            "missing_at_acquirer",
            "missing_at_terminal",
            "amount_mismatch",
            "duplicate",
            "fee_mismatch",
            "late");

    private final Figures figures;
    private final FigureSettings settings;
    private final Migrations migrations;
    private final MeterRegistry meters;
    private final Clock clock;
    private final Vertx vertx;
    private final AtomicBoolean gathering = new AtomicBoolean();
    private volatile Shown shown;
    private volatile boolean failing;
    private volatile boolean stopping;

    /** @param at by the clock that only goes forward */
    private record Shown(Gathered gathered, long at) {}

    Gathering(
            Figures figures,
            FigureSettings settings,
            Migrations migrations,
            MeterRegistry meters,
            Clock clock,
            Vertx vertx) {
        this.figures = figures;
        this.settings = settings;
        this.migrations = migrations;
        this.meters = meters;
        this.clock = clock;
        this.vertx = vertx;
    }

    void start(@Observes StartupEvent event) {
        register();
        vertx.setPeriodic(settings.interval().toMillis(), timer -> gather());
    }

    void stop(@Observes ShutdownEvent event) {
        stopping = true;
    }

    /** Once, now; nothing where it is under way. */
    void gather() {
        if (stopping || !migrations.isDone() || !gathering.compareAndSet(false, true)) {
            return;
        }
        Instant now = clock.instant();
        figures.gather(settings.maxCount(), now, now.minus(settings.completenessHorizon()))
                .ifNoItem()
                .after(settings.timeout())
                .fail()
                .onTermination()
                .invoke(() -> gathering.set(false))
                .subscribe()
                .with(
                        gathered -> {
                            shown = new Shown(gathered, System.nanoTime());
                            failing = false;
                        },
                        this::failed);
    }

    private void failed(Throwable failure) {
        shown = null;
        if (!failing && !stopping) {
            LOG.warnf("Figures are not gathered: %s", failure.toString());
        }
        failing = true;
    }

    private double show(ToDoubleFunction<Gathered> figure) {
        Shown last = shown;
        Duration most = settings.interval().multipliedBy(SHOWN_FOR_INTERVALS).plus(settings.timeout());
        return last == null || System.nanoTime() - last.at() > most.toNanos()
                ? Double.NaN
                : figure.applyAsDouble(last.gathered());
    }

    private void gauge(String name, String description, Tags tags, ToDoubleFunction<Gathered> figure) {
        Gauge.builder(name, this, all -> all.show(figure))
                .description(description)
                .tags(tags)
                .register(meters);
    }

    private void seconds(String name, String description, Tags tags, ToDoubleFunction<Gathered> figure) {
        Gauge.builder(name, this, all -> all.show(figure))
                .description(description)
                .tags(tags)
                .baseUnit("seconds")
                .register(meters);
    }

    void register() {
        for (String status : REFUNDS) {
            Tags tags = Tags.of("status", status);
            gauge("paywitness.refunds", "Refunds that have not ended, by status", tags, all -> all.figure(
                            "refunds", status)
                    .count());
            seconds(
                    "paywitness.refunds.oldest",
                    "Since when the first of them was asked for, or is in doubt",
                    tags,
                    all -> all.figure("refunds", status).oldestSeconds());
        }
        one("paywitness.refunds.due", "due", "Refunds that no executor has taken up though it is time");
        one("paywitness.refunds.attention", "attention", "Refunds that a person must resolve");
        one("paywitness.refunds.overdue", "overdue", "Refunds that succeeded and have not arrived when they should");
        one("paywitness.events.waiting", "events", "Events that were written and have no place in the order yet");
        one("paywitness.looks.due", "looks", "Transactions that it is time to look at again");
        webhooks();
        disputes();
        for (String status : List.of("received", "running")) {
            Tags tags = Tags.of("status", status);
            gauge("paywitness.statements", "Files that are not worked in", tags, all -> all.figure("statements", status)
                    .count());
            seconds(
                    "paywitness.statements.oldest",
                    "Since when the first of them was received",
                    tags,
                    all -> all.figure("statements", status).oldestSeconds());
        }
        for (Source source : Source.values()) {
            seconds(
                    "paywitness.completeness.lag",
                    "How far behind the data of a source is, for the last merchant",
                    Tags.of("source", source.code()),
                    all -> all.figure("completeness", source.code()).oldestSeconds());
        }
        for (String kind : EXCEPTIONS) {
            Tags tags = Tags.of("kind", kind);
            gauge("paywitness.exceptions", "Exceptions that are open, by kind", tags, all -> all.figure(
                            "exceptions", kind)
                    .count());
            seconds("paywitness.exceptions.oldest", "Since when the first of them is open", tags, all -> all.figure(
                            "exceptions", kind)
                    .oldestSeconds());
        }
        Gauge.builder("paywitness.figures.age", this, Gathering::age)
                .description("Since when the figures of the record were gathered last")
                .baseUnit("seconds")
                .register(meters);
    }

    private void one(String name, String what, String description) {
        gauge(name, description, Tags.empty(), all -> all.figure(what, "").count());
        seconds(name + ".oldest", "Since when the first of them is", Tags.empty(), all -> all.figure(what, "")
                .oldestSeconds());
    }

    private void webhooks() {
        gauge(
                "paywitness.webhook.backlog",
                "Deliveries of webhooks that have neither arrived nor been given up, of endpoints that are enabled",
                Tags.empty(),
                all -> all.figure("webhooks", "").count());
        gauge(
                "paywitness.webhook.fan.out.backlog",
                "Events that have not been handed to the endpoints that want them",
                Tags.empty(),
                all -> all.figure("webhooks_fan_out", "").count());
        seconds(
                "paywitness.webhook.fan.out.backlog.oldest",
                "Since when the first of them happened",
                Tags.empty(),
                all -> all.figure("webhooks_fan_out", "").oldestSeconds());
        one("paywitness.webhook.due", "webhooks_due", "Endpoints that no sender has taken though it is time");
    }

    private void disputes() {
        for (String turn : List.of("cardholder", "merchant", "desk")) {
            List<String> statuses = List.of(Status.values()).stream()
                    .filter(status -> status.isLive() && status.turn().code().equals(turn))
                    .map(Status::code)
                    .toList();
            Tags tags = Tags.of("turn", turn);
            gauge(
                    "paywitness.disputes",
                    "Disputes that have not ended, by whose turn it is",
                    tags,
                    all -> sum(all, "disputes", statuses));
            gauge(
                    "paywitness.disputes.overdue",
                    "Those whose deadline has passed and decided nothing yet",
                    tags,
                    all -> sum(all, "disputes_overdue", statuses));
        }
    }

    private static double sum(Gathered all, String what, List<String> statuses) {
        return statuses.stream()
                .mapToDouble(status -> all.figure(what, status).count())
                .sum();
    }

    private double age() {
        Shown last = shown;
        return last == null
                ? Double.NaN
                : Duration.ofNanos(System.nanoTime() - last.at()).toMillis() / 1000.0;
    }
}
