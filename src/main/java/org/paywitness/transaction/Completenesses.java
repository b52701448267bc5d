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
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.paywitness.verdict.Completeness;
import org.paywitness.verdict.Source;

/** How far each source's data is complete, as it was told and as it stands. */
@ApplicationScoped
public class Completenesses {
    /** Stands for all merchants. */
    public static final String ALL = "*";

    private static final String TELL =
            "INSERT INTO completeness (source, merchant_id, complete_through, heard_at, feed) VALUES ($1, $2, $3, $4, $5)";
    private static final String NOW = "SELECT max(terminal), max(acquirer), max(bank), max(wallet)"
            + " FROM completeness_now WHERE merchant_id = '*' OR merchant_id = $1";

    private static final String OF = "SELECT merchant_id, terminal, acquirer, bank, wallet FROM completeness_now"
            + " WHERE merchant_id = ANY($1)";
    private static final String FOLLOW = "INSERT INTO completeness_follow AS f (merchant_id, source, through)"
            + " VALUES ($1, $2, $3) ON CONFLICT (merchant_id, source) DO UPDATE"
            + " SET through = greatest(f.through, excluded.through), until = NULL";

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

    /**
     * What is complete for each of these merchants.
     *
     * @param merchants {@link #ALL} for one that is not known
     */
    public Uni<Map<String, Completeness>> of(SqlClient client, Set<String> merchants) {
        Set<String> asked = new HashSet<>(merchants);
        asked.add(ALL);
        return client.preparedQuery(OF)
                .execute(Tuple.of(asked.toArray(String[]::new)))
                .map(rows -> {
                    Map<String, Completeness> told = new HashMap<>();
                    rows.forEach(row -> told.put(
                            row.getString(0),
                            new Completeness(time(row, 1), time(row, 2), time(row, 3), time(row, 4))));
                    Completeness all = told.getOrDefault(ALL, Completeness.NONE);
                    Map<String, Completeness> of = new HashMap<>();
                    asked.forEach(merchant -> of.put(
                            merchant,
                            told.getOrDefault(merchant, Completeness.NONE).or(all)));
                    return of;
                });
    }

    private static Instant time(Row row, int position) {
        OffsetDateTime at = row.getOffsetDateTime(position);
        return at == null ? null : at.toInstant();
    }

    /**
     * Takes note in the caller's database transaction. Completeness never goes back: an earlier instant is recorded
     * and changes nothing. What changes by it is looked at soon after the commit.
     */
    public Uni<Void> tell(SqlClient client, Source source, String merchantId, Instant through, Instant heardAt) {
        return tell(client, source, merchantId, through, heardAt, null);
    }

    /** @param feed which of the source's feeds it is told of, by the format of its files; null: of all of them */
    public Uni<Void> tell(
            SqlClient client, Source source, String merchantId, Instant through, Instant heardAt, String feed) {
        String merchant = merchantId == null ? ALL : merchantId;
        // The column is one of four names of ours.
        String column = source.code();
        String stand = "INSERT INTO completeness_now (merchant_id, " + column + ") VALUES ($1, $2)"
                + " ON CONFLICT (merchant_id) DO UPDATE SET " + column + " = greatest(completeness_now." + column
                + ", excluded." + column + ")";
        OffsetDateTime at = through.atOffset(ZoneOffset.UTC);
        return client.preparedQuery(TELL)
                .execute(Tuple.of(source.code(), merchant, at, heardAt.atOffset(ZoneOffset.UTC), feed))
                .chain(() -> client.preparedQuery(stand).execute(Tuple.of(merchant, at)))
                .chain(() -> client.preparedQuery(FOLLOW).execute(Tuple.of(merchant, column, at)))
                .replaceWithVoid();
    }
}
