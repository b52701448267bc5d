package org.paywitness.reconciliation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.paywitness.access.Caller;
import org.paywitness.access.Scope;
import org.paywitness.access.Visibility;
import org.paywitness.id.TypeId;
import org.paywitness.idempotency.Idempotency;
import org.paywitness.problem.Problem;
import org.paywitness.transaction.Answers;
import org.paywitness.transaction.QueryParameters;
import org.paywitness.verdict.Policy;

/** Where the books of the sources differ, and settling it. */
@Path("/v1/exceptions")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Reconciliation")
public class ExceptionResource {
    private final ExceptionLists lists;
    private final Exceptions exceptions;
    private final Idempotency idempotency;
    private final ReconciliationSettings settings;
    private final Policy policy;
    private final Clock clock;
    private final ObjectMapper json;

    ExceptionResource(
            ExceptionLists lists,
            Exceptions exceptions,
            Idempotency idempotency,
            ReconciliationSettings settings,
            Policy policy,
            Clock clock,
            ObjectMapper json) {
        this.lists = lists;
        this.exceptions = exceptions;
        this.idempotency = idempotency;
        this.settings = settings;
        this.policy = policy;
        this.clock = clock;
        this.json = json;
    }

    @GET
    @Operation(
            operationId = "listExceptions",
            summary = "Where the books of the sources differ, newest first",
            description = "Opened when the data of two sources is there and differs, closed by itself when late data"
                    + " explains it, or by a person. Stable under writes. Scopes: merchant:read (its own), desk:read"
                    + " (all).")
    @SecurityRequirement(
            name = "bearer",
            scopes = {"merchant:read", "desk:read"})
    @Parameter(
            name = "status",
            in = ParameterIn.QUERY,
            schema =
                    @Schema(
                            type = SchemaType.STRING,
                            enumeration = {"open", "closed"}))
    @Parameter(
            name = "kind",
            in = ParameterIn.QUERY,
            schema =
                    @Schema(
                            type = SchemaType.STRING,
                            enumeration = {
                                "missing_at_bank",
                                "missing_at_acquirer",
                                "missing_at_terminal",
                                "amount_mismatch",
                                "duplicate",
                                "fee_mismatch",
                                "late"
                            }))
    @Parameter(name = "merchant_id", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING))
    @Parameter(name = "transaction_id", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING))
    @Parameter(
            name = "from",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.STRING, format = "date"),
            description = "The first business day of payments.")
    @Parameter(
            name = "to",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.STRING, format = "date"),
            description = "The last business day of payments.")
    @Parameter(
            name = "limit",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "200", defaultValue = "50"))
    @Parameter(name = "cursor", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING))
    @APIResponse(
            responseCode = "200",
            description = "A page.",
            content = @Content(schema = @Schema(implementation = ExceptionAnswer.Page.class)))
    @APIResponse(responseCode = "304", description = "Not changed since the answer with this entity tag.")
    public Uni<Response> list(
            @HeaderParam("If-None-Match") String known, @Context UriInfo uri, @Context SecurityIdentity identity) {
        Visibility visibility = reading(Caller.of(identity));
        QueryParameters parameters = new QueryParameters(uri.getQueryParameters(), ExceptionQuery.PARAMETERS);
        ExceptionQuery query = ExceptionQuery.parse(parameters, visibility);
        int limit = parameters.integer("limit", 50, 1, 200);
        UUID before = parameters.cursor("cursor");
        return lists.page(query, before, limit + 1).map(found -> {
            List<Shown> page = found.subList(0, Math.min(limit, found.size()));
            String next = found.size() <= limit
                    ? null
                    : TypeId.format(TypeId.CURSOR, page.get(limit - 1).raised().id());
            Instant now = clock.instant();
            List<ExceptionAnswer> data = page.stream()
                    .map(one -> ExceptionAnswer.of(one, policy, now))
                    .toList();
            String content =
                    data.stream().map(ExceptionAnswer::ageless).toList().toString() + next;
            return Answers.ok(new ExceptionAnswer.Page(data, next), content, known);
        });
    }

    @GET
    @Path("/{id}")
    @Operation(
            operationId = "getException",
            summary = "One difference, with what each source says",
            description = "Scopes: merchant:read (its own), desk:read (all).")
    @SecurityRequirement(
            name = "bearer",
            scopes = {"merchant:read", "desk:read"})
    @APIResponse(
            responseCode = "200",
            description = "The exception.",
            content = @Content(schema = @Schema(implementation = ExceptionAnswer.class)))
    @APIResponse(responseCode = "304", description = "Not changed since the answer with this entity tag.")
    @APIResponse(responseCode = "404", description = "Not there, or not yours.")
    public Uni<Response> one(
            @PathParam("id") String id,
            @HeaderParam("If-None-Match") String known,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Visibility visibility = reading(Caller.of(identity));
        UUID exception = id(id, uri);
        return lists.byId(exception).map(found -> {
            requireVisible(found == null ? null : found.raised(), visibility);
            ExceptionAnswer answer = ExceptionAnswer.of(found, policy, clock.instant());
            return Answers.ok(answer, answer.ageless().toString(), known);
        });
    }

    @POST
    @Path("/{id}/resolve")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "resolveException",
            summary = "Settle a difference",
            description = "What was done about it and why; who did it is kept. It stays closed unless what the sources"
                    + " say of the money changes. 409 exception_closed where it is closed. Scopes: merchant:write (its"
                    + " own), desk:write (all).")
    @SecurityRequirement(
            name = "bearer",
            scopes = {"merchant:write", "desk:write"})
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = ExceptionRequest.Body.class),
                            examples =
                                    @ExampleObject(
                                            name = "accept",
                                            value = "{\"action\": \"accept\", \"reason\": \"补录，已核对\"}")))
    @APIResponse(
            responseCode = "200",
            description = "The exception.",
            content = @Content(schema = @Schema(implementation = ExceptionAnswer.class)))
    @APIResponse(responseCode = "404", description = "Not there, or not yours.")
    public Uni<Response> resolve(
            @PathParam("id") String id,
            byte[] body,
            @HeaderParam("Idempotency-Key") String key,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Caller caller = Caller.of(identity);
        Visibility visibility = caller.requireWrite();
        UUID exception = id(id, uri);
        ExceptionRequest decided = ExceptionRequest.read(body, json, settings);
        Idempotency.Key claimed = idempotency.key(
                caller.keys(visibility), key, Idempotency.request("resolve " + id, body == null ? new byte[0] : body));
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        return idempotency.with(claimed, connection -> exceptions
                .lock(connection, exception)
                .invoke(found -> requireVisible(found, visibility))
                .map(found -> found.settled(decided.action(), caller.actor(), decided.reason(), now))
                .chain(settled -> exceptions.close(connection, List.of(settled)))
                .chain(() -> lists.byId(connection, exception))
                .map(found -> new Idempotency.Answer(200, null, written(ExceptionAnswer.of(found, policy, now)))));
    }

    private String written(ExceptionAnswer answer) {
        try {
            return json.writeValueAsString(answer);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void requireVisible(Raised found, Visibility visibility) {
        if (found == null || !visibility.shows(found.merchantId(), null)) {
            throw Problem.notFound();
        }
    }

    private static UUID id(String text, UriInfo uri) {
        QueryParameters.refuseAll(uri.getQueryParameters());
        return TypeId.parse(TypeId.EXCEPTION, text).orElseThrow(Problem::notFound);
    }

    /** What the caller may read: cardholders none of it. */
    static Visibility reading(Caller caller) {
        caller.require(Scope.DESK_READ, Scope.MERCHANT_READ);
        Visibility visibility = caller.requireRead();
        if (visibility instanceof Visibility.OfCards) {
            throw Problem.forbidden(
                    "insufficient_scope", "Reconciliation needs the claim merchant_id with merchant:read.");
        }
        return visibility;
    }
}
