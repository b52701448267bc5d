package org.paywitness.standing;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.paywitness.Said;
import org.paywitness.Tokens;
import org.paywitness.fault.Waiting;
import org.paywitness.id.TypeId;
import org.paywitness.transaction.Follower;
import org.paywitness.transaction.Looked;
import org.paywitness.transaction.Transaction;
import org.paywitness.verdict.Moment;
import org.paywitness.verdict.Source;

/** Whoever follows transactions learns of each change, of its own moments and of merges. */
@QuarkusTest
class FollowerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String FOLLOWED = "m_followed";

    /** Waits for the acquirer's silence, of some merchants only. */
    @Singleton
    public static class Recorder implements Follower {
        final Queue<String> heard = new ConcurrentLinkedQueue<>();

        @Override
        public Uni<Void> looked(SqlConnection connection, List<Looked> batch, Instant now) {
            batch.stream().filter(one -> isFollowed(one.transaction())).forEach(one -> {
                boolean silent = one.completeness().reaches(Source.ACQUIRER, silence(one.transaction()));
                heard.add(
                        one.transaction().typeId() + " " + one.verdict().kind().code() + (silent ? " silent" : ""));
            });
            return Uni.createFrom().voidItem();
        }

        @Override
        public Uni<Void> merged(SqlConnection connection, List<UUID> ids, Instant now) {
            ids.forEach(id -> heard.add(TypeId.format(TypeId.TRANSACTION, id) + " merged"));
            return Uni.createFrom().voidItem();
        }

        @Override
        public List<Moment> moments(Transaction transaction) {
            return isFollowed(transaction)
                    ? List.of(Moment.complete(Source.ACQUIRER, silence(transaction)))
                    : List.of();
        }

        private static boolean isFollowed(Transaction transaction) {
            String merchant = transaction.reference().merchantId();
            return merchant != null && merchant.startsWith(FOLLOWED);
        }

        private static Instant silence(Transaction transaction) {
            return transaction.occurredAt().plus(1, ChronoUnit.DAYS);
        }
    }

    @Inject
    Recorder recorder;

    private final String merchant = Said.unique(FOLLOWED);

    @Test
    void changesAndMomentsAreLookedAt() {
        Instant at = Instant.now().minus(20, ChronoUnit.DAYS);
        String rrn = Said.unique("r");
        String sale =
                Said.by("terminal", "approved").of(merchant, rrn, 100).at(at).post();
        Said.by("bank", "debited").of(merchant, rrn, 100).moved(100).at(at).post();
        assertEquals(List.of(sale + " charged", sale + " charged"), heard(sale));
        given().auth()
                .oauth2(Tokens.feed())
                .header("Content-Type", "application/json")
                .body("{\"source\":\"acquirer\",\"merchant_id\":\"" + merchant + "\",\"complete_through\":\""
                        + at.plus(1, ChronoUnit.DAYS) + "\"}")
                .post("/v1/completeness")
                .then()
                .statusCode(200);
        Waiting.until("a look at the silence", PATIENCE, () -> heard(sale).size() > 2);
        assertEquals(List.of(sale + " charged", sale + " charged", sale + " charged silent"), heard(sale));
    }

    @Test
    void mergesAreToldBeforeTheOneThatIsLeftIsLookedAt() {
        String rrn = Said.unique("r");
        String order = Said.unique("o");
        String first = Said.by("acquirer", "approved").of(merchant, rrn, 500).post();
        String second = Said.by("wallet", "paid")
                .of(merchant, null, 500)
                .knowing("merchant_order_no", order)
                .moved(500)
                .post();
        recorder.heard.clear();
        Said.by("acquirer", "captured")
                .of(merchant, rrn, 500)
                .knowing("merchant_order_no", order)
                .moved(500)
                .post();
        List<String> heard = recorder.heard.stream()
                .filter(one -> one.startsWith(first) || one.startsWith(second))
                .toList();
        assertEquals(List.of(second + " merged", first + " charged"), heard);
    }

    private List<String> heard(String sale) {
        return recorder.heard.stream().filter(one -> one.startsWith(sale)).toList();
    }
}
