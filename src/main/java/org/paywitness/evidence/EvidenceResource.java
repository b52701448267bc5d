package org.paywitness.evidence;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.Counter;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.paywitness.access.Caller;
import org.paywitness.access.Scope;
import org.paywitness.id.TypeId;
import org.paywitness.idempotency.Idempotency;
import org.paywitness.problem.Problem;
import org.paywitness.transaction.Answers;
import org.paywitness.transaction.QueryParameters;
import org.paywitness.verdict.Policy;

/** Evidence of disputes: files in, and what there is. */
@Path("/v1/disputes/{id}/evidence")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Evidence")
public class EvidenceResource {
    private final Cases cases;
    private final Evidences evidences;
    private final Storages storages;
    private final Idempotency idempotency;
    private final EvidenceSettings settings;
    private final long maxBody;
    private final Semaphore uploads;
    private final ObjectMapper json;
    private final Policy policy;
    private final Clock clock;
    private final UploadCounts counts;

    EvidenceResource(
            Cases cases,
            Evidences evidences,
            Storages storages,
            Idempotency idempotency,
            EvidenceSettings settings,
            @ConfigProperty(name = "paywitness.body-limit.evidence") MemorySize maxBody,
            ObjectMapper json,
            UploadCounts counts,
            Policy policy,
            Clock clock) {
        this.cases = cases;
        this.evidences = evidences;
        this.storages = storages;
        this.idempotency = idempotency;
        this.settings = settings;
        this.maxBody = maxBody.asLongValue();
        this.uploads = new Semaphore(settings.maxUploads());
        this.json = json;
        this.policy = policy;
        this.clock = clock;
        this.counts = counts;
    }

    /** The parts of the form. */
    @Schema(name = "EvidenceForm")
    record Asked(
            @Schema(required = true) EvidenceType type,
            @Schema(maxLength = 1000, description = "Card numbers are masked before it is kept.") String description,
            @Schema(description = "For whom the desk sends it, cardholder or merchant; only for the desk.")
                    String onBehalfOf,
            @Schema(required = true, format = "binary", description = "One file with its name, 20 MiB at most.")
                    String file) {}

    @POST
    @Blocking
    @Consumes(MediaType.MULTIPART_FORM_DATA)
    @Operation(
            operationId = "postEvidence",
            summary = "Put a file forward",
            description =
                    "PDF, PNG, JPEG, WebP, MP4, MP3 or plain text in UTF-8: told by the content from its first byte to its"
                            + " last, whatever its name and type say; anything else, cut off or with something attached is 415"
                            + " unsupported_evidence. Kept as it is, with its SHA-256, and never changed. 400 malformed_form where"
                            + " the body is no form; 408 upload_too_slow; 409 evidence_limit_reached or dispute_closed; 503"
                            + " overloaded or storage_unavailable. Scopes: cardholder, merchant:write, desk:write.")
    @SecurityRequirement(
            name = "bearer",
            scopes = {"cardholder", "merchant:write", "desk:write"})
    @RequestBody(
            required = true,
            content =
                    @Content(mediaType = MediaType.MULTIPART_FORM_DATA, schema = @Schema(implementation = Asked.class)))
    @APIResponse(
            responseCode = "201",
            description = "The evidence.",
            headers = @Header(name = "Location", schema = @Schema(implementation = String.class)),
            content = @Content(schema = @Schema(implementation = EvidenceAnswer.class)))
    @APIResponse(responseCode = "404", description = "No such dispute, or not yours.")
    @APIResponse(responseCode = "408", ref = "RequestTimeout")
    public Response add(
            InputStream body,
            @PathParam("id") String id,
            @HeaderParam("Idempotency-Key") String key,
            @Context HttpHeaders headers,
            @Context UriInfo uri,
            @Context SecurityIdentity identity)
            throws IOException {
        Caller caller = Caller.of(identity);
        caller.require(Scope.CARDHOLDER, Scope.MERCHANT_WRITE, Scope.DESK_WRITE);
        UUID dispute = dispute(id, uri);
        // Whether the key is one, before anything is read for it.
        idempotency.key(caller.clientId(), key, new byte[0]);
        Admission admission = admit(dispute, caller, key);
        Form form = new Form(body, headers.getMediaType(), maxBody, settings.uploadTimeout());
        if (!uploads.tryAcquire()) {
            counts.failed().increment();
            throw Problem.unavailable("overloaded", "Too many files are being received just now.");
        }
        Upload upload = new Upload(
                TypeId.next(),
                evidences,
                storages.current(),
                settings,
                clock.instant().truncatedTo(ChronoUnit.MICROS));
        Counter outcome = counts.failed();
        try {
            receive(upload, form);
            Response answer = answer(upload, dispute, admission, caller, key);
            outcome = counts.added();
            return answer;
        } catch (Problem problem) {
            outcome = problem.status() < 500 ? counts.refused() : counts.failed();
            throw problem;
        } finally {
            outcome.increment();
            uploads.release();
            // Which leaves alone what was added.
            upload.discard();
        }
    }

    /** @param party null where nothing can be added */
    private record Admission(Party party, Problem refusal) {}

    // Where nothing more can be added, an answer that was given before is given again: which, its content must tell.
    private Admission admit(UUID dispute, Caller caller, String key) {
        try {
            Party party = Upload.await(cases.admit(dispute, caller, Cases.Purpose.ADD));
            Upload.await(evidences.requireRoom(dispute));
            return new Admission(party, null);
        } catch (Problem problem) {
            if (problem.status() != 409 || key == null) {
                throw problem;
            }
            return new Admission(null, problem);
        }
    }

    private static void receive(Upload upload, Form form) throws IOException {
        try {
            upload.receive(form);
        } catch (Problem problem) {
            form.drain();
            throw problem;
        } catch (IOException e) {
            if (e.getMessage() != null) {
                throw e;
            }
            // Without a word the client has hung up: its doing, and no failure of ours.
            throw Problem.badRequest("malformed_form", "The body was cut off.");
        }
    }

    private Response answer(Upload upload, UUID dispute, Admission admission, Caller caller, String header) {
        Idempotency.Key key = idempotency.key(
                client(caller),
                header,
                Idempotency.request(
                        "add evidence to " + dispute, upload.fingerprint().getBytes(StandardCharsets.UTF_8)));
        if (admission.refusal() != null) {
            Response kept = Upload.await(idempotency.kept(key));
            if (kept == null) {
                throw admission.refusal();
            }
            return kept;
        }
        Evidence evidence = upload.evidence(dispute, admission.party(), caller.actor());
        return Upload.await(idempotency.with(key, connection -> evidences
                .add(connection, evidence)
                .chain(() -> cases.added(connection, evidence))
                .map(done -> added(evidence))));
    }

    private Idempotency.Answer added(Evidence evidence) {
        String location = "/v1/disputes/" + TypeId.format(TypeId.DISPUTE, evidence.dispute()) + "/evidence/"
                + evidence.reference();
        try {
            return new Idempotency.Answer(
                    201,
                    location,
                    json.writeValueAsString(EvidenceAnswer.of(evidence, evidence.sentBy(), policy.zone())));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    // One app serves many cardholders and merchants: none of them meets another's keys.
    private static String client(Caller caller) {
        return String.join(" ", caller.clientId(), String.valueOf(caller.merchantId()), caller.actor());
    }

    @GET
    @Operation(
            operationId = "listEvidence",
            summary = "All evidence of a dispute, oldest first",
            description = "Of all sides. Scopes: cardholder, merchant:read, desk:read.")
    @SecurityRequirement(
            name = "bearer",
            scopes = {"cardholder", "merchant:read", "desk:read"})
    @APIResponse(
            responseCode = "200",
            description = "The evidence.",
            content = @Content(schema = @Schema(implementation = EvidenceAnswer.Page.class)))
    @APIResponse(responseCode = "404", description = "No such dispute, or not yours.")
    public Uni<Response> list(
            @PathParam("id") String id,
            @HeaderParam("If-None-Match") String known,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Caller caller = Caller.of(identity);
        caller.requireRead();
        UUID dispute = dispute(id, uri);
        return cases.admit(dispute, caller, Cases.Purpose.READ)
                .chain(asker -> evidences.of(dispute).map(all -> all.stream()
                        .map(evidence -> EvidenceAnswer.of(evidence, asker, policy.zone()))
                        .toList()))
                .map(all -> Answers.ok(new EvidenceAnswer.Page(all, null), all.toString(), known));
    }

    @GET
    @Path("/{eid}")
    @Operation(
            operationId = "getEvidence",
            summary = "What one file is",
            description = "Its content is at /content. Scopes: cardholder, merchant:read, desk:read.")
    @SecurityRequirement(
            name = "bearer",
            scopes = {"cardholder", "merchant:read", "desk:read"})
    @APIResponse(
            responseCode = "200",
            description = "The evidence.",
            content = @Content(schema = @Schema(implementation = EvidenceAnswer.class)))
    @APIResponse(responseCode = "404", description = "Not there, or not yours.")
    public Uni<Response> get(
            @PathParam("id") String id,
            @PathParam("eid") String eid,
            @HeaderParam("If-None-Match") String known,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Caller caller = Caller.of(identity);
        caller.requireRead();
        UUID dispute = dispute(id, uri);
        UUID evidence = TypeId.parse(TypeId.EVIDENCE, eid).orElseThrow(Problem::notFound);
        return cases.admit(dispute, caller, Cases.Purpose.READ).chain(asker -> evidences
                .byId(dispute, evidence)
                .onItem()
                .ifNull()
                .failWith(Problem::notFound)
                .map(found -> EvidenceAnswer.of(found, asker, policy.zone()))
                .map(answer -> Answers.ok(answer, answer.toString(), known)));
    }

    static UUID dispute(String id, UriInfo uri) {
        QueryParameters.refuseAll(uri.getQueryParameters());
        return TypeId.parse(TypeId.DISPUTE, id).orElseThrow(Problem::notFound);
    }
}
