package org.paywitness.fee;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/** The table of fee schedules: rows are added, and never changed. */
@ApplicationScoped
public class FeeSchedules {
    private static final String COLUMNS = "id, merchant_id, currency, channel, card_kind, rate, cap, floor, rounding,"
            + " returned, valid_from, set_by, set_at";
    private static final String BY_ID = "SELECT " + COLUMNS + " FROM fee_schedule WHERE id = $1";
    private static final String OF_MERCHANTS = "SELECT " + COLUMNS + " FROM fee_schedule WHERE merchant_id = ANY($1)";
    private static final String PAGE = "SELECT " + COLUMNS + " FROM fee_schedule"
            + " WHERE ($1::text IS NULL OR merchant_id = $1) AND ($2::uuid IS NULL OR id < $2)"
            + " ORDER BY id DESC LIMIT $3";
    private static final String COUNT = "SELECT count(*) FROM fee_schedule WHERE merchant_id = $1";
    private static final String SET = "INSERT INTO fee_schedule (" + COLUMNS + ") VALUES ($1, $2, $3, $4, $5, $6, $7,"
            + " $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING";

    private final Pool pool;

    FeeSchedules(Pool pool) {
        this.pool = pool;
    }

    /** All schedules of these merchants, to look up the one that holds for each of their payments. */
    public Uni<FeeTable> of(SqlClient client, Collection<String> merchants) {
        return merchants.isEmpty()
                ? Uni.createFrom().item(FeeTable.EMPTY)
                : client.preparedQuery(OF_MERCHANTS)
                        .execute(Tuple.of(merchants.toArray(String[]::new)))
                        .map(rows -> new FeeTable(all(rows)));
    }

    Uni<FeeTable> of(Collection<String> merchants) {
        return of(pool, merchants);
    }

    /** Null when there is none. */
    Uni<FeeSchedule> byId(UUID id) {
        return pool.preparedQuery(BY_ID)
                .execute(Tuple.of(id))
                .map(rows -> rows.size() == 0 ? null : all(rows).get(0));
    }

    /** A page, those that were set last first. */
    Uni<List<FeeSchedule>> page(String merchantId, UUID before, int limit) {
        return pool.preparedQuery(PAGE)
                .execute(Tuple.of(merchantId, before, limit))
                .map(FeeSchedules::all);
    }

    Uni<Long> count(SqlClient client, String merchantId) {
        return client.preparedQuery(COUNT)
                .execute(Tuple.of(merchantId))
                .map(rows -> rows.iterator().next().getLong(0));
    }

    /** Whether it could be set: false where one of the same key begins at the same instant. */
    Uni<Boolean> set(SqlClient client, FeeSchedule s) {
        Tuple tuple = Tuple.tuple()
                .addValue(s.id())
                .addValue(s.key().merchantId())
                .addValue(s.key().currency())
                .addValue(s.key().channel())
                .addValue(s.key().cardKind())
                .addValue(s.rate().millionths())
                .addValue(s.cap())
                .addValue(s.floor())
                .addValue(s.rounding().code())
                .addValue(s.returned().millionths())
                .addValue(OffsetDateTime.ofInstant(s.validFrom(), ZoneOffset.UTC))
                .addValue(s.setBy())
                .addValue(OffsetDateTime.ofInstant(s.setAt(), ZoneOffset.UTC));
        return client.preparedQuery(SET).execute(tuple).map(rows -> rows.rowCount() == 1);
    }

    private static List<FeeSchedule> all(RowSet<Row> rows) {
        List<FeeSchedule> found = new ArrayList<>(rows.size());
        rows.forEach(row -> found.add(new FeeSchedule(
                row.getUUID(0),
                new FeeSchedule.Key(row.getString(1), row.getString(2), row.getString(3), row.getString(4)),
                new Percent(row.getInteger(5)),
                row.getLong(6),
                row.getLong(7),
                Rounding.of(row.getString(8)),
                new Percent(row.getInteger(9)),
                row.getOffsetDateTime(10).toInstant(),
                row.getString(11),
                row.getOffsetDateTime(12).toInstant())));
        return found;
    }
}
