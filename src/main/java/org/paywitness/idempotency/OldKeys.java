package org.paywitness.idempotency;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;
import org.paywitness.retention.Leaves;

/** Keys that are free again: whoever comes with one finds it so before it has left, too. */
@Singleton
class OldKeys implements Leaves {
    private static final UUID ON = new UUID(0, 0);
    private static final String STEP = "DELETE FROM idempotency_key k USING (SELECT client, key FROM idempotency_key"
            + " WHERE created_at < $1 ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED) old"
            + " WHERE k.client = old.client AND k.key = old.key AND k.created_at < $1";

    private final Idempotency idempotency;

    OldKeys(Idempotency idempotency) {
        this.idempotency = idempotency;
    }

    @Override
    public String kind() {
        return "idempotency_keys";
    }

    @Override
    public Optional<Duration> keep() {
        return Optional.of(idempotency.keepsFor());
    }

    // All that is looked at leaves: each step begins with the oldest.
    @Override
    public Uni<Step> step(SqlConnection connection, UUID after, Instant before, int rows) {
        return connection
                .preparedQuery(STEP)
                .execute(Tuple.of(before.atOffset(ZoneOffset.UTC), rows))
                .map(gone -> new Step(gone.rowCount() < rows ? null : ON, gone.rowCount()));
    }
}
