package org.paywitness;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.restassured.path.json.JsonPath;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Observations for tests, as JSON: {@code Said.by("bank", "debited").of(merchant, rrn, 12800).post()}. Names are
 * unique unless given, so tests of one database do not meet.
 */
public final class Said {
    private static final AtomicLong COUNT = new AtomicLong(System.nanoTime());

    private final ObjectNode json = JsonNodeFactory.instance.objectNode();
    private final ObjectNode transaction;

    private Said(String source, String outcome) {
        json.put("source", source);
        json.put("source_ref", unique("ref"));
        json.put("outcome", outcome);
        transaction = json.putObject("transaction");
        at(Instant.now().minus(10, ChronoUnit.MINUTES));
    }

    public static Said by(String source, String outcome) {
        return new Said(source, outcome);
    }

    /** A name that nothing else has: an identifier of at most 64 characters. */
    public static String unique(String prefix) {
        return prefix + Long.toString(COUNT.incrementAndGet(), 36);
    }

    public static String card() {
        return "card_01" + unique("t00000000");
    }

    public Said of(String merchant, String rrn, long amount) {
        transaction.put("merchant_id", merchant).put("rrn", rrn).set("amount", money(amount));
        return this;
    }

    /** What this source says moved. */
    public Said moved(long amount) {
        json.set("amount", money(amount));
        return this;
    }

    private static ObjectNode money(long amount) {
        return JsonNodeFactory.instance.objectNode().put("amount", amount).put("currency", "CNY");
    }

    public Said at(Instant at) {
        json.put("observed_at", at.toString());
        transaction.put("occurred_at", at.toString());
        return this;
    }

    public Said card(String token) {
        transaction.putObject("card").put("token", token).put("kind", "debit");
        return this;
    }

    public Said maskedCard(String first6, String last4) {
        transaction.putObject("card").put("first6", first6).put("last4", last4).put("kind", "debit");
        return this;
    }

    /** A field of the observation itself. */
    public Said with(String name, String value) {
        json.put(name, value);
        return this;
    }

    /** A field of the transaction. */
    public Said knowing(String name, String value) {
        transaction.put(name, value);
        return this;
    }

    public ObjectNode json() {
        return json;
    }

    @Override
    public String toString() {
        return json.toString();
    }

    /** Tells it; the id of the transaction that it belongs to. */
    public String post() {
        return post(this).get(0);
    }

    /** Tells all of them at once; the ids of the transactions that they belong to. */
    public static List<String> post(Said... said) {
        String body = Stream.of(said).map(Said::toString).collect(Collectors.joining(",", "[", "]"));
        JsonPath answer = given().auth()
                .oauth2(Tokens.feed())
                .header("Content-Type", "application/json")
                .body(body.getBytes(StandardCharsets.UTF_8))
                .post("/v1/observations")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        List<String> statuses = answer.getList("results.status");
        assertEquals(java.util.Collections.nCopies(said.length, "accepted"), statuses, () -> answer.prettify());
        return answer.getList("results.transaction_id");
    }
}
