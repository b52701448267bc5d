package org.paywitness.reconciliation;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.paywitness.money.Money;
import org.paywitness.transaction.Looked;

/** Who knows what fee was agreed: finds {@code fee_mismatch}, which opens and closes like any other exception. */
public interface FeeBooks {
    /**
     * The difference between the fee that was agreed and the one that was taken.
     *
     * @param atStake how far they are apart
     * @param grounds both, as text: a person's decision holds while it stays the same
     */
    record FeeDifference(Money atStake, String grounds) {}

    /**
     * Those payments of the batch, by id, of which another fee was taken than agreed. With a number of statements that
     * does not grow with the batch.
     */
    Uni<Map<UUID, FeeDifference>> differences(SqlConnection connection, List<Looked> batch);
}
