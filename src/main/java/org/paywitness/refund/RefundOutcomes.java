package org.paywitness.refund;

import static org.paywitness.refund.RefundStatus.SUCCEEDED;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.paywitness.acquirer.Acquirer;
import org.paywitness.acquirer.Answer;
import org.paywitness.acquirer.Operation;
import org.paywitness.acquirer.Refusal;
import org.paywitness.verdict.Policy;

/** What the acquirer's answers mean for refunds: writes how each goes on, and when it is looked at again. */
@ApplicationScoped
class RefundOutcomes {
    static final String ACTOR = "executor";

    private static final double JITTER = 0.2;

    /** How often the pause before an order that could not leave is doubled: from 2 s to about a minute. */
    private static final int MAX_DOUBLINGS = 5;

    private final Refunds refunds;
    private final Settlements settlements;
    private final Acquirer acquirer;
    private final Policy policy;
    private final RefundSettings settings;
    private final Clock clock;
    private final List<Duration> pauses = new ArrayList<>();

    RefundOutcomes(
            Refunds refunds,
            Settlements settlements,
            Acquirer acquirer,
            Policy policy,
            RefundSettings settings,
            Clock clock) {
        this.refunds = refunds;
        this.settlements = settlements;
        this.acquirer = acquirer;
        this.policy = policy;
        this.settings = settings;
        this.clock = clock;
        if (settings.laterInquiries().isZero() || settings.laterInquiries().isNegative()) {
            throw new IllegalArgumentException("paywitness.refund.later-inquiries must be more than 0");
        }
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

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    /**
     * Writes what the answer means for the refund, and for its transaction; goes on at once where a void goes on as a
     * refund. Fails with {@link Refunds.Lost} when the claim no longer stands.
     */
    Uni<Answer> record(RefundTask task, Answer answer) {
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

    private Uni<Void> succeed(RefundTask task, Answer.Succeeded succeeded) {
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
    private Uni<Answer> continueAsRefund(RefundTask task) {
        return settlements
                .only((connection, none) -> locked(connection, task).chain(r -> {
                    r.continueAsRefund(now(), policy);
                    r.dueAt = now().plus(settings.lease());
                    return refunds.save(connection, r, ACTOR, "continued_as_refund", now())
                            .invoke(() -> task.refund().goOnAs(r));
                }))
                .chain(() -> acquirer.submit(task.order()))
                .chain(answer -> record(new RefundTask(task.refund(), task.transaction(), false), answer));
    }

    private BiFunction<SqlConnection, Instant, Uni<Void>> write(
            RefundTask task, String action, Consumer<Refund> change) {
        return (connection, none) -> locked(connection, task).chain(r -> {
            change.accept(r);
            return refunds.save(connection, r, ACTOR, action, now());
        });
    }

    /** The refund as it is now, if the claim still stands. */
    private Uni<Refund> locked(SqlConnection connection, RefundTask task) {
        return refunds.lock(connection, task.refund().id).map(r -> {
            if (r.claim != task.refund().claim) {
                throw new Refunds.Lost();
            }
            r.news = task.refund().news;
            return r;
        });
    }

    /** What an answer that ends nothing is recorded as; null where nothing changes that others should know. */
    private String open(RefundTask task, Answer answer) {
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

    private void leaveOpen(Refund refund, RefundTask task, Answer answer) {
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

    private void leaveUnsent(Refund refund, RefundTask task, Answer answer, Instant now) {
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
