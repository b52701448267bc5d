package org.paywitness.dispute;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.paywitness.id.TypeId;
import org.paywitness.transaction.DisputesOf;

/** Tells transactions by which disputes they are disputed. */
@ApplicationScoped
class DisputesOfTransactions implements DisputesOf {
    private final Disputes disputes;

    DisputesOfTransactions(Disputes disputes) {
        this.disputes = disputes;
    }

    @Override
    public Future<Map<UUID, List<String>>> of(Collection<UUID> transactions) {
        Promise<Map<UUID, List<String>>> answer = Promise.promise();
        disputes.ofTransactions(transactions)
                .map(found -> {
                    Map<UUID, List<String>> named = new HashMap<>();
                    found.forEach((transaction, ids) -> named.put(
                            transaction,
                            ids.stream()
                                    .map(id -> TypeId.format(TypeId.DISPUTE, id))
                                    .toList()));
                    return named;
                })
                .subscribe()
                .with(answer::complete, answer::fail);
        return answer.future();
    }
}
