package org.paywitness.terminal;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.restassured.response.Response;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.paywitness.Said;
import org.paywitness.Tokens;

/** A registered terminal for tests, with what can be said of it and told at it. */
record Device(String id, String number, String merchant) {
    static Device register() {
        return register(Said.unique("T"), Said.unique("m"));
    }

    static Device register(String number, String merchant) {
        Response answer = post(Tokens.desk(), number, merchant);
        assertEquals(201, answer.statusCode(), answer.asString());
        return new Device(answer.path("id"), number, merchant);
    }

    static Response post(String token, String number, String merchant) {
        String body = "{\"terminal_id\":\"" + number + "\",\"merchant_id\":\"" + merchant + "\"}";
        return send(token, "/v1/terminals", body, null);
    }

    static Response send(String token, String path, String body, String key) {
        var request = given().auth().oauth2(token).header("Content-Type", "application/json");
        if (key != null) {
            request.header("Idempotency-Key", key);
        }
        return request.body(body.getBytes(StandardCharsets.UTF_8)).post(path);
    }

    /** Reports it by its merchant; the terminal after that. */
    Response report(String report, Instant since) {
        Response answer = tryReport(report, since);
        assertEquals(201, answer.statusCode(), answer.asString());
        return answer;
    }

    Response tryReport(String report, Instant since) {
        return tryReport("{\"report\":\"" + report + "\",\"since\":\"" + since + "\"}");
    }

    Response tryReport(String body) {
        return send(Tokens.merchant(merchant), reports(), body, Said.unique("k"));
    }

    String reports() {
        return "/v1/terminals/" + id + "/reports";
    }

    Response get() {
        Response answer = given().auth().oauth2(Tokens.merchant(merchant)).get("/v1/terminals/" + id);
        assertEquals(200, answer.statusCode(), answer.asString());
        return answer;
    }

    /** A sale at it, of its merchant; the id of the transaction. */
    String sale(Instant at) {
        return saleOf(merchant, at);
    }

    String saleOf(String whose, Instant at) {
        return Said.by("terminal", "approved")
                .of(whose, Said.unique("r"), 12_800)
                .knowing("terminal_id", number)
                .at(at)
                .post();
    }

    static List<String> flags(String transaction) {
        return verdict(transaction, "").path("flags");
    }

    static Response verdict(String transaction, String query) {
        Response answer =
                given().auth().oauth2(Tokens.desk()).get("/v1/transactions/" + transaction + "/verdict" + query);
        assertEquals(200, answer.statusCode(), answer.asString());
        return answer;
    }
}
