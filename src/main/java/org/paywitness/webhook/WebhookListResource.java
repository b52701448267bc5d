package org.paywitness.webhook;

import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.paywitness.access.Caller;
import org.paywitness.access.Scope;
import org.paywitness.access.Visibility;
import org.paywitness.id.TypeId;
import org.paywitness.problem.Problem;
import org.paywitness.transaction.Answers;
import org.paywitness.transaction.QueryParameters;
import org.paywitness.verdict.Policy;

/** How endpoints of webhooks are, and what became of what was sent to them. */
@Path("/v1/webhook-endpoints")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Webhooks")
@SecurityRequirement(
        name = "bearer",
        scopes = {"merchant:read", "desk:read"})
public class WebhookListResource {
    private static final int DEFAULT_LIMIT = 50;
    private static final int MAX_LIMIT = 200;

    private final WebhookEndpoints endpoints;
    private final Deliveries deliveries;
    private final Policy policy;

    WebhookListResource(WebhookEndpoints endpoints, Deliveries deliveries, Policy policy) {
        this.endpoints = endpoints;
        this.deliveries = deliveries;
        this.policy = policy;
    }

    @GET
    @Path("/{id}")
    @Operation(
            operationId = "getWebhookEndpoint",
            summary = "How an endpoint is",
            description = "Without its secret. Scopes: merchant:read, desk:read.")
    @APIResponse(
            responseCode = "200",
            description = "The endpoint.",
            content = @Content(schema = @Schema(implementation = WebhookAnswer.class)))
    @APIResponse(responseCode = "304", description = "Not changed since the answer with this entity tag.")
    @APIResponse(responseCode = "404", description = "Not there, or not yours.")
    public Uni<Response> one(
            @PathParam("id") String id,
            @HeaderParam("If-None-Match") String known,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Visibility visibility = visibility(Caller.of(identity));
        QueryParameters.refuseAll(uri.getQueryParameters());
        return visible(id, visibility)
                .map(endpoint -> WebhookAnswer.of(endpoint, policy.zone()))
                .map(answer -> Answers.ok(answer, answer.toString(), known));
    }

    @GET
    @Operation(
            operationId = "listWebhookEndpoints",
            summary = "Endpoints, newest first",
            description = "Stable under writes. Scopes: merchant:read, desk:read.")
    @Parameter(name = "merchant_id", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING))
    @Parameter(
            name = "limit",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "200", defaultValue = "50"))
    @Parameter(name = "cursor", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING))
    @APIResponse(
            responseCode = "200",
            description = "A page.",
            content = @Content(schema = @Schema(implementation = WebhookAnswer.Page.class)))
    @APIResponse(responseCode = "304", description = "Not changed since the answer with this entity tag.")
    public Uni<Response> list(
            @HeaderParam("If-None-Match") String known, @Context UriInfo uri, @Context SecurityIdentity identity) {
        Visibility visibility = visibility(Caller.of(identity));
        QueryParameters parameters =
                new QueryParameters(uri.getQueryParameters(), Set.of("merchant_id", "limit", "cursor"));
        int limit = parameters.integer("limit", DEFAULT_LIMIT, 1, MAX_LIMIT);
        return endpoints
                .page(visibility, parameters.text("merchant_id"), parameters.cursor("cursor"), limit + 1)
                .map(found -> {
                    List<Endpoint> page = found.subList(0, Math.min(limit, found.size()));
                    String next =
                            found.size() > limit ? cursor(page.get(limit - 1).id()) : null;
                    WebhookAnswer.Page answer = new WebhookAnswer.Page(
                            page.stream()
                                    .map(endpoint -> WebhookAnswer.of(endpoint, policy.zone()))
                                    .toList(),
                            next);
                    return Answers.ok(answer, answer.toString(), known);
                });
    }

    @GET
    @Path("/{id}/deliveries")
    @Operation(
            operationId = "listWebhookDeliveries",
            summary = "What became of what was sent, newest first",
            description = "Each event for this endpoint, with its attempts; kept for 30 days after its end."
                    + " Scopes: merchant:read, desk:read.")
    @Parameter(
            name = "status",
            in = ParameterIn.QUERY,
            schema =
                    @Schema(
                            type = SchemaType.STRING,
                            enumeration = {"pending", "succeeded", "failed"}))
    @Parameter(
            name = "limit",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "200", defaultValue = "50"))
    @Parameter(name = "cursor", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING))
    @APIResponse(
            responseCode = "200",
            description = "A page.",
            content = @Content(schema = @Schema(implementation = DeliveryAnswer.Page.class)))
    @APIResponse(responseCode = "304", description = "Not changed since the answer with this entity tag.")
    @APIResponse(responseCode = "404", description = "Not there, or not yours.")
    public Uni<Response> log(
            @PathParam("id") String id,
            @HeaderParam("If-None-Match") String known,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Visibility visibility = visibility(Caller.of(identity));
        QueryParameters parameters = new QueryParameters(uri.getQueryParameters(), Set.of("status", "limit", "cursor"));
        int limit = parameters.integer("limit", DEFAULT_LIMIT, 1, MAX_LIMIT);
        Delivery.Status status = status(parameters.text("status"));
        UUID before = parameters.cursor("cursor");
        return visible(id, visibility)
                .chain(endpoint -> deliveries.page(endpoint.id(), status, before, limit + 1))
                .map(found -> {
                    List<Delivery> page = found.subList(0, Math.min(limit, found.size()));
                    String next =
                            found.size() > limit ? cursor(page.get(limit - 1).id()) : null;
                    DeliveryAnswer.Page answer = new DeliveryAnswer.Page(
                            page.stream()
                                    .map(delivery -> DeliveryAnswer.of(delivery, policy.zone()))
                                    .toList(),
                            next);
                    return Answers.ok(answer, answer.toString(), known);
                });
    }

    private static Delivery.Status status(String text) {
        if (text == null) {
            return null;
        }
        for (Delivery.Status status : Delivery.Status.values()) {
            if (status.code().equals(text)) {
                return status;
            }
        }
        throw Problem.invalid("?status", "must be a status of deliveries, like pending");
    }

    private static String cursor(UUID last) {
        return TypeId.format(TypeId.CURSOR, last);
    }

    private Uni<Endpoint> visible(String text, Visibility visibility) {
        UUID id = TypeId.parse(TypeId.WEBHOOK_ENDPOINT, text).orElseThrow(Problem::notFound);
        return endpoints.byId(id).invoke(endpoint -> {
            if (endpoint == null || !visibility.shows(endpoint.merchantId(), null)) {
                throw Problem.notFound();
            }
        });
    }

    private static Visibility visibility(Caller caller) {
        caller.require(Scope.DESK_READ, Scope.MERCHANT_READ);
        Visibility visibility = caller.requireRead();
        if (visibility instanceof Visibility.OfCards) {
            throw Problem.forbidden("insufficient_scope", "Webhooks need the claim merchant_id with merchant:read.");
        }
        return visibility;
    }
}
