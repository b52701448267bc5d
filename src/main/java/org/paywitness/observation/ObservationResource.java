package org.paywitness.observation;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.paywitness.access.Caller;
import org.paywitness.idempotency.Idempotency;
import org.paywitness.problem.Problem;
import org.paywitness.transaction.QueryParameters;

/** What sources say comes in here. */
@Path("/v1/observations")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Sources")
@SecurityRequirement(name = "bearer", scopes = "feed")
public class ObservationResource {
    /** Bodies above this many bytes are read on a worker thread, so that look-ups on this event loop do not wait. */
    private static final int LARGE_BODY = 32 * 1024;

    private final Observations observations;
    private final Idempotency idempotency;
    private final ObjectMapper json;
    private final Clock clock;

    ObservationResource(Observations observations, Idempotency idempotency, ObjectMapper json, Clock clock) {
        this.observations = observations;
        this.idempotency = idempotency;
        this.json = json;
        this.clock = clock;
    }

    /** What became of the observations sent. */
    @Schema(name = "ObservationResults")
    public record Results(@Schema(required = true) List<ItemResult> results) {}

    /** What became of one of them. */
    @Schema(name = "ObservationResult")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ItemResult(
            @Schema(required = true, description = "Its place in the request, from 0.") int index,
            @Schema(
                            required = true,
                            enumeration = {"accepted", "duplicate", "refused"})
                    String status,
            @Schema(examples = "obs_01kaf3v6n8e8q9w2s4d6f8g0h2") String observationId,
            @Schema(examples = "txn_01kaf3v6n8e8q9w2s4d6f8g0h2") String transactionId,
            @Schema(description = "Why it was refused, as in problem details.", examples = "source_ref_reused")
                    String code,
            List<Problem.FieldError> errors) {}

    @POST
    @Consumes({MediaType.APPLICATION_JSON, "application/x-ndjson"})
    @Operation(
            operationId = "postObservations",
            summary = "What a source says",
            description = "One observation, an array, or NDJSON, up to 10,000. Idempotent by source and source_ref."
                    + " One bad item of several never blocks the others; one that comes alone and is bad is answered"
                    + " with a problem. A body that is not JSON is refused whole. Scope: feed.")
    @RequestBody(
            required = true,
            content = {
                @Content(
                        mediaType = MediaType.APPLICATION_JSON,
                        schema = @Schema(ref = "#/components/schemas/ObservationOrArray"),
                        examples =
                                @ExampleObject(
                                        name = "declined",
                                        value = "{\"source\": \"acquirer\", \"source_ref\": \"host-20261121-000417\","
                                                + " \"outcome\": \"declined\", \"response_code\": \"51\","
                                                + " \"observed_at\": \"2026-11-21T12:01:07+08:00\","
                                                + " \"transaction\": {\"merchant_id\": \"m_0001\","
                                                + " \"rrn\": \"632512000417\","
                                                + " \"amount\": {\"amount\": 12800, \"currency\": \"CNY\"}}}")),
                @Content(
                        mediaType = "application/x-ndjson",
                        schema = @Schema(type = SchemaType.STRING, description = "An observation on each line."))
            })
    @APIResponse(
            responseCode = "200",
            description = "A result for each, in the order sent.",
            content = @Content(schema = @Schema(implementation = Results.class)))
    public Uni<Response> post(
            byte[] body,
            @HeaderParam("Content-Type") String type,
            @HeaderParam("Idempotency-Key") String key,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Caller caller = Caller.of(identity);
        caller.requireFeed();
        QueryParameters.refuseAll(uri.getQueryParameters());
        return read(body == null ? new byte[0] : body, type)
                .chain(read -> idempotency.once(
                        caller.clientId(),
                        key,
                        key == null ? null : Idempotency.request("POST /v1/observations", body),
                        () -> accept(read)));
    }

    private Uni<ObservationBody> read(byte[] body, String type) {
        boolean lines = type != null && type.toLowerCase(Locale.ROOT).startsWith("application/x-ndjson");
        Uni<ObservationBody> reading = Uni.createFrom()
                .item(() -> lines
                        ? ObservationBody.lines(body, json, clock.instant())
                        : ObservationBody.json(body, json, clock.instant()));
        return body.length > LARGE_BODY ? reading.runSubscriptionOn(Infrastructure.getDefaultWorkerPool()) : reading;
    }

    private Uni<Idempotency.Answer> accept(ObservationBody body) {
        List<Observation> valid = body.items().stream()
                .map(ObservationBody.Item::observation)
                .filter(o -> o != null)
                .toList();
        if (body.single() && valid.isEmpty()) {
            return Uni.createFrom().failure(body.items().get(0).problem());
        }
        return observations.accept(valid).map(accepted -> answer(body, accepted));
    }

    private Idempotency.Answer answer(ObservationBody body, List<Observations.Result> accepted) {
        Iterator<Observations.Result> next = accepted.iterator();
        List<ItemResult> results = new ArrayList<>(body.items().size());
        for (ObservationBody.Item item : body.items()) {
            Observations.Result result =
                    item.problem() == null ? next.next() : Observations.Result.refused(item.problem());
            if (body.single() && result.problem() != null) {
                throw result.problem();
            }
            results.add(new ItemResult(
                    results.size(),
                    result.status().name().toLowerCase(Locale.ROOT),
                    result.observationId(),
                    result.transactionId(),
                    result.problem() == null ? null : result.problem().code(),
                    result.problem() == null ? null : result.problem().errors()));
        }
        try {
            return new Idempotency.Answer(200, null, json.writeValueAsString(new Results(results)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
