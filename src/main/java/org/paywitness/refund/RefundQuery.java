package org.paywitness.refund;

import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.paywitness.access.Visibility;
import org.paywitness.id.TypeId;
import org.paywitness.problem.Problem;
import org.paywitness.transaction.QueryParameters;

/** What a list of refunds is narrowed to; null narrows nothing. The caller's visibility always does. */
record RefundQuery(
        Visibility visibility,
        RefundStatus status,
        Boolean overdue,
        Boolean needsAttention,
        String merchantId,
        UUID transactionId,
        Instant from,
        Instant to) {

    static final Set<String> PARAMETERS = Set.of(
            "status", "overdue", "needs_attention", "merchant_id", "transaction_id", "from", "to", "limit", "cursor");

    static RefundQuery parse(QueryParameters parameters, Visibility visibility) {
        String status = parameters.text("status");
        if (status != null && RefundStatus.of(status) == null) {
            throw Problem.invalid("?status", "must be a status of refunds, like succeeded");
        }
        String transaction = parameters.text("transaction_id");
        return new RefundQuery(
                visibility,
                status == null ? null : RefundStatus.of(status),
                flag(parameters, "overdue"),
                flag(parameters, "needs_attention"),
                parameters.text("merchant_id"),
                // What is no id of a transaction has no refunds.
                transaction == null
                        ? null
                        : TypeId.parse(TypeId.TRANSACTION, transaction).orElse(new UUID(0, 0)),
                parameters.time("from"),
                parameters.time("to"));
    }

    private static Boolean flag(QueryParameters parameters, String name) {
        String text = parameters.text(name);
        if (text != null && !text.equals("true") && !text.equals("false")) {
            throw Problem.invalid("?" + name, "must be true or false");
        }
        return text == null ? null : Boolean.valueOf(text);
    }

    /** The conditions on {@code refund r}; what they compare with is added to the tuple. */
    void where(List<String> where, Tuple tuple, Instant now) {
        if (visibility instanceof Visibility.OfMerchant of) {
            add(where, tuple, "r.merchant_id = $%d", of.merchantId());
        }
        if (visibility instanceof Visibility.OfCards of) {
            add(
                    where,
                    tuple,
                    "r.transaction_id IN (SELECT t.id FROM transaction t WHERE t.card_token = ANY($%1$d)"
                            + " AND t.merged_into IS NULL UNION ALL SELECT x.id FROM transaction y"
                            + " JOIN transaction x ON x.merged_into = y.id WHERE y.card_token = ANY($%1$d)"
                            + " AND y.merged_into IS NULL)",
                    of.cards().toArray(String[]::new));
        }
        add(where, tuple, "r.merchant_id = $%d", merchantId);
        // Spelled out, these find the partial indexes of work lists.
        if (status != null) {
            where.add("r.status = '" + status.code() + "'");
        }
        if (needsAttention != null) {
            where.add(needsAttention ? "r.needs_attention" : "NOT r.needs_attention");
        }
        add(
                where,
                tuple,
                "r.transaction_id IN (SELECT id FROM transaction WHERE id = $%1$d OR merged_into = $%1$d)",
                transactionId);
        add(where, tuple, "r.requested_at >= $%d", from == null ? null : from.atOffset(ZoneOffset.UTC));
        add(where, tuple, "r.requested_at < $%d", to == null ? null : to.atOffset(ZoneOffset.UTC));
        if (overdue != null) {
            add(
                    where,
                    tuple,
                    (overdue ? "" : "NOT ")
                            + "(r.status = 'succeeded' AND r.arrived_at IS NULL AND r.expected_by < $%d)",
                    now.atOffset(ZoneOffset.UTC));
        }
    }

    private static void add(List<String> where, Tuple tuple, String condition, Object value) {
        if (value != null) {
            tuple.addValue(value);
            where.add(condition.formatted(tuple.size()));
        }
    }
}
