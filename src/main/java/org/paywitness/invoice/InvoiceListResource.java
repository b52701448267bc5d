package org.paywitness.invoice;

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
import org.paywitness.access.Visibility;
import org.paywitness.explanation.Language;
import org.paywitness.id.TypeId;
import org.paywitness.problem.Problem;
import org.paywitness.receipt.Sales;
import org.paywitness.transaction.Answers;
import org.paywitness.transaction.QueryParameters;
import org.paywitness.verdict.Policy;

/** Where requests for invoices are, and the invoices that came. */
@Path("/v1/transactions/{id}/invoice-requests")
@Tag(name = "Invoice requests")
@SecurityRequirement(
        name = "bearer",
        scopes = {"cardholder", "merchant:read", "desk:read"})
public class InvoiceListResource {
    private final InvoiceRequests requests;
    private final Sales sales;
    private final Answers answers;
    private final Policy policy;

    InvoiceListResource(InvoiceRequests requests, Sales sales, Answers answers, Policy policy) {
        this.requests = requests;
        this.sales = sales;
        this.answers = answers;
        this.policy = policy;
    }

    /** A page of a list. */
    @Schema(name = "InvoiceRequestPage")
    public record Page(
            @Schema(required = true) List<InvoiceRequestAnswer> data,
            @Schema(required = true, nullable = true, description = "Where the next page begins; null at the end.")
                    String nextCursor) {}

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "listInvoiceRequests",
            summary = "Requests for an invoice, newest first",
            description = "Stable under writes. Scopes: cardholder, merchant:read, desk:read.")
    @Parameter(
            name = "limit",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "200", defaultValue = "50"))
    @Parameter(name = "cursor", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING))
    @APIResponse(
            responseCode = "200",
            description = "A page.",
            content = @Content(schema = @Schema(implementation = Page.class)))
    @APIResponse(responseCode = "404", description = "No such transaction, or not yours.")
    public Uni<Response> list(
            @PathParam("id") String id,
            @HeaderParam("Accept-Language") String languages,
            @HeaderParam("If-None-Match") String known,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Visibility visibility = Caller.of(identity).requireRead();
        QueryParameters parameters = new QueryParameters(uri.getQueryParameters(), Set.of("limit", "cursor"));
        int limit = parameters.integer("limit", 50, 1, 200);
        UUID before = parameters.cursor("cursor");
        UUID transaction = TypeId.parse(TypeId.TRANSACTION, id).orElseThrow(Problem::notFound);
        return sales.visible(transaction, visibility)
                .chain(sale -> requests.page(sale.transaction().id(), before, limit + 1))
                .map(found -> {
                    List<InvoiceRequest> page = found.subList(0, Math.min(limit, found.size()));
                    String next = found.size() <= limit
                            ? null
                            : TypeId.format(TypeId.CURSOR, page.get(limit - 1).id());
                    List<InvoiceRequestAnswer> data = page.stream()
                            .map(one -> InvoiceRequestAnswer.of(one, visibility, policy.zone()))
                            .toList();
                    return answers.inLanguage(new Page(data, next), known, Language.of(languages));
                });
    }

    @GET
    @Path("/{iid}")
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "getInvoiceRequest",
            summary = "Where a request for an invoice is",
            description = "Scopes: cardholder, merchant:read, desk:read.")
    @APIResponse(
            responseCode = "200",
            description = "The request.",
            content = @Content(schema = @Schema(implementation = InvoiceRequestAnswer.class)))
    @APIResponse(responseCode = "404", description = "Not there, or not yours.")
    public Uni<Response> one(
            @PathParam("id") String id,
            @PathParam("iid") String invoice,
            @HeaderParam("Accept-Language") String languages,
            @HeaderParam("If-None-Match") String known,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Visibility visibility = Caller.of(identity).requireRead();
        UUID transaction = InvoiceRequestResource.transaction(id, uri);
        UUID request = InvoiceRequestResource.invoice(invoice);
        return sales.visible(transaction, visibility)
                .chain(sale -> requests.byId(sale.transaction().id(), request))
                .map(found -> {
                    if (found == null) {
                        throw Problem.notFound();
                    }
                    return answers.inLanguage(
                            InvoiceRequestAnswer.of(found, visibility, policy.zone()), known, Language.of(languages));
                });
    }

    @GET
    @Path("/{iid}/file")
    @Produces({InvoiceFile.PDF, InvoiceFile.OFD})
    @Operation(
            operationId = "getInvoiceFile",
            summary = "The invoice itself",
            description = "As it was sent; 404 also where none was. Scopes: cardholder, merchant:read, desk:read.")
    @APIResponse(
            responseCode = "200",
            description = "The file, of the type that its content has.",
            content = {
                @Content(mediaType = InvoiceFile.PDF, schema = @Schema(type = SchemaType.STRING, format = "binary")),
                @Content(mediaType = InvoiceFile.OFD, schema = @Schema(type = SchemaType.STRING, format = "binary"))
            })
    @APIResponse(responseCode = "404", description = "Not there, or not yours.")
    public Uni<Response> file(
            @PathParam("id") String id,
            @PathParam("iid") String invoice,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Visibility visibility = Caller.of(identity).requireRead();
        UUID transaction = InvoiceRequestResource.transaction(id, uri);
        UUID request = InvoiceRequestResource.invoice(invoice);
        return sales.visible(transaction, visibility)
                .chain(sale -> requests.file(sale.transaction().id(), request))
                .map(file -> {
                    if (file == null) {
                        throw Problem.notFound();
                    }
                    // What somebody sent us is saved, not shown: it runs nowhere under our name.
                    String name = TypeId.format(TypeId.INVOICE_REQUEST, request) + '.' + file.extension();
                    return Response.ok(file.content(), file.mediaType())
                            .header("Content-Disposition", "attachment; filename=\"" + name + '"')
                            .header("Content-Security-Policy", "default-src 'none'; sandbox")
                            .header("X-Content-Type-Options", "nosniff")
                            .header("Cache-Control", "private, no-cache")
                            .build();
                });
    }
}
