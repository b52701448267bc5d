package org.paywitness.retention;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.restassured.response.Response;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.paywitness.EmbeddedPostgresResource;
import org.paywitness.Said;
import org.paywitness.Tokens;
import org.paywitness.dispute.Quarrels;
import org.paywitness.id.TypeId;

/** Payments with all that people make of them over HTTP, and what the database holds of them. */
final class OldPayments {
    /** Every table that names a transaction, and how. */
    private static final String[] NAMES = {
        "transaction WHERE id = '%1$s' OR merged_into = '%1$s'",
        "observation WHERE transaction_id = '%1$s' OR opened = '%1$s'",
        "transaction_change WHERE transaction_id = '%1$s'",
        "refund WHERE transaction_id = '%1$s'",
        "refund_balance WHERE transaction_id = '%1$s'",
        "receipt_count WHERE transaction_id = '%1$s'",
        "receipt_copy WHERE transaction_id = '%1$s'",
        "invoice_request WHERE transaction_id = '%1$s'",
        "dispute_transaction WHERE transaction_id = '%1$s'",
        "misconduct_report WHERE transaction_id = '%1$s'"
    };

    final Quarrels people = new Quarrels();
    private int paid;
    final String manager = Tokens.sign(
            Tokens.claims("merchant:read merchant:approve").subject("manager").claim("merchant_id", people.merchant));

    /** Paid by the system's clock, an amount like no other's: no payment refers to another. */
    String paid() {
        return people.paid(Instant.now().minus(Duration.ofHours(1)), "swipe", Quarrels.AMOUNT + ++paid);
    }

    /** A refund that ended; its id. */
    String refunded(String sale, long amount) throws SQLException {
        String id = refund(sale, amount);
        sql("UPDATE refund SET status = 'succeeded', succeeded_at = now(), due_at = NULL WHERE id = '"
                + uuid(TypeId.REFUND, id) + "'");
        return id;
    }

    /** A refund that waits for the acquirer; its id. */
    String refund(String sale, long amount) {
        return ask(
                        people.clerk,
                        "/v1/refunds",
                        "{\"transaction_id\":\"" + sale + "\",\"reason\":\"customer_request\",\"amount\":"
                                + Quarrels.money(amount) + "}")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    /** An invoice that was asked for; its path. */
    String invoice(String sale) {
        String path = "/v1/transactions/" + sale + "/invoice-requests";
        String id = ask(people.clerk, path, "{\"title\":\"Wang\"}")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        return path + "/" + id;
    }

    void printed(String sale) {
        assertEquals(
                200,
                given().auth()
                        .oauth2(people.clerk)
                        .get("/v1/transactions/" + sale + "/receipt")
                        .statusCode());
    }

    /** A report about it; its path. */
    String reported(String sale) {
        return ask(
                        people.cardholder,
                        "/v1/misconduct-reports",
                        "{\"transaction_id\":\"" + sale + "\",\"kind\":\"surcharge\",\"text\":\"2 %\"}")
                .then()
                .statusCode(201)
                .extract()
                .header("Location");
    }

    static void closed(String report) {
        String clerk = Tokens.sign(Tokens.claims("desk:read desk:write").subject("clerk"));
        ask(clerk, report + "/assign", "{\"owner\":\"clerk\"}").then().statusCode(200);
        ask(clerk, report + "/close", "{\"outcome\":\"upheld\",\"note\":\"so it is\"}")
                .then()
                .statusCode(200);
    }

    /** A dispute that was talked about and withdrawn; its id. */
    String quarrel(String sale) {
        String id =
                people.opened(people.cardholder, sale, "unrecognized").get("id").textValue();
        Quarrels.step(people.clerk, id, "messages", "{\"text\":\"it was you\"}");
        Quarrels.step(people.cardholder, id, "withdraw", "{}");
        return id;
    }

    static Response ask(String token, String path, String body) {
        return given().auth()
                .oauth2(token)
                .header("Accept-Language", "en")
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .contentType("application/json")
                .body(body.getBytes(StandardCharsets.UTF_8))
                .post(path);
    }

    int verdict(String sale) {
        return given().auth()
                .oauth2(people.desk)
                .get("/v1/transactions/" + sale + "/verdict")
                .statusCode();
    }

    /** The verdict but for the moment that it was given at. */
    String verdictOf(String sale) {
        Response answer = given().auth()
                .oauth2(people.desk)
                .header("Accept-Language", "en")
                .get("/v1/transactions/" + sale + "/verdict");
        return answer.statusCode() + " " + answer.path("verdict") + " " + answer.path("charged.amount") + " "
                + answer.path("because.size()");
    }

    /** Observed now, by the service's clock, about a payment of long ago: somebody still cares for it. */
    String heardOf(String sale, Instant now) {
        return Said.by("bank", "credited")
                .at(now)
                .moved(1)
                .with("transaction_id", sale)
                .post();
    }

    static UUID uuid(String prefix, String id) {
        return TypeId.parse(prefix, id).orElseThrow();
    }

    /** How many rows name the transaction. */
    static long rows(String sale) throws SQLException {
        long rows = 0;
        for (String name : NAMES) {
            rows += number("SELECT count(*) FROM " + name.formatted(uuid(TypeId.TRANSACTION, sale)));
        }
        return rows;
    }

    /** What the page for operators finds. */
    static List<String> faults() throws SQLException, IOException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(Files.readString(Path.of("src/docs/check-database.sql")))) {
            List<String> faults = new ArrayList<>();
            while (rows.next()) {
                faults.add(rows.getString(1) + ": " + rows.getString(2) + " " + rows.getString(3));
            }
            return faults;
        }
    }

    static long number(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    static void sql(String... all) throws SQLException {
        try (Connection connection = connect()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                for (String sql : all) {
                    statement.execute(sql);
                }
            }
            connection.commit();
        }
    }

    static Connection connect() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://localhost:" + Integer.getInteger(EmbeddedPostgresResource.PORT) + "/postgres",
                "postgres",
                "postgres");
    }
}
