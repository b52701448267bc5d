package org.paywitness.refund;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.paywitness.access.Visibility;
import org.paywitness.transaction.Amount;
import org.paywitness.transaction.Found;
import org.paywitness.transaction.RefundsOf;
import org.paywitness.transaction.VerdictAnswer;
import org.paywitness.verdict.Judge;
import org.paywitness.verdict.Policy;
import org.paywitness.verdict.Verdict;

/** Tells the refunds of transactions, and proposes one where the verdict says that money must go back. */
@ApplicationScoped
class RefundsOfTransactions implements RefundsOf {
    private final Refunds refunds;
    private final Policy policy;

    RefundsOfTransactions(Refunds refunds, Policy policy) {
        this.refunds = refunds;
        this.policy = policy;
    }

    @Override
    public Future<Map<UUID, Part>> of(List<Found> found, Visibility visibility, Instant now) {
        Promise<Map<UUID, Part>> answer = Promise.promise();
        lines(found, now)
                .chain(lines -> proposals(found, visibility, now).map(proposals -> parts(found, lines, proposals)))
                .subscribe()
                .with(answer::complete, answer::fail);
        return answer.future();
    }

    private static Map<UUID, Part> parts(
            List<Found> found, Map<UUID, List<Line>> lines, Map<UUID, Proposal> proposals) {
        Map<UUID, Part> parts = new HashMap<>();
        for (Found one : found) {
            UUID id = one.transaction().id();
            parts.put(id, new Part(lines.getOrDefault(id, List.of()), proposals.get(id)));
        }
        return parts;
    }

    private Uni<Map<UUID, List<Line>>> lines(List<Found> found, Instant now) {
        return refunds.ofTransactions(
                        found.stream().map(one -> one.transaction().id()).toList())
                .map(all -> {
                    Map<UUID, List<Line>> lines = new HashMap<>();
                    all.forEach((transaction, of) -> lines.put(
                            transaction, of.stream().map(r -> line(r, now)).toList()));
                    return lines;
                });
    }

    private Line line(Refund r, Instant now) {
        return new Line(
                r.reference(),
                Amount.of(r.amount),
                r.reason.code(),
                r.status.code(),
                r.route.code(),
                VerdictAnswer.time(r.requestedAt, policy.zone()),
                r.failure == null ? null : r.failure.code(),
                VerdictAnswer.time(r.expectedBy, policy.zone()),
                VerdictAnswer.time(r.arrivedAt, policy.zone()),
                r.isOverdue(now));
    }

    private Uni<Map<UUID, Proposal>> proposals(List<Found> found, Visibility visibility, Instant now) {
        Uni<Map<UUID, Proposal>> all = Uni.createFrom().item(new HashMap<>());
        if (visibility instanceof Visibility.OfCards) {
            return all;
        }
        for (Found one : found) {
            Verdict verdict = Judge.verdict(one.transaction().payment(), one.completeness(), policy, now);
            Reason reason = reason(verdict);
            if (reason != null) {
                all = all.call(proposals -> refunds.base(one.transaction().id()).invoke(base -> {
                    Refundable refundable =
                            Refundable.of(base.transaction(), base.completeness(), base.books(), policy, now);
                    if (refundable.left() != null && !refundable.left().isZero()) {
                        proposals.put(
                                one.transaction().id(),
                                new Proposal(base.transaction().typeId(), Amount.of(refundable.left()), reason.code()));
                    }
                }));
            }
        }
        return all;
    }

    // Money that was taken without a sale has bought nothing.
    private static Reason reason(Verdict verdict) {
        return switch (verdict.cause()) {
            case DUPLICATE -> Reason.DUPLICATE;
            case DEBITED_WITHOUT_SALE -> Reason.NOT_DELIVERED;
            default -> null;
        };
    }
}
