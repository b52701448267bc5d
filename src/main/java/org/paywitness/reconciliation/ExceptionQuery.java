package org.paywitness.reconciliation;

import io.vertx.mutiny.sqlclient.Tuple;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.paywitness.access.Visibility;
import org.paywitness.id.TypeId;
import org.paywitness.problem.Problem;
import org.paywitness.transaction.QueryParameters;

/**
 * What a list of exceptions is narrowed to; null narrows nothing. The caller's visibility always does.
 *
 * @param open whether it is open
 * @param transaction what is not the id of a transaction finds none
 * @param from the first business day, and {@code to} the last
 */
record ExceptionQuery(
        Visibility visibility,
        Boolean open,
        Kind kind,
        String merchantId,
        UUID transaction,
        LocalDate from,
        LocalDate to) {
    static final Set<String> PARAMETERS =
            Set.of("status", "kind", "merchant_id", "transaction_id", "from", "to", "limit", "cursor");

    /** Those of one merchant's day. */
    static ExceptionQuery day(Visibility visibility, String merchantId, LocalDate day) {
        return new ExceptionQuery(visibility, null, null, merchantId, null, day, day);
    }

    static ExceptionQuery parse(QueryParameters parameters, Visibility visibility) {
        String status = parameters.text("status");
        if (status != null && !status.equals("open") && !status.equals("closed")) {
            throw Problem.invalid("?status", "must be open or closed");
        }
        String kind = parameters.text("kind");
        if (kind != null && Kind.of(kind) == null) {
            throw Problem.invalid("?kind", "must be a kind of exceptions, like missing_at_bank");
        }
        String transaction = parameters.text("transaction_id");
        return new ExceptionQuery(
                visibility,
                status == null ? null : status.equals("open"),
                kind == null ? null : Kind.of(kind),
                parameters.text("merchant_id"),
                transaction == null
                        ? null
                        : TypeId.parse(TypeId.TRANSACTION, transaction).orElse(new UUID(0, 0)),
                date(parameters, "from"),
                date(parameters, "to"));
    }

    private static LocalDate date(QueryParameters parameters, String name) {
        String text = parameters.text(name);
        LocalDate date = text == null ? null : date(text);
        if (text != null && date == null) {
            throw Problem.invalid("?" + name, "must be a date as in RFC 3339, like 2026-11-10");
        }
        return date;
    }

    /** Null for anything but a date of years that we keep. */
    static LocalDate date(String text) {
        try {
            LocalDate date = LocalDate.parse(text);
            return date.getYear() < 1970 || date.getYear() > 9999 ? null : date;
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** The conditions on {@code reconciliation_exception e}; what they compare with is added to the tuple. */
    void where(List<String> where, Tuple tuple) {
        if (visibility instanceof Visibility.OfMerchant of) {
            add(where, tuple, "e.merchant_id = $%d", of.merchantId());
        }
        add(where, tuple, "e.merchant_id = $%d", merchantId);
        add(where, tuple, "e.kind = $%d", kind == null ? null : kind.code());
        add(where, tuple, "e.day >= $%d", from);
        add(where, tuple, "e.day <= $%d", to);
        add(
                where,
                tuple,
                "e.transaction_id IN (SELECT m.id FROM transaction m WHERE m.id = $%1$d OR m.merged_into = $%1$d)",
                transaction);
        // Spelled out, it finds the partial index of the work list.
        if (open != null) {
            where.add(open ? "e.closed_at IS NULL" : "e.closed_at IS NOT NULL");
        }
    }

    private static void add(List<String> where, Tuple tuple, String condition, Object value) {
        if (value != null) {
            tuple.addValue(value);
            where.add(condition.formatted(tuple.size()));
        }
    }
}
