package org.paywitness.evidence;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.restassured.response.Response;
import java.util.List;
import org.paywitness.Said;
import org.paywitness.Tokens;

/** Disputes for tests of evidence, over HTTP. */
public final class TestCases {
    private TestCases() {}

    /** Opens a dispute between this merchant and the holder of this card; its id. */
    public static String open(String merchant, String card) {
        String sale = Said.by("acquirer", "captured")
                .of(merchant, Said.unique("R"), 12_800)
                .card(card)
                .post();
        String holder =
                Tokens.sign(Tokens.claims("cardholder").subject("holder").claim("cards", List.of(card)));
        return post(holder, "/v1/disputes", "{\"transaction_id\":\"" + sale + "\",\"reason\":\"unrecognized\"}", 201)
                .path("id");
    }

    /** Brings it to an end. */
    public static void close(String dispute) {
        post(Tokens.desk(), "/v1/disputes/" + dispute + "/withdraw", "{}", 200);
    }

    private static Response post(String token, String path, String body, int status) {
        Response answer = given().auth()
                .oauth2(token)
                .contentType("application/json")
                .body(body)
                .post(path);
        assertEquals(status, answer.statusCode(), answer.asString());
        return answer;
    }
}
