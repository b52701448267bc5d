package org.paywitness.refund;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
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
import org.paywitness.access.Scope;
import org.paywitness.access.Visibility;
import org.paywitness.acquirer.Acquirer;
import org.paywitness.explanation.Language;
import org.paywitness.id.TypeId;
import org.paywitness.idempotency.Idempotency;
import org.paywitness.problem.Problem;
import org.paywitness.transaction.QueryParameters;

/** Asking for refunds and deciding on them. */
@Path("/v1/refunds")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Refunds")
public class RefundResource {
    private final RefundDesk desk;
    private final Acquirer acquirer;
    private final Idempotency idempotency;
    private final RefundSettings settings;
    private final ObjectMapper json;

    RefundResource(
            RefundDesk desk, Acquirer acquirer, Idempotency idempotency, RefundSettings settings, ObjectMapper json) {
        this.desk = desk;
        this.acquirer = acquirer;
        this.idempotency = idempotency;
        this.settings = settings;
        this.json = json;
    }

    @POST
    @Operation(
            operationId = "postRefund",
            summary = "Ask for a refund",
            description =
                    "Of the whole that may still go back, or a part; several may follow each other. Approved at once"
                            + " within the limits of the policy, else waits for a second person. The Idempotency-Key is required:"
                            + " the same key never moves money twice. Refused with 409 refund_exceeds_charge (refundable tells what"
                            + " may still go back), not_charged, being_returned, already_returned, under_chargeback,"
                            + " merchant_unknown or cooling_off_over; 422 currency_mismatch; 503 acquirer_not_configured,"
                            + " transaction_busy or overloaded. Scopes: merchant:write, desk:write.")
    @SecurityRequirement(
            name = "bearer",
            scopes = {"merchant:write", "desk:write"})
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = RefundRequest.AskedBody.class),
                            examples =
                                    @ExampleObject(
                                            name = "part",
                                            value =
                                                    "{\"transaction_id\": \"txn_01kaf3v6n8e8q9w2s4d6f8g0h2\","
                                                            + " \"amount\": {\"amount\": 2800, \"currency\": \"CNY\"},"
                                                            + " \"reason\": \"wrong_amount\", \"note\": \"keyed 128, was 100\"}")))
    @APIResponse(
            responseCode = "201",
            description = "The refund.",
            headers = @Header(name = "Location", schema = @Schema(implementation = String.class)),
            content = @Content(schema = @Schema(implementation = RefundAnswer.class)))
    @APIResponse(responseCode = "404", description = "No such transaction, or not yours.")
    public Uni<Response> request(
            byte[] body,
            @HeaderParam("Idempotency-Key") String key,
            @HeaderParam("Accept-Language") String languages,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Caller caller = Caller.of(identity);
        Visibility may = caller.requireWrite();
        QueryParameters.refuseAll(uri.getQueryParameters());
        if (key == null) {
            throw Problem.badRequest(
                    "idempotency_key_required", "A refund needs the header Idempotency-Key: money moves once per key.");
        }
        RefundRequest.Asked asked = RefundRequest.asked(body, json, settings.maxNoteLength());
        if (!acquirer.isConfigured()) {
            throw Problem.unavailable("acquirer_not_configured", "No acquirer is connected that could move money.");
        }
        return desk.request(asked, asker(caller, may, key, languages, "POST /v1/refunds", body));
    }

    @POST
    @Path("/{id}/approve")
    @Operation(
            operationId = "approveRefund",
            summary = "Approve a refund that waits",
            description = "By another person than the one who asked, else 403 same_person; 409 refund_not_pending when"
                    + " it does not wait. Scopes: merchant:approve, desk:approve.")
    @SecurityRequirement(
            name = "bearer",
            scopes = {"merchant:approve", "desk:approve"})
    @RequestBody(content = @Content(schema = @Schema(implementation = RefundRequest.DecidedBody.class)))
    @APIResponse(
            responseCode = "200",
            description = "The refund.",
            content = @Content(schema = @Schema(implementation = RefundAnswer.class)))
    @APIResponse(responseCode = "404", description = "Not there, or not yours.")
    public Uni<Response> approve(
            @PathParam("id") String id,
            byte[] body,
            @HeaderParam("Idempotency-Key") String key,
            @HeaderParam("Accept-Language") String languages,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Caller caller = Caller.of(identity);
        Visibility may = caller.requireApprove();
        UUID refund = id(id, uri);
        String note =
                RefundRequest.decided(body, json, settings.maxNoteLength()).note();
        return desk.approve(refund, note, asker(caller, may, key, languages, "approve " + id, body));
    }

    @POST
    @Path("/{id}/reject")
    @Operation(
            operationId = "rejectRefund",
            summary = "Reject a refund that waits",
            description = "By another person than the one who asked, else 403 same_person; 409 refund_not_pending when"
                    + " it does not wait. Scopes: merchant:approve, desk:approve.")
    @SecurityRequirement(
            name = "bearer",
            scopes = {"merchant:approve", "desk:approve"})
    @RequestBody(content = @Content(schema = @Schema(implementation = RefundRequest.DecidedBody.class)))
    @APIResponse(
            responseCode = "200",
            description = "The refund.",
            content = @Content(schema = @Schema(implementation = RefundAnswer.class)))
    @APIResponse(responseCode = "404", description = "Not there, or not yours.")
    public Uni<Response> reject(
            @PathParam("id") String id,
            byte[] body,
            @HeaderParam("Idempotency-Key") String key,
            @HeaderParam("Accept-Language") String languages,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Caller caller = Caller.of(identity);
        Visibility may = caller.requireApprove();
        UUID refund = id(id, uri);
        String note =
                RefundRequest.decided(body, json, settings.maxNoteLength()).note();
        return desk.reject(refund, note, asker(caller, may, key, languages, "reject " + id, body));
    }

    @POST
    @Path("/{id}/cancel")
    @Operation(
            operationId = "cancelRefund",
            summary = "Cancel a refund before it is submitted",
            description = "409 refund_already_submitted once the acquirer may have acted, or it has ended."
                    + " Scopes: merchant:write, desk:write.")
    @SecurityRequirement(
            name = "bearer",
            scopes = {"merchant:write", "desk:write"})
    @RequestBody(content = @Content(schema = @Schema(implementation = RefundRequest.DecidedBody.class)))
    @APIResponse(
            responseCode = "200",
            description = "The refund.",
            content = @Content(schema = @Schema(implementation = RefundAnswer.class)))
    @APIResponse(responseCode = "404", description = "Not there, or not yours.")
    public Uni<Response> cancel(
            @PathParam("id") String id,
            byte[] body,
            @HeaderParam("Idempotency-Key") String key,
            @HeaderParam("Accept-Language") String languages,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Caller caller = Caller.of(identity);
        Visibility may = caller.requireWrite();
        UUID refund = id(id, uri);
        String note =
                RefundRequest.decided(body, json, settings.maxNoteLength()).note();
        return desk.cancel(refund, note, asker(caller, may, key, languages, "cancel " + id, body));
    }

    @POST
    @Path("/{id}/resolve")
    @Operation(
            operationId = "resolveRefund",
            summary = "Resolve a refund of which the acquirer gives no end",
            description = "Where needs_attention is true: a person has found out what became of it, or has the acquirer"
                    + " asked again. Never by the one who asked for the refund (403 same_person); 409 refund_not_in_doubt"
                    + " where nobody is needed. Scope: desk:approve.")
    @SecurityRequirement(name = "bearer", scopes = "desk:approve")
    @RequestBody(
            required = true,
            content = @Content(schema = @Schema(implementation = RefundRequest.ResolvedBody.class)))
    @APIResponse(
            responseCode = "200",
            description = "The refund.",
            content = @Content(schema = @Schema(implementation = RefundAnswer.class)))
    @APIResponse(responseCode = "404", description = "Not there.")
    public Uni<Response> resolve(
            @PathParam("id") String id,
            byte[] body,
            @HeaderParam("Idempotency-Key") String key,
            @HeaderParam("Accept-Language") String languages,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Caller caller = Caller.of(identity);
        caller.require(Scope.DESK_APPROVE);
        UUID refund = id(id, uri);
        RefundRequest.Resolved found = RefundRequest.resolved(body, json, settings.maxNoteLength());
        return desk.resolve(
                refund, found, asker(caller, caller.requireApprove(), key, languages, "resolve " + id, body));
    }

    private RefundDesk.Asker asker(
            Caller caller, Visibility may, String key, String languages, String what, byte[] body) {
        return new RefundDesk.Asker(
                caller.actor(),
                may,
                idempotency.key(caller.keys(may), key, Idempotency.request(what, body == null ? new byte[0] : body)),
                Language.of(languages));
    }

    private static UUID id(String text, UriInfo uri) {
        QueryParameters.refuseAll(uri.getQueryParameters());
        return TypeId.parse(TypeId.REFUND, text).orElseThrow(Problem::notFound);
    }
}
