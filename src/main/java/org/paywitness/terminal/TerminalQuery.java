package org.paywitness.terminal;

import io.vertx.mutiny.sqlclient.Tuple;
import java.util.List;
import java.util.Set;
import org.paywitness.access.Visibility;
import org.paywitness.problem.Problem;
import org.paywitness.transaction.QueryParameters;

/** What a list of terminals is narrowed to; null narrows nothing. The caller's visibility always does. */
record TerminalQuery(Visibility visibility, String merchantId, String terminalId, TerminalState state) {
    static final Set<String> PARAMETERS = Set.of("merchant_id", "terminal_id", "state", "limit", "cursor");

    static TerminalQuery parse(QueryParameters parameters, Visibility visibility) {
        String state = parameters.text("state");
        if (state != null && TerminalState.of(state) == null) {
            throw Problem.invalid("?state", "must be a state of terminals, like active");
        }
        return new TerminalQuery(
                visibility,
                parameters.text("merchant_id"),
                parameters.text("terminal_id"),
                state == null ? null : TerminalState.of(state));
    }

    /** The conditions on {@code terminal t}; what they compare with is added to the tuple. */
    void where(List<String> where, Tuple tuple) {
        if (visibility instanceof Visibility.OfMerchant of) {
            add(where, tuple, "t.merchant_id = $", of.merchantId());
        }
        add(where, tuple, "t.merchant_id = $", merchantId);
        add(where, tuple, "t.terminal_id = $", terminalId);
        add(where, tuple, "t.state = $", state == null ? null : state.code());
    }

    private static void add(List<String> where, Tuple tuple, String condition, Object value) {
        if (value != null) {
            tuple.addValue(value);
            where.add(condition + tuple.size());
        }
    }
}
