package org.paywitness.refund;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.paywitness.acquirer.Operation;
import org.paywitness.observation.Observations;
import org.paywitness.observation.ReturnFollower;
import org.paywitness.transaction.Summary;
import org.paywitness.transaction.Transaction;
import org.paywitness.verdict.Policy;

/**
 * Where refunds and transactions meet: money that was sent back changes the verdict, and what the bank or wallet says
 * of the transaction tells that the money has arrived. Both change in one database transaction, the transaction's row
 * always first.
 */
@ApplicationScoped
class Settlements implements ReturnFollower {
    private final Refunds refunds;
    private final Observations observations;
    private final Policy policy;
    private final Pool pool;

    Settlements(Refunds refunds, Observations observations, Policy policy, Pool pool) {
        this.refunds = refunds;
        this.observations = observations;
        this.policy = policy;
        this.pool = pool;
    }

    /** The refund counts from now on: its amount goes back. Writes it in the given way along with the transaction. */
    Uni<Void> count(
            Refund refund, Operation route, Instant succeededAt, BiFunction<SqlConnection, Instant, Uni<Void>> write) {
        Summary.Sent sent = new Summary.Sent(
                refund.id,
                refund.transactionId,
                refund.amount,
                succeededAt,
                route == Operation.VOID ? Summary.By.VOID : Summary.By.REFUND,
                false);
        return observations.revise(
                List.of(refund.transactionId),
                "refund",
                (connection, current) -> revised(current, transaction -> transaction.with(sent)),
                (connection, next) ->
                        write.apply(connection, Arrivals.of(next.get(0), policy).get(refund.id)));
    }

    /** The refund no longer counts: the acquirer took it back. */
    Uni<Void> discount(Refund refund, BiFunction<SqlConnection, Instant, Uni<Void>> write) {
        return observations.revise(
                List.of(refund.transactionId),
                "refund_taken_back",
                (connection, current) ->
                        revised(current, transaction -> transaction.takeBack(refund.id, refund.transactionId)),
                (connection, next) -> write.apply(connection, null));
    }

    private static Uni<List<Transaction>> revised(List<Transaction> current, UnaryOperator<Transaction> change) {
        return Uni.createFrom().item(current.stream().map(change).toList());
    }

    /** Writes what does not change the transaction. */
    Uni<Void> only(BiFunction<SqlConnection, Instant, Uni<Void>> write) {
        return pool.withTransaction(connection -> write.apply(connection, null));
    }

    @Override
    public Uni<Void> changed(SqlConnection connection, Transaction transaction, Instant now) {
        Map<UUID, Instant> arrived = Arrivals.of(transaction, policy);
        Uni<Void> all = Uni.createFrom().voidItem();
        for (Summary.Sent sent : transaction.summary().sent()) {
            if (sent.by() == Summary.By.CHARGEBACK) {
                continue;
            }
            all = all.chain(() -> refunds.lock(connection, sent.id()))
                    .chain(refund -> arrive(connection, refund, arrived.get(sent.id()), now));
        }
        return all;
    }

    private Uni<Void> arrive(SqlConnection connection, Refund refund, Instant at, Instant now) {
        // One that is not written yet as succeeded learns of its arrival when it is.
        if (refund.status != RefundStatus.SUCCEEDED || Objects.equals(refund.arrivedAt, at)) {
            return Uni.createFrom().voidItem();
        }
        refund.arrivedAt = at;
        if (at == null && refund.dueAt == null && !refund.overdueTold) {
            refund.dueAt = refund.expectedBy;
        }
        return refunds.save(connection, refund, "observation", at == null ? "not_arrived" : "arrived", now);
    }
}
