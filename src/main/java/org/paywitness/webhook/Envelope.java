package org.paywitness.webhook;

import io.vertx.core.json.JsonObject;
import org.paywitness.event.Event;
import org.paywitness.id.TypeId;

/** An event as it is sent: CloudEvents 1.0 in JSON. */
final class Envelope {
    private Envelope() {}

    static String of(Event event) {
        return new JsonObject()
                .put("specversion", "1.0")
                .put("id", TypeId.format(TypeId.EVENT, event.id()))
                .put("source", "/v1/events")
                .put("type", event.type())
                .put("subject", event.aggregateId())
                .put("time", event.at().toString())
                .put("datacontenttype", "application/json")
                .put("data", new JsonObject(event.payload()))
                .encode();
    }
}
