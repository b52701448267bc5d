package org.paywitness.webhook;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.paywitness.access.Caller;
import org.paywitness.access.Visibility;
import org.paywitness.id.TypeId;
import org.paywitness.idempotency.Idempotency;
import org.paywitness.problem.Problem;
import org.paywitness.transaction.QueryParameters;

/** Making, changing and trying endpoints of webhooks. */
@Path("/v1/webhook-endpoints")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Webhooks")
@SecurityRequirement(
        name = "bearer",
        scopes = {"merchant:write", "desk:write"})
public class WebhookResource {
    private final WebhookDesk desk;
    private final WebhookEndpoints endpoints;
    private final Idempotency idempotency;
    private final WebhookSettings settings;
    private final ObjectMapper json;

    WebhookResource(
            WebhookDesk desk,
            WebhookEndpoints endpoints,
            Idempotency idempotency,
            WebhookSettings settings,
            ObjectMapper json) {
        this.desk = desk;
        this.endpoints = endpoints;
        this.idempotency = idempotency;
        this.settings = settings;
        this.json = json;
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "postWebhookEndpoint",
            summary = "Be told of events",
            description = "Each event of the merchant from now on whose type is wanted is sent to the URL as a"
                    + " CloudEvent, signed as Standard Webhooks says: webhook-id (the event's id, the same however"
                    + " often it is sent), webhook-timestamp, webhook-signature. At least once; first attempts in the"
                    + " order of events. Any 2xx within 15 seconds is an arrival; else it is tried again after 5 s,"
                    + " 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h, no sooner than Retry-After says."
                    + " Redirects are not followed. 410, or 5 days without a success, disables the endpoint, which an"
                    + " event tells (webhook_endpoint.disabled). Refused with 409 too_many_webhook_endpoints."
                    + " Scopes: merchant:write (of the own merchant), desk:write.")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = WebhookRequest.CreatedBody.class),
                            examples =
                                    @ExampleObject(
                                            name = "books",
                                            value = "{\"merchant_id\": \"m_0001\","
                                                    + " \"url\": \"https://hooks.example.org/paywitness\","
                                                    + " \"event_types\": [\"refund.*\", \"verdict.changed\"]}")))
    @APIResponse(
            responseCode = "201",
            description = "The endpoint with its secret, which is shown this once.",
            headers = @Header(name = "Location", schema = @Schema(implementation = String.class)),
            content = @Content(schema = @Schema(implementation = WebhookAnswer.class)))
    @APIResponse(responseCode = "404", description = "Another merchant's.")
    @APIResponse(responseCode = "409", description = "Too many.")
    public Uni<Response> create(
            byte[] body,
            @HeaderParam("Idempotency-Key") String key,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Caller caller = Caller.of(identity);
        Visibility may = caller.requireWrite();
        QueryParameters.refuseAll(uri.getQueryParameters());
        WebhookRequest.Wanted wanted = WebhookRequest.created(body, json, settings);
        return desk.create(wanted, asker(caller, may, key, "POST /v1/webhook-endpoints", body));
    }

    @PATCH
    @Path("/{id}")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "changeWebhookEndpoint",
            summary = "Change, disable or enable an endpoint",
            description = "What is not named stays. Scopes: merchant:write, desk:write.")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = WebhookRequest.ChangedBody.class),
                            examples = @ExampleObject(name = "enable", value = "{\"enabled\": true}")))
    @APIResponse(
            responseCode = "200",
            description = "The endpoint after it.",
            content = @Content(schema = @Schema(implementation = WebhookAnswer.class)))
    @APIResponse(responseCode = "404", description = "Not there, or not yours.")
    public Uni<Response> change(
            @PathParam("id") String id, byte[] body, @Context UriInfo uri, @Context SecurityIdentity identity) {
        Caller caller = Caller.of(identity);
        Visibility may = caller.requireWrite();
        QueryParameters.refuseAll(uri.getQueryParameters());
        // Before anything is said of the request: a stranger learns nothing here.
        return visible(id, may)
                .chain(endpoint -> desk.change(
                        endpoint,
                        WebhookRequest.changed(body, json, settings),
                        new WebhookDesk.Asker(caller.actor(), may, null)));
    }

    @DELETE
    @Path("/{id}")
    @Operation(
            operationId = "deleteWebhookEndpoint",
            summary = "Be told no more",
            description = "Nothing more is sent, also of what waited. Scopes: merchant:write, desk:write.")
    @APIResponse(responseCode = "204", description = "Gone.")
    @APIResponse(responseCode = "404", description = "Not there, or not yours.")
    public Uni<Response> delete(@PathParam("id") String id, @Context UriInfo uri, @Context SecurityIdentity identity) {
        Caller caller = Caller.of(identity);
        Visibility may = caller.requireWrite();
        QueryParameters.refuseAll(uri.getQueryParameters());
        return visible(id, may)
                .chain(endpoint -> desk.delete(endpoint, new WebhookDesk.Asker(caller.actor(), may, null)));
    }

    @POST
    @Path("/{id}/rotate-secret")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "rotateWebhookSecret",
            summary = "A new secret",
            description = "For 24 hours each webhook carries two signatures, under the new secret and the one before;"
                    + " never more than two are valid. Scopes: merchant:write, desk:write.")
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = WebhookRequest.RotatedBody.class)))
    @APIResponse(
            responseCode = "200",
            description = "The endpoint with its new secret, which is shown this once.",
            content = @Content(schema = @Schema(implementation = WebhookAnswer.class)))
    @APIResponse(responseCode = "404", description = "Not there, or not yours.")
    public Uni<Response> rotate(
            @PathParam("id") String id,
            byte[] body,
            @HeaderParam("Idempotency-Key") String key,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Caller caller = Caller.of(identity);
        Visibility may = caller.requireWrite();
        QueryParameters.refuseAll(uri.getQueryParameters());
        return visible(id, may)
                .chain(endpoint -> desk.rotate(
                        endpoint,
                        WebhookRequest.revokesPrevious(body, json),
                        asker(caller, may, key, "new secret of " + id, body)));
    }

    @POST
    @Path("/{id}/ping")
    @Operation(
            operationId = "pingWebhookEndpoint",
            summary = "Try an endpoint",
            description = "An event webhook_endpoint.ping is sent to this endpoint alone, whatever types it wants; what"
                    + " came of it is among its deliveries. Refused with 409 webhook_endpoint_disabled. Scopes:"
                    + " merchant:write, desk:write.")
    @APIResponse(
            responseCode = "202",
            description = "It is on its way.",
            content = @Content(schema = @Schema(implementation = WebhookAnswer.Ping.class)))
    @APIResponse(responseCode = "404", description = "Not there, or not yours.")
    public Uni<Response> ping(
            @PathParam("id") String id,
            @HeaderParam("Idempotency-Key") String key,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Caller caller = Caller.of(identity);
        Visibility may = caller.requireWrite();
        QueryParameters.refuseAll(uri.getQueryParameters());
        return visible(id, may).chain(endpoint -> desk.ping(endpoint, asker(caller, may, key, "ping " + id, null)));
    }

    @POST
    @Path("/{id}/deliveries/{delivery}/redeliver")
    @Operation(
            operationId = "redeliverWebhook",
            summary = "Send once more",
            description = "Under the same webhook-id, whether it arrived before, was given up or still waits, with the"
                    + " whole schedule before it. Refused with 409 webhook_endpoint_disabled. Scopes: merchant:write,"
                    + " desk:write.")
    @APIResponse(
            responseCode = "202",
            description = "The delivery, due now.",
            content = @Content(schema = @Schema(implementation = DeliveryAnswer.class)))
    @APIResponse(responseCode = "404", description = "Not there, or not yours.")
    public Uni<Response> redeliver(
            @PathParam("id") String id,
            @PathParam("delivery") String delivery,
            @HeaderParam("Idempotency-Key") String key,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Caller caller = Caller.of(identity);
        Visibility may = caller.requireWrite();
        QueryParameters.refuseAll(uri.getQueryParameters());
        UUID which = TypeId.parse(TypeId.WEBHOOK_DELIVERY, delivery).orElseThrow(Problem::notFound);
        return visible(id, may)
                .chain(endpoint -> desk.redeliver(
                        endpoint, which, asker(caller, may, key, "redeliver " + id + ' ' + delivery, null)));
    }

    private Uni<UUID> visible(String text, Visibility may) {
        UUID id = TypeId.parse(TypeId.WEBHOOK_ENDPOINT, text).orElseThrow(Problem::notFound);
        return endpoints.byId(id).map(endpoint -> {
            if (endpoint == null || !may.shows(endpoint.merchantId(), null)) {
                throw Problem.notFound();
            }
            return id;
        });
    }

    private WebhookDesk.Asker asker(Caller caller, Visibility may, String key, String what, byte[] body) {
        return new WebhookDesk.Asker(
                caller.actor(),
                may,
                idempotency.key(caller.keys(may), key, Idempotency.request(what, body == null ? new byte[0] : body)));
    }
}
