package org.paywitness.refund;

import static io.restassured.RestAssured.given;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.paywitness.Said;
import org.paywitness.Tokens;
import org.paywitness.fault.Waiting;

/** Sales to be refunded, and what people do about them, over HTTP. */
public final class Sales {
    static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final ObjectMapper JSON = new ObjectMapper();

    private Sales() {}

    /** Captured by the acquirer and debited by the bank then; the id of the transaction. */
    public static String settled(String merchant, String card, long amount, Instant at) {
        String rrn = Said.unique("R");
        return Said.post(
                        Said.by("acquirer", "captured")
                                .of(merchant, rrn, amount)
                                .card(card)
                                .at(at),
                        Said.by("bank", "debited")
                                .of(merchant, rrn, amount)
                                .card(card)
                                .at(at))
                .get(0);
    }

    static String token(String person, String scopes) {
        return Tokens.sign(Tokens.claims(scopes).subject(person));
    }

    public static String clerk(String merchant) {
        return Tokens.sign(
                Tokens.claims("merchant:read merchant:write").subject("clerk").claim("merchant_id", merchant));
    }

    static String manager(String merchant) {
        return Tokens.sign(Tokens.claims("merchant:read merchant:approve")
                .subject("manager")
                .claim("merchant_id", merchant));
    }

    static String key() {
        return UUID.randomUUID().toString();
    }

    static String body(String transaction, Long amount, String reason) {
        String money = amount == null ? "" : ", \"amount\": {\"amount\": " + amount + ", \"currency\": \"CNY\"}";
        return "{\"transaction_id\": \"" + transaction + "\"" + money + ", \"reason\": \"" + reason + "\"}";
    }

    private static RequestSpecification as(String token) {
        return given().auth().oauth2(token).header("Accept-Language", "en");
    }

    static Response ask(String token, String key, String body) {
        RequestSpecification request = as(token).contentType("application/json").body(body);
        return (key == null ? request : request.header("Idempotency-Key", key)).post("/v1/refunds");
    }

    /** A refund that is granted; null amount: all that is left. */
    public static JsonNode refunded(String token, String transaction, Long amount) {
        Response answer = ask(token, key(), body(transaction, amount, "customer_request"));
        answer.then().statusCode(201);
        return json(answer);
    }

    static Response act(String token, String refund, String action, String body) {
        RequestSpecification request = as(token).contentType("application/json");
        return (body == null ? request : request.body(body)).post("/v1/refunds/" + refund + "/" + action);
    }

    static Response get(String token, String path, Map<String, ?> query) {
        return as(token).queryParams(query).get(path);
    }

    static JsonNode refund(String token, String id) {
        Response answer = get(token, "/v1/refunds/" + id, Map.of());
        answer.then().statusCode(200);
        return json(answer);
    }

    static JsonNode transaction(String token, String id) {
        Response answer = get(token, "/v1/transactions/" + id, Map.of());
        answer.then().statusCode(200);
        return json(answer);
    }

    static JsonNode verdict(String token, String id) {
        Response answer = get(token, "/v1/transactions/" + id + "/verdict", Map.of());
        answer.then().statusCode(200);
        return json(answer);
    }

    /** The refund once it has this status. */
    public static JsonNode awaited(String token, String id, String status) {
        Waiting.until(
                id + " is " + status,
                PATIENCE,
                () -> refund(token, id).get("status").textValue().equals(status));
        return refund(token, id);
    }

    static JsonNode json(Response answer) {
        try {
            return JSON.readTree(answer.asString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
