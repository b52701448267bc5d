package org.paywitness.fee;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.paywitness.Said;
import org.paywitness.Tokens;

/** Schedules as they are set and asked for, and what they say of payments, over HTTP. */
@QuarkusTest
class FeeScheduleLifeTest {
    private final String merchant = Said.unique("m");
    private final String card = Said.card();

    @Test
    void aScheduleIsAnsweredAsItWasSetWithADayOfTheMerchantsZone() {
        Response set = set("\"card_kind\":\"debit\",\"rate\":\"0.5\",\"cap\":{\"amount\":2000,\"currency\":\"CNY\"},"
                + "\"returned\":\"100\",\"valid_from\":\"2026-03-01\"");
        assertEquals(201, set.statusCode(), set.asString());
        assertEquals("0.50", set.path("rate"));
        assertEquals("half_up", set.path("rounding"));
        assertEquals("2026-03-01T00:00:00+08:00", set.path("valid_from"));
        assertEquals("test", set.path("set_by"));
        assertNull(set.path("channel"));
        assertNull(set.path("floor"));
        Response got = given().auth().oauth2(Tokens.merchant(merchant)).get(set.header("Location"));
        assertEquals(set.asString(), got.asString());
    }

    @Test
    void theSameKeyAtTheSameInstantIsRefusedHoweverTheInstantIsWritten() {
        String rest = "\"rate\":\"0.60\",\"returned\":\"0\",";
        assertEquals(201, set(rest + "\"valid_from\":\"2026-03-01\"").statusCode());
        Response again = set(rest.replace("0.60", "0.38") + "\"valid_from\":\"2026-02-28T16:00:00Z\"");
        assertEquals(409, again.statusCode());
        assertEquals("fee_schedule_exists", again.path("code"));
        assertEquals(201, set(rest + "\"valid_from\":\"2026-03-02\"").statusCode());
        assertEquals(
                201,
                set("\"channel\":\"qr\"," + rest + "\"valid_from\":\"2026-03-01\"")
                        .statusCode());
    }

    @Test
    void listsAreOfTheMerchantInPagesAndNobodyElses() {
        List<String> ids = new ArrayList<>();
        for (int day = 1; day <= 3; day++) {
            ids.add(
                    0,
                    set("\"rate\":\"0.60\",\"returned\":\"0\",\"valid_from\":\"2026-03-0" + day + "\"")
                            .path("id"));
        }
        String mine = Tokens.merchant(merchant);
        Response first = given().auth().oauth2(mine).get("/v1/fee-schedules?limit=2");
        assertEquals(ids.subList(0, 2), first.path("data.id"));
        Response second = given().auth()
                .oauth2(mine)
                .queryParam("cursor", first.<String>path("next_cursor"))
                .get("/v1/fee-schedules");
        assertEquals(ids.subList(2, 3), second.path("data.id"));
        assertNull(second.path("next_cursor"));
        String other = Tokens.merchant(Said.unique("m"));
        assertEquals(
                List.of(),
                given().auth()
                        .oauth2(other)
                        .get("/v1/fee-schedules?merchant_id=" + merchant)
                        .path("data"));
        assertEquals(
                404,
                given().auth()
                        .oauth2(other)
                        .get("/v1/fee-schedules/" + ids.get(0))
                        .statusCode());
        assertEquals(
                ids,
                given().auth()
                        .oauth2(Tokens.desk())
                        .get("/v1/fee-schedules?merchant_id=" + merchant)
                        .path("data.id"));
    }

    @Test
    void aTransactionTellsWhatItCostsByTheScheduleOfItsTime() {
        Instant at = Instant.parse("2026-11-10T04:00:00Z");
        set("\"card_kind\":\"debit\",\"rate\":\"0.50\",\"returned\":\"100\",\"valid_from\":\"2026-11-10\"");
        set("\"card_kind\":\"debit\",\"rate\":\"1\",\"returned\":\"100\",\"valid_from\":\"2026-11-10T12:00:01+08:00\"");
        String id = taken(at, 64);
        Response told = transaction(id, Tokens.merchant(merchant));
        assertEquals(64, told.<Integer>path("fee.expected.amount"), told.asString());
        assertEquals(0, told.<Integer>path("fee.returned.amount"));
        assertEquals(64, told.<Integer>path("fee.net.amount"));
        assertEquals(List.of("acquirer"), told.path("fee.stated.source"));
        assertEquals(List.of("captured"), told.path("fee.stated.outcome"));
        assertEquals(false, told.path("fee.mismatch"));
        assertNotNull(told.path("fee.schedule"));
        Response wrong = transaction(taken(at.plusSeconds(1), 64), Tokens.desk());
        assertEquals(128, wrong.<Integer>path("fee.expected.amount"), "the newer one holds from its instant on");
        assertEquals(true, wrong.path("fee.mismatch"));
        assertNull(transaction(id, Tokens.cardholder(card)).path("fee"), "it is no business of the cardholder");
    }

    @Test
    void withoutAScheduleOnlyWhatWasSaidIsTold() {
        Response told = transaction(taken(Instant.parse("2026-11-10T04:00:00Z"), 77), Tokens.desk());
        assertNull(told.path("fee.expected"), told.asString());
        assertEquals(List.of(77), told.path("fee.stated.fee.amount"));
        assertEquals(false, told.path("fee.mismatch"));
        String silent = Said.by("acquirer", "captured")
                .of(merchant, Said.unique("r"), 12_800)
                .post();
        assertNull(transaction(silent, Tokens.desk()).path("fee"));
    }

    @Test
    void aScheduleChangesTheEntityTagOfWhatItPrices() {
        Instant at = Instant.parse("2026-11-10T04:00:00Z");
        String id = taken(at, 64);
        String before = transaction(id, Tokens.desk()).header("ETag");
        assertEquals(before, transaction(id, Tokens.desk()).header("ETag"));
        set("\"rate\":\"0.50\",\"returned\":\"100\",\"valid_from\":\"2026-11-01\"");
        assertTrue(!before.equals(transaction(id, Tokens.desk()).header("ETag")));
    }

    @Test
    void theSameObservationWithAndWithoutItsFeeIsTheSame() {
        Said said = Said.by("acquirer", "captured").of(merchant, Said.unique("r"), 12_800);
        assertEquals("accepted", status(said));
        fee(said, 64);
        assertEquals("duplicate", status(said), "it was told before fees were");
        Said other = Said.by("acquirer", "captured").of(merchant, Said.unique("r"), 12_800);
        fee(other, 64);
        assertEquals("accepted", status(other));
        fee(other, 65);
        assertEquals("refused", status(other), "another fee is another thing to say");
        other.json().remove("detail");
        assertEquals("duplicate", status(other));
    }

    @Test
    void onlyWhoTakesAFeeTellsOne() {
        Said said = Said.by("bank", "debited").of(merchant, Said.unique("r"), 12_800);
        fee(said, 64);
        assertEquals("refused", status(said));
    }

    private static String status(Said said) {
        return given().auth()
                .oauth2(Tokens.feed())
                .header("Content-Type", "application/json")
                .body(("[" + said + "]").getBytes(StandardCharsets.UTF_8))
                .post("/v1/observations")
                .path("results[0].status");
    }

    private String taken(Instant at, long fee) {
        Said said = Said.by("acquirer", "captured")
                .of(merchant, Said.unique("r"), 12_800)
                .at(at)
                .card(card);
        fee(said, fee);
        return said.post();
    }

    private static void fee(Said said, long fee) {
        said.json().putObject("detail").putObject("fee").put("amount", fee).put("currency", "CNY");
    }

    private static Response transaction(String id, String token) {
        Response answer = given().auth().oauth2(token).get("/v1/transactions/" + id);
        assertEquals(200, answer.statusCode(), answer.asString());
        assertTrue(OffsetDateTime.parse(answer.path("occurred_at")).getYear() >= 2026);
        return answer;
    }

    private Response set(String fields) {
        String body = "{\"merchant_id\":\"" + merchant + "\",\"currency\":\"CNY\"," + fields + "}";
        return given().auth()
                .oauth2(Tokens.scope("desk:write"))
                .header("Content-Type", "application/json")
                .body(body.getBytes(StandardCharsets.UTF_8))
                .post("/v1/fee-schedules");
    }
}
