package org.paywitness.webhook;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.paywitness.Said;
import org.paywitness.TestClock;
import org.paywitness.Tokens;
import org.paywitness.chronicle.PublishedEvents;
import org.paywitness.event.Event;
import org.paywitness.event.Outbox;
import org.paywitness.fault.Waiting;
import org.paywitness.id.TypeId;

/** From an event to a receiver that may not want it, and what people see of it. */
@QuarkusTest
class WebhookLifeTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final List<Duration> SCHEDULE = List.of(
            Duration.ofSeconds(5),
            Duration.ofMinutes(5),
            Duration.ofMinutes(30),
            Duration.ofHours(2),
            Duration.ofHours(5),
            Duration.ofHours(10),
            Duration.ofHours(14),
            Duration.ofHours(20),
            Duration.ofHours(24));

    private final String merchant = Said.unique("m");
    private final String token = Tokens.merchant(merchant);
    private Receiver receiver;

    @Inject
    Pool pool;

    @Inject
    Outbox outbox;

    @Inject
    TestClock clock;

    @Inject
    OldDeliveries oldDeliveries;

    @BeforeEach
    void receive() throws IOException {
        receiver = new Receiver();
    }

    @AfterEach
    void close() {
        PublishedEvents published = new PublishedEvents();
        receiver.received.stream()
                .map(Receiver.Received::text)
                .filter(text -> new JsonObject(text).getString("type").startsWith("webhook_endpoint."))
                .filter(text -> new JsonObject(text).getJsonObject("data").containsKey("url"))
                .forEach(published::verify);
        clock.reset();
        // Nothing is sent after the test.
        pool.preparedQuery(
                        "UPDATE webhook_endpoint SET status = 'disabled', disabled_because = 'asked', disabled_at = now()"
                                + " WHERE merchant_id = $1 AND status = 'enabled'")
                .executeAndAwait(Tuple.of(merchant));
        receiver.close();
    }

    // --- what is asked -----------------------------------------------------------------------------------------------

    private RequestSpecification asked() {
        return given().auth().oauth2(token).contentType(ContentType.JSON);
    }

    private Response endpoint(String url, String types) {
        Response made = asked().body("{\"url\":\"" + url + "\",\"event_types\":" + types + "}")
                .post("/v1/webhook-endpoints");
        assertEquals(201, made.statusCode(), made.asString());
        return made;
    }

    private static String path(Response endpoint) {
        return "/v1/webhook-endpoints/" + endpoint.path("id");
    }

    private Response change(Response endpoint, String body) {
        Response changed = asked().body(body).patch(path(endpoint));
        assertEquals(200, changed.statusCode(), changed.asString());
        return changed;
    }

    private Response seen(Response endpoint) {
        return asked().get(path(endpoint));
    }

    private Response log(Response endpoint) {
        return asked().get(path(endpoint) + "/deliveries");
    }

    /** The ids of as many events of this type, in their order. */
    private List<String> told(String type, int count) {
        List<Event> events = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            events.add(Event.of(
                    "refund",
                    "rfd_" + i,
                    type,
                    new JsonObject().put("number", i).encode(),
                    merchant,
                    Instant.now()));
        }
        pool.withTransaction(connection -> outbox.tell(connection, events))
                .await()
                .atMost(PATIENCE);
        return events.stream()
                .map(event -> TypeId.format(TypeId.EVENT, event.id()))
                .toList();
    }

    private List<String> ids() {
        return receiver.received.stream().map(Receiver.Received::id).toList();
    }

    private void until(String what, Callable<Boolean> holds) {
        Waiting.until(what, PATIENCE, holds);
    }

    // --- sending -----------------------------------------------------------------------------------------------------

    @Test
    void eventsArriveOnceInTheirOrderSigned() {
        told("refund.early", 3);
        Response all = endpoint(receiver.url("/all"), "[\"refund.*\"]");
        endpoint(receiver.url("/some"), "[\"refund.some\"]");
        List<String> some = told("refund.some", 30);
        List<String> others = told("refund.other", 30);
        told("verdict.changed", 1);
        until("all are there", () -> receiver.received.size() >= 90);
        until("and recorded", () -> seen(all).jsonPath().getLong("waiting") == 0);
        List<String> wanted = new ArrayList<>(some);
        wanted.addAll(others);
        assertEquals(wanted, of("/all"));
        assertEquals(some, of("/some"));
        Receiver.Received one = receiver.received.stream()
                .filter(r -> r.path().equals("/all"))
                .findFirst()
                .orElseThrow();
        assertTrue(one.isSignedWith(all.path("secret")));
        assertFalse(one.isSignedWith(StandardWebhook.newSecret()));
        assertEquals(
                "application/cloudevents+json; charset=utf-8", one.headers().get("content-type"));
        assertNull(one.headers().get("traceparent"));
        JsonObject event = new JsonObject(one.text());
        assertEquals("1.0", event.getString("specversion"));
        assertEquals(one.id(), event.getString("id"));
        assertEquals("refund.some", event.getString("type"));
        assertEquals("rfd_0", event.getString("subject"));
        assertEquals(merchant, event.getString("merchantid"));
        assertEquals(0, event.getJsonObject("data").getInteger("number"));
    }

    private List<String> of(String path) {
        return receiver.received.stream()
                .filter(r -> r.path().equals(path))
                .map(Receiver.Received::id)
                .toList();
    }

    @Test
    void whatFailsIsTriedAgainOnScheduleAndThenGivenUp() {
        receiver.answer(request -> Receiver.Reply.of(500));
        Response endpoint = endpoint(receiver.url("/"), "[\"*\"]");
        String id = told("refund.some", 1).get(0);
        for (int attempt = 1; attempt <= SCHEDULE.size(); attempt++) {
            int made = attempt;
            until("attempt " + attempt, () -> count(endpoint) == made);
            Response log = log(endpoint);
            assertEquals("pending", log.path("data[0].status"));
            Duration pause = Duration.between(
                    OffsetDateTime.parse(log.path("data[0].attempts[" + (attempt - 1) + "].at")),
                    OffsetDateTime.parse(log.path("data[0].next_attempt_at")));
            Duration due = SCHEDULE.get(attempt - 1);
            assertTrue(pause.compareTo(due) >= 0 && pause.compareTo(due.plusSeconds(4)) < 0, due + " " + pause);
            clock.move(due.plusSeconds(1));
        }
        until("the last attempt", () -> count(endpoint) == 10);
        Response log = log(endpoint);
        assertEquals("failed", log.path("data[0].status"));
        assertEquals(Set.of("refused"), Set.copyOf(log.<List<String>>path("data[0].attempts.outcome")));
        assertEquals(Set.of(500), Set.copyOf(log.<List<Integer>>path("data[0].attempts.status")));
        assertEquals(0, (int) seen(endpoint).path("waiting"));
        assertEquals(Set.of(id), Set.copyOf(ids()), "one id for all attempts");

        receiver.answer(request -> Receiver.Reply.of(200));
        String delivery = log.path("data[0].id");
        Response again = asked().post(path(endpoint) + "/deliveries/" + delivery + "/redeliver");
        assertEquals(202, again.statusCode(), again.asString());
        until("it has arrived", () -> "succeeded".equals(log(endpoint).path("data[0].status")));
        assertEquals(11, (int) log(endpoint).path("data[0].attempt_count"));
        assertEquals(Set.of(id), Set.copyOf(ids()));
        assertEquals(0, (int) seen(endpoint).path("waiting"));
        assertNull(seen(endpoint).path("failing_since"));
    }

    private int count(Response endpoint) {
        List<Integer> counts = log(endpoint).path("data.attempt_count");
        return counts.isEmpty() ? 0 : counts.get(0);
    }

    @Test
    void receiverThatAsksToBeLeftAloneIs() {
        receiver.answer(request -> Receiver.Reply.of(503).with("Retry-After", "120"));
        Response endpoint = endpoint(receiver.url("/"), "[\"refund.*\"]");
        List<String> ids = told("refund.some", 2);
        until("the first was tried", () -> receiver.received.size() == 1);
        until(
                "and recorded",
                () -> log(endpoint).<List<Integer>>path("data.attempt_count").contains(1));
        clock.move(Duration.ofSeconds(60));
        receiver.answer(request -> Receiver.Reply.of(200));
        // Another endpoint shows that senders have looked since.
        endpoint(receiver.url("/other"), "[\"other.event\"]");
        told("other.event", 1);
        until("others are not kept waiting", () -> of("/other").size() == 1);
        assertEquals(ids.subList(0, 1), of("/"));
        clock.move(Duration.ofSeconds(61));
        until("then all come", () -> Set.copyOf(of("/")).equals(Set.copyOf(ids)));
    }

    @Test
    void goneDisablesAndAnotherEndpointIsToldOfIt() {
        Response gone = endpoint(receiver.url("/gone"), "[\"refund.*\"]");
        endpoint(receiver.url("/watch"), "[\"webhook_endpoint.disabled\"]");
        receiver.answer(request -> Receiver.Reply.of(request.path().equals("/gone") ? 410 : 200));
        told("refund.some", 3);
        until("it is told", () -> of("/watch").size() == 1);
        Response after = seen(gone);
        assertEquals("disabled", after.path("status"));
        assertEquals("gone", after.path("disabled_because"));
        assertEquals(1, of("/gone").size(), "nothing after it");
        JsonObject event = new JsonObject(receiver.received.stream()
                .filter(r -> r.path().equals("/watch"))
                .findFirst()
                .orElseThrow()
                .text());
        assertEquals("webhook_endpoint.disabled", event.getString("type"));
        assertEquals(gone.<String>path("id"), event.getString("subject"));
        assertEquals("gone", event.getJsonObject("data").getString("disabled_because"));
        assertFalse(event.encode().contains("whsec"));
        String delivery = log(gone).path("data.find { it.status == 'failed' }.id");
        Response refused = asked().post(path(gone) + "/deliveries/" + delivery + "/redeliver");
        assertEquals(409, refused.statusCode());
        assertEquals("webhook_endpoint_disabled", refused.path("code"));

        told("refund.meanwhile", 2);
        String mark = told("webhook_endpoint.disabled", 1).get(0);
        until("events have gone by", () -> of("/watch").contains(mark));
        receiver.answer(request -> Receiver.Reply.of(200));
        change(gone, "{\"enabled\":true}");
        List<String> next = told("refund.next", 1);
        until("it is told again", () -> of("/gone").containsAll(next));
        List<String> types = receiver.received.stream()
                .filter(r -> r.path().equals("/gone"))
                .map(r -> new JsonObject(r.text()).getString("type"))
                .collect(Collectors.toList());
        assertEquals(
                List.of("refund.some", "refund.some", "refund.some", "refund.next"),
                types,
                "what waited goes on; what happened meanwhile is not sent");
    }

    @Test
    void fiveDaysOfFailuresDisable() {
        receiver.answer(request -> Receiver.Reply.of(request.path().equals("/watch") ? 200 : -1));
        Response failing = endpoint(receiver.url("/"), "[\"refund.*\"]");
        endpoint(receiver.url("/watch"), "[\"webhook_endpoint.*\"]");
        told("refund.some", 1);
        until("it fails", () -> seen(failing).path("failing_since") != null);
        assertEquals("broken_off", log(failing).path("data[0].attempts[0].outcome"));
        clock.move(Duration.ofDays(5).minusMinutes(1));
        told("refund.some", 1);
        until("it fails again", () -> log(failing).<List<Integer>>path("data.attempt_count").stream()
                .allMatch(count -> count > 0));
        assertEquals("enabled", seen(failing).path("status"));
        clock.move(Duration.ofMinutes(2));
        until("it is disabled", () -> "disabled".equals(seen(failing).path("status")));
        assertEquals("failing", seen(failing).path("disabled_because"));
        until("that is told", () -> of("/watch").size() == 1);
    }

    @Test
    void slowEndpointKeepsNoOtherWaiting() throws IOException {
        try (Receiver slow = new Receiver()) {
            slow.answer(request -> Receiver.Reply.of(0));
            List<Response> hanging = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                hanging.add(endpoint(slow.url("/" + i), "[\"*\"]"));
            }
            told("refund.early", 20);
            until("all of them hang", () -> slow.received.size() >= 10);
            Response quick = endpoint(receiver.url("/"), "[\"*\"]");
            List<String> ids = told("refund.some", 100);
            until("the quick one has all", () -> ids().containsAll(ids));
            until("and more than one try has hung", () -> slow.received.size() >= 20);
            assertEquals(ids, ids());
            assertEquals(0, (int) seen(quick).path("waiting"));
            until("it is said why", () -> asked().get(path(hanging.get(0)) + "/deliveries?limit=200")
                    .asString()
                    .contains("timeout"));
            // The first attempts of one endpoint come one after the other.
            for (int i = 0; i < 10; i++) {
                String path = "/" + i;
                assertTrue(slow.received.stream()
                                .filter(r -> r.path().equals(path))
                                .count()
                        < 20);
                asked().delete(path(hanging.get(i)));
            }
        }
    }

    // --- secrets -----------------------------------------------------------------------------------------------------

    @Test
    void twoSecretsAreValidWhileOneTakesThePlaceOfTheOther() {
        Response endpoint = endpoint(receiver.url("/"), "[\"*\"]");
        String first = endpoint.path("secret");
        assertNull(seen(endpoint).path("secret"));
        Response rotated = asked().body("{}").post(path(endpoint) + "/rotate-secret");
        assertEquals(200, rotated.statusCode(), rotated.asString());
        String second = rotated.path("secret");
        assertNotEquals(first, second);
        assertTrue(rotated.path("previous_secret_until") != null);
        assertEquals(List.of(true, true), signed(first, second));
        String third = asked().post(path(endpoint) + "/rotate-secret").path("secret");
        assertEquals(List.of(false, true, true), signed(first, second, third), "two at most");
        clock.move(Duration.ofHours(25));
        assertEquals(List.of(false, true), signed(second, third), "for a day");
        clock.reset();
        String fourth = asked().body("{\"revoke_previous\":true}")
                .post(path(endpoint) + "/rotate-secret")
                .path("secret");
        assertEquals(List.of(false, true), signed(third, fourth));
    }

    private List<Boolean> signed(String... secrets) {
        String id = told("refund.some", 1).get(0);
        until("it arrives", () -> ids().contains(id));
        Receiver.Received last = receiver.received.stream()
                .filter(r -> r.id().equals(id))
                .findFirst()
                .orElseThrow();
        return List.of(secrets).stream().map(last::isSignedWith).toList();
    }

    @Test
    void secretIsShownToWhoeverAskedAndKeptSealed() {
        String key = Said.unique("k");
        String body = "{\"url\":\"" + receiver.url("/") + "\",\"event_types\":[\"refund.*\"]}";
        Response made = asked().header("Idempotency-Key", key).body(body).post("/v1/webhook-endpoints");
        Response again = asked().header("Idempotency-Key", key).body(body).post("/v1/webhook-endpoints");
        assertEquals("true", again.header("Idempotency-Replayed"));
        assertEquals(made.asString(), again.asString());
        String secret = made.path("secret");
        assertTrue(secret.startsWith("whsec_"));
        String rows = "SELECT (SELECT string_agg(t::text, ' ') FROM idempotency_key t)"
                + " || (SELECT string_agg(t::text, ' ') FROM webhook_endpoint t)"
                + " || (SELECT string_agg(t::text, ' ') FROM outbox t WHERE merchant_id = $1)";
        String all = pool.preparedQuery(rows)
                .executeAndAwait(Tuple.of(merchant))
                .iterator()
                .next()
                .getString(0);
        assertTrue(all.contains(merchant));
        assertFalse(all.contains(secret.substring(6)), "the secret is in the database");
    }

    @Test
    void sealIsOfOneEndpoint() {
        Sealed sealed = new Sealed(Settings.of(Map.of()));
        UUID one = TypeId.next();
        String closed = sealed.seal(one, "whsec_a");
        assertEquals("whsec_a", sealed.open(one, closed));
        assertThrows(IllegalStateException.class, () -> sealed.open(TypeId.next(), closed));
        Sealed other = new Sealed(Settings.of(Map.of("current-key", "02", "keys.02", "A".repeat(43) + "=")));
        assertEquals("whsec_a", other.open(one, closed), "the key before still opens");
        assertTrue(other.seal(one, "whsec_a").startsWith("02"));
    }

    // --- asking ------------------------------------------------------------------------------------------------------

    @Test
    void pingGoesToItsEndpointAlone() {
        Response one = endpoint(receiver.url("/one"), "[\"refund.*\"]");
        endpoint(receiver.url("/two"), "[\"*\"]");
        String id = asked().post(path(one) + "/ping").path("event_id");
        until("it arrives", () -> of("/one").contains(id));
        String mark = told("refund.some", 1).get(0);
        until("what came later is there", () -> of("/two").contains(mark));
        assertFalse(of("/two").contains(id));
        assertEquals("webhook_endpoint.ping", log(one).path("data.find { it.event_id == '" + id + "' }.type"));
    }

    @Test
    void logIsReadPageByPage() {
        Response endpoint = endpoint(receiver.url("/"), "[\"*\"]");
        told("refund.some", 5);
        until("all are there", () -> (int) seen(endpoint).path("waiting") == 0 && receiver.received.size() == 5);
        List<String> read = new ArrayList<>();
        String cursor = "";
        do {
            Response page = asked().get(path(endpoint) + "/deliveries?status=succeeded&limit=2" + cursor);
            read.addAll(page.<List<String>>path("data.event_id"));
            cursor = page.path("next_cursor") == null ? null : "&cursor=" + page.path("next_cursor");
        } while (cursor != null);
        Collections.reverse(read);
        assertEquals(ids(), read);
        assertEquals(
                0,
                asked().get(path(endpoint) + "/deliveries?status=failed")
                        .<List<?>>path("data")
                        .size());
        until("it was given back", () -> column("leased_until", endpoint) == null);
        assertNull(column("work_at", endpoint), "nothing is looked for where nothing waits");
    }

    private Object column(String name, Response endpoint) {
        return pool.preparedQuery("SELECT " + name + " FROM webhook_endpoint WHERE id = $1")
                .executeAndAwait(Tuple.of(TypeId.parse(TypeId.WEBHOOK_ENDPOINT, endpoint.path("id"))
                        .orElseThrow()))
                .iterator()
                .next()
                .getValue(0);
    }

    @Test
    void whatIsOverLeavesWithTimeAndWhatWasDeletedAtOnce() {
        Response endpoint = endpoint(receiver.url("/"), "[\"*\"]");
        told("refund.some", 3);
        until("all are there", () -> (int) seen(endpoint).path("waiting") == 0 && receiver.received.size() == 3);
        leave(Instant.now().minus(Duration.ofHours(1)));
        assertEquals(3, log(endpoint).<List<?>>path("data").size());
        leave(Instant.now().plusSeconds(5));
        assertEquals(0, log(endpoint).<List<?>>path("data").size());
        receiver.answer(request -> Receiver.Reply.of(500));
        told("refund.some", 2);
        until("they wait", () -> (int) seen(endpoint).path("waiting") == 2);
        leave(Instant.now().plusSeconds(5));
        assertEquals(2, log(endpoint).<List<?>>path("data").size(), "what waits stays");
        assertEquals(204, asked().delete(path(endpoint)).statusCode());
        assertEquals(404, seen(endpoint).statusCode());
        assertEquals(404, asked().delete(path(endpoint)).statusCode());
        leave(Instant.EPOCH);
        long left = pool.preparedQuery("SELECT count(*) FROM webhook_endpoint WHERE merchant_id = $1")
                .executeAndAwait(Tuple.of(merchant))
                .iterator()
                .next()
                .getLong(0);
        assertEquals(0, left);
    }

    private void leave(Instant before) {
        UUID after = new UUID(0, 0);
        do {
            UUID from = after;
            after = pool.withTransaction(connection -> oldDeliveries.step(connection, from, before, 200))
                    .await()
                    .atMost(PATIENCE)
                    .after();
        } while (after != null);
    }

    @Test
    void merchantHasALimitedNumberAndOnlyItsOwn() {
        AtomicInteger made = new AtomicInteger();
        for (int i = 0; i < 20; i++) {
            endpoint(receiver.url("/" + made.incrementAndGet()), "[\"nothing.ever\"]");
        }
        Response refused = asked().body("{\"url\":\"" + receiver.url("/") + "\",\"event_types\":[\"*\"]}")
                .post("/v1/webhook-endpoints");
        assertEquals(409, refused.statusCode());
        assertEquals("too_many_webhook_endpoints", refused.path("code"));
        Response list = asked().get("/v1/webhook-endpoints?limit=200");
        assertEquals(20, list.<List<?>>path("data").size());
        Response others = given().auth()
                .oauth2(Tokens.merchant(Said.unique("m")))
                .get("/v1/webhook-endpoints?merchant_id=" + merchant);
        assertEquals(0, others.<List<?>>path("data").size());
        assertFalse(list.asString().contains("whsec_"));
    }
}
