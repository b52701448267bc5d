package org.paywitness.reconciliation;

import static io.restassured.RestAssured.given;

import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.paywitness.Tokens;

/** What the service tells of a merchant's exceptions. */
final class Exceptional {
    private Exceptional() {}

    /** All of the merchant's, page by page. */
    static List<Map<String, Object>> of(String merchant, String filter) {
        List<Map<String, Object>> all = new ArrayList<>();
        String cursor = null;
        do {
            JsonPath page = given().auth()
                    .oauth2(Tokens.merchant(merchant))
                    .get("/v1/exceptions?limit=50" + filter + (cursor == null ? "" : "&cursor=" + cursor))
                    .then()
                    .statusCode(200)
                    .extract()
                    .jsonPath();
            all.addAll(page.getList("data"));
            cursor = page.getString("next_cursor");
        } while (cursor != null);
        return all;
    }

    static List<Map<String, Object>> open(String merchant) {
        return of(merchant, "&status=open");
    }

    /** The kinds that are open of a merchant, in order. */
    static List<String> openKinds(String merchant) {
        return open(merchant).stream()
                .map(one -> (String) one.get("kind"))
                .sorted()
                .toList();
    }

    static Response resolve(String token, Object id, String body) {
        return given().auth()
                .oauth2(token)
                .contentType("application/json")
                .body(body.getBytes(StandardCharsets.UTF_8))
                .post("/v1/exceptions/" + id + "/resolve");
    }

    static void complete(String source, String merchant, Instant through) {
        String body = "{\"source\":\"" + source + "\",\"merchant_id\":\"" + merchant + "\",\"complete_through\":\""
                + through + "\"}";
        int status = given().auth()
                .oauth2(Tokens.feed())
                .contentType("application/json")
                .body(body)
                .post("/v1/completeness")
                .statusCode();
        if (status / 100 != 2) {
            throw new AssertionError("completeness: " + status);
        }
    }
}
