package org.paywitness.evidence;

import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
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
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.paywitness.access.Caller;
import org.paywitness.id.TypeId;
import org.paywitness.problem.Problem;
import org.paywitness.transaction.Answers;

/** The files themselves, as they were sent. */
@Path("/v1/disputes/{id}/evidence/{eid}/content")
@Tag(name = "Evidence")
public class EvidenceContentResource {
    private final Cases cases;
    private final Evidences evidences;

    EvidenceContentResource(Cases cases, Evidences evidences) {
        this.cases = cases;
        this.evidences = evidences;
    }

    @GET
    @Produces({"application/pdf", "image/png", "image/jpeg", "image/webp", "video/mp4", "audio/mpeg", "text/plain"})
    @Operation(
            operationId = "getEvidenceContent",
            summary = "The file itself",
            description =
                    "Byte for byte as it was sent, to be saved and never shown in place. Its entity tag is its SHA-256."
                            + " One range of bytes is answered with 206, or 416 range_not_satisfiable; several are answered with"
                            + " the whole. 503 overloaded or storage_unavailable. Scopes: cardholder, merchant:read, desk:read.")
    @SecurityRequirement(
            name = "bearer",
            scopes = {"cardholder", "merchant:read", "desk:read"})
    @Parameter(
            name = "Range",
            in = ParameterIn.HEADER,
            schema = @Schema(type = SchemaType.STRING),
            example = "bytes=0-1048575",
            description = "RFC 9110, section 14.")
    @Parameter(
            name = "If-Range",
            in = ParameterIn.HEADER,
            schema = @Schema(type = SchemaType.STRING),
            description = "An entity tag; where it is not the file's, the whole is answered.")
    @APIResponse(
            responseCode = "200",
            description = "The whole.",
            headers = {
                @Header(name = "Accept-Ranges", ref = "AcceptRanges"),
                @Header(name = "Content-Disposition", ref = "ContentDisposition"),
                @Header(name = "X-Content-Type-Options", ref = "XContentTypeOptions"),
                @Header(name = "Content-Security-Policy", ref = "ContentSecurityPolicy")
            },
            content = {
                @Content(mediaType = "application/pdf", schema = @Schema(type = SchemaType.STRING, format = "binary")),
                @Content(mediaType = "image/png", schema = @Schema(type = SchemaType.STRING, format = "binary")),
                @Content(mediaType = "image/jpeg", schema = @Schema(type = SchemaType.STRING, format = "binary")),
                @Content(mediaType = "image/webp", schema = @Schema(type = SchemaType.STRING, format = "binary")),
                @Content(mediaType = "video/mp4", schema = @Schema(type = SchemaType.STRING, format = "binary")),
                @Content(mediaType = "audio/mpeg", schema = @Schema(type = SchemaType.STRING, format = "binary")),
                @Content(mediaType = "text/plain", schema = @Schema(type = SchemaType.STRING, format = "binary"))
            })
    @APIResponse(
            responseCode = "206",
            description = "The range.",
            headers = {
                @Header(name = "Accept-Ranges", ref = "AcceptRanges"),
                @Header(name = "Content-Range", ref = "ContentRange"),
                @Header(name = "Content-Disposition", ref = "ContentDisposition"),
                @Header(name = "X-Content-Type-Options", ref = "XContentTypeOptions"),
                @Header(name = "Content-Security-Policy", ref = "ContentSecurityPolicy")
            },
            content = {
                @Content(mediaType = "application/pdf", schema = @Schema(type = SchemaType.STRING, format = "binary")),
                @Content(mediaType = "image/png", schema = @Schema(type = SchemaType.STRING, format = "binary")),
                @Content(mediaType = "image/jpeg", schema = @Schema(type = SchemaType.STRING, format = "binary")),
                @Content(mediaType = "image/webp", schema = @Schema(type = SchemaType.STRING, format = "binary")),
                @Content(mediaType = "video/mp4", schema = @Schema(type = SchemaType.STRING, format = "binary")),
                @Content(mediaType = "audio/mpeg", schema = @Schema(type = SchemaType.STRING, format = "binary")),
                @Content(mediaType = "text/plain", schema = @Schema(type = SchemaType.STRING, format = "binary"))
            })
    @APIResponse(responseCode = "404", description = "Not there, or not yours.")
    @APIResponse(responseCode = "416", ref = "RangeNotSatisfiable")
    public Uni<Response> content(
            @PathParam("id") String id,
            @PathParam("eid") String eid,
            @HeaderParam("If-None-Match") String known,
            @Context HttpHeaders headers,
            @Context UriInfo uri,
            @Context SecurityIdentity identity,
            @Context RoutingContext context) {
        Caller caller = Caller.of(identity);
        caller.requireRead();
        UUID dispute = EvidenceResource.dispute(id, uri);
        UUID evidence = TypeId.parse(TypeId.EVIDENCE, eid).orElseThrow(Problem::notFound);
        return cases.admit(dispute, caller, Cases.Purpose.READ)
                .chain(asker -> evidences.byId(dispute, evidence))
                .onItem()
                .ifNull()
                .failWith(Problem::notFound)
                .map(found -> answer(found, headers, known, context));
    }

    private static Response answer(Evidence evidence, HttpHeaders headers, String known, RoutingContext context) {
        String tag = '"' + evidence.sha256() + '"';
        if (Answers.matches(known, tag)) {
            return Response.notModified().header(HttpHeaders.ETAG, tag).build();
        }
        String condition = headers.getHeaderString("If-Range");
        boolean stands = condition == null || condition.equals(tag);
        ByteRange range = ByteRange.of(stands ? headers.getHeaderString("Range") : null, evidence.size());
        if (range == null) {
            context.response().putHeader("Content-Range", "bytes */" + evidence.size());
            throw Problem.of(416, "range_not_satisfiable", "The file has " + evidence.size() + " bytes.")
                    .with("size", evidence.size());
        }
        String type = evidence.format().mediaType();
        Response.ResponseBuilder answer = Response.status(range.isPart() ? 206 : 200)
                .entity(new Passage(evidence, range))
                .header(HttpHeaders.CONTENT_TYPE, type.startsWith("text/") ? type + ";charset=UTF-8" : type)
                // For HEAD; whoever writes the content says it again.
                .header(HttpHeaders.CONTENT_LENGTH, range.length())
                .header(HttpHeaders.ETAG, tag)
                .header("Accept-Ranges", "bytes")
                .header(HttpHeaders.CONTENT_DISPOSITION, FileName.disposition(evidence))
                .header("X-Content-Type-Options", "nosniff")
                .header("Content-Security-Policy", "default-src 'none'; sandbox")
                .header(HttpHeaders.CACHE_CONTROL, "private, no-cache");
        if (range.isPart()) {
            answer.header("Content-Range", "bytes " + range.from() + "-" + (range.to() - 1) + "/" + evidence.size());
        }
        return answer.build();
    }
}
