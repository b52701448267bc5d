package org.paywitness.refund;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.paywitness.access.Visibility;
import org.paywitness.explanation.Language;
import org.paywitness.idempotency.Idempotency;
import org.paywitness.money.Money;
import org.paywitness.transaction.Found;
import org.paywitness.transaction.MoneyBack;
import org.paywitness.transaction.Transaction;
import org.paywitness.transaction.Transactions;
import org.paywitness.verdict.Policy;

/** The books of what goes back, opened to those who settle disputes. */
@ApplicationScoped
class Balances implements MoneyBack {
    private final Refunds refunds;
    private final RefundDesk desk;
    private final RefundExecutor executor;
    private final Transactions transactions;
    private final Idempotency idempotency;
    private final Policy policy;
    private final Clock clock;

    Balances(
            Refunds refunds,
            RefundDesk desk,
            RefundExecutor executor,
            Transactions transactions,
            Idempotency idempotency,
            Policy policy,
            Clock clock) {
        this.refunds = refunds;
        this.desk = desk;
        this.executor = executor;
        this.transactions = transactions;
        this.idempotency = idempotency;
        this.policy = policy;
        this.clock = clock;
    }

    @Override
    public Uni<Standing> find(SqlConnection connection, UUID transaction) {
        return refunds.base(connection, transaction).map(base -> base == null ? null : standing(base));
    }

    @Override
    public Uni<Standing> lock(SqlConnection connection, Transaction current) {
        return transactions.lock(connection, current).chain(() -> find(connection, current.id()));
    }

    private Standing standing(Refunds.Base base) {
        Refundable refundable = Refundable.of(
                base.transaction(),
                base.completeness(),
                base.books(),
                policy,
                clock.instant().truncatedTo(ChronoUnit.MICROS));
        return new Standing(
                new Found(base.transaction(), base.completeness(), false, null),
                refundable.verdict(),
                refundable.charged(),
                refundable.room());
    }

    @Override
    public Uni<Long> taken(SqlConnection connection, UUID transaction) {
        return refunds.taken(connection, transaction);
    }

    @Override
    public Uni<UUID> refund(SqlConnection connection, UUID transaction, Money amount, String agreement, String person) {
        Idempotency.Key once = idempotency.key(" agreement", agreement, new byte[0]);
        return desk.agreed(
                connection,
                new RefundRequest.Asked(transaction, amount, Reason.AGREEMENT, agreement),
                new RefundDesk.Asker(person, new Visibility.Everything(), once, Language.EN));
    }

    @Override
    public Uni<Void> cancelUnsent(SqlConnection connection, UUID transaction) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        List<Refund> unsent = new ArrayList<>();
        return refunds.unsent(connection, transaction).chain(ids -> {
            // All are locked before the first is written: others hold a refund when they come for the balance.
            Uni<Void> all = Uni.createFrom().voidItem();
            for (UUID id : ids) {
                all = all.chain(() -> refunds.lock(connection, id))
                        .invoke(unsent::add)
                        .replaceWithVoid();
            }
            return all.chain(() -> cancel(connection, unsent, now));
        });
    }

    private Uni<Void> cancel(SqlConnection connection, List<Refund> unsent, Instant now) {
        Uni<Void> all = Uni.createFrom().voidItem();
        for (Refund refund : unsent) {
            if (refund.status.next().contains(RefundStatus.CANCELED)) {
                refund.cancelByPolicy(now);
                all = all.chain(() -> refunds.save(connection, refund, Refund.POLICY, "canceled", now));
            }
        }
        return all;
    }

    @Override
    public void wake() {
        executor.wake();
    }
}
