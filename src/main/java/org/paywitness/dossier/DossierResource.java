package org.paywitness.dossier;

import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.paywitness.access.Caller;
import org.paywitness.evidence.Cases;
import org.paywitness.explanation.Language;
import org.paywitness.id.TypeId;
import org.paywitness.problem.Problem;
import org.paywitness.transaction.QueryParameters;

/** What is handed over when a dispute goes on elsewhere. */
@Path("/v1/disputes/{id}/dossier")
@Tag(name = "Disputes")
@SecurityRequirement(
        name = "bearer",
        scopes = {"cardholder", "merchant:read", "desk:read"})
public class DossierResource {
    private final Cases cases;

    DossierResource(Cases cases) {
        this.cases = cases;
    }

    @GET
    @Produces({"application/pdf", "application/zip"})
    @Operation(
            operationId = "getDossier",
            summary = "All of a dispute, to be handed over",
            description = "A PDF with facts, verdict, checklist, agreement, list of evidence and timeline, all hashes"
                    + " included; or by Accept a ZIP with that PDF, every file of evidence, timeline.json (as getTimeline"
                    + " answers) and manifest.json (SHA-256 and size of every other file, and for evidence whether it is"
                    + " intact). It shows the dispute as it is at one instant, which it names. A timeline that was changed"
                    + " behind our back is handed out too, and says so. Streamed: an answer that ends early closes its"
                    + " connection, and an archive without manifest.json is not whole. 503 overloaded or"
                    + " storage_unavailable. Scopes: cardholder, merchant:read, desk:read.")
    @APIResponse(
            responseCode = "200",
            description = "The dossier.",
            headers = {
                @Header(name = "Content-Disposition", ref = "ContentDisposition"),
                @Header(name = "X-Content-Type-Options", ref = "XContentTypeOptions")
            },
            content = {
                @Content(mediaType = "application/pdf", schema = @Schema(type = SchemaType.STRING, format = "binary")),
                @Content(mediaType = "application/zip", schema = @Schema(type = SchemaType.STRING, format = "binary"))
            })
    @APIResponse(responseCode = "404", description = "Not there, or not yours.")
    public Uni<Response> dossier(
            @PathParam("id") String id,
            @HeaderParam("Accept-Language") String languages,
            @Context HttpHeaders headers,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Caller caller = Caller.of(identity);
        caller.requireRead();
        QueryParameters.refuseAll(uri.getQueryParameters());
        Language language = Language.of(languages);
        DossierForm form = DossierForm.of(headers.getAcceptableMediaTypes());
        UUID dispute = TypeId.parse(TypeId.DISPUTE, id).orElseThrow(Problem::notFound);
        return cases.admit(dispute, caller, Cases.Purpose.READ)
                .map(party -> answer(new Wanted(dispute, form, language, party)));
    }

    private static Response answer(Wanted wanted) {
        DossierForm form = wanted.form();
        return Response.ok(wanted, form.type())
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        "attachment; filename=\"" + wanted.reference() + "." + form.code() + "\"")
                .header(HttpHeaders.CONTENT_LANGUAGE, wanted.language().tag())
                .header(HttpHeaders.VARY, "Accept, Accept-Language")
                .header(HttpHeaders.CACHE_CONTROL, "private, no-store")
                .header("X-Content-Type-Options", "nosniff")
                .build();
    }
}
