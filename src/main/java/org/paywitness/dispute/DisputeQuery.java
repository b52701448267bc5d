package org.paywitness.dispute;

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

/** What a list of disputes is narrowed to; null narrows nothing. The caller's visibility always does. */
record DisputeQuery(
        Visibility visibility,
        Status status,
        Stage stage,
        Reason reason,
        Boolean overdue,
        String merchantId,
        UUID transactionId) {

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

    /** The conditions on {@code dispute d}; what they compare with is added to the tuple. */
    void where(List<String> where, Tuple tuple, Instant now) {
        if (visibility instanceof Visibility.OfMerchant of) {
            add(where, tuple, "d.merchant_id = $%d", of.merchantId());
        }
        if (visibility instanceof Visibility.OfCards of) {
            add(where, tuple, "d.card_token = ANY($%d)", of.cards().toArray(String[]::new));
        }
        add(where, tuple, "d.merchant_id = $%d", merchantId);
        add(where, tuple, "d.status = $%d", status == null ? null : status.code());
        add(where, tuple, "d.stage = $%d", stage == null ? null : stage.code());
        add(where, tuple, "d.reason = $%d", reason == null ? null : reason.code());
        add(
                where,
                tuple,
                "d.id IN (SELECT c.dispute_id FROM dispute_transaction c JOIN transaction t ON t.id = c.transaction_id"
                        + " WHERE t.id = $%1$d OR t.merged_into = $%1$d)",
                transactionId);
        if (overdue != null) {
            add(
                    where,
                    tuple,
                    (overdue ? "" : "NOT ") + "coalesce(d.due_at < $%d, false)",
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
