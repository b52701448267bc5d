package org.paywitness.statement;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.paywitness.Tokens;
import org.paywitness.statement.MerchantDayImport.Day;

/** The fees that the fixture's files tell, against the contract that its day was made by. */
@QuarkusTest
class FeesOfMerchantDayTest {
    private static final String NAME = "F" + Long.toString(System.nanoTime(), 36);

    @Test
    void exactlyThoseWhoseStoryIsAWrongFeeAreMismatches() throws IOException {
        Day day = new Day(NAME);
        for (String file : List.of("acquirer-settlement.csv", "wechat-trade-bill.csv", "alipay-trade-bill.csv")) {
            assertEquals("done", day.importFile(file).getString("status"), file);
        }
        set("\"card_kind\":\"debit\",\"rate\":\"0.50\",\"cap\":{\"amount\":2000,\"currency\":\"CNY\"}");
        set("\"card_kind\":\"credit\",\"rate\":\"0.60\"");
        set("\"channel\":\"qr\",\"rate\":\"0.38\"");
        Set<String> expected = new TreeSet<>();
        for (JsonNode transaction :
                new ObjectMapper().readTree(Day.text("expected.json")).get("transactions")) {
            if (transaction.path("exception").asText().equals("fee_mismatch")) {
                expected.add(transaction.get("rrn").textValue());
            }
        }
        Set<String> found = new TreeSet<>();
        int priced = 0;
        int stated = 0;
        for (Map<String, Object> transaction : transactions()) {
            JsonPath fee = new JsonPath(new ObjectMapper().writeValueAsString(transaction));
            if (fee.getBoolean("fee.mismatch")) {
                found.add(fee.getString("rrn"));
            }
            priced += fee.get("fee.expected") == null ? 0 : 1;
            stated += fee.get("fee.stated") == null ? 0 : 1;
        }
        assertEquals(expected, found);
        assertEquals(
                stated,
                transactions().stream().filter(t -> t.get("fee") != null).count());
        assertEquals(true, priced > 0 && stated > priced, "Alipay takes nothing and has no schedule");
    }

    private static List<Map<String, Object>> transactions() {
        List<Map<String, Object>> page = given().auth()
                .oauth2(Tokens.merchant(NAME))
                .get("/v1/transactions?limit=200")
                .then()
                .statusCode(200)
                .extract()
                .path("data");
        page.removeIf(transaction -> transaction.get("fee") == null);
        return page.stream().<Map<String, Object>>map(HashMap::new).toList();
    }

    private static void set(String fields) {
        String body = "{\"merchant_id\":\"" + NAME + "\",\"currency\":\"CNY\",\"rounding\":\"half_even\","
                + "\"returned\":\"100\",\"valid_from\":\"2026-01-01\"," + fields + "}";
        given().auth()
                .oauth2(Tokens.scope("desk:write"))
                .header("Content-Type", "application/json")
                .body(body.getBytes(StandardCharsets.UTF_8))
                .post("/v1/fee-schedules")
                .then()
                .statusCode(201);
    }
}
