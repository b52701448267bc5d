package org.paywitness.figures;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.paywitness.verdict.Source;

/**
 * Counts what is open, with one statement. Each part of it reads an index that holds open things only, from its
 * beginning, and stops at a limit: it costs the same after ten years.
 */
@Singleton
class Figures {
    /** {@code $1} is where counting ends, {@code $2} now, {@code $3} since when a merchant counts as alive. */
    static final String GATHER = String.join(
            " UNION ALL ",
            parts(
                    oldest(
                            "refunds",
                            "pending_approval",
                            "requested_at",
                            "refund WHERE status = 'pending_approval'",
                            "id"),
                    oldest("refunds", "approved", "requested_at", "refund WHERE status = 'approved'", "requested_at"),
                    oldest("refunds", "submitted", "requested_at", "refund WHERE status = 'submitted'", "requested_at"),
                    // It may have been asked for long before the acquirer fell silent.
                    oldest(
                            "refunds",
                            "in_doubt",
                            "coalesce(open_since, requested_at)",
                            "refund WHERE status = 'in_doubt'",
                            "id"),
                    oldest("due", "", "due_at", "refund WHERE due_at <= $2", "due_at"),
                    oldest("attention", "", "requested_at", "refund WHERE needs_attention", "id"),
                    oldest(
                            "overdue",
                            "",
                            "expected_by",
                            "refund WHERE status = 'succeeded' AND arrived_at IS NULL AND expected_by < $2",
                            "expected_by"),
                    oldest(
                            "events",
                            "",
                            "at",
                            "(SELECT o.at, n.number FROM outbox_new n JOIN outbox o ON o.id = n.event_id) n",
                            "number"),
                    oldest("looks", "", "look_at", "verdict_standing WHERE look_at <= $2", "look_at"),
                    dispute("open"),
                    dispute("awaiting_cardholder"),
                    dispute("awaiting_merchant"),
                    dispute("under_review"),
                    "SELECT 'disputes_overdue', status, count(*)::float8, 0::float8 FROM (SELECT status FROM dispute"
                            + " WHERE due_at < $2 ORDER BY due_at, id LIMIT $1) d GROUP BY status",
                    // What waits by endpoint, since each endpoint knows it; endpoints that nobody takes though it is
                    // time; and events that were handed to no endpoint yet.
                    "SELECT 'webhooks', '', coalesce(sum(waiting), 0)::float8, 0::float8 FROM (SELECT waiting FROM"
                            + " webhook_endpoint WHERE status = 'enabled' AND waiting > 0 ORDER BY id LIMIT $1) w",
                    oldest(
                            "webhooks_due",
                            "",
                            "work_at",
                            "webhook_endpoint WHERE status = 'enabled' AND work_at <= $2"
                                    + " AND (paused_until IS NULL OR paused_until <= $2)",
                            "work_at"),
                    "SELECT 'webhooks_fan_out', '', (SELECT position FROM event_head WHERE one)::float8 - c.position,"
                            + " extract(epoch FROM $2 - (SELECT o.at FROM event_position p JOIN outbox o"
                            + " ON o.id = p.event_id WHERE p.position > c.position ORDER BY p.position LIMIT 1))::float8"
                            + " FROM webhook_cursor c WHERE c.one",
                    "SELECT 'statements', status, count(*)::float8, extract(epoch FROM $2 - min(received_at))::float8"
                            + " FROM (SELECT status, received_at FROM statement WHERE status IN ('received', 'running')"
                            + " ORDER BY received_at LIMIT $1) s GROUP BY status",
                    exceptions("missing_at_bank"),
                    exceptions("missing_at_acquirer"),
                    exceptions("missing_at_terminal"),
                    exceptions("amount_mismatch"),
                    exceptions("duplicate"),
                    exceptions("fee_mismatch"),
                    exceptions("late")));

    private final Pool pool;

    Figures(Pool pool) {
        this.pool = pool;
    }

    /** How many, and since how many seconds the first of them; what there is none of is not among them. */
    record Figure(double count, double oldestSeconds) {}

    /** What was gathered, by what it is and which of it. */
    record Gathered(Map<String, Map<String, Figure>> figures) {
        Figure figure(String what, String which) {
            return figures.getOrDefault(what, Map.of()).getOrDefault(which, NONE);
        }

        private static final Figure NONE = new Figure(0, 0);
    }

    private static List<String> parts(String... counted) {
        List<String> parts = new ArrayList<>(List.of(counted));
        for (Source source : Source.values()) {
            parts.add(completeness(source.code()));
        }
        return parts;
    }

    private static String oldest(String what, String which, String since, String of, String order) {
        return "SELECT '" + what + "', '" + which + "', count(*)::float8,"
                + " extract(epoch FROM $2::timestamptz - min(since))::float8"
                + " FROM (SELECT " + since + " AS since FROM " + of + " ORDER BY " + order + " LIMIT $1::int) x";
    }

    private static String dispute(String status) {
        return oldest("disputes", status, "due_at", "dispute WHERE status = '" + status + "'", "id");
    }

    private static String exceptions(String kind) {
        String of = "reconciliation_exception WHERE kind = '" + kind + "' AND closed_at IS NULL";
        return oldest("exceptions", kind, "opened_at", of, "id");
    }

    // How far behind the last merchant is. What is told of all counts for each; where all are gone, who was last
    // counts.
    private static String completeness(String source) {
        String of = " FROM completeness_now WHERE merchant_id <> '*' AND " + source;
        return "SELECT 'completeness', '" + source + "', 1::float8, extract(epoch FROM $2 - greatest("
                + "(SELECT " + source + " FROM completeness_now WHERE merchant_id = '*'),"
                + " coalesce((SELECT " + source + of + " >= $3::timestamptz ORDER BY " + source + " LIMIT 1),"
                + " (SELECT " + source + of + " IS NOT NULL ORDER BY " + source + " DESC LIMIT 1))))::float8";
    }

    /** Counts now. Fails as the database does. */
    Uni<Gathered> gather(int maxCount, Instant now, Instant alive) {
        return pool.preparedQuery(GATHER)
                .execute(Tuple.of(maxCount, now.atOffset(ZoneOffset.UTC), alive.atOffset(ZoneOffset.UTC)))
                .map(rows -> {
                    Map<String, Map<String, Figure>> figures = new HashMap<>();
                    rows.forEach(row -> figures.computeIfAbsent(row.getString(0), what -> new HashMap<>())
                            .put(row.getString(1), figure(row)));
                    return new Gathered(figures);
                });
    }

    // Without any there is no oldest; a source that nobody has spoken for has no lag either, which is not a lag of 0.
    private static Figure figure(Row row) {
        double count = row.getDouble(2);
        Double seconds = row.getDouble(3);
        if (seconds == null) {
            return new Figure(count, count == 0 ? 0 : Double.NaN);
        }
        return new Figure(count, Math.max(0, seconds));
    }
}
