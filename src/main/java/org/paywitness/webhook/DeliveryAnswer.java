package org.paywitness.webhook;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.paywitness.id.TypeId;
import org.paywitness.transaction.VerdictAnswer;

/** A delivery on the wire. */
@Schema(name = "WebhookDelivery", description = "One event for one endpoint, and what came of it.")
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DeliveryAnswer(
        @Schema(required = true, examples = "whd_01kaf3v6n8e8q9w2s4d6f8g0h2") String id,
        @Schema(
                        required = true,
                        description = "The header webhook-id, the same however often it is sent.",
                        examples = "evt_01kaf3v6n8e8q9w2s4d6f8g0h2")
                String eventId,
        @Schema(required = true, examples = "refund.succeeded") String type,
        @Schema(
                        required = true,
                        enumeration = {"pending", "succeeded", "failed"},
                        description = "failed: given up; it can be sent again.")
                String status,
        @Schema(required = true, format = "date-time") String createdAt,
        @Schema(format = "date-time", description = "While it is pending.") String nextAttemptAt,
        @Schema(format = "date-time", description = "When it arrived or was given up.") String endedAt,
        @Schema(required = true, description = "Attempts that were made.") int attemptCount,
        @Schema(required = true, description = "The latest of them, oldest first.") List<Made> attempts) {

    /** One attempt. */
    @Schema(name = "WebhookAttempt")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Made(
            @Schema(required = true, format = "date-time") String at,
            @Schema(required = true) long durationMs,
            @Schema(
                            required = true,
                            enumeration = {
                                "delivered",
                                "refused",
                                "redirected",
                                "gone",
                                "timeout",
                                "no_address",
                                "forbidden_address",
                                "no_connection",
                                "broken_off"
                            },
                            description = "Redirects are not followed; forbidden_address is one that is not on the"
                                    + " internet.")
                    String outcome,
            @Schema(description = "The status of the answer; absent without one.") Integer status) {}

    /** A page of the log. */
    @Schema(name = "WebhookDeliveryPage")
    public record Page(
            @Schema(required = true) List<DeliveryAnswer> data,
            @Schema(required = true, nullable = true, description = "Where the next page begins; null at the end.")
                    String nextCursor) {}

    static DeliveryAnswer of(Delivery delivery, ZoneId zone) {
        List<Made> attempts = new ArrayList<>();
        for (int i = 0; i < delivery.log().size(); i++) {
            JsonObject entry = delivery.log().getJsonObject(i);
            attempts.add(new Made(
                    VerdictAnswer.time(Instant.parse(entry.getString("at")), zone),
                    entry.getLong("duration_ms"),
                    entry.getString("outcome"),
                    entry.getInteger("status")));
        }
        return new DeliveryAnswer(
                TypeId.format(TypeId.WEBHOOK_DELIVERY, delivery.id()),
                TypeId.format(TypeId.EVENT, delivery.eventId()),
                delivery.type(),
                delivery.status().code(),
                VerdictAnswer.time(delivery.createdAt(), zone),
                VerdictAnswer.time(delivery.dueAt(), zone),
                VerdictAnswer.time(delivery.endedAt(), zone),
                delivery.attempts(),
                attempts);
    }
}
