package org.paywitness.refund;

import static org.paywitness.refund.RefundStatus.APPROVED;
import static org.paywitness.refund.RefundStatus.SUCCEEDED;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.paywitness.acquirer.Acquirer;
import org.paywitness.acquirer.Answer;
import org.paywitness.acquirer.Notified;
import org.paywitness.acquirer.Operation;
import org.paywitness.acquirer.Order;
import org.paywitness.acquirer.Refusal;
import org.paywitness.database.Migrations;
import org.paywitness.id.TypeId;
import org.paywitness.transaction.Transaction;
import org.paywitness.transaction.Transactions;
import org.paywitness.verdict.Completeness;
import org.paywitness.verdict.Policy;
import org.paywitness.verdict.Verdict;

/**
 * Takes refunds to the acquirer and finds out what became of them. Any number of executors in any number of pods: one
 * claims what is due, commits, calls the acquirer outside of any transaction, and records what came back. Whoever dies
 * in between leaves a claim that ends; then the acquirer is asked before anything is sent again, under the same
 * reference.
 */
@Singleton
class RefundExecutor implements Notified {
    private static final Logger LOG = Logger.getLogger(RefundExecutor.class);
    private static final String ACTOR = "executor";
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(10);
    private static final double JITTER = 0.2;

    /** How often the pause before an order that could not leave is doubled: from 2 s to about a minute. */
    private static final int MAX_DOUBLINGS = 5;

    /** How often plans are looked through for those of a clock that was ahead, besides when ours went back. */
    private static final Duration REVIEW = Duration.ofMinutes(10);

    private final Refunds refunds;
    private final Settlements settlements;
    private final Transactions transactions;
    private final Acquirer acquirer;
    private final Pool pool;
    private final Policy policy;
    private final RefundSettings settings;
    private final Clock clock;
    private final Migrations migrations;
    private final Vertx vertx;
    private final List<Loop> loops = new ArrayList<>();
    private final List<Duration> pauses = new ArrayList<>();
    private volatile Instant latest = Instant.EPOCH;
    private volatile Instant reviewed = Instant.EPOCH;
    private volatile boolean stopping;

    RefundExecutor(
            Refunds refunds,
            Settlements settlements,
            Transactions transactions,
            Acquirer acquirer,
            Pool pool,
            Policy policy,
            RefundSettings settings,
            Clock clock,
            Migrations migrations,
            Vertx vertx) {
        this.refunds = refunds;
        this.settlements = settlements;
        this.transactions = transactions;
        this.acquirer = acquirer;
        this.pool = pool;
        this.policy = policy;
        this.settings = settings;
        this.clock = clock;
        this.migrations = migrations;
        this.vertx = vertx;
        Duration before = Duration.ZERO;
        for (Duration offset : settings.inquiries()) {
            pauses.add(offset.minus(before));
            before = offset;
        }
        for (Duration at = before.plus(settings.laterInquiries());
                at.compareTo(settings.inquiriesEnd()) <= 0;
                at = at.plus(settings.laterInquiries())) {
            pauses.add(settings.laterInquiries());
        }
    }

    void start(@Observes StartupEvent event) {
        if (!acquirer.isConfigured()) {
            LOG.warn("No acquirer is configured (paywitness.acquirer.url): refunds are not accepted");
            return;
        }
        for (int i = 0; i < settings.executors(); i++) {
            Loop loop = new Loop();
            loops.add(loop);
            vertx.setPeriodic(settings.poll().toMillis(), timer -> loop.look());
        }
    }

    // What is under way gets a chance to be recorded; the rest is another pod's when its claim ends.
    void stop(@Observes ShutdownEvent event) {
        stopping = true;
        long until = System.nanoTime() + STOP_PATIENCE.toNanos();
        while (loops.stream().anyMatch(Loop::isBusy) && System.nanoTime() < until) {
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
    }

    /** There may be something to do. */
    void wake() {
        loops.forEach(Loop::look);
    }

    @Override
    public Uni<Void> news(String reference) {
        return TypeId.parse(TypeId.REFUND, reference)
                .map(id -> refunds.news(id, now()).invoke(this::wake))
                .orElse(Uni.createFrom().voidItem());
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    /** A refund that was claimed, its transaction, and whether it was never sent before. */
    private record Task(Refund refund, Transaction transaction, boolean first) {
        Order order() {
            Transaction.Reference r = transaction.reference();
            return new Order(
                    refund.reference(),
                    refund.route,
                    refund.merchantId,
                    refund.amount,
                    new Order.Original(
                            TypeId.format(TypeId.TRANSACTION, refund.transactionId),
                            transaction.amount(),
                            transaction.occurredAt(),
                            r.terminalId(),
                            r.batch(),
                            r.stan(),
                            r.rrn(),
                            transaction.summary().authCode(),
                            r.merchantOrderNo(),
                            r.walletTransactionNo()));
        }
    }

    /** One executor: claims as many as it has hands for. */
    private final class Loop {
        private final AtomicBoolean claiming = new AtomicBoolean();
        private final AtomicBoolean again = new AtomicBoolean();
        private final AtomicInteger busy = new AtomicInteger();
        private volatile boolean failing;
        private volatile long closedUntil = System.nanoTime();

        boolean isBusy() {
            return busy.get() > 0 || claiming.get();
        }

        void look() {
            again.set(true);
            int free = settings.maxInFlight() - busy.get();
            boolean closed = System.nanoTime() - closedUntil < 0;
            if (stopping || free <= 0 || closed || !migrations.isDone() || !claiming.compareAndSet(false, true)) {
                return;
            }
            again.set(false);
            claim(free)
                    .subscribe()
                    .with(
                            tasks -> {
                                failing = false;
                                busy.addAndGet(tasks.size());
                                claiming.set(false);
                                tasks.forEach(this::run);
                                if (tasks.size() == free || again.get()) {
                                    look();
                                }
                            },
                            this::failed);
        }

        // The database is away: the next look tries again.
        private void failed(Throwable failure) {
            claiming.set(false);
            if (!failing) {
                LOG.warnf("Refunds wait: %s", failure.toString());
            }
            failing = true;
        }

        private void run(Task task) {
            work(task).subscribe().with(answer -> done(answer), failure -> {
                if (failure instanceof Refunds.Lost) {
                    LOG.infof(
                            "Refund %s was taken over by another", task.refund().reference());
                } else {
                    LOG.infof(
                            "Refund %s waits for its claim to end: %s",
                            task.refund().reference(), failure);
                }
                done(null);
            });
        }

        private void done(Answer answer) {
            if (answer instanceof Answer.NotSent notSent && !notSent.onlyThis()) {
                // The door is closed: knocking with everything that waits would not open it.
                closedUntil = System.nanoTime() + settings.notSentPause().toNanos();
            }
            busy.decrementAndGet();
            look();
        }
    }

    // --- claiming ----------------------------------------------------------------------------------------------------

    // At the start, whenever the clock was set back, and now and then for other pods' clocks.
    private Uni<Void> planAnew(Instant now) {
        boolean wentBack = now.plus(settings.clockSkew()).isBefore(latest);
        latest = now;
        if (!wentBack && now.isBefore(reviewed.plus(REVIEW))) {
            return Uni.createFrom().voidItem();
        }
        reviewed = now;
        return refunds.planAnew(now, settings.clockSkew())
                .onFailure()
                .invoke(() -> reviewed = Instant.EPOCH)
                .onFailure()
                .recoverWithNull();
    }

    private Uni<List<Task>> claim(int limit) {
        Instant now = now();
        return planAnew(now).chain(() -> claimDue(limit, now));
    }

    private Uni<List<Task>> claimDue(int limit, Instant now) {
        return pool.withTransaction(connection -> refunds.due(connection, limit, now)
                .chain(due -> due.isEmpty()
                        ? Uni.createFrom().item(List.of())
                        : transactionsOf(connection, due).chain(of -> take(connection, due, of, now))));
    }

    private Uni<Map<UUID, Transaction>> transactionsOf(SqlConnection connection, List<Refund> due) {
        Map<UUID, Transaction> of = new HashMap<>();
        return transactions
                .byIds(
                        connection,
                        due.stream().map(r -> r.transactionId).distinct().toList())
                .chain(rows -> {
                    rows.forEach(t -> of.put(t.id(), t));
                    return transactions.byIds(
                            connection,
                            rows.stream()
                                    .map(Transaction::mergedInto)
                                    .filter(into -> into != null)
                                    .distinct()
                                    .toList());
                })
                .map(survivors -> {
                    Map<UUID, Transaction> byId = new HashMap<>();
                    survivors.forEach(t -> byId.put(t.id(), t));
                    of.replaceAll((id, t) -> byId.getOrDefault(t.mergedInto(), t));
                    return of;
                });
    }

    private Uni<List<Task>> take(SqlConnection connection, List<Refund> due, Map<UUID, Transaction> of, Instant now) {
        List<Task> tasks = new ArrayList<>();
        List<Refund> asked = new ArrayList<>();
        Uni<Void> all = Uni.createFrom().voidItem();
        Instant until = now.plus(settings.lease());
        for (Refund refund : due) {
            Transaction transaction = of.get(refund.transactionId);
            if (refund.status == APPROVED && isGivenBackAlready(refund, transaction, now)) {
                refund.cancelByPolicy(now);
                all = all.chain(() -> refunds.save(connection, refund, Refund.POLICY, "canceled", now));
            } else if (refund.status == APPROVED) {
                boolean knocked = refund.openSince != null;
                refund.submit(route(refund, transaction, now), now, policy);
                refund.dueAt = until;
                // Told once: while the acquirer is away, each knock would be told again.
                all = all.chain(() -> refunds.save(connection, refund, ACTOR, knocked ? null : "submitted", now));
                tasks.add(new Task(refund, transaction, true));
            } else if (refund.status == SUCCEEDED && refund.arrivedAt != null && refund.news == 0) {
                refund.dueAt = null;
                all = all.chain(() -> refunds.save(connection, refund, ACTOR, null, now));
            } else if (refund.isOverdue(now) && !refund.overdueTold) {
                refund.overdueTold = true;
                refund.dueAt = until;
                all = all.chain(() -> refunds.save(connection, refund, ACTOR, "overdue", now));
                tasks.add(new Task(refund, transaction, false));
            } else {
                asked.add(refund);
                tasks.add(new Task(refund, transaction, false));
            }
        }
        return all.chain(() -> refunds.claim(connection, asked, now, until)).replaceWith(tasks);
    }

    // Others may have given the money back while it waited for the acquirer's door to open.
    private boolean isGivenBackAlready(Refund refund, Transaction transaction, Instant now) {
        Refundable refundable = Refundable.of(transaction, Completeness.NONE, Refundable.Books.NONE, policy, now);
        Verdict.Kind kind = refundable.verdict().kind();
        return kind == Verdict.Kind.RETURNED
                || kind == Verdict.Kind.BEING_RETURNED
                || refundable.refusal() == null
                        && refundable.left().currency().equals(refund.amount.currency())
                        && !refundable.left().covers(refund.amount);
    }

    // The day may have ended since it was asked for.
    private Operation route(Refund refund, Transaction transaction, Instant now) {
        return refund.route == Operation.REFUND
                ? Operation.REFUND
                : RefundLimits.of(settings, policy, refund.merchantId).route(true, transaction.occurredAt(), now);
    }

    // --- calling -----------------------------------------------------------------------------------------------------

    private Uni<Answer> work(Task task) {
        return (task.first() ? acquirer.submit(task.order()) : ask(task)).chain(answer -> record(task, answer));
    }

    private Uni<Answer> ask(Task task) {
        Refund refund = task.refund();
        return acquirer.inquire(refund.merchantId, refund.reference(), refund.route)
                // It never came there, or is forgotten for now. Under one reference it is carried out once at most.
                .chain(answer -> answer instanceof Answer.NoRecord && refund.status != SUCCEEDED
                        ? acquirer.submit(task.order())
                        : Uni.createFrom().item(answer));
    }

    // --- recording ---------------------------------------------------------------------------------------------------

    private Uni<Answer> record(Task task, Answer answer) {
        Refund refund = task.refund();
        if (answer instanceof Answer.Succeeded succeeded && refund.status != SUCCEEDED) {
            return succeed(task, succeeded).replaceWith(answer);
        }
        if (answer instanceof Answer.Refused refused) {
            if (refund.status == SUCCEEDED) {
                return settlements
                        .discount(refund, write(task, "failed", r -> r.fail(refused.refusal(), now())))
                        .replaceWith(answer);
            }
            return refused.refusal() == Refusal.TOO_LATE && refund.route == Operation.VOID
                    ? continueAsRefund(task)
                    : settlements
                            .only(write(task, "failed", r -> r.fail(refused.refusal(), now())))
                            .replaceWith(answer);
        }
        return settlements
                .only(write(task, open(task, answer), r -> leaveOpen(r, task, answer)))
                .replaceWith(answer);
    }

    private Uni<Void> succeed(Task task, Answer.Succeeded succeeded) {
        // The acquirer's clock is not ours: what it did, it has done by now.
        Instant at = succeeded.at() == null || succeeded.at().isAfter(now())
                ? now()
                : succeeded.at().truncatedTo(ChronoUnit.MICROS);
        return settlements.count(
                task.refund(), task.refund().route, at, (connection, arrivedAt) -> locked(connection, task)
                        .chain(r -> {
                            r.succeed(at, succeeded.acquirerReference(), policy);
                            r.arrivedAt = arrivedAt;
                            return refunds.save(connection, r, ACTOR, "succeeded", now());
                        }));
    }

    // The void came after the batch was closed: the same refund goes on by the other route, at once.
    private Uni<Answer> continueAsRefund(Task task) {
        return settlements
                .only((connection, none) -> locked(connection, task).chain(r -> {
                    r.continueAsRefund(now(), policy);
                    r.dueAt = now().plus(settings.lease());
                    return refunds.save(connection, r, ACTOR, "continued_as_refund", now())
                            .invoke(() -> task.refund().goOnAs(r));
                }))
                .chain(() -> acquirer.submit(task.order()))
                .chain(answer -> record(new Task(task.refund(), task.transaction(), false), answer));
    }

    private java.util.function.BiFunction<SqlConnection, Instant, Uni<Void>> write(
            Task task, String action, Consumer<Refund> change) {
        return (connection, none) -> locked(connection, task).chain(r -> {
            change.accept(r);
            return refunds.save(connection, r, ACTOR, action, now());
        });
    }

    /** The refund as it is now, if the claim still stands. */
    private Uni<Refund> locked(SqlConnection connection, Task task) {
        return refunds.lock(connection, task.refund().id).map(r -> {
            if (r.claim != task.refund().claim) {
                throw new Refunds.Lost();
            }
            r.news = task.refund().news;
            return r;
        });
    }

    /** What an answer that ends nothing is recorded as; null where nothing changes that others should know. */
    private String open(Task task, Answer answer) {
        Refund refund = task.refund();
        if (refund.status == SUCCEEDED) {
            return null;
        }
        if (isAtItsEnd(refund, answer) && !refund.needsAttention) {
            return "needs_attention";
        }
        if (answer instanceof Answer.NotSent && task.first()) {
            return refund.inquiries == 0 ? "not_sent" : null;
        }
        return answer instanceof Answer.InDoubt && refund.status == RefundStatus.SUBMITTED ? "in_doubt" : null;
    }

    private boolean isAtItsEnd(Refund refund, Answer answer) {
        if (refund.status == SUCCEEDED) {
            return false;
        }
        return answer instanceof Answer.NotSent
                ? refund.openSince != null && now().isAfter(refund.openSince.plus(settings.inquiriesEnd()))
                : refund.inquiries >= pauses.size();
    }

    private void leaveOpen(Refund refund, Task task, Answer answer) {
        Instant now = now();
        if (answer instanceof Answer.Succeeded) {
            // Still so.
            refund.settle();
            refund.dueAt = refund.arrivedAt == null && !refund.overdueTold ? refund.expectedBy : null;
            return;
        }
        if (answer instanceof Answer.NotSent && refund.status != SUCCEEDED) {
            leaveUnsent(refund, task, answer, now);
            return;
        }
        if (task.first()) {
            // What was counted until now were knocks at a closed door.
            refund.inquiries = 0;
        }
        if (answer instanceof Answer.InDoubt) {
            refund.doubt();
        } else if (answer instanceof Answer.Processing) {
            refund.progress();
        }
        refund.openSince = refund.openSince == null ? now : refund.openSince;
        if (refund.inquiries < pauses.size()) {
            refund.dueAt = now.plus(jittered(pauses.get(refund.inquiries)));
            refund.inquiries++;
        } else {
            // A person is needed, and the acquirer may still find its tongue.
            refund.dueAt = now.plus(jittered(settings.laterInquiries()));
            if (refund.status != SUCCEEDED) {
                refund.callForHelp();
            }
        }
    }

    private void leaveUnsent(Refund refund, Task task, Answer answer, Instant now) {
        if (isAtItsEnd(refund, answer)) {
            refund.callForHelp();
        }
        Duration pause = settings.notSentPause().multipliedBy(1L << Math.min(refund.inquiries, MAX_DOUBLINGS));
        refund.dueAt = now.plus(jittered(pause));
        if (task.first()) {
            refund.comeBack();
            refund.inquiries++;
        }
    }

    // So that what fell in doubt together does not come back together.
    private static Duration jittered(Duration pause) {
        return pause.plusMillis(
                (long) (pause.toMillis() * JITTER * ThreadLocalRandom.current().nextDouble()));
    }
}
