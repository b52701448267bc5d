package org.paywitness.transaction;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.paywitness.verdict.Completeness;
import org.paywitness.verdict.Source;

/** How far each source's data is complete, as it was told and as it stands. */
@ApplicationScoped
public class Completenesses {
    /** Stands for all merchants. */
    public static final String ALL = "*";

    private static final String TELL =
            "INSERT INTO completeness (source, merchant_id, complete_through, heard_at)" + " VALUES ($1, $2, $3, $4)";
    private static final String NOW = "SELECT max(terminal), max(acquirer), max(bank), max(wallet)"
            + " FROM completeness_now WHERE merchant_id = '*' OR merchant_id = $1";

    private final Pool pool;

    Completenesses(Pool pool) {
        this.pool = pool;
    }

    /** What is complete for this merchant, or, with null, for all. */
    public Uni<Completeness> now(String merchantId) {
        return pool.preparedQuery(NOW)
                .execute(Tuple.of(merchantId == null ? ALL : merchantId))
                .map(rows -> {
                    Row row = rows.iterator().next();
                    return new Completeness(time(row, 0), time(row, 1), time(row, 2), time(row, 3));
                });
    }

    private static Instant time(Row row, int position) {
        OffsetDateTime at = row.getOffsetDateTime(position);
        return at == null ? null : at.toInstant();
    }

    /**
     * Takes note in the caller's database transaction. Completeness never goes back: an earlier instant is recorded
     * and changes nothing.
     */
    public Uni<Void> tell(SqlClient client, Source source, String merchantId, Instant through, Instant heardAt) {
        String merchant = merchantId == null ? ALL : merchantId;
        // The column is one of four names of ours.
        String column = source.code();
        String stand = "INSERT INTO completeness_now (merchant_id, " + column + ") VALUES ($1, $2)"
                + " ON CONFLICT (merchant_id) DO UPDATE SET " + column + " = greatest(completeness_now." + column
                + ", excluded." + column + ")";
        OffsetDateTime at = through.atOffset(ZoneOffset.UTC);
        return client.preparedQuery(TELL)
                .execute(Tuple.of(source.code(), merchant, at, heardAt.atOffset(ZoneOffset.UTC)))
                .chain(() -> client.preparedQuery(stand).execute(Tuple.of(merchant, at)))
                .replaceWithVoid();
    }
}
