package org.paywitness.webhook;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.ZoneId;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.paywitness.transaction.VerdictAnswer;

/** An endpoint on the wire. */
@Schema(name = "WebhookEndpoint", description = "Where a merchant is told of events.")
@JsonInclude(JsonInclude.Include.NON_NULL)
public record WebhookAnswer(
        @Schema(required = true, examples = "whk_01kaf3v6n8e8q9w2s4d6f8g0h2") String id,
        @Schema(required = true, examples = "m_0001") String merchantId,
        @Schema(required = true, examples = "https://hooks.example.org/paywitness") String url,
        String description,
        @Schema(required = true, examples = "[\"refund.*\"]") List<String> eventTypes,
        @Schema(
                        required = true,
                        enumeration = {"enabled", "disabled"})
                String status,
        @Schema(
                        enumeration = {"asked", "gone", "failing"},
                        description = "asked: by somebody; gone: its receiver answered 410; failing: no attempt"
                                + " succeeded for days.")
                String disabledBecause,
        @Schema(format = "date-time") String disabledAt,
        @Schema(
                        format = "date-time",
                        description = "Since when no attempt has succeeded; absent when the last one did.")
                String failingSince,
        @Schema(required = true, description = "Deliveries that have neither arrived nor been given up.") long waiting,
        @Schema(
                        description = "What signatures are made with (Standard Webhooks). Shown when it is made, in the"
                                + " answer to that request, and never again.",
                        examples = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
                String secret,
        @Schema(format = "date-time", description = "Until when the secret before signs, too.")
                String previousSecretUntil,
        @Schema(required = true) String createdBy,
        @Schema(required = true, format = "date-time") String createdAt) {

    /** A page of a list. */
    @Schema(name = "WebhookEndpointPage")
    public record Page(
            @Schema(required = true) List<WebhookAnswer> data,
            @Schema(required = true, nullable = true, description = "Where the next page begins; null at the end.")
                    String nextCursor) {}

    /** An event that was made to try an endpoint. */
    @Schema(name = "WebhookPing")
    public record Ping(@Schema(required = true, examples = "evt_01kaf3v6n8e8q9w2s4d6f8g0h2") String eventId) {}

    static WebhookAnswer of(Endpoint endpoint, ZoneId zone) {
        return of(endpoint, null, zone);
    }

    /** @param secret null where it is not to be seen */
    static WebhookAnswer of(Endpoint endpoint, String secret, ZoneId zone) {
        return new WebhookAnswer(
                endpoint.reference(),
                endpoint.merchantId(),
                endpoint.url(),
                endpoint.description(),
                endpoint.types().types(),
                endpoint.isEnabled() ? "enabled" : "disabled",
                endpoint.isEnabled() ? null : endpoint.disabledBecause().code(),
                VerdictAnswer.time(endpoint.disabledAt(), zone),
                VerdictAnswer.time(endpoint.failingSince(), zone),
                endpoint.waiting(),
                secret,
                VerdictAnswer.time(endpoint.secretBeforeUntil(), zone),
                endpoint.createdBy(),
                VerdictAnswer.time(endpoint.createdAt(), zone));
    }
}
