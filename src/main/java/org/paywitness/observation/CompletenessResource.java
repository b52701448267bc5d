package org.paywitness.observation;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.paywitness.access.Caller;
import org.paywitness.idempotency.Idempotency;
import org.paywitness.problem.JsonProblems;
import org.paywitness.problem.Problem;
import org.paywitness.transaction.Completenesses;
import org.paywitness.transaction.QueryParameters;
import org.paywitness.verdict.Source;

/** How far a source's data is complete: what makes its silence speak. */
@Path("/v1/completeness")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Sources")
@SecurityRequirement(name = "bearer", scopes = "feed")
public class CompletenessResource {
    private final Pool pool;
    private final Completenesses completenesses;
    private final Idempotency idempotency;
    private final ObjectMapper json;
    private final Clock clock;

    CompletenessResource(
            Pool pool, Completenesses completenesses, Idempotency idempotency, ObjectMapper json, Clock clock) {
        this.pool = pool;
        this.completenesses = completenesses;
        this.idempotency = idempotency;
        this.json = json;
        this.clock = clock;
    }

    /** "This source's data is complete through this instant", for one merchant or for all. */
    @Schema(name = "Completeness")
    public record Told(
            @Schema(
                            required = true,
                            enumeration = {"terminal", "acquirer", "bank", "wallet"})
                    String source,
            @Schema(description = "For all merchants when absent.") String merchantId,
            @Schema(required = true, format = "date-time") String completeThrough) {}

    @POST
    @Operation(
            operationId = "postCompleteness",
            summary = "How far a source's data is complete",
            description = "Never goes back: an earlier instant is recorded and changes nothing. Scope: feed.")
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = Told.class)))
    @APIResponse(
            responseCode = "200",
            description = "As it was taken.",
            content = @Content(schema = @Schema(implementation = Told.class)))
    public Uni<Response> post(
            byte[] body,
            @HeaderParam("Idempotency-Key") String key,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Caller caller = Caller.of(identity);
        caller.requireFeed();
        QueryParameters.refuseAll(uri.getQueryParameters());
        byte[] given = body == null ? new byte[0] : body;
        Problem problem = Problem.badRequest("invalid_request", "The request is not valid.");
        JsonFields fields = new JsonFields(tree(given), "", problem);
        Source source = fields.oneOf("source", Source.class);
        String merchant = fields.text("merchant_id");
        Instant through = fields.time("complete_through");
        fields.refuseOthers();
        if (problem.errors().isEmpty()) {
            check(problem, source, merchant, through);
        }
        if (!problem.errors().isEmpty()) {
            throw problem;
        }
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        return idempotency.once(
                caller.clientId(), key, Idempotency.request("POST /v1/completeness", given), () -> pool.withTransaction(
                                connection -> completenesses.tell(connection, source, merchant, through, now))
                        .map(done -> new Idempotency.Answer(200, null, answer(source, merchant, through))));
    }

    private void check(Problem problem, Source source, String merchant, Instant through) {
        if (source == null) {
            problem.at("/source", "is required");
        }
        if (through == null) {
            problem.at("/complete_through", "is required");
        } else if (through.isAfter(clock.instant().plus(Observation.MAX_AHEAD))
                || through.isBefore(Observation.EARLIEST)) {
            problem.at("/complete_through", "must lie between 1970 and two days from now");
        }
        if (merchant != null && !Observation.isIdentifier(merchant)) {
            problem.at("/merchant_id", "must be 1 to 64 of A-Z a-z 0-9 . _ -");
        }
    }

    private com.fasterxml.jackson.databind.JsonNode tree(byte[] body) {
        try {
            return json.readTree(body);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw JsonProblems.of(e);
        } catch (IOException e) {
            throw Problem.badRequest("malformed_json", "The body is not JSON in UTF-8.");
        }
    }

    private String answer(Source source, String merchant, Instant through) {
        var node = json.createObjectNode().put("source", source.code());
        if (merchant != null) {
            node.put("merchant_id", merchant);
        }
        return node.put("complete_through", through.toString()).toString();
    }
}
