package org.paywitness.receipt;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.paywitness.access.Visibility;
import org.paywitness.problem.Problem;
import org.paywitness.transaction.Transaction;
import org.paywitness.transaction.Transactions;
import org.paywitness.verdict.Completeness;
import org.paywitness.verdict.Policy;

/** Finds payments for those who hand something out about them. */
@ApplicationScoped
public class Sales {
    /** All that was merged into the transaction $1, with itself, as part(id). */
    public static final String PARTS = "RECURSIVE part(id) AS (SELECT $1::uuid UNION"
            + " SELECT m.id FROM transaction m JOIN part p ON m.merged_into = p.id)";

    private static final String FIND = "WITH RECURSIVE into_(id, next) AS (SELECT id, merged_into FROM transaction"
            + " WHERE id = $1 UNION SELECT x.id, x.merged_into FROM transaction x JOIN into_ i ON x.id = i.next)"
            + " SELECT " + Transactions.COLUMNS
            + ", greatest((SELECT a.bank FROM completeness_now a WHERE a.merchant_id = '*'),"
            + " (SELECT c.bank FROM completeness_now c WHERE c.merchant_id = t.merchant_id))"
            + " FROM transaction t WHERE t.id = (SELECT id FROM into_ WHERE next IS NULL)";

    private final Pool pool;
    private final Policy policy;
    private final Clock clock;

    Sales(Pool pool, Policy policy, Clock clock) {
        this.pool = pool;
        this.policy = policy;
        this.clock = clock;
    }

    /** The payment, or the one that it was merged into. Fails with 404 where there is none, or a foreign one. */
    public Uni<Sale> visible(UUID id, Visibility visibility) {
        return find(pool, FIND, id, visibility);
    }

    /** Likewise, and nobody else changes it until the caller's transaction ends. */
    public Uni<Sale> locked(SqlConnection connection, UUID id, Visibility visibility) {
        return find(connection, FIND + " FOR NO KEY UPDATE OF t", id, visibility);
    }

    private Uni<Sale> find(SqlClient client, String sql, UUID id, Visibility visibility) {
        return client.preparedQuery(sql).execute(Tuple.of(id)).map(rows -> {
            for (Row row : rows) {
                Transaction transaction = Transactions.from(row.getDelegate());
                if (visibility.shows(
                        transaction.reference().merchantId(), transaction.card().token())) {
                    OffsetDateTime bank = row.getOffsetDateTime(17);
                    Completeness completeness =
                            bank == null ? Completeness.NONE : new Completeness(null, null, bank.toInstant(), null);
                    return Sale.of(
                            id,
                            transaction,
                            completeness,
                            policy,
                            clock.instant().truncatedTo(ChronoUnit.MILLIS));
                }
            }
            throw Problem.notFound();
        });
    }
}
