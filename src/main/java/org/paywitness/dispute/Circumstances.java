package org.paywitness.dispute;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlClient;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.paywitness.terminal.Terminals;
import org.paywitness.transaction.Transaction;
import org.paywitness.transaction.Transactions;

/** What the record knows of disputed payments that strengthens or weakens a side. */
@ApplicationScoped
class Circumstances {
    private final Transactions transactions;
    private final Terminals terminals;

    Circumstances(Transactions transactions, Terminals terminals) {
        this.transactions = transactions;
        this.terminals = terminals;
    }

    /** The checklist as it stands now. */
    Uni<Checklist> checklist(SqlClient client, Disputes.Whole whole) {
        return survivors(
                        client,
                        whole.claims().stream().map(Claim::transactionId).toList())
                .chain(paid -> known(client, paid))
                .map(known -> Checklist.of(whole.dispute().reason, whole.shown(), known));
    }

    // What was merged is known of the transaction that it is part of.
    private Uni<List<Transaction>> survivors(SqlClient client, List<UUID> ids) {
        return transactions.byIds(client, ids).chain(found -> {
            List<UUID> into = found.stream()
                    .map(one -> one.mergedInto() == null ? one.id() : one.mergedInto())
                    .distinct()
                    .toList();
            boolean all = found.stream().allMatch(one -> one.mergedInto() == null);
            return all ? Uni.createFrom().item(found) : survivors(client, into);
        });
    }

    // One payment after a loss is enough to doubt the terminal; a denial is weak only where each was verified.
    private Uni<Checklist.Known> known(SqlClient client, List<Transaction> paid) {
        boolean chip = paid.stream().allMatch(t -> "chip".equals(t.summary().channel()));
        Uni<Boolean> lost = Uni.createFrom().item(false);
        for (Transaction one : paid) {
            Transaction.Reference at = one.reference();
            lost = lost.chain(already -> already || at.terminalId() == null
                    ? Uni.createFrom().item(already)
                    : terminals
                            .lostBefore(client, at.terminalId(), at.merchantId(), one.occurredAt())
                            .map(Optional::isPresent));
        }
        return lost.map(lostBefore -> new Checklist.Known(chip, lostBefore));
    }
}
