package org.paywitness.dispute;

import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.paywitness.access.Visibility;
import org.paywitness.id.TypeId;
import org.paywitness.problem.Problem;
import org.paywitness.transaction.QueryParameters;

/** What a list of disputes is narrowed to; null narrows nothing. The caller's visibility always does. */
record DisputeQuery(
        Visibility visibility,
        Status status,
        Stage stage,
        Reason reason,
        Boolean overdue,
        String merchantId,
        UUID transactionId) {

    private static final UUID ABOVE_ALL = new UUID(-1, -1);

    static final Set<String> PARAMETERS =
            Set.of("status", "stage", "reason", "overdue", "merchant_id", "transaction_id", "limit", "cursor");

    static DisputeQuery parse(QueryParameters parameters, Visibility visibility) {
        String transaction = parameters.text("transaction_id");
        String overdue = parameters.text("overdue");
        if (overdue != null && !overdue.equals("true") && !overdue.equals("false")) {
            throw Problem.invalid("?overdue", "must be true or false");
        }
        return new DisputeQuery(
                visibility,
                known("status", parameters.text("status"), Status.of(parameters.text("status"))),
                known("stage", parameters.text("stage"), Stage.of(parameters.text("stage"))),
                known("reason", parameters.text("reason"), Reason.of(parameters.text("reason"))),
                overdue == null ? null : Boolean.valueOf(overdue),
                parameters.text("merchant_id"),
                // What is no id of a transaction has no disputes.
                transaction == null
                        ? null
                        : TypeId.parse(TypeId.TRANSACTION, transaction).orElse(new UUID(0, 0)));
    }

    private static <T> T known(String name, String text, T value) {
        if (text != null && value == null) {
            throw Problem.invalid("?" + name, "must be a " + name + " of disputes");
        }
        return value;
    }

    /**
     * The conditions on {@code dispute d} and the order, newest first; what they compare with is added to the tuple.
     *
     * @param before where the page begins, or null for the newest
     */
    String narrow(Tuple tuple, UUID before, Instant now) {
        String own = visibility instanceof Visibility.OfMerchant of ? of.merchantId() : null;
        Map<String, String> equal = new LinkedHashMap<>();
        equal.put("status", status == null ? null : status.code());
        equal.put("merchant_id", own == null ? merchantId : own);
        equal.put("stage", stage == null ? null : stage.code());
        equal.put("reason", reason == null ? null : reason.code());
        equal.values().removeIf(Objects::isNull);

        List<String> where = new ArrayList<>();
        String order = page(where, tuple, equal, before == null ? ABOVE_ALL : before);
        equal.forEach((column, value) -> add(where, tuple, "d." + column + " = $%d", value));
        if (own != null) {
            add(where, tuple, "d.merchant_id = $%d", merchantId);
        }
        if (visibility instanceof Visibility.OfCards of) {
            add(where, tuple, "d.card_token = ANY($%d)", of.cards().toArray(String[]::new));
        }
        add(
                where,
                tuple,
                "d.id = ANY(ARRAY(SELECT c.dispute_id FROM dispute_transaction c JOIN transaction t"
                        + " ON t.id = c.transaction_id WHERE t.id = $%1$d OR t.merged_into = $%1$d))",
                transactionId);
        if (overdue != null) {
            // As an array, what is overdue is looked up first, by its index: it is little, and may be old.
            String late = "d.id = ANY(ARRAY(SELECT o.id FROM dispute o WHERE o.due_at < $%d))";
            add(where, tuple, overdue ? late : "coalesce(d.due_at >= $%d, true)", now.atOffset(ZoneOffset.UTC));
        }
        return " WHERE " + String.join(" AND ", where) + order;
    }

    // The order is that of an index which begins with a column that is asked for and ends with the id. Were the column
    // just equal and the order by id alone, a plan that is kept does not know how rare the value is, and would go
    // through all disputes to find the few of it.
    private static String page(List<String> where, Tuple tuple, Map<String, String> equal, UUID before) {
        // A merchant's of one status are few enough, and have an index of their own that ends with the id.
        if (equal.isEmpty() || equal.containsKey("status") && equal.containsKey("merchant_id")) {
            add(where, tuple, "d.id < $%d", before);
            return " ORDER BY d.id DESC";
        }
        String first = equal.keySet().iterator().next();
        tuple.addValue(equal.remove(first)).addValue(before);
        where.add(
                "(d.%1$s, d.id) < ($%2$d, $%3$d) AND d.%1$s >= $%2$d".formatted(first, tuple.size() - 1, tuple.size()));
        return " ORDER BY d." + first + " DESC, d.id DESC";
    }

    private static void add(List<String> where, Tuple tuple, String condition, Object value) {
        if (value != null) {
            tuple.addValue(value);
            where.add(condition.formatted(tuple.size()));
        }
    }
}
