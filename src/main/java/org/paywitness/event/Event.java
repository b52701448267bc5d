package org.paywitness.event;

import java.time.Instant;
import java.util.UUID;
import org.paywitness.id.TypeId;

/**
 * Something has changed.
 *
 * @param id UUIDv7 behind {@code evt_…}
 * @param aggregateType what changed: {@code transaction}, {@code refund}, {@code dispute}, …
 * @param aggregateId TypeID of what changed
 * @param type what happened to it, {@code refund.succeeded}
 * @param payload JSON object: the {@code data} of the CloudEvent
 * @param merchantId who may see it besides the desk, or null
 * @param at when it happened
 */
public record Event(
        UUID id, String aggregateType, String aggregateId, String type, String payload, String merchantId, Instant at) {

    /** One with a new id. */
    public static Event of(
            String aggregateType, String aggregateId, String type, String payload, String merchantId, Instant at) {
        return new Event(TypeId.next(), aggregateType, aggregateId, type, payload, merchantId, at);
    }
}
