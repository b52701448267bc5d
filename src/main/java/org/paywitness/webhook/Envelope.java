package org.paywitness.webhook;

import io.vertx.core.json.JsonObject;
import org.paywitness.event.Event;
import org.paywitness.id.TypeId;

/** An event as it is sent: CloudEvents 1.0 in JSON. */
final class Envelope {
    private Envelope() {}

    /** @param source whose events these are */
    static String of(String source, Event event) {
        JsonObject envelope = new JsonObject()
                .put("specversion", "1.0")
                .put("id", TypeId.format(TypeId.EVENT, event.id()))
                .put("source", source)
                .put("type", event.type())
                .put("subject", event.aggregateId())
                .put("time", event.at().toString());
        if (event.merchantId() != null) {
            envelope.put("merchantid", event.merchantId());
        }
        return envelope.put("datacontenttype", "application/json")
                .put("data", new JsonObject(event.payload()))
                .encode();
    }
}
