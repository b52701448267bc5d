package org.paywitness.terminal;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.ZoneOffset;
import org.paywitness.verdict.ResponseCode;

/** How a terminal works, counted over what it said itself. */
@ApplicationScoped
class TerminalFigures {
    /**
     * Payments that the terminal told of in a period.
     *
     * @param noAnswer those that it got no answer for at least once, an ambiguous response code included
     * @param slipFailed those whose slip did not come out at least once
     */
    record Counts(long attempts, long noAnswer, long slipFailed) {}

    // Whose payment it is decides, not whose number the terminal carries: another merchant's device may carry it too.
    static final String SELECT = "SELECT count(DISTINCT o.transaction_id),"
            + " count(DISTINCT o.transaction_id) FILTER (WHERE o.content->>'outcome' = 'no_answer'"
            + " OR o.content->>'outcome' = 'declined' AND NOT o.content->>'response_code' = ANY($5)),"
            + " count(DISTINCT o.transaction_id) FILTER (WHERE o.content->>'outcome' = 'slip_failed')"
            + " FROM observation o JOIN transaction t ON t.id = o.transaction_id"
            + " WHERE o.terminal_id = $1 AND o.source = 'terminal' AND o.at >= $3 AND o.at < $4"
            + " AND t.merchant_id = $2";

    private static final String[] CLEAR = ResponseCode.clear().toArray(String[]::new);

    private final Pool pool;

    TerminalFigures(Pool pool) {
        this.pool = pool;
    }

    Uni<Counts> of(Terminal terminal, Instant from, Instant to) {
        return pool.preparedQuery(SELECT)
                .execute(Tuple.of(
                        terminal.terminalId(),
                        terminal.merchantId(),
                        from.atOffset(ZoneOffset.UTC),
                        to.atOffset(ZoneOffset.UTC),
                        CLEAR))
                .map(rows -> {
                    Row row = rows.iterator().next();
                    return new Counts(row.getLong(0), row.getLong(1), row.getLong(2));
                });
    }
}
