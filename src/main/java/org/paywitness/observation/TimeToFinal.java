package org.paywitness.observation;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.paywitness.transaction.Transaction;
import org.paywitness.transaction.Transactions.Change;
import org.paywitness.verdict.Completeness;
import org.paywitness.verdict.Judge;
import org.paywitness.verdict.Policy;
import org.paywitness.verdict.Verdict;

/**
 * How long after a payment what was said about it made its verdict final. What silence makes final, by time alone, is
 * no event and not among them.
 */
@Singleton
class TimeToFinal {
    private static final Duration[] BUCKETS = {
        Duration.ofMinutes(1),
        Duration.ofMinutes(15),
        Duration.ofHours(1),
        Duration.ofHours(6),
        Duration.ofDays(1),
        Duration.ofDays(2),
        Duration.ofDays(3),
        Duration.ofDays(7),
        Duration.ofDays(14),
        Duration.ofDays(30)
    };

    private final Map<Verdict.Kind, Timer> timers = new EnumMap<>(Verdict.Kind.class);
    private final Policy policy;

    TimeToFinal(MeterRegistry meters, Policy policy) {
        this.policy = policy;
        for (Verdict.Kind kind : Verdict.Kind.values()) {
            if (kind != Verdict.Kind.NOT_FOUND) {
                Timer timer = Timer.builder("paywitness.time.to.final")
                        .description("From a payment to the observation that made its verdict final")
                        .tag("kind", kind.code())
                        .serviceLevelObjectives(BUCKETS)
                        .minimumExpectedValue(BUCKETS[0])
                        .maximumExpectedValue(BUCKETS[BUCKETS.length - 1])
                        .register(meters);
                timers.put(kind, timer);
            }
        }
    }

    /** A verdict that has become final, and how long after its payment. */
    record Reached(Verdict.Kind kind, Duration after) {}

    /** What these changes make final; to be recorded once they are committed. */
    List<Reached> by(Changes changes, Instant now) {
        List<Reached> reached = new ArrayList<>();
        for (Change change : changes.all()) {
            Transaction next = change.transaction();
            Transaction before = changes.row(next.id());
            if (next.mergedInto() != null
                    || before != null && verdict(before, now).isFinal()) {
                continue;
            }
            Verdict verdict = verdict(next, now);
            if (verdict.isFinal()) {
                reached.add(new Reached(verdict.kind(), Duration.between(next.occurredAt(), now)));
            }
        }
        return reached;
    }

    void record(List<Reached> all) {
        for (Reached reached : all) {
            // A clock that is ahead of ours may have dated the payment.
            Duration after = reached.after().isNegative() ? Duration.ZERO : reached.after();
            timers.get(reached.kind()).record(after);
        }
    }

    private Verdict verdict(Transaction transaction, Instant now) {
        return Judge.verdict(transaction.payment(), Completeness.NONE, policy, now);
    }
}
