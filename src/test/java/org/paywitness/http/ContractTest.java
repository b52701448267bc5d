package org.paywitness.http;

import io.quarkus.test.junit.QuarkusTest;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.util.UUID;

/** The contract, kept within this JVM. */
@QuarkusTest
class ContractTest extends Contract {
    @Inject
    Pool pool;

    @Override
    protected void needsAttention(UUID refund) {
        pool.preparedQuery("UPDATE refund SET status = 'in_doubt', needs_attention = true WHERE id = $1")
                .executeAndAwait(Tuple.of(refund));
    }
}
