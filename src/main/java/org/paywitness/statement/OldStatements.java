package org.paywitness.statement;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;
import org.paywitness.id.TypeId;
import org.paywitness.retention.Leaves;
import org.paywitness.retention.RetentionSettings;

/**
 * Statements that came to an end, one at a time: of one with many refused rows the last leave first, which nobody is
 * shown, and the statement with the rest. The file itself left when it was worked in.
 */
@Singleton
class OldStatements implements Leaves {
    private static final String NEXT = "SELECT id FROM statement WHERE id > $1 AND id < $2 AND received_at < $3"
            + " AND status IN ('done', 'failed') ORDER BY id LIMIT 1 FOR UPDATE";
    private static final String REFUSALS = "DELETE FROM statement_refusal WHERE statement_id = $1 AND number IN"
            + " (SELECT number FROM statement_refusal WHERE statement_id = $1 ORDER BY number DESC LIMIT $2)";
    private static final String FORGET = "DELETE FROM statement WHERE id = $1";

    private final RetentionSettings settings;

    OldStatements(RetentionSettings settings) {
        this.settings = settings;
    }

    @Override
    public String kind() {
        return "statements";
    }

    @Override
    public Optional<Duration> keep() {
        return settings.statements();
    }

    @Override
    public Uni<Step> step(SqlConnection connection, UUID after, Instant before, int rows) {
        return connection
                .preparedQuery(NEXT)
                .execute(Tuple.of(after, TypeId.least(before), before.atOffset(ZoneOffset.UTC)))
                .chain(found -> {
                    for (Row row : found) {
                        return forget(connection, row.getUUID(0), after, rows);
                    }
                    return Uni.createFrom().item(new Step(null, 0));
                });
    }

    private Uni<Step> forget(SqlConnection connection, UUID statement, UUID after, int rows) {
        return connection
                .preparedQuery(REFUSALS)
                .execute(Tuple.of(statement, rows))
                .chain(gone -> gone.rowCount() == rows
                        ? Uni.createFrom().item(new Step(after, 0))
                        : connection
                                .preparedQuery(FORGET)
                                .execute(Tuple.of(statement))
                                .replaceWith(new Step(statement, 1)));
    }
}
