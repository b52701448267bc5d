package org.paywitness.refund;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.paywitness.access.Visibility;
import org.paywitness.verdict.Policy;

/** How refunds went: counted in the database, over those asked for in a period. */
@ApplicationScoped
class RefundFigures {
    /** What the figures are told apart by; each is a column, or the day or month in the merchants' zone. */
    enum By {
        MERCHANT("r.merchant_id"),
        CHANNEL("coalesce(r.channel, 'unknown')"),
        REASON("r.reason"),
        CARD_KIND("r.card_kind"),
        ROUTE("r.route"),
        DAY("to_char(r.requested_at AT TIME ZONE $1, 'YYYY-MM-DD')"),
        MONTH("to_char(r.requested_at AT TIME ZONE $1, 'YYYY-MM')");

        private final String expression;

        By(String expression) {
            this.expression = expression;
        }

        String code() {
            return name().toLowerCase(Locale.ROOT);
        }

        static By of(String code) {
            for (By by : values()) {
                if (by.code().equals(code)) {
                    return by;
                }
            }
            return null;
        }
    }

    /**
     * Which refunds are counted; null narrows nothing.
     *
     * @param by null: all together
     */
    record Question(
            Visibility visibility,
            By by,
            String merchantId,
            String channel,
            Reason reason,
            String cardKind,
            Instant from,
            Instant to) {}

    /**
     * The figures of one group.
     *
     * @param key what the group is, "" where all are together
     * @param open asked for and not ended
     * @param arrived of those that succeeded
     * @param toSucceed seconds from the request to the success: median and 95th percentile, null where none succeeded
     * @param toArrive seconds from the success to the arrival, likewise
     * @param amounts what succeeded, in minor units, by currency: "CNY 12800"
     */
    record Group(
            String key,
            long requested,
            long succeeded,
            long failed,
            long refused,
            long open,
            long arrived,
            long overdue,
            Double[] toSucceed,
            Double[] toArrive,
            List<String> amounts) {}

    /** The most groups of one answer. */
    static final int MAX_GROUPS = 1_000;

    private static final String SELECT = "WITH chosen AS (SELECT %s AS key, r.* FROM refund r"
            + " WHERE true%s)"
            + ", sums AS (SELECT key, currency, sum(amount) AS amount FROM chosen WHERE status = 'succeeded'"
            + " GROUP BY key, currency)"
            + " SELECT c.key, count(*), count(*) FILTER (WHERE status = 'succeeded'),"
            + " count(*) FILTER (WHERE status = 'failed'),"
            + " count(*) FILTER (WHERE status IN ('rejected', 'canceled')),"
            + " count(*) FILTER (WHERE status IN ('pending_approval', 'approved', 'submitted', 'in_doubt')),"
            + " count(arrived_at), count(*) FILTER (WHERE status = 'succeeded' AND arrived_at IS NULL"
            + " AND expected_by < $2),"
            + " percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY greatest(0, extract(epoch FROM succeeded_at"
            + " - requested_at))) FILTER (WHERE status = 'succeeded'),"
            + " percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY greatest(0, extract(epoch FROM arrived_at"
            + " - succeeded_at))) FILTER (WHERE arrived_at IS NOT NULL),"
            + " (SELECT array_agg(s.currency || ' ' || s.amount ORDER BY s.currency) FROM sums s"
            + " WHERE s.key = c.key)"
            + " FROM chosen c GROUP BY c.key ORDER BY c.key LIMIT " + (MAX_GROUPS + 1);

    private final Pool pool;
    private final Policy policy;

    RefundFigures(Pool pool, Policy policy) {
        this.pool = pool;
        this.policy = policy;
    }

    /** The groups by key; one more than {@link #MAX_GROUPS} tells that there are more. */
    Uni<List<Group>> of(Question question, Instant now) {
        // Both are always used, so that PostgreSQL knows their types.
        Tuple tuple = Tuple.of(policy.zone().getId(), now.atOffset(ZoneOffset.UTC));
        StringBuilder where = new StringBuilder(" AND $1::text IS NOT NULL");
        if (question.visibility() instanceof Visibility.OfMerchant of) {
            add(where, tuple, "merchant_id =", of.merchantId());
        }
        add(where, tuple, "merchant_id =", question.merchantId());
        add(where, tuple, "channel =", question.channel());
        add(
                where,
                tuple,
                "reason =",
                question.reason() == null ? null : question.reason().code());
        add(where, tuple, "card_kind =", question.cardKind());
        add(
                where,
                tuple,
                "requested_at >=",
                question.from() == null ? null : question.from().atOffset(ZoneOffset.UTC));
        add(
                where,
                tuple,
                "requested_at <",
                question.to() == null ? null : question.to().atOffset(ZoneOffset.UTC));
        String key = question.by() == null ? "''" : question.by().expression;
        return pool.preparedQuery(SELECT.formatted(key, where)).execute(tuple).map(rows -> {
            List<Group> groups = new ArrayList<>(rows.size());
            for (Row row : rows) {
                groups.add(new Group(
                        row.getString(0),
                        row.getLong(1),
                        row.getLong(2),
                        row.getLong(3),
                        row.getLong(4),
                        row.getLong(5),
                        row.getLong(6),
                        row.getLong(7),
                        row.getArrayOfDoubles(8),
                        row.getArrayOfDoubles(9),
                        row.getArrayOfStrings(10) == null ? List.of() : List.of(row.getArrayOfStrings(10))));
            }
            return groups;
        });
    }

    private static void add(StringBuilder where, Tuple tuple, String condition, Object value) {
        if (value != null) {
            tuple.addValue(value);
            where.append(" AND r.").append(condition).append(" $").append(tuple.size());
        }
    }
}
