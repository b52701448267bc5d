package org.paywitness.dispute;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.paywitness.Said;
import org.paywitness.Tokens;
import org.paywitness.fault.Waiting;

/** One payment of one card at one merchant, and what the people around it do over HTTP. */
public final class Quarrels {
    public static final Duration PATIENCE = Duration.ofSeconds(30);
    public static final long AMOUNT = 12800;
    private static final ObjectMapper JSON = new ObjectMapper();

    public final String merchant = Said.unique("m_");
    public final String card = Said.card();
    public final String cardholder =
            Tokens.sign(Tokens.claims("cardholder").subject("cardholder").claim("cards", java.util.List.of(card)));
    public final String clerk = Tokens.sign(
            Tokens.claims("merchant:read merchant:write").subject("clerk").claim("merchant_id", merchant));
    public final String desk = Tokens.sign(Tokens.claims("desk:read desk:write").subject("agent"));
    public final String judge =
            Tokens.sign(Tokens.claims("desk:read desk:approve").subject("judge"));

    /** Captured by the acquirer and debited by the bank then; the id of the transaction. */
    public String paid(Instant at) {
        return paid(at, "swipe", AMOUNT);
    }

    public String paid(Instant at, String channel, long amount) {
        String rrn = Said.unique("R");
        return Said.post(
                        Said.by("acquirer", "captured")
                                .of(merchant, rrn, amount)
                                .card(card)
                                .at(at)
                                .knowing("channel", channel),
                        Said.by("bank", "debited")
                                .of(merchant, rrn, amount)
                                .card(card)
                                .at(at))
                .get(0);
    }

    public static RequestSpecification as(String token) {
        return given().auth().oauth2(token).header("Accept-Language", "en");
    }

    public static Response post(String token, String path, String body) {
        return as(token)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .body(body.getBytes(StandardCharsets.UTF_8))
                .post(path);
    }

    public static Response get(String token, String path) {
        return as(token).get(path);
    }

    public static JsonNode json(Response answer, int status) {
        assertEquals(status, answer.statusCode(), answer.asString());
        try {
            return JSON.readTree(answer.asString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public JsonNode opened(String token, String transaction, String reason) {
        return json(
                post(
                        token,
                        "/v1/disputes",
                        "{\"transaction_id\":\"" + transaction + "\",\"reason\":\"" + reason
                                + "\",\"text\":\"card 6228480402564890018\"}"),
                201);
    }

    /** A step that is taken; the dispute after it. */
    public static JsonNode step(String token, String dispute, String step, String body) {
        Response answer = post(token, "/v1/disputes/" + dispute + "/" + step, body);
        return json(answer, answer.statusCode() == 201 ? 201 : 200);
    }

    public static void refused(String token, String dispute, String step, String body, int status, String code) {
        Response answer = post(token, "/v1/disputes/" + dispute + "/" + step, body);
        assertEquals(status + " " + code, answer.statusCode() + " " + answer.path("code"), answer.asString());
    }

    /** Makes a proposal; its id. */
    public static String proposed(String token, String dispute, String body) {
        JsonNode proposals = step(token, dispute, "proposals", body).get("proposals");
        return proposals.get(proposals.size() - 1).get("id").textValue();
    }

    public static String money(long amount) {
        return "{\"amount\":" + amount + ",\"currency\":\"CNY\"}";
    }

    public static JsonNode dispute(String token, String id) {
        return json(get(token, "/v1/disputes/" + id), 200);
    }

    public static JsonNode verdict(String token, String transaction) {
        return json(get(token, "/v1/transactions/" + transaction + "/verdict"), 200);
    }

    public static JsonNode timeline(String token, String id) {
        return json(get(token, "/v1/disputes/" + id + "/timeline"), 200);
    }

    /** The dispute once it has this status. */
    public static JsonNode awaited(String token, String id, String status) {
        Waiting.until(
                id + " is " + status,
                PATIENCE,
                () -> dispute(token, id).get("status").textValue().equals(status));
        return dispute(token, id);
    }
}
