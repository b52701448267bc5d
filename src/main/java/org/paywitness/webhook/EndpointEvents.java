package org.paywitness.webhook;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import org.paywitness.event.Event;

/** What others are told of endpoints: never a secret. */
final class EndpointEvents {
    private static final String KIND = "webhook_endpoint";

    private EndpointEvents() {}

    /**
     * @param what happened to it: {@code created}, {@code changed}, {@code enabled}, {@code disabled},
     *     {@code secret_rotated}, {@code deleted}, {@code ping}
     * @param actor who did it; null: the rules
     */
    static Event of(Endpoint endpoint, String what, String actor, Instant at) {
        JsonObject data = new JsonObject()
                .put("webhook_endpoint_id", endpoint.reference())
                .put("merchant_id", endpoint.merchantId())
                .put("url", endpoint.url())
                .put("event_types", new JsonArray(endpoint.types().types()))
                .put("actor", actor == null ? "rules" : actor);
        if (!endpoint.isEnabled()) {
            data.put("disabled_because", endpoint.disabledBecause().code());
            if (endpoint.failingSince() != null) {
                data.put("failing_since", endpoint.failingSince().toString());
            }
        }
        return Event.of(KIND, endpoint.reference(), KIND + '.' + what, data.encode(), endpoint.merchantId(), at);
    }
}
