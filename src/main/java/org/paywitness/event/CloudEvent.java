package org.paywitness.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonRawValue;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.paywitness.id.TypeId;

/** An event in the envelope of CloudEvents 1.0 (JSON format), as every reader gets it. */
@Schema(name = "CloudEvent", description = "An event as in CloudEvents 1.0; src/docs/asyncapi.yaml tells of each type.")
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({"specversion", "id", "source", "type", "subject", "time", "merchantid", "datacontenttype", "data"})
@RegisterForReflection
public record CloudEvent(
        @Schema(
                        required = true,
                        enumeration = {"1.0"})
                String specversion,
        @Schema(
                        required = true,
                        description = "The same each time that it is sent.",
                        examples = "evt_01kaf3v6n8e8q9w2s4d6f8g0h2")
                String id,
        @Schema(required = true, description = "paywitness.events.source") String source,
        @Schema(required = true, examples = "verdict.changed") String type,
        @Schema(required = true, description = "TypeID of what changed.") String subject,
        @Schema(required = true, format = "date-time") String time,
        @Schema(description = "Whose it is; absent where it is nobody's.") String merchantid,
        @Schema(
                        required = true,
                        enumeration = {"application/json"})
                String datacontenttype,
        @Schema(required = true, type = SchemaType.OBJECT) @JsonRawValue String data) {

    /**
     * @param source whose events these are: {@link EventSettings#source}
     * @param payload the data, as JSON
     * @param merchantId or null
     */
    public static CloudEvent of(
            String source, UUID id, String type, String subject, Instant at, String merchantId, String payload) {
        return new CloudEvent(
                "1.0",
                TypeId.format(TypeId.EVENT, id),
                source,
                type,
                subject,
                at.toString(),
                merchantId,
                "application/json",
                payload);
    }
}
