package org.paywitness.dispute;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlClient;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.paywitness.transaction.Transaction;
import org.paywitness.transaction.Transactions;

/** What the record knows of disputed payments that strengthens or weakens a side. */
@ApplicationScoped
class Circumstances {
    private final Transactions transactions;

    Circumstances(Transactions transactions) {
        this.transactions = transactions;
    }

    /** The checklist as it stands now. */
    Uni<Checklist> checklist(SqlClient client, Disputes.Whole whole) {
        return transactions
                .byIds(client, whole.claims().stream().map(Claim::transactionId).toList())
                .chain(paid -> known(client, paid))
                .map(known -> Checklist.of(whole.dispute().reason, whole.shown(), known));
    }

    private Uni<Checklist.Known> known(SqlClient client, List<Transaction> paid) {
        boolean chip = paid.stream().allMatch(t -> "chip".equals(t.summary().channel()));
        return Uni.createFrom().item(new Checklist.Known(chip, false));
    }
}
