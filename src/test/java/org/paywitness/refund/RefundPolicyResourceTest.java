package org.paywitness.refund;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.paywitness.acquirer.Operation;
import org.paywitness.explanation.Durations;
import org.paywitness.http.Published;
import org.paywitness.money.Money;
import org.paywitness.verdict.CardKind;
import org.paywitness.verdict.Policy;

/** The published policy is the one that the code obeys: here it is configured other than by default. */
@QuarkusTest
@TestProfile(RefundPolicyResourceTest.Configured.class)
class RefundPolicyResourceTest {
    /** Other limits, and a merchant with its own. */
    public static class Configured implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "paywitness.refund.automatic-up-to.CNY", "50000",
                    "paywitness.refund.automatic-up-to.JPY", "9000",
                    "paywitness.refund.cooling-off", "14d",
                    "paywitness.refund.policy-max-age", "60s",
                    "paywitness.policy.refund-arrival-credit", "36h",
                    "paywitness.refund.merchants.\"m_0001\".automatic-up-to.CNY", "0",
                    "paywitness.refund.merchants.\"m_0001\".automatic-within", "10d",
                    "paywitness.refund.merchants.\"m_0001\".cut-off", "18:30");
        }
    }

    @Inject
    RefundSettings settings;

    @Inject
    Policy policy;

    private static Response ask(String query, String language) {
        return given().header("Accept-Language", language).get("/v1/refund-policy" + query);
    }

    @Test
    void tellsWhatIsConfigured() {
        ask("", "en")
                .then()
                .statusCode(200)
                .contentType("application/json")
                .header("Cache-Control", equalTo("public, max-age=60"))
                .header("Content-Language", equalTo("en"))
                .header("Vary", containsString("Accept-Language"))
                .body("merchant_id", nullValue())
                .body("zone", equalTo("Asia/Shanghai"))
                .body("cut_off", equalTo("23:00"))
                .body("approval.automatic_up_to.amount", contains(50_000, 9_000))
                .body("approval.automatic_up_to.currency", contains("CNY", "JPY"))
                .body("approval.automatic_within", equalTo("P30D"))
                .body("cooling_off.within", equalTo("P14D"))
                .body("cooling_off.text", containsString("14 days"))
                .body("arrivals.choices", hasSize(8))
                .body(
                        "arrivals.choices.find { it.paid_with == 'credit_card' && it.route == 'refund' }.within",
                        equalTo("PT36H"))
                .body(
                        "arrivals.choices.find { it.paid_with == 'credit_card' && it.route == 'refund' }.text",
                        containsString("1 day 12 hours"))
                .body("inquiries.after", contains("PT5S", "PT30S", "PT5M", "PT1H"))
                .body("inquiries.then_every", equalTo("P1D"))
                .body("inquiries.until", equalTo("P7D"))
                .body("statuses.find { it.status == 'in_doubt' }.next", contains("submitted", "succeeded", "failed"))
                .body("statuses.find { it.status == 'rejected' }.next", hasSize(0))
                .body("reasons", hasSize(Reason.values().length))
                .body(
                        "not_refundable.code",
                        contains(
                                "not_charged",
                                "being_returned",
                                "already_returned",
                                "under_chargeback",
                                "refund_exceeds_charge",
                                "currency_mismatch",
                                "cooling_off_over",
                                "merchant_unknown"));
    }

    @Test
    void merchantsOwnLimitsAreInIt() {
        ask("?merchant_id=m_0001", "en")
                .then()
                .body("merchant_id", equalTo("m_0001"))
                .body("cut_off", equalTo("18:30"))
                .body("approval.automatic_up_to.amount", contains(0, 9_000))
                .body("approval.automatic_within", equalTo("P10D"))
                .body("approval.text", containsString("10 days"))
                .body("cooling_off.within", equalTo("P14D"));
        String unknown = ask("?merchant_id=m_9999", "en").asString();
        assertEquals(ask("", "en").asString(), unknown, "those of all");
    }

    @Test
    void isWhatTheCodeObeys() {
        Instant paid = Instant.parse("2026-11-21T04:00:00Z");
        for (String merchant : List.of("m_0001", "m_9999")) {
            RefundLimits limits = RefundLimits.of(settings, policy, merchant);
            Response told = ask("?merchant_id=" + merchant, "en");
            Instant last = paid.plus(Duration.parse(told.path("approval.automatic_within")));
            for (Map<String, Object> limit : told.<List<Map<String, Object>>>path("approval.automatic_up_to")) {
                Money most = Money.of(((Number) limit.get("amount")).longValue(), (String) limit.get("currency"));
                assertEquals(true, limits.isAutomatic(most, paid, last));
                assertEquals(false, limits.isAutomatic(most.plus(Money.of(1, most.currency())), paid, last));
                assertEquals(false, limits.isAutomatic(most, paid, last.plusNanos(1)));
            }
            Instant cooled = paid.plus(Duration.parse(told.path("cooling_off.within")));
            assertEquals(true, limits.isWithinCoolingOff(paid, cooled));
            assertEquals(false, limits.isWithinCoolingOff(paid, cooled.plusNanos(1)));
            Instant closed = Instant.parse("2026-11-21T" + told.path("cut_off") + ":00+08:00");
            assertEquals(Operation.REFUND, limits.route(true, paid, closed));
            assertEquals(Operation.VOID, limits.route(true, paid, closed.minusNanos(1)));
            assertEquals(arrivals(), told.<List<String>>path("arrivals.choices.within"));
        }
    }

    // In the order in which they are told: each way of paying, void then refund.
    private List<String> arrivals() {
        List<String> arrivals = new ArrayList<>();
        for (boolean viaWallet : new boolean[] {false, true}) {
            for (CardKind kind : viaWallet
                    ? List.of(CardKind.PREPAID, CardKind.UNKNOWN)
                    : List.of(CardKind.DEBIT, CardKind.UNKNOWN)) {
                for (boolean whole : new boolean[] {true, false}) {
                    arrivals.add(Durations.iso(policy.arrival(whole, kind, viaWallet)));
                }
            }
        }
        return arrivals;
    }

    @Test
    void bothLanguagesSayTheSame() {
        Response zh = ask("", "zh-CN");
        Response en = ask("", "en");
        assertEquals("zh-CN", zh.header("Content-Language"));
        assertNotEquals(zh.header("ETag"), en.header("ETag"));
        assertEquals(zh.<List<String>>path("failures.failure"), en.path("failures.failure"));
        assertEquals(zh.<List<String>>path("arrivals.choices.within"), en.path("arrivals.choices.within"));
        zh.then()
                .body("routes.choices[0].text", containsString("撤销"))
                .body("routes.choices[1].text", containsString("退货"))
                .body("statuses.find { it.status == 'succeeded' }.text", containsString("原路退回"))
                .body("not_refundable[0].title", equalTo("没有扣款"));
        en.then().body(not(containsString("退")));
    }

    @Test
    void knownAnswerIsNotSentAgain() {
        for (String language : List.of("zh-CN", "en")) {
            String tag = ask("", language).header("ETag");
            given().header("Accept-Language", language)
                    .header("If-None-Match", tag)
                    .get("/v1/refund-policy")
                    .then()
                    .statusCode(304)
                    .header("ETag", equalTo(tag))
                    .header("Cache-Control", equalTo("public, max-age=60"))
                    .header("Vary", containsString("Accept-Language"))
                    .body(equalTo(""));
            given().header("Accept-Language", language)
                    .header("If-None-Match", tag)
                    .get("/v1/refund-policy?merchant_id=m_0001")
                    .then()
                    .statusCode(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"merchant_id=", "merchant_id=-x", "merchant_id=a%20b", "merchant_id=a&merchant_id=b"})
    void malformedMerchantIsNamed(String query) {
        given().urlEncodingEnabled(false)
                .get("/v1/refund-policy?" + query)
                .then()
                .statusCode(400)
                .body("errors.pointer", contains("?merchant_id"));
    }

    @Test
    void whatWasTypedIsNotRepeated() {
        String number = "6228480402564890018";
        ask("?merchant_id=" + number, "en").then().statusCode(200).body(not(containsString(number)));
    }

    @Test
    void exampleInTheContractIsOne() {
        Published published = Published.read();
        String schema = "/components/schemas/RefundPolicy";
        JsonNode examples = published.document().at(schema + "/examples");
        assertEquals(1, examples.size());
        examples.forEach(example -> published.verify(schema, example.toString(), "example"));
    }
}
