package org.paywitness.invoice;

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
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.paywitness.access.Caller;
import org.paywitness.access.Visibility;
import org.paywitness.explanation.Language;
import org.paywitness.id.TypeId;
import org.paywitness.idempotency.Idempotency;
import org.paywitness.problem.Problem;
import org.paywitness.transaction.QueryParameters;

/** Asking for invoices and deciding on them. */
@Path("/v1/transactions/{id}/invoice-requests")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Invoice requests")
public class InvoiceRequestResource {
    private final InvoiceDesk desk;
    private final Idempotency idempotency;
    private final InvoiceSettings settings;
    private final ObjectMapper json;

    InvoiceRequestResource(InvoiceDesk desk, Idempotency idempotency, InvoiceSettings settings, ObjectMapper json) {
        this.desk = desk;
        this.idempotency = idempotency;
        this.settings = settings;
        this.json = json;
    }

    @POST
    @Operation(
            operationId = "postInvoiceRequest",
            summary = "Ask for an invoice",
            description = "Of a payment that was charged and keeps some of the money. One request at a time:"
                    + " 409 invoice_already_requested, with invoice_request_id, while one is open; not_charged, with"
                    + " the verdict, where nothing was paid for good. Scopes: cardholder, merchant:write, desk:write.")
    @SecurityRequirement(
            name = "bearer",
            scopes = {"cardholder", "merchant:write", "desk:write"})
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = InvoiceBody.AskedBody.class)))
    @APIResponse(
            responseCode = "201",
            description = "The request.",
            content = @Content(schema = @Schema(implementation = InvoiceRequestAnswer.class)))
    @APIResponse(responseCode = "404", description = "No such transaction, or not yours.")
    public Uni<Response> request(
            @PathParam("id") String id,
            byte[] body,
            @HeaderParam("Idempotency-Key") String key,
            @HeaderParam("Accept-Language") String languages,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Caller caller = Caller.of(identity);
        Visibility may = caller.requireParty();
        UUID transaction = transaction(id, uri);
        InvoiceBody.Asked asked = InvoiceBody.asked(body, json, settings);
        return desk.request(transaction, asked, asker(caller, may, key, languages, "ask for " + id, body));
    }

    @POST
    @Path("/{iid}/issue")
    @Operation(
            operationId = "issueInvoice",
            summary = "Issue the invoice",
            description = "By its number, and if you like with the file. 409 invoice_request_closed, with"
                    + " invoice_status, when it was decided on before. Scopes: merchant:write, desk:write.")
    @SecurityRequirement(
            name = "bearer",
            scopes = {"merchant:write", "desk:write"})
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = InvoiceBody.IssuedBody.class)))
    @APIResponse(
            responseCode = "200",
            description = "The request.",
            content = @Content(schema = @Schema(implementation = InvoiceRequestAnswer.class)))
    @APIResponse(responseCode = "404", description = "Not there, or not yours.")
    public Uni<Response> issue(
            @PathParam("id") String id,
            @PathParam("iid") String invoice,
            byte[] body,
            @HeaderParam("Idempotency-Key") String key,
            @HeaderParam("Accept-Language") String languages,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Caller caller = Caller.of(identity);
        Visibility may = caller.requireWrite();
        UUID transaction = transaction(id, uri);
        UUID request = invoice(invoice);
        InvoiceBody.Issued issued = InvoiceBody.issued(body, json, settings);
        return desk.issue(
                transaction, request, issued, asker(caller, may, key, languages, "issue " + id + invoice, body));
    }

    @POST
    @Path("/{iid}/refuse")
    @Operation(
            operationId = "refuseInvoice",
            summary = "Refuse the invoice",
            description = "With the reason; it may be asked for again. 409 invoice_request_closed, with invoice_status,"
                    + " when it was decided on before. Scopes: merchant:write, desk:write.")
    @SecurityRequirement(
            name = "bearer",
            scopes = {"merchant:write", "desk:write"})
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = InvoiceBody.RefusedBody.class)))
    @APIResponse(
            responseCode = "200",
            description = "The request.",
            content = @Content(schema = @Schema(implementation = InvoiceRequestAnswer.class)))
    @APIResponse(responseCode = "404", description = "Not there, or not yours.")
    public Uni<Response> refuse(
            @PathParam("id") String id,
            @PathParam("iid") String invoice,
            byte[] body,
            @HeaderParam("Idempotency-Key") String key,
            @HeaderParam("Accept-Language") String languages,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Caller caller = Caller.of(identity);
        Visibility may = caller.requireWrite();
        UUID transaction = transaction(id, uri);
        UUID request = invoice(invoice);
        InvoiceBody.Refused refused = InvoiceBody.refused(body, json, settings);
        return desk.refuse(
                transaction, request, refused, asker(caller, may, key, languages, "refuse " + id + invoice, body));
    }

    private InvoiceDesk.Asker asker(
            Caller caller, Visibility may, String key, String languages, String what, byte[] body) {
        byte[] request = Idempotency.request("invoice: " + what, body == null ? new byte[0] : body);
        return new InvoiceDesk.Asker(
                caller.actor(), may, idempotency.key(caller.keys(may), key, request), Language.of(languages));
    }

    static UUID transaction(String text, UriInfo uri) {
        QueryParameters.refuseAll(uri.getQueryParameters());
        return TypeId.parse(TypeId.TRANSACTION, text).orElseThrow(Problem::notFound);
    }

    static UUID invoice(String text) {
        return TypeId.parse(TypeId.INVOICE_REQUEST, text).orElseThrow(Problem::notFound);
    }
}
