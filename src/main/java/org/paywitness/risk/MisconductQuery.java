package org.paywitness.risk;

import io.vertx.mutiny.sqlclient.Tuple;
import java.util.List;
import java.util.Set;
import org.paywitness.problem.Problem;
import org.paywitness.transaction.QueryParameters;

/**
 * What a list of reports is narrowed to; null narrows nothing.
 *
 * @param cardholder whose own reports are listed; null: the desk sees all
 */
record MisconductQuery(MisconductReport.Cardholder cardholder, String merchantId, ReportState state, String owner) {
    static final Set<String> PARAMETERS = Set.of("merchant_id", "state", "owner", "limit", "cursor");

    static MisconductQuery parse(QueryParameters parameters, MisconductReport.Cardholder cardholder) {
        String state = parameters.text("state");
        if (state != null && ReportState.of(state) == null) {
            throw Problem.invalid("?state", "must be a state of reports, like in_review");
        }
        String owner = parameters.text("owner");
        if (owner != null && cardholder != null) {
            throw Problem.invalid("?owner", "is for the desk");
        }
        return new MisconductQuery(
                cardholder, parameters.text("merchant_id"), state == null ? null : ReportState.of(state), owner);
    }

    /** The conditions on {@code misconduct_report r}; what they compare with is added to the tuple. */
    void where(List<String> where, Tuple tuple) {
        if (cardholder != null) {
            add(where, tuple, "r.client = $%d", cardholder.client());
            add(where, tuple, "r.subject = $%d", cardholder.subject());
        }
        add(where, tuple, "r.merchant_id = $%d", merchantId);
        add(where, tuple, "r.owner = $%d", owner);
        // Spelled out, it finds the partial index of the work list.
        if (state != null) {
            where.add("r.state = '" + state.code() + "'");
        }
    }

    private static void add(List<String> where, Tuple tuple, String condition, Object value) {
        if (value != null) {
            tuple.addValue(value);
            where.add(condition.formatted(tuple.size()));
        }
    }
}
