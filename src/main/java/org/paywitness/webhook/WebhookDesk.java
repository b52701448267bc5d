package org.paywitness.webhook;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import java.util.function.BiFunction;
import org.paywitness.access.Visibility;
import org.paywitness.event.Event;
import org.paywitness.event.Outbox;
import org.paywitness.id.TypeId;
import org.paywitness.idempotency.Idempotency;
import org.paywitness.problem.Problem;
import org.paywitness.verdict.Policy;

/** Takes in what people want of endpoints: each once, whole or not at all, with an event that tells of it. */
@ApplicationScoped
class WebhookDesk {
    /**
     * Whoever wants it.
     *
     * @param person who answers for it
     * @param may what this caller may act on
     * @param key null where none was given
     */
    record Asker(String person, Visibility may, Idempotency.Key key) {}

    private final WebhookEndpoints endpoints;
    private final Deliveries deliveries;
    private final Outbox outbox;
    private final Sealed sealed;
    private final Idempotency idempotency;
    private final WebhookSettings settings;
    private final Policy policy;
    private final Pool pool;
    private final Clock clock;
    private final ObjectMapper json;

    WebhookDesk(
            WebhookEndpoints endpoints,
            Deliveries deliveries,
            Outbox outbox,
            Sealed sealed,
            Idempotency idempotency,
            WebhookSettings settings,
            Policy policy,
            Pool pool,
            Clock clock,
            ObjectMapper json) {
        this.endpoints = endpoints;
        this.deliveries = deliveries;
        this.outbox = outbox;
        this.sealed = sealed;
        this.idempotency = idempotency;
        this.settings = settings;
        this.policy = policy;
        this.pool = pool;
        this.clock = clock;
        this.json = json;
    }

    /** A new endpoint with its secret, answered with 201. */
    Uni<Response> create(WebhookRequest.Wanted wanted, Asker asker) {
        String merchant = merchant(wanted, asker.may());
        Instant now = now();
        Endpoint endpoint = new Endpoint(
                TypeId.next(),
                merchant,
                wanted.url(),
                wanted.description(),
                wanted.types(),
                null,
                null,
                null,
                asker.person(),
                now,
                0,
                null);
        String secret = sealed.seal(endpoint.id(), StandardWebhook.newSecret());
        return revealed(idempotency.with(asker.key(), connection -> endpoints
                .count(connection, merchant)
                .invoke(this::refuseMore)
                .chain(() -> endpoints.insert(connection, endpoint, secret))
                .chain(() -> tell(connection, endpoint, "created", asker, now))
                .map(done -> answer(201, endpoint, secret))));
    }

    private static String merchant(WebhookRequest.Wanted wanted, Visibility may) {
        if (may instanceof Visibility.OfMerchant of) {
            if (wanted.merchantId() != null && !wanted.merchantId().equals(of.merchantId())) {
                throw Problem.notFound();
            }
            return of.merchantId();
        }
        if (wanted.merchantId() == null) {
            throw Problem.invalid("/merchant_id", "is required");
        }
        return wanted.merchantId();
    }

    private void refuseMore(int count) {
        if (count >= settings.maxEndpoints()) {
            throw Problem.conflict(
                    "too_many_webhook_endpoints",
                    "A merchant has at most " + settings.maxEndpoints() + " endpoints: delete one first.");
        }
    }

    /** The endpoint after the change, answered with 200. */
    Uni<Response> change(UUID id, WebhookRequest.Wanted wanted, Asker asker) {
        return within(id, asker, (connection, endpoint) -> describe(connection, endpoint, wanted, asker)
                .chain(() -> able(connection, endpoint, wanted.enabled(), asker))
                .chain(() -> endpoints.lock(connection, id))
                .map(after -> answer(200, after, null)));
    }

    private Uni<Void> describe(SqlConnection connection, Endpoint was, WebhookRequest.Wanted wanted, Asker asker) {
        if (wanted.url() == null && wanted.description() == null && wanted.types() == null) {
            return Uni.createFrom().voidItem();
        }
        Endpoint after = new Endpoint(
                was.id(),
                was.merchantId(),
                wanted.url() == null ? was.url() : wanted.url(),
                wanted.description() == null ? was.description() : wanted.description(),
                wanted.types() == null ? was.types() : wanted.types(),
                was.disabledBecause(),
                was.disabledAt(),
                was.secretBeforeUntil(),
                was.createdBy(),
                was.createdAt(),
                was.waiting(),
                was.failingSince());
        return endpoints.change(connection, after).chain(() -> tell(connection, after, "changed", asker, now()));
    }

    private Uni<Void> able(SqlConnection connection, Endpoint endpoint, Boolean enabled, Asker asker) {
        if (enabled == null || enabled == endpoint.isEnabled()) {
            return Uni.createFrom().voidItem();
        }
        Instant now = now();
        Uni<?> work = enabled
                ? endpoints.enable(connection, endpoint.id(), now)
                : endpoints.disable(connection, endpoint.id(), Endpoint.Reason.ASKED, now);
        return work.chain(() -> endpoints.lock(connection, endpoint.id()))
                .chain(after -> tell(connection, after, enabled ? "enabled" : "disabled", asker, now));
    }

    /** Gone for good; its log goes with time. */
    Uni<Response> delete(UUID id, Asker asker) {
        return Idempotency.detached(pool.withTransaction(connection -> visible(connection, id, asker)
                .chain(endpoint -> endpoints
                        .delete(connection, id)
                        .chain(() -> tell(connection, endpoint, "deleted", asker, now())))
                .map(done -> Response.noContent().build())));
    }

    /** The endpoint with its new secret, answered with 200. */
    Uni<Response> rotate(UUID id, boolean revokePrevious, Asker asker) {
        String secret = sealed.seal(id, StandardWebhook.newSecret());
        return revealed(within(id, asker, (connection, endpoint) -> {
            Instant now = now();
            Instant until = revokePrevious ? null : now.plus(settings.secretOverlap());
            return endpoints
                    .rotate(connection, id, secret, until)
                    .chain(() -> tell(connection, endpoint, "secret_rotated", asker, now))
                    .chain(() -> endpoints.lock(connection, id))
                    .map(after -> answer(200, after, secret));
        }));
    }

    /** An event for this endpoint alone, answered with 202. */
    Uni<Response> ping(UUID id, Asker asker) {
        return within(id, asker, (connection, endpoint) -> {
            requireEnabled(endpoint);
            Event event = EndpointEvents.of(endpoint, "ping", asker.person(), now());
            return outbox.tell(connection, List.of(event))
                    .map(done -> new Idempotency.Answer(
                            202,
                            "/v1/webhook-endpoints/" + endpoint.reference() + "/deliveries",
                            body(new WebhookAnswer.Ping(TypeId.format(TypeId.EVENT, event.id())))));
        });
    }

    /** The delivery, due again, answered with 202. */
    Uni<Response> redeliver(UUID id, UUID delivery, Asker asker) {
        return within(id, asker, (connection, endpoint) -> deliveries
                .lock(connection, id, delivery)
                .chain(found -> {
                    if (found == null) {
                        throw Problem.notFound();
                    }
                    requireEnabled(endpoint);
                    return deliveries.again(connection, id, found, now());
                })
                .map(after -> new Idempotency.Answer(
                        202,
                        "/v1/webhook-endpoints/" + endpoint.reference() + "/deliveries",
                        body(DeliveryAnswer.of(after, policy.zone())))));
    }

    private static void requireEnabled(Endpoint endpoint) {
        if (!endpoint.isEnabled()) {
            throw Problem.conflict("webhook_endpoint_disabled", "Nothing is sent to an endpoint that is disabled.");
        }
    }

    private Uni<Response> within(
            UUID id, Asker asker, BiFunction<SqlConnection, Endpoint, Uni<Idempotency.Answer>> work) {
        return idempotency.with(asker.key(), connection -> visible(connection, id, asker)
                .chain(endpoint -> work.apply(connection, endpoint)));
    }

    private Uni<Endpoint> visible(SqlConnection connection, UUID id, Asker asker) {
        return endpoints.lock(connection, id).invoke(endpoint -> {
            if (endpoint == null || !asker.may().shows(endpoint.merchantId(), null)) {
                throw Problem.notFound();
            }
        });
    }

    private Uni<Void> tell(SqlConnection connection, Endpoint endpoint, String what, Asker asker, Instant now) {
        return outbox.tell(connection, List.of(EndpointEvents.of(endpoint, what, asker.person(), now)));
    }

    private Idempotency.Answer answer(int status, Endpoint endpoint, String secret) {
        String location = status == 201 ? "/v1/webhook-endpoints/" + endpoint.reference() : null;
        return new Idempotency.Answer(status, location, body(WebhookAnswer.of(endpoint, secret, policy.zone())));
    }

    private String body(Object answer) {
        try {
            return json.writeValueAsString(answer);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    // Answers are kept for those who ask again, and so with the secret sealed: it is opened on its way out only.
    private Uni<Response> revealed(Uni<Response> answer) {
        return answer.map(response -> {
            JsonObject body = new JsonObject((String) response.getEntity());
            UUID id =
                    TypeId.parse(TypeId.WEBHOOK_ENDPOINT, body.getString("id")).orElseThrow();
            body.put("secret", sealed.open(id, body.getString("secret")));
            return Response.fromResponse(response).entity(body.encode()).build();
        });
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
