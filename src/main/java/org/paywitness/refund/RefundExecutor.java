package org.paywitness.refund;

import static org.paywitness.refund.RefundStatus.APPROVED;
import static org.paywitness.refund.RefundStatus.SUCCEEDED;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.vertx.VertxContext;
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
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;
import org.paywitness.acquirer.Acquirer;
import org.paywitness.acquirer.Answer;
import org.paywitness.acquirer.Notified;
import org.paywitness.database.Migrations;
import org.paywitness.id.TypeId;
import org.paywitness.log.LogFields;
import org.paywitness.trace.Traces;
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
    /** How long handing claims back may take; without the database they end by themselves. */
    private static final Duration HAND_BACK_PATIENCE = Duration.ofSeconds(2);
    /** How often plans are looked through for those of a clock that was ahead, besides when ours went back. */
    private static final Duration REVIEW = Duration.ofMinutes(10);

    private final Refunds refunds;
    private final RefundOutcomes outcomes;
    private final Transactions transactions;
    private final Acquirer acquirer;
    private final Pool pool;
    private final Policy policy;
    private final RefundSettings settings;
    private final Clock clock;
    private final Migrations migrations;
    private final Traces traces;
    private final Vertx vertx;
    private final List<Loop> loops = new ArrayList<>();
    private volatile Instant latest = Instant.EPOCH;
    private volatile Instant reviewed = Instant.EPOCH;
    private volatile boolean stopping;

    RefundExecutor(
            Refunds refunds,
            RefundOutcomes outcomes,
            Transactions transactions,
            Acquirer acquirer,
            Pool pool,
            Policy policy,
            RefundSettings settings,
            Clock clock,
            Migrations migrations,
            Traces traces,
            Vertx vertx) {
        this.refunds = refunds;
        this.outcomes = outcomes;
        this.transactions = transactions;
        this.acquirer = acquirer;
        this.pool = pool;
        this.policy = policy;
        this.settings = settings;
        this.clock = clock;
        this.migrations = migrations;
        this.traces = traces;
        this.vertx = vertx;
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

    // What is under way gets a chance to be recorded; the rest is handed back, for another pod to ask about at once.
    void stop(@Observes ShutdownEvent event) {
        stopping = true;
        long until = System.nanoTime() + settings.stopPatience().toNanos();
        while (loops.stream().anyMatch(Loop::isBusy) && System.nanoTime() < until) {
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
        Map<UUID, Integer> held = new HashMap<>();
        loops.forEach(loop -> held.putAll(loop.hands));
        if (held.isEmpty()) {
            return;
        }
        try {
            int left = refunds.handBack(held, now()).await().atMost(HAND_BACK_PATIENCE);
            LOG.infof("%d refunds are handed back", left);
        } catch (RuntimeException e) {
            LOG.warnf("%d refunds wait for their claims to end: %s", held.size(), e.toString());
        }
    }

    /** There may be something to do for this refund, in the trace of whoever asks now. */
    void wake(String reference) {
        traces.asked(reference);
        wake();
    }

    /** There may be something to do. */
    void wake() {
        loops.forEach(Loop::look);
    }

    @Override
    public Uni<Void> news(String reference) {
        return TypeId.parse(TypeId.REFUND, reference)
                .map(id -> refunds.news(id, now()).invoke(() -> wake(reference)))
                .orElse(Uni.createFrom().voidItem());
    }

    // Whoever woke us has a trace and fields of its log lines, which what we do is no part of.
    private void apart(Runnable work) {
        VertxContext.createNewDuplicatedContext(VertxContext.getRootContext(vertx.getOrCreateContext()))
                .runOnContext(nothing -> work.run());
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    /** One executor: claims as many as it has hands for. */
    private final class Loop {
        private final AtomicBoolean claiming = new AtomicBoolean();
        private final AtomicBoolean again = new AtomicBoolean();
        private final AtomicInteger busy = new AtomicInteger();
        /** What is claimed and not recorded yet, with its claim. */
        private final Map<UUID, Integer> hands = new ConcurrentHashMap<>();

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
            apart(() -> claim(free)
                    .subscribe()
                    .with(
                            tasks -> {
                                failing = false;
                                tasks.forEach(task -> hands.put(task.refund().id, task.refund().claim));
                                boolean tooLate = stopping;
                                busy.addAndGet(tooLate ? 0 : tasks.size());
                                claiming.set(false);
                                if (tooLate) {
                                    return;
                                }
                                tasks.forEach(this::run);
                                if (tasks.size() == free || again.get()) {
                                    look();
                                }
                            },
                            this::failed));
        }

        // The database is away: the next look tries again.
        private void failed(Throwable failure) {
            claiming.set(false);
            if (!failing) {
                LOG.warnf("Refunds wait: %s", failure.toString());
            }
            failing = true;
        }

        private void run(RefundTask task) {
            apart(() -> runHere(task));
        }

        private void runHere(RefundTask task) {
            String reference = task.refund().reference();
            LogFields.about(reference);
            LogFields.about(TypeId.format(TypeId.TRANSACTION, task.refund().transactionId));
            traces.work("refund", reference, () -> work(task))
                    .subscribe()
                    .with(answer -> done(task, answer), failure -> {
                        if (failure instanceof Refunds.Lost) {
                            LOG.infof("Refund %s was taken over by another", reference);
                        } else {
                            LOG.infof("Refund %s waits for its claim to end: %s", reference, failure);
                        }
                        done(task, null);
                    });
        }

        private void done(RefundTask task, Answer answer) {
            hands.remove(task.refund().id);
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

    private Uni<List<RefundTask>> claim(int limit) {
        Instant now = now();
        return planAnew(now).chain(() -> claimDue(limit, now));
    }

    private Uni<List<RefundTask>> claimDue(int limit, Instant now) {
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

    private Uni<List<RefundTask>> take(
            SqlConnection connection, List<Refund> due, Map<UUID, Transaction> of, Instant now) {
        List<RefundTask> tasks = new ArrayList<>();
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
                // On the route that it was asked for, though the day may have ended since: the acquirer says whether a
                // void is too late. A database that was restored may not know that it was voided already, and a refund
                // would be another order.
                refund.submit(refund.route, now, policy);
                refund.dueAt = until;
                // Told once: while the acquirer is away, each knock would be told again.
                all = all.chain(() ->
                        refunds.save(connection, refund, RefundOutcomes.ACTOR, knocked ? null : "submitted", now));
                tasks.add(new RefundTask(refund, transaction, true));
            } else if (refund.status == SUCCEEDED && refund.arrivedAt != null && refund.news == 0) {
                refund.dueAt = null;
                all = all.chain(() -> refunds.save(connection, refund, RefundOutcomes.ACTOR, null, now));
            } else if (refund.isOverdue(now) && !refund.overdueTold) {
                refund.overdueTold = true;
                refund.dueAt = until;
                all = all.chain(() -> refunds.save(connection, refund, RefundOutcomes.ACTOR, "overdue", now));
                tasks.add(new RefundTask(refund, transaction, false));
            } else {
                asked.add(refund);
                tasks.add(new RefundTask(refund, transaction, false));
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

    // --- calling -----------------------------------------------------------------------------------------------------

    private Uni<Answer> work(RefundTask task) {
        return (task.first() ? acquirer.submit(task.order()) : ask(task))
                .chain(answer -> outcomes.record(task, answer));
    }

    private Uni<Answer> ask(RefundTask task) {
        Refund refund = task.refund();
        return acquirer.inquire(refund.merchantId, refund.reference(), refund.route)
                // It never came there, or is forgotten for now. Under one reference it is carried out once at most.
                .chain(answer -> answer instanceof Answer.NoRecord && refund.status != SUCCEEDED
                        ? acquirer.submit(task.order())
                        : Uni.createFrom().item(answer));
    }
}
