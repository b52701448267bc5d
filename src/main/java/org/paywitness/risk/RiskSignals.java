package org.paywitness.risk;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.paywitness.dispute.Reason;
import org.paywitness.id.TypeId;
import org.paywitness.verdict.ResponseCode;

/**
 * Finds signals in the record when they are asked for: nothing is kept that could disagree with it. One statement for a
 * page, whatever kinds are on it.
 */
@ApplicationScoped
class RiskSignals {
    private static final SignalKind[] KINDS = SignalKind.values();

    /** Ids tell when they were made: what was asked for in a period has an id of that period, but for clocks. */
    private static final Duration CLOCKS_APART = Duration.ofHours(1);

    private static final String DENIALS = Stream.of(Reason.values())
            .filter(Reason::isDenial)
            .map(reason -> "'" + reason.code() + "'")
            .collect(Collectors.joining(", "));

    private static final String DISPUTED = " FROM dispute d WHERE d.id >= {first} AND d.id < {last}"
            + " AND d.opened_at >= {from} AND d.opened_at < {to} AND d.opened_by <> 'merchant' AND ";

    private static final String CARD_DENIALS = "SELECT d.card_token AS subject, '' AS terminal, count(*) AS count,"
            + " NULL::bigint AS total" + DISPUTED + "[d.card_token = {card}] AND d.reason IN (" + DENIALS + ")"
            + " GROUP BY d.card_token HAVING count(*) >= <least>";

    private static final String CARD_DISPUTES_LOST = "SELECT d.card_token, '', count(*), NULL::bigint FROM dispute d"
            + " WHERE d.status IN ('won_by_merchant', 'expired') AND d.ended_at >= {from} AND d.ended_at < {to}"
            + " AND d.opened_by <> 'merchant' AND [d.card_token = {card}]"
            + " GROUP BY d.card_token HAVING count(*) >= <least>";

    // Parts of one payment are one payment.
    private static final String PAYMENTS = "count(DISTINCT coalesce(t.merged_into, t.id))";

    private static final String DISPUTED_PAYMENTS = "SELECT d.merchant_id AS subject, " + PAYMENTS + " AS count"
            + " FROM (SELECT d.id, d.merchant_id" + DISPUTED + "[d.merchant_id = {merchant}]) d"
            + " JOIN dispute_transaction c ON c.dispute_id = d.id JOIN transaction t ON t.id = c.transaction_id"
            + " GROUP BY d.merchant_id HAVING " + PAYMENTS + " >= <least>";

    private static final String REFUNDED_PAYMENTS = "SELECT r.merchant_id AS subject, " + PAYMENTS + " AS count"
            + " FROM refund r JOIN transaction t ON t.id = r.transaction_id"
            + " WHERE r.id >= {first} AND r.id < {last} AND r.requested_at >= {from} AND r.requested_at < {to}"
            + " AND r.status NOT IN ('failed', 'rejected', 'canceled') AND [r.merchant_id = {merchant}]"
            + " GROUP BY r.merchant_id HAVING " + PAYMENTS + " >= <least>";

    // One more than would still make the ratio tells that it is not reached: a merchant with many payments costs
    // no more than its disputes and refunds.
    private static final String ENOUGH = " LIMIT n.count * 1000000 / <ratio> + 1";

    private static final String OF_PAYMENTS = "SELECT n.subject, '', n.count, h.total FROM (%s) n CROSS JOIN LATERAL"
            + " (SELECT count(*) AS total FROM (SELECT FROM transaction t WHERE t.merchant_id = n.subject"
            + " AND t.merged_into IS NULL AND t.id >= {heard_from} AND t.id < {heard_to}" + ENOUGH + ") x) h"
            + " WHERE n.count * 1000000 >= h.total * <ratio>";

    private static final String AGREEMENTS_NOT_EXECUTED = "SELECT f.merchant_id, '', count(DISTINCT f.dispute_id),"
            + " NULL::bigint FROM (SELECT merchant_id, dispute_id, owed_by FROM follow_up f WHERE f.status = 'promised'"
            + " AND f.due_at >= {from} AND f.due_at < {late} AND [f.merchant_id = {merchant}]"
            + " UNION ALL SELECT merchant_id, dispute_id, owed_by FROM follow_up f WHERE f.status = 'failed'"
            + " AND f.ended_at >= {from} AND f.ended_at < {to} AND [f.merchant_id = {merchant}]) f"
            + " WHERE f.owed_by = 'merchant' GROUP BY f.merchant_id HAVING count(DISTINCT f.dispute_id) >= <least>";

    private static final String MISCONDUCT = "SELECT r.merchant_id, '', count(*), NULL::bigint"
            + " FROM misconduct_report r WHERE r.reported_at >= {from} AND r.reported_at < {to}"
            + " AND %s AND [r.merchant_id = {merchant}] GROUP BY r.merchant_id HAVING count(*) >= <least>";

    // As Transactions.AFTER_TERMINAL_LOST flags them.
    private static final String USED_AFTER_LOSS = "SELECT z.merchant_id, z.terminal_id, count(DISTINCT t.id),"
            + " NULL::bigint FROM terminal_freeze z JOIN transaction t ON t.terminal_id = z.terminal_id"
            + " AND t.merged_into IS NULL AND t.occurred_at >= greatest(z.since, {from})"
            + " AND t.occurred_at < least(coalesce(z.until, 'infinity'), {to})"
            + " AND (t.merchant_id IS NULL OR t.merchant_id = z.merchant_id)"
            + " WHERE z.since < {to} AND (z.until IS NULL OR z.until > {from})"
            + " AND [z.merchant_id = {merchant}] AND [z.terminal_id = {terminal}]"
            + " GROUP BY z.merchant_id, z.terminal_id HAVING count(DISTINCT t.id) >= <least>";

    private static final String ITS_TERMINALS = "o.terminal_id IN (SELECT x.terminal_id FROM terminal x"
            + " WHERE x.merchant_id = {merchant} UNION SELECT y.terminal_id FROM terminal_merchant y"
            + " WHERE y.merchant_id = {merchant}) AND t.merchant_id = {merchant}";

    // As TerminalFigures counts them.
    private static final String NO_ANSWER_RATE = "SELECT n.subject, n.terminal, n.count, h.total FROM"
            + " (SELECT t.merchant_id AS subject, t.terminal_id AS terminal, count(DISTINCT t.id) AS count"
            + " FROM observation o JOIN transaction t ON t.id = o.transaction_id AND t.terminal_id = o.terminal_id"
            + " WHERE o.source = 'terminal' AND o.content->>'outcome' IN ('no_answer', 'declined')"
            + " AND (o.content->>'outcome' = 'no_answer' OR NOT o.content->>'response_code' = ANY({clear}))"
            + " AND o.at >= {from} AND o.at < {to} AND [o.terminal_id = {terminal}] AND t.merchant_id IS NOT NULL%s"
            + " GROUP BY t.merchant_id, t.terminal_id"
            + " HAVING count(DISTINCT t.id) * 1000000 >= <least>::bigint * <ratio>) n CROSS JOIN LATERAL"
            + " (SELECT count(*) AS total FROM (SELECT FROM transaction t WHERE t.terminal_id = n.terminal"
            + " AND t.merchant_id = n.subject AND t.merged_into IS NULL"
            + " AND EXISTS (SELECT FROM observation o WHERE o.transaction_id = t.id AND o.source = 'terminal'"
            + " AND o.terminal_id = n.terminal AND o.at >= {from} AND o.at < {to})" + ENOUGH + ") x) h"
            + " WHERE h.total >= <least> AND n.count * 1000000 >= h.total * <ratio>";

    private static final String DEVICE = "(SELECT x.id FROM terminal x WHERE x.terminal_id = s.terminal"
            + " AND x.merchant_id = s.subject ORDER BY x.state = 'retired', x.id DESC LIMIT 1)";

    private static final Pattern NARROWED = Pattern.compile("\\[(\\S+) = \\{(\\w+)}]");
    private static final Pattern NAME = Pattern.compile("\\{(\\w+)}");

    private final Pool pool;
    private final RiskSettings.Signals settings;

    RiskSignals(Pool pool, RiskSettings settings) {
        this.pool = pool;
        this.settings = settings.signals();
    }

    /** A page, by kind and then by whom they are about. */
    Uni<List<Signal>> page(SignalQuery query, int limit) {
        // What was on the pages before needs no looking at.
        List<SignalKind> kinds = query.kinds().stream()
                .filter(kind ->
                        query.after() == null || kind.compareTo(query.after().kind()) >= 0)
                .toList();
        if (kinds.isEmpty()) {
            return Uni.createFrom().item(List.of());
        }
        Tuple tuple = Tuple.tuple();
        return pool.preparedQuery(sql(query, kinds, limit, tuple))
                .execute(tuple)
                .map(rows -> {
                    List<Signal> found = new ArrayList<>(rows.size());
                    for (Row row : rows) {
                        Signal.Place place =
                                new Signal.Place(KINDS[row.getInteger(0)], row.getString(1), row.getString(2));
                        found.add(new Signal(place, row.getUUID(5), row.getLong(3), row.getLong(4)));
                    }
                    return found;
                });
    }

    /** The statement of a page; what it compares with is added to the tuple. */
    String sql(SignalQuery query, List<SignalKind> kinds, int limit, Tuple tuple) {
        String found = kinds.stream()
                .map(kind -> "SELECT " + kind.ordinal() + " AS kind, k.* FROM (" + ofKind(kind, query)
                        + ") k(subject, terminal, count, total)")
                .collect(Collectors.joining(" UNION ALL "));
        String after = query.after() == null
                ? ""
                : " WHERE (s.kind, s.subject COLLATE \"C\", s.terminal COLLATE \"C\")"
                        + " > ({after_kind}, {after_subject}, {after_terminal})";
        return bound(
                "SELECT s.kind, s.subject, s.terminal, s.count, s.total, " + DEVICE + " FROM (" + found + ") s" + after
                        + " ORDER BY s.kind, s.subject COLLATE \"C\", s.terminal COLLATE \"C\" LIMIT {limit}",
                values(query, limit),
                tuple);
    }

    private String ofKind(SignalKind kind, SignalQuery query) {
        String sql =
                switch (kind) {
                    case CARD_DENIALS -> CARD_DENIALS;
                    case CARD_DISPUTES_LOST -> CARD_DISPUTES_LOST;
                    case MERCHANT_DISPUTE_RATIO -> OF_PAYMENTS.formatted(DISPUTED_PAYMENTS);
                    case MERCHANT_REFUND_RATIO -> OF_PAYMENTS.formatted(REFUNDED_PAYMENTS);
                    case MERCHANT_AGREEMENTS_NOT_EXECUTED -> AGREEMENTS_NOT_EXECUTED;
                    case MERCHANT_MISCONDUCT_OPEN -> MISCONDUCT.formatted("r.state <> 'closed'");
                    case MERCHANT_MISCONDUCT_UPHELD -> MISCONDUCT.formatted("r.outcome = 'upheld'");
                    case TERMINAL_USED_AFTER_LOSS -> USED_AFTER_LOSS;
                    case TERMINAL_NO_ANSWER_RATE ->
                        NO_ANSWER_RATE.formatted(query.merchantId() == null ? "" : " AND " + ITS_TERMINALS);
                };
        SignalKind.Threshold threshold = kind.threshold(settings);
        return sql.replace("<least>", Long.toString(threshold.least()))
                .replace("<ratio>", Long.toString(threshold.ratio()));
    }

    private static Map<String, Object> values(SignalQuery query, int limit) {
        Map<String, Object> values = new HashMap<>();
        values.put("from", utc(query.from()));
        values.put("to", utc(query.to()));
        values.put("late", utc(query.now().isBefore(query.to()) ? query.now() : query.to()));
        values.put("first", TypeId.least(query.from().minus(CLOCKS_APART)));
        values.put("last", TypeId.least(query.to().plus(CLOCKS_APART)));
        values.put("heard_from", TypeId.least(query.from()));
        values.put("heard_to", TypeId.least(query.to()));
        values.put("merchant", query.merchantId());
        values.put("card", query.card());
        values.put("terminal", query.terminalId());
        values.put("clear", ResponseCode.clear().toArray(String[]::new));
        values.put("limit", (long) limit);
        if (query.after() != null) {
            values.put("after_kind", (long) query.after().kind().ordinal());
            values.put("after_subject", query.after().subject());
            values.put("after_terminal", query.after().terminalId());
        }
        return values;
    }

    /** Names as numbered parameters. {@code [column = {name}]} of what is not narrowed only asks for any value. */
    private static String bound(String template, Map<String, Object> values, Tuple tuple) {
        String narrowed = NARROWED.matcher(template)
                .replaceAll(m -> values.get(m.group(2)) == null
                        ? m.group(1) + " IS NOT NULL"
                        : m.group(1) + " = {" + m.group(2) + "}");
        Map<String, Integer> numbers = new HashMap<>();
        return NAME.matcher(narrowed).replaceAll(m -> {
            Object value = values.get(m.group(1));
            int number = numbers.computeIfAbsent(m.group(1), name -> {
                tuple.addValue(value);
                return tuple.size();
            });
            return "\\$" + number + "::" + type(value);
        });
    }

    private static String type(Object value) {
        if (value instanceof OffsetDateTime) {
            return "timestamptz";
        }
        if (value instanceof UUID) {
            return "uuid";
        }
        return value instanceof Long ? "bigint" : value instanceof String[] ? "text[]" : "text";
    }

    private static OffsetDateTime utc(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }
}
