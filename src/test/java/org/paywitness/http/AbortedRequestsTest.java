package org.paywitness.http;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.QuarkusTest;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.paywitness.Said;
import org.paywitness.Tokens;
import org.paywitness.id.TypeId;

/** Clients that hang up in the middle of anything leave nothing behind and hold nothing up. */
@QuarkusTest
class AbortedRequestsTest {
    private static final int REQUESTS = Integer.getInteger("aborted.requests", 20_000);
    private static final int AFTERWARDS = 1_000;
    private static final int AT_ONCE = 64;
    private static final Duration SETTLING = Duration.ofSeconds(60);

    @Inject
    Pool pool;

    private final String merchant = Said.unique("m");
    private final String rrn = Said.unique("r");
    private String id;
    private final String desk = Tokens.desk();
    private final String feed = Tokens.feed();
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final AtomicInteger answered = new AtomicInteger();

    @Test
    void abortedRequestsLeaveNothingBehind() throws Exception {
        long seed = Long.getLong("aborted.seed", System.nanoTime());
        System.out.println("aborted.seed=" + seed);
        id = Said.by("acquirer", "approved").of(merchant, rrn, 100).post();
        runAll(REQUESTS, i -> abort(i, new Random(seed + i)));
        assertTrue(answered.get() > 0, "some were answered before they were left");
        assertTrue(answered.get() < REQUESTS / 2, "most were left before they were answered");

        nothingIsHeld();
        runAll(AFTERWARDS, this::succeed);
        nothingIsHeld();
        everythingAcknowledgedIsKept();
        everythingKeptHasItsTransaction();
        noFileIsHalfReceived();
    }

    private interface Step {
        void run(int number) throws Exception;
    }

    private static void runAll(int count, Step step) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
        try {
            List<Callable<Void>> steps = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                int number = i;
                steps.add(() -> {
                    step.run(number);
                    return null;
                });
            }
            for (Future<Void> done : threads.invokeAll(steps)) {
                done.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static boolean isUpload(int number) {
        return number % 20 == 4;
    }

    private byte[] request(int number, String ref) {
        return switch (number % 5) {
            case 0 -> Raw.request("GET", "/v1/transactions/" + id + "/verdict", desk, null);
            case 1 -> Raw.request("GET", "/v1/was-i-charged?rrn=" + rrn, desk, null);
            case 2 ->
                number % 2 == 0
                        ? Raw.request("GET", "/v1/transactions/" + id + "/observations", desk, null)
                        : Raw.request("GET", "/v1/transactions?merchant_id=" + merchant + "&verdict=held", desk, null);
            case 3 -> {
                String said = Said.by("acquirer", "approved")
                        .of(merchant, ref, 100)
                        .with("source_ref", ref)
                        .toString();
                yield Raw.request(
                        "POST",
                        "/v1/observations",
                        feed,
                        said.getBytes(StandardCharsets.UTF_8),
                        "Content-Type: application/json");
            }
            default -> {
                if (!isUpload(number)) {
                    yield Raw.request("GET", "/v1/transactions/" + id, desk, null);
                }
                String file = "terminal_id,stan,occurred_at,type,amount,currency,outcome\n" + ref
                        + ",000001,2026-11-10 09:01:28,purchase,1.00,CNY,approved\n";
                yield Raw.request(
                        "POST",
                        "/v1/statements?merchant_id=" + merchant,
                        feed,
                        file.getBytes(StandardCharsets.UTF_8),
                        "Content-Type: text/csv");
            }
        };
    }

    private void abort(int number, Random random) throws IOException {
        String ref = Said.unique("aborted");
        byte[] request = request(number, ref);
        boolean whole = random.nextInt(3) > 0;
        boolean read = whole && random.nextInt(4) == 0;
        try (Socket socket = Raw.connect()) {
            // Half of them say goodbye, half just vanish; the latter also spares us ports that wait.
            socket.setSoLinger(!read && random.nextBoolean(), 0);
            socket.getOutputStream().write(request, 0, whole ? request.length : random.nextInt(request.length));
            if (read) {
                int status = Raw.read(socket).statusCode();
                assertEquals(isUpload(number) ? 202 : 200, status);
                answered.incrementAndGet();
                if (number % 5 == 3) {
                    acknowledged.add(ref);
                }
            }
        }
    }

    private void succeed(int number) throws IOException {
        int status = Raw.send(request(number, Said.unique("after"))).statusCode();
        assertEquals(isUpload(number) ? 202 : 200, status);
    }

    private RowSet<Row> sql(String sql) {
        return pool.query(sql).execute().await().atMost(SETTLING);
    }

    /** Work that goes on to its end although nobody waits for it may take its time, but it ends. */
    private void nothingIsHeld() {
        String busy = "SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                + " AND backend_type = 'client backend' AND (state LIKE 'idle in transaction%' OR state = 'active')";
        assertTimeoutPreemptively(SETTLING, () -> {
            int quiet = 0;
            while (quiet < 5) {
                quiet = sql(busy).iterator().next().getLong(0) == 0 ? quiet + 1 : 0;
            }
        });
    }

    private void everythingAcknowledgedIsKept() {
        assertTrue(!acknowledged.isEmpty());
        long kept = pool.preparedQuery("SELECT count(*) FROM observation WHERE source_ref = ANY($1)")
                .execute(Tuple.of(acknowledged.toArray(String[]::new)))
                .await()
                .atMost(SETTLING)
                .iterator()
                .next()
                .getLong(0);
        assertEquals(acknowledged.size(), kept);
    }

    private void everythingKeptHasItsTransaction() {
        int count = 0;
        for (Row row : sql("SELECT o.id, t.summary FROM observation o LEFT JOIN transaction t"
                + " ON t.id = o.transaction_id AND t.merged_into IS NULL WHERE o.source_ref LIKE 'aborted%'")) {
            String observation = TypeId.format(TypeId.OBSERVATION, row.getUUID(0));
            assertTrue(String.valueOf(row.getString(1)).contains(observation), () -> observation + " hangs loose");
            count++;
        }
        assertTrue(count >= acknowledged.size());
    }

    private void noFileIsHalfReceived() {
        String half = "SELECT count(*) FROM statement WHERE status = 'receiving' AND merchant_id = '" + merchant + "'";
        String loose = "SELECT count(*) FROM statement_chunk c JOIN statement s ON s.id = c.statement_id"
                + " WHERE s.status NOT IN ('received', 'running') AND s.merchant_id = '" + merchant + "'";
        assertTimeoutPreemptively(SETTLING, () -> {
            while (sql(half).iterator().next().getLong(0)
                            + sql(loose).iterator().next().getLong(0)
                    > 0) {
                Thread.onSpinWait();
            }
        });
        given().get("/q/health/ready").then().statusCode(200);
    }
}
