package org.paywitness.fee;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.paywitness.access.Visibility;
import org.paywitness.transaction.Amount;
import org.paywitness.transaction.FeesOf;
import org.paywitness.transaction.Found;
import org.paywitness.transaction.Transaction;
import org.paywitness.verdict.Judge;
import org.paywitness.verdict.Policy;

/** Tells what transactions cost their merchants; to cardholders it is no business of theirs. */
@ApplicationScoped
class FeesOfTransactions implements FeesOf {
    private final FeeSchedules schedules;
    private final FeeSettings settings;
    private final Policy policy;

    FeesOfTransactions(FeeSchedules schedules, FeeSettings settings, Policy policy) {
        this.schedules = schedules;
        this.settings = settings;
        this.policy = policy;
    }

    @Override
    public Future<Map<UUID, Line>> of(List<Found> found, Visibility visibility, Instant now) {
        if (visibility instanceof Visibility.OfCards) {
            return Future.succeededFuture(Map.of());
        }
        Set<String> merchants = found.stream()
                .map(one -> one.transaction().reference().merchantId())
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
        Promise<Map<UUID, Line>> answer = Promise.promise();
        schedules
                .of(merchants)
                .map(table -> lines(found, table, now))
                .subscribe()
                .with(answer::complete, answer::fail);
        return answer.future();
    }

    private Map<UUID, Line> lines(List<Found> found, FeeTable table, Instant now) {
        Map<UUID, Line> lines = new HashMap<>();
        for (Found one : found) {
            Line line = line(one, table.of(one.transaction()), now);
            if (line != null) {
                lines.put(one.transaction().id(), line);
            }
        }
        return lines;
    }

    private Line line(Found found, FeeSchedule schedule, Instant now) {
        Transaction transaction = found.transaction();
        List<Stated> stated = transaction.facts().stream()
                .filter(fact -> fact.fee() != null)
                .map(fact -> new Stated(
                        fact.source().code(), fact.outcome().code(), Amount.of(fact.fee()), fact.observationId()))
                .toList();
        Fee fee = schedule == null
                ? null
                : Fee.of(schedule, Judge.verdict(transaction.payment(), found.completeness(), policy, now));
        if (fee == null && stated.isEmpty()) {
            return null;
        }
        boolean mismatch = !FeeMismatch.of(transaction.facts(), schedule, settings.tolerance())
                .isEmpty();
        return fee == null
                ? new Line(null, null, null, null, stated, mismatch)
                : new Line(
                        schedule.reference(),
                        Amount.of(fee.expected()),
                        Amount.of(fee.returned()),
                        Amount.of(fee.net()),
                        stated,
                        mismatch);
    }
}
