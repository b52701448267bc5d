package org.paywitness.dispute;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.paywitness.database.Migrations;
import org.paywitness.database.Rounds;
import org.paywitness.id.TypeId;

/**
 * Does what time brings in disputes: reminders, what the rules decide when nobody acted, merchants that became known,
 * promised refunds that have ended and promises that are late. Needs no leader: whoever comes second finds it done.
 */
@Singleton
class DisputeDeadlines {
    private static final Logger LOG = Logger.getLogger(DisputeDeadlines.class);

    private static final Duration STOP_PATIENCE = Duration.ofSeconds(2);

    private final Disputes disputes;
    private final DisputeDesk desk;
    private final Rulings rulings;
    private final DisputeSettings settings;
    private final Pool pool;
    private final Vertx vertx;
    private final Counter worked;
    private final Counter failed;
    private final Rounds rounds;

    DisputeDeadlines(
            Disputes disputes,
            DisputeDesk desk,
            Rulings rulings,
            DisputeSettings settings,
            Migrations migrations,
            Pool pool,
            MeterRegistry meters,
            Vertx vertx) {
        this.disputes = disputes;
        this.desk = desk;
        this.rulings = rulings;
        this.settings = settings;
        this.pool = pool;
        this.vertx = vertx;
        this.worked = counter(meters, "done");
        this.failed = counter(meters, "failed");
        this.rounds = new Rounds(migrations, LOG, "Deadlines of disputes wait", this::round);
    }

    private static Counter counter(MeterRegistry meters, String outcome) {
        return Counter.builder("paywitness.dispute.deadlines")
                .description("What time brought in disputes: reminders, decisions of the rules, promises")
                .tag("outcome", outcome)
                .register(meters);
    }

    void start(@Observes StartupEvent event) {
        vertx.setPeriodic(settings.poll().toMillis(), timer -> rounds.look());
    }

    // The one under way is finished, as far as patience goes; else its database transaction rolls back.
    void stop(@Observes ShutdownEvent event) {
        rounds.stop(STOP_PATIENCE);
    }

    private Uni<Boolean> round() {
        return due().chain(this::address)
                .chain(this::carriedOut)
                .chain(this::late)
                .replaceWith(false);
    }

    private Uni<Void> due() {
        return disputes.due(desk.now(), settings.batch()).chain(due -> each(due, rulings::onTime));
    }

    private Uni<Void> address() {
        return disputes.addressable(settings.batch())
                .chain(found -> each(
                        List.copyOf(found.entrySet()),
                        one -> pool.withTransaction(connection -> address(connection, one.getKey(), one.getValue()))));
    }

    private Uni<Void> address(SqlConnection connection, UUID id, String merchant) {
        return desk.locked(connection, id).chain(whole -> {
            if (whole.dispute().merchantId != null || !whole.dispute().status.isLive()) {
                return Uni.createFrom().voidItem();
            }
            Instant now = desk.now();
            whole.dispute().addressed(merchant, now, settings);
            Entry entry = Entry.byRules("addressed").with("merchant_id", merchant);
            return disputes.save(connection, whole.dispute(), List.of(entry), now);
        });
    }

    private Uni<Void> carriedOut() {
        return disputes.carriedOut(settings.batch())
                .chain(ended -> each(ended, promise -> pool.withTransaction(connection -> keep(connection, promise))));
    }

    private Uni<Void> keep(SqlConnection connection, Disputes.Promise promise) {
        FollowUp.State state = promise.what().equals("succeeded") ? FollowUp.State.EXECUTED : FollowUp.State.FAILED;
        return desk.locked(connection, promise.dispute()).chain(whole -> {
            FollowUp followUp = whole.followUps().stream()
                    .filter(one -> one.id().equals(promise.followUp()))
                    .findFirst()
                    .orElseThrow();
            if (followUp.state() != FollowUp.State.PROMISED) {
                return Uni.createFrom().voidItem();
            }
            Instant now = desk.now();
            String refund = TypeId.format(TypeId.REFUND, followUp.refundId());
            Entry entry = Entry.byRules(state == FollowUp.State.EXECUTED ? "promise_kept" : "promise_failed")
                    .with("follow_up_id", followUp.reference())
                    .with("refund_id", refund)
                    .with("refund_status", promise.what());
            return disputes.keep(connection, followUp.id(), state, refund, now)
                    .chain(() -> disputes.save(connection, whole.dispute(), List.of(entry), now));
        });
    }

    private Uni<Void> late() {
        return disputes.late(desk.now(), settings.batch())
                .chain(late ->
                        each(late, promise -> pool.withTransaction(connection -> tellLate(connection, promise))));
    }

    private Uni<Void> tellLate(SqlConnection connection, Disputes.Promise promise) {
        return desk.locked(connection, promise.dispute())
                .chain(whole -> disputes.reminded(connection, promise.followUp())
                        .chain(first -> {
                            Entry entry = Entry.byRules("promise_late")
                                    .with("follow_up_id", TypeId.format(TypeId.FOLLOW_UP, promise.followUp()))
                                    .with("kind", promise.what());
                            return first
                                    ? disputes.save(connection, whole.dispute(), List.of(entry), desk.now())
                                    : Uni.createFrom().voidItem();
                        }));
    }

    // One after the other; one that fails keeps nobody else waiting, and is looked at again. Whoever stops leaves
    // the rest to others, since only the row of the one under way is held.
    private <T> Uni<Void> each(List<T> all, Function<T, Uni<Void>> work) {
        return Multi.createFrom()
                .iterable(all)
                .onItem()
                .transformToUniAndConcatenate(one -> rounds.isStopping()
                        ? Uni.createFrom().voidItem()
                        : work.apply(one)
                                .invoke(() -> worked.increment())
                                .onFailure()
                                .recoverWithUni(failure -> {
                                    failed.increment();
                                    LOG.warnf("A dispute waits: %s", failure.toString());
                                    return Uni.createFrom().voidItem();
                                }))
                .collect()
                .asList()
                .replaceWithVoid();
    }
}
