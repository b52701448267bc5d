package org.paywitness.transaction;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.paywitness.Said;
import org.paywitness.Tokens;

/** What people ask, over HTTP. The same with lookups that share no statement: {@link LookupWithoutBatchingTest}. */
@QuarkusTest
class LookupTest {
    private final String merchant = Said.unique("m");
    private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);

    private static Response get(String token, String path, String... headers) {
        var request = given().auth().oauth2(token);
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return request.urlEncodingEnabled(false).get(path);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private Response ask(String query) {
        Response answer = get(Tokens.merchant(merchant), "/v1/was-i-charged?" + query);
        assertEquals(200, answer.statusCode(), answer.asString());
        return answer;
    }

    @Test
    void everyReferenceFindsItsPayment() {
        String rrn = Said.unique("r");
        String order = Said.unique("订单/");
        String wallet = Said.unique("w");
        String terminal = Said.unique("T");
        Said said = Said.by("acquirer", "approved")
                .of(merchant, rrn, 100)
                .knowing("merchant_order_no", order)
                .knowing("wallet_transaction_no", wallet)
                .knowing("terminal_id", terminal)
                .knowing("batch", "000012")
                .knowing("stan", "004217");
        String id = said.post();
        for (String query : List.of(
                "rrn=" + rrn,
                "merchant_order_no=" + encoded(order),
                "wallet_transaction_no=" + wallet,
                "terminal_id=" + terminal + "&stan=004217",
                "terminal_id=" + terminal + "&stan=004217&batch=000012",
                "rrn=" + rrn + "&merchant_id=" + merchant + "&terminal_id=" + terminal,
                "rrn=" + rrn + "&amount=100&currency=CNY&at=" + now)) {
            assertEquals(id, ask(query).path("transaction_id"), query);
        }
        for (String query : List.of(
                "rrn=" + Said.unique("r"),
                "rrn=" + rrn + "&merchant_id=other",
                "rrn=" + rrn + "&terminal_id=other",
                "rrn=" + rrn + "&merchant_order_no=other",
                "terminal_id=" + terminal + "&stan=004218",
                "terminal_id=" + terminal + "&stan=004217&batch=000013")) {
            assertEquals("not_found", ask(query).path("verdict"), query);
        }
        for (String query :
                List.of("merchant_id=m", "terminal_id=" + terminal, "stan=1", "card=card_0123456789&amount=1")) {
            assertEquals(400, get(Tokens.desk(), "/v1/was-i-charged?" + query).statusCode(), query);
        }
    }

    @Test
    void secondNumberOfTheSameKindFindsItToo() {
        String wallet = Said.unique("w");
        String first = Said.unique("r");
        String second = Said.unique("r");
        String id = Said.by("wallet", "paid")
                .of(merchant, first, 100)
                .knowing("wallet_transaction_no", wallet)
                .post();
        assertEquals(
                id,
                Said.by("acquirer", "captured")
                        .of(merchant, second, 100)
                        .knowing("wallet_transaction_no", wallet)
                        .post());
        assertEquals(id, ask("rrn=" + first).path("transaction_id"));
        assertEquals(id, ask("rrn=" + second).path("transaction_id"));
    }

    @Test
    void ownPaymentIsNotCrowdedOutByOthersWithTheSameNumber() {
        String order = Said.unique("o");
        String own = Said.by("wallet", "paid")
                .of(merchant, Said.unique("r"), 100)
                .knowing("merchant_order_no", order)
                .post();
        for (int i = 0; i <= TransactionFinder.MAX_SAME_REFERENCE; i++) {
            Said.by("wallet", "paid")
                    .of(Said.unique("other"), Said.unique("r"), 100)
                    .knowing("merchant_order_no", order)
                    .post();
        }
        assertEquals(
                own,
                get(Tokens.merchant(merchant), "/v1/was-i-charged?merchant_order_no=" + order)
                        .path("transaction_id"));
    }

    @Test
    void cardAmountAndTimeFindItWithinTheWindow() {
        String card = Said.card();
        String digits = String.format("%06d", System.nanoTime() % 1_000_000);
        String token = Said.by("acquirer", "approved")
                .of(merchant, Said.unique("r"), 4_321)
                .card(card)
                .at(now)
                .post();
        String masked = Said.by("acquirer", "approved")
                .of(merchant, Said.unique("r"), 4_322)
                .maskedCard(digits, "1234")
                .at(now)
                .post();
        String about = "&amount=4321&at=";
        assertEquals(
                token,
                ask("card=" + card + about + now.plus(30, ChronoUnit.MINUTES)).path("transaction_id"));
        assertEquals(
                "not_found",
                ask("card=" + card + about + now.plusSeconds(1_801)).path("verdict"));
        assertEquals(
                token, ask("card=" + card + about + now.minusSeconds(1_800)).path("transaction_id"));
        String threeDays = now.minus(3, ChronoUnit.DAYS) + "&within=P3D";
        assertEquals(token, ask("card=" + card + about + threeDays).path("transaction_id"));
        String beyond = now.minus(3, ChronoUnit.DAYS).minusSeconds(1) + "&within=P3D";
        assertEquals("not_found", ask("card=" + card + about + beyond).path("verdict"));
        assertEquals(token, ask("card=" + card + about + now + "&within=PT0S").path("transaction_id"));
        // An unencoded plus sign is a space by the time it arrives.
        String offset =
                OffsetDateTime.ofInstant(now, java.time.ZoneOffset.ofHours(8)).toString();
        assertEquals(token, ask("card=" + card + about + offset).path("transaction_id"));
        assertEquals("not_found", ask("card=" + card + "&amount=4320&at=" + now).path("verdict"));
        assertEquals(
                "not_found",
                ask("card=" + card + "&amount=4321&currency=USD&at=" + now).path("verdict"));
        assertEquals(
                masked,
                ask("card=" + digits + "******1234&amount=4322&at=" + now).path("transaction_id"));
        assertEquals(
                "not_found",
                ask("card=" + digits + "******1235&amount=4322&at=" + now).path("verdict"));
        assertEquals(
                400,
                get(Tokens.desk(), "/v1/was-i-charged?card=" + card + about + now + "&within=PT72H1S")
                        .statusCode());
    }

    @Test
    void otherMatchesComeNearestFirst() {
        String card = Said.card();
        List<String> ids = new ArrayList<>();
        for (int minutes : new int[] {1, -3, 7, -15, 25}) {
            ids.add(Said.by("acquirer", "approved")
                    .of(merchant, Said.unique("r"), 777)
                    .card(card)
                    .at(now.plus(minutes, ChronoUnit.MINUTES))
                    .post());
        }
        Response answer = ask("card=" + card + "&amount=777&at=" + now);
        List<String> told = new ArrayList<>(List.of(answer.<String>path("transaction_id")));
        told.addAll(answer.path("other_matches.transaction_id"));
        assertEquals(ids, told);
        assertEquals(List.of(777, 777, 777, 777), answer.path("other_matches.amount.amount"));
        assertEquals(List.of(merchant, merchant, merchant, merchant), answer.path("other_matches.merchant_id"));
    }

    @Test
    void nothingFoundTellsHowFarEachSourceIs() {
        String through = "2026-11-01T00:00:00Z";
        given().auth()
                .oauth2(Tokens.feed())
                .header("Content-Type", "application/json")
                .body(("{\"source\":\"bank\",\"merchant_id\":\"" + merchant + "\",\"complete_through\":\"" + through
                                + "\"}")
                        .getBytes())
                .post("/v1/completeness")
                .then()
                .statusCode(200);
        Response answer = ask("rrn=" + Said.unique("none"));
        assertEquals("not_found", answer.path("verdict"));
        assertEquals("unknown_payment", answer.path("cause"));
        assertNull(answer.path("transaction_id"));
        assertEquals(List.of("terminal", "acquirer", "bank", "wallet"), answer.path("completeness.source"));
        String bank = answer.path("completeness[2].complete_through");
        assertEquals(Instant.parse(through), OffsetDateTime.parse(bank).toInstant());
        for (String due : answer.<List<String>>path("completeness.next_data_by")) {
            assertTrue(OffsetDateTime.parse(due).toInstant().isAfter(now), due);
        }
        assertTrue(answer.<List<Object>>path("next_steps").size() > 0);
        // A cardholder learns nothing of the merchant that it names.
        Response stranger = get(Tokens.cardholder(Said.card()), "/v1/was-i-charged?rrn=none&merchant_id=" + merchant);
        assertNotEquals(bank, stranger.path("completeness[2].complete_through"));
    }

    @Test
    void entityTagTellsChangeAndLanguage() {
        String rrn = Said.unique("r");
        String id = Said.by("acquirer", "approved").of(merchant, rrn, 12_800).post();
        String path = "/v1/transactions/" + id + "/verdict";
        Response chinese = get(Tokens.desk(), path);
        Response english = get(Tokens.desk(), path, "Accept-Language", "en-GB, zh;q=0.1");
        assertEquals("zh-CN", chinese.header("Content-Language"));
        assertEquals("en", english.header("Content-Language"));
        assertEquals("Accept-Language", english.header("Vary"));
        assertTrue(chinese.<String>path("headline").contains("128.00"), chinese.asString());
        assertNotEquals(chinese.<String>path("headline"), english.path("headline"));
        assertNotEquals(chinese.header("ETag"), english.header("ETag"));
        String tag = chinese.header("ETag");
        for (String known : List.of(tag, "W/" + tag, "\"a\", " + tag, "*")) {
            Response same = get(Tokens.desk(), path, "If-None-Match", known);
            assertEquals(304, same.statusCode(), known);
            assertEquals(tag, same.header("ETag"));
            assertEquals("", same.asString());
        }
        assertEquals(
                200, get(Tokens.desk(), path, "If-None-Match", "\"another\"").statusCode());
        assertEquals(
                200,
                get(Tokens.desk(), path, "If-None-Match", tag, "Accept-Language", "en")
                        .statusCode());
        Said.by("bank", "debited").of(merchant, rrn, 12_800).post();
        Response changed = get(Tokens.desk(), path, "If-None-Match", tag);
        assertEquals(200, changed.statusCode());
        assertEquals("settled", changed.path("cause"));
        assertEquals(2, changed.<Integer>path("version"));
    }

    @Test
    void asOfAnswersWhatWasKnownThen() {
        String rrn = Said.unique("r");
        String id = Said.by("acquirer", "approved").of(merchant, rrn, 100).post();
        String path = "/v1/transactions/" + id + "/verdict";
        String then = get(Tokens.desk(), path).path("as_of");
        Said.by("bank", "debited").of(merchant, rrn, 100).post();
        Response before = get(Tokens.merchant(merchant), path + "?as_of=" + encoded(then));
        assertEquals("approved", before.path("cause"), before.asString());
        assertEquals(1, before.<Integer>path("version"));
        assertEquals("settled", get(Tokens.desk(), path).path("cause"));
        String long_ago = path + "?as_of=2020-01-01T00:00:00Z";
        assertEquals("not_found", get(Tokens.desk(), long_ago).path("verdict"));
        assertEquals(404, get(Tokens.merchant("other"), long_ago).statusCode());
        assertEquals(
                400, get(Tokens.desk(), path + "?as_of=2999-01-01T00:00:00Z").statusCode());
    }

    @Test
    void filtersNarrowAndBoundsHold() {
        String card = Said.card();
        String terminal = Said.unique("T");
        String charged = Said.by("bank", "debited")
                .of(merchant, Said.unique("r"), 1)
                .card(card)
                .at(now.minusSeconds(60))
                .post();
        String refused = Said.by("acquirer", "declined")
                .of(merchant, Said.unique("r"), 2)
                .with("response_code", "51")
                .knowing("terminal_id", terminal)
                .at(now.minusSeconds(120))
                .post();
        String masked = Said.by("acquirer", "approved")
                .of(merchant, Said.unique("r"), 2)
                .maskedCard("622848", "9876")
                .at(now.minusSeconds(180))
                .post();
        assertEquals(List.of(masked, refused, charged), ids(""));
        assertEquals(List.of(refused), ids("terminal_id=" + terminal));
        assertEquals(List.of(charged), ids("card=" + card));
        assertEquals(List.of(masked), ids("card=622848******9876"));
        assertEquals(List.of(masked, refused), ids("amount=2"));
        assertEquals(List.of(), ids("amount=2&currency=USD"));
        assertEquals(List.of(refused), ids("verdict=not_charged"));
        assertEquals(List.of(masked, charged), ids("verdict=charged"));
        assertEquals(List.of(), ids("verdict=held"));
        // From is inclusive, to is not.
        assertEquals(List.of(refused, charged), ids("from=" + now.minusSeconds(120)));
        assertEquals(List.of(masked), ids("to=" + now.minusSeconds(120)));
        assertEquals(List.of(refused), ids("from=" + now.minusSeconds(120) + "&to=" + now.minusSeconds(60)));
        assertEquals(1, ids("limit=1").size());
        for (String bad : List.of("limit=0", "limit=201", "verdict=not_found", "verdict=CHARGED", "cursor=x")) {
            assertEquals(400, get(Tokens.desk(), "/v1/transactions?" + bad).statusCode(), bad);
        }
        assertEquals(200, get(Tokens.desk(), "/v1/transactions?limit=200").statusCode());
    }

    private List<String> ids(String query) {
        Response page = get(Tokens.desk(), "/v1/transactions?merchant_id=" + merchant + "&" + query);
        assertEquals(200, page.statusCode(), page.asString());
        return page.path("data.id");
    }

    @Test
    void cursorIsStableWhileOthersWrite() {
        List<String> before = new ArrayList<>();
        for (int i = 0; i < 23; i++) {
            before.add(Said.by("acquirer", "approved")
                    .of(merchant, Said.unique("r"), 1 + i)
                    .post());
        }
        Collections.reverse(before);
        List<String> listed = new ArrayList<>();
        String cursor = "";
        int pages = 0;
        do {
            Response page = get(Tokens.merchant(merchant), "/v1/transactions?limit=5" + cursor);
            listed.addAll(page.path("data.id"));
            // A newer one comes in and an older one changes between any two pages.
            Said.by("acquirer", "approved")
                    .of(merchant, Said.unique("r"), 1_000 + pages)
                    .post();
            cursor = page.path("next_cursor") == null ? null : "&cursor=" + page.path("next_cursor");
            pages++;
        } while (cursor != null);
        assertEquals(before, listed);
        assertEquals(5, pages);
        assertEquals(23 + 5, new LinkedHashSet<>(ids("limit=200")).size());
        List<String> byVerdict = new ArrayList<>();
        String next = "";
        do {
            Response page = get(Tokens.merchant(merchant), "/v1/transactions?verdict=charged&limit=7" + next);
            byVerdict.addAll(page.path("data.id"));
            next = page.path("next_cursor") == null ? null : "&cursor=" + page.path("next_cursor");
        } while (next != null);
        assertEquals(ids("limit=200"), byVerdict);
    }

    @Test
    void eachOfManyAtOnceGetsItsOwnAnswerInItsOwnLanguage() {
        String card = Said.card();
        List<String> own = List.of(merchant, Said.unique("m"), Said.unique("m"));
        List<String> tokens =
                List.of(Tokens.merchant(own.get(0)), Tokens.merchant(own.get(1)), Tokens.cardholder(card));
        List<List<String>> ids = new ArrayList<>();
        for (int caller = 0; caller < 3; caller++) {
            List<String> mine = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                Said said =
                        Said.by("acquirer", "approved").of(own.get(caller), Said.unique("r"), 100 * (caller + 1) + i);
                mine.add((caller == 2 ? said.card(card) : said).post());
            }
            ids.add(mine);
        }
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            int caller = i % 3;
            int of = i % 5 == 4 ? (caller + 1) % 3 : caller;
            int place = i % 10;
            boolean english = i % 2 == 0;
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + RestAssured.port
                            + "/v1/transactions/" + ids.get(of).get(place) + "/verdict"))
                    .header("Authorization", "Bearer " + tokens.get(caller))
                    .header("Accept-Language", english ? "en" : "zh-CN")
                    .build();
            all.add(client.sendAsync(request, HttpResponse.BodyHandlers.ofString())
                    .thenAccept(answer -> {
                        assertEquals(of == caller ? 200 : 404, answer.statusCode(), answer.body());
                        if (of == caller) {
                            var json = io.restassured.path.json.JsonPath.from(answer.body());
                            assertEquals(ids.get(of).get(place), json.getString("transaction_id"));
                            assertEquals(100 * (of + 1) + place, json.getInt("charged.amount"));
                            boolean ascii = StandardCharsets.US_ASCII
                                    .newEncoder()
                                    .canEncode(json.getString("headline").replace("¥", ""));
                            assertEquals(english, ascii, json.getString("headline"));
                        }
                    }));
        }
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).join();
    }

    @Test
    void observationsAreThoseOfTheTransactionAlone() {
        String rrn = Said.unique("r");
        Said one = Said.by("acquirer", "approved").of(merchant, rrn, 100);
        Said two = Said.by("bank", "debited").of(merchant, rrn, 100);
        Said.by("bank", "debited").of(merchant, Said.unique("r"), 100).post();
        String id = Said.post(one, two).get(0);
        Response told = get(Tokens.merchant(merchant), "/v1/transactions/" + id + "/observations");
        Set<String> refs = new HashSet<>(told.<List<String>>path("data.source_ref"));
        assertEquals(
                Set.of(
                        one.json().get("source_ref").textValue(),
                        two.json().get("source_ref").textValue()),
                refs);
        List<Map<String, Object>> because =
                get(Tokens.desk(), "/v1/transactions/" + id).path("verdict.because");
        assertTrue(told.<List<String>>path("data.id").contains(because.get(0).get("observation_id")));
    }
}
