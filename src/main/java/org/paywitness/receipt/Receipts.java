package org.paywitness.receipt;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.UUID;

/** The copies of slips that were given out. */
@ApplicationScoped
class Receipts {
    // Copies under ids that were merged into this one count on: no number is given twice.
    private static final String COUNT = "WITH " + Sales.PARTS
            + ", others AS (SELECT coalesce(sum(c.copies), 0)::int AS copies FROM part p"
            + " JOIN receipt_count c ON c.transaction_id = p.id WHERE p.id <> $1)"
            + ", own AS (INSERT INTO receipt_count AS r (transaction_id, copies) VALUES ($1, 1)"
            + " ON CONFLICT (transaction_id) DO UPDATE SET copies = r.copies + 1 RETURNING copies)"
            + " INSERT INTO receipt_copy (transaction_id, number, form, reader, at)"
            + " SELECT $1, own.copies + others.copies, $2, $3, $4::timestamptz FROM own, others RETURNING number";

    private final Pool pool;

    Receipts(Pool pool) {
        this.pool = pool;
    }

    /** Counts one more copy; its number, which no other copy of the transaction has or gets. */
    Uni<Integer> count(UUID transaction, ReceiptForm form, String reader, Instant at) {
        return pool.preparedQuery(COUNT)
                .execute(Tuple.of(transaction, form.code(), reader, at.atOffset(ZoneOffset.UTC)))
                .map(rows -> rows.iterator().next().getInteger(0));
    }
}
