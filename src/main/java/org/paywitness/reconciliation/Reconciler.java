package org.paywitness.reconciliation;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.paywitness.fee.FeeMismatch;
import org.paywitness.fee.FeeSchedules;
import org.paywitness.fee.FeeSettings;
import org.paywitness.fee.FeeTable;
import org.paywitness.transaction.Follower;
import org.paywitness.transaction.Looked;
import org.paywitness.transaction.Transaction;
import org.paywitness.verdict.Moment;
import org.paywitness.verdict.Policy;

/** Keeps the exceptions of each payment what its differences are, in the database transaction of whatever changes them. */
@Singleton
class Reconciler implements Follower {
    private final Exceptions exceptions;
    private final Knowledge knowledge;
    private final FeeSchedules schedules;
    private final FeeSettings fees;
    private final Policy policy;

    Reconciler(Exceptions exceptions, Knowledge knowledge, FeeSchedules schedules, FeeSettings fees, Policy policy) {
        this.exceptions = exceptions;
        this.knowledge = knowledge;
        this.schedules = schedules;
        this.fees = fees;
        this.policy = policy;
    }

    @Override
    public List<Moment> moments(Transaction transaction) {
        return Reconciliation.moments(transaction, policy);
    }

    @Override
    public Uni<Void> looked(SqlConnection connection, List<Looked> batch, Instant now) {
        if (batch.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        List<UUID> ids = batch.stream().map(one -> one.transaction().id()).toList();
        return knowledge
                .note(connection, batch)
                .chain(() -> knowledge.of(connection, batch, now))
                .chain(known -> agreed(connection, batch).chain(agreed -> exceptions
                        .standing(connection, ids)
                        .chain(standing -> write(connection, changes(batch, known, agreed, standing, now), now))));
    }

    @Override
    public Uni<Void> merged(SqlConnection connection, List<UUID> ids, Instant now) {
        return exceptions
                .standing(connection, ids)
                .chain(standing -> exceptions.close(
                        connection,
                        standing.stream()
                                .filter(Raised::isOpen)
                                .map(one -> one.closed(Resolution.MERGED, now))
                                .toList()));
    }

    /** What is to be written. */
    private record Changes(List<Raised> opened, List<Raised> revised, List<Raised> closed) {
        Changes() {
            this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }
    }

    private Uni<Void> write(SqlConnection connection, Changes changes, Instant now) {
        return exceptions
                .close(connection, changes.closed())
                .chain(() -> exceptions.revise(connection, changes.revised(), now))
                .chain(() -> exceptions.open(connection, changes.opened()));
    }

    // Only of those of which a source says what it took.
    private Uni<FeeTable> agreed(SqlConnection connection, List<Looked> batch) {
        Set<String> merchants = new HashSet<>();
        for (Looked one : batch) {
            String merchant = one.transaction().reference().merchantId();
            if (merchant != null && one.transaction().facts().stream().anyMatch(fact -> fact.fee() != null)) {
                merchants.add(merchant);
            }
        }
        return schedules.of(connection, merchants);
    }

    private Changes changes(
            List<Looked> batch, Map<UUID, Known> known, FeeTable agreed, List<Raised> standing, Instant now) {
        Map<UUID, Map<Kind, Raised>> kept = new HashMap<>();
        standing.forEach(one -> kept.computeIfAbsent(one.transactionId(), id -> new EnumMap<>(Kind.class))
                .put(one.difference().kind(), one));
        Changes changes = new Changes();
        for (Looked one : batch) {
            UUID id = one.transaction().id();
            List<Difference> found = Reconciliation.of(
                    one.transaction(),
                    one.completeness(),
                    one.verdict(),
                    known.getOrDefault(id, Known.NOTHING)
                            .with(FeeMismatch.of(
                                    one.transaction().facts(), agreed.of(one.transaction()), fees.tolerance())),
                    policy);
            compare(one, found, kept.getOrDefault(id, Map.of()), now, changes);
        }
        return changes;
    }

    private void compare(Looked one, List<Difference> found, Map<Kind, Raised> kept, Instant now, Changes changes) {
        Transaction transaction = one.transaction();
        String merchant = transaction.reference().merchantId();
        LocalDate day = policy.day(transaction.occurredAt());
        Map<Kind, Difference> byKind = new EnumMap<>(Kind.class);
        found.forEach(difference -> byKind.put(difference.kind(), difference));
        byKind.forEach((kind, difference) -> {
            Raised before = kept.get(kind);
            if (before == null || !before.isOpen() && !before.settles(difference)) {
                changes.opened().add(Raised.opened(transaction.id(), merchant, day, difference, now));
            } else if (before.isOpen()
                    && !before.with(merchant, day, difference).equals(before)) {
                changes.revised().add(before.with(merchant, day, difference));
            }
        });
        kept.forEach((kind, before) -> {
            if (before.isOpen() && !byKind.containsKey(kind)) {
                Resolution why = Reconciliation.explanation(kind, transaction, one.completeness(), policy);
                changes.closed().add(before.closed(why, now));
            }
        });
    }
}
