package org.paywitness.receipt;

import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.paywitness.access.Caller;
import org.paywitness.access.Visibility;
import org.paywitness.explanation.Language;
import org.paywitness.id.TypeId;
import org.paywitness.paper.Press;
import org.paywitness.problem.Problem;
import org.paywitness.transaction.QueryParameters;

/** The slip once more, for those to whom none came out of the terminal. */
@Path("/v1/transactions/{id}/receipt")
@Tag(name = "Receipts")
@SecurityRequirement(
        name = "bearer",
        scopes = {"cardholder", "merchant:read", "desk:read"})
public class ReceiptResource {
    private final Sales sales;
    private final Receipts receipts;
    private final ReceiptSettings settings;
    private final Press press;

    ReceiptResource(Sales sales, Receipts receipts, ReceiptSettings settings, Press press) {
        this.sales = sales;
        this.receipts = receipts;
        this.settings = settings;
        this.press = press;
    }

    @GET
    @Produces({MediaType.APPLICATION_JSON, MediaType.TEXT_HTML, "application/pdf"})
    @Operation(
            operationId = "getReceipt",
            summary = "The slip once more",
            description = "JSON, or by Accept a page or a PDF for a roll of 58 mm. Each answer is a copy of its own,"
                    + " marked as a reprint with its number, and is counted: a retry gets the next number, and nothing"
                    + " is cached. 409 not_charged, with the verdict, where no money was taken or held and where the"
                    + " sale was refused; 503 overloaded. Scopes: cardholder, merchant:read, desk:read.")
    @APIResponse(
            responseCode = "200",
            description = "This copy.",
            content = {
                @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Receipt.class)),
                @Content(mediaType = MediaType.TEXT_HTML, schema = @Schema(type = SchemaType.STRING)),
                @Content(mediaType = "application/pdf", schema = @Schema(type = SchemaType.STRING, format = "binary"))
            })
    @APIResponse(responseCode = "404", description = "Not there, or not yours.")
    @APIResponse(responseCode = "409", description = "Nothing was charged.")
    public Uni<Response> receipt(
            @PathParam("id") String id,
            @HeaderParam("Accept-Language") String languages,
            @Context HttpHeaders headers,
            @Context Request request,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Caller caller = Caller.of(identity);
        Visibility visibility = caller.requireRead();
        QueryParameters.refuseAll(uri.getQueryParameters());
        Language language = Language.of(languages);
        ReceiptForm form = ReceiptForm.of(headers.getAcceptableMediaTypes());
        UUID transaction = TypeId.parse(TypeId.TRANSACTION, id).orElseThrow(Problem::notFound);
        if (request.getMethod().equals(HttpMethod.HEAD)) {
            // Only asked whether there is one: nothing is given out, nothing counted.
            return sale(transaction, visibility, language).map(sale -> answer(null, form, language));
        }
        Uni<Receipt> copy = Uni.createFrom().deferred(() -> copy(transaction, visibility, form, caller, language));
        return switch (form) {
            case JSON -> copy.map(receipt -> answer(receipt, form, language));
            case HTML -> copy.map(receipt -> answer(ReceiptHtml.page(receipt, language), form, language));
            case PDF ->
                press.set(() -> copy, receipt -> ReceiptPdf.of(receipt, language))
                        .map(bytes -> answer(bytes, form, language));
        };
    }

    private Uni<Receipt> copy(
            UUID transaction, Visibility visibility, ReceiptForm form, Caller caller, Language language) {
        return sale(transaction, visibility, language)
                .chain(sale -> receipts.count(sale.transaction().id(), form, caller.actor(), sale.judgedAt())
                        .map(number -> Receipt.of(sale, number, merchantName(sale), language)));
    }

    private Uni<Sale> sale(UUID transaction, Visibility visibility, Language language) {
        return sales.visible(transaction, visibility).invoke(sale -> {
            if (sale.takenOrHeld() == null) {
                throw sale.notCharged("There is no slip of a payment that was not charged.", language);
            }
        });
    }

    private String merchantName(Sale sale) {
        String merchant = sale.transaction().reference().merchantId();
        ReceiptSettings.Merchant known =
                merchant == null ? null : settings.merchants().get(merchant);
        return known == null ? null : known.name();
    }

    private static Response answer(Object content, ReceiptForm form, Language language) {
        Response.ResponseBuilder answer = Response.ok(content, form.type())
                .header("Content-Language", language.tag())
                .header("Vary", "Accept, Accept-Language")
                // Each copy is counted: one that a cache gives out again would not be.
                .header("Cache-Control", "no-store")
                .header("X-Content-Type-Options", "nosniff");
        return switch (form) {
            case JSON -> answer.build();
            case HTML ->
                answer.header("Content-Security-Policy", ReceiptHtml.POLICY).build();
            case PDF ->
                answer.header("Content-Disposition", "inline; filename=\"receipt.pdf\"")
                        .build();
        };
    }
}
