package org.paywitness.dispute;

import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
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
import org.paywitness.transaction.Answers;
import org.paywitness.transaction.QueryParameters;
import org.paywitness.verdict.Policy;

/** Where disputes are: one, lists of them, what is missing and what happened. */
@Path("/v1/disputes")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Disputes")
@SecurityRequirement(
        name = "bearer",
        scopes = {"cardholder", "merchant:read", "desk:read"})
public class DisputeListResource {
    private final Disputes disputes;
    private final Circumstances circumstances;
    private final Timeline timeline;
    private final Answers answers;
    private final Policy policy;
    private final Clock clock;
    private final Pool pool;

    DisputeListResource(
            Disputes disputes,
            Circumstances circumstances,
            Timeline timeline,
            Answers answers,
            Policy policy,
            Clock clock,
            Pool pool) {
        this.disputes = disputes;
        this.circumstances = circumstances;
        this.timeline = timeline;
        this.answers = answers;
        this.policy = policy;
        this.clock = clock;
        this.pool = pool;
    }

    /** A page of a list. */
    @Schema(name = "DisputePage")
    public record Page(
            @Schema(required = true) List<DisputeAnswer> data,
            @Schema(required = true, nullable = true, description = "Where the next page begins; null at the end.")
                    String nextCursor) {}

    @GET
    @Path("/{id}")
    @Operation(
            operationId = "getDispute",
            summary = "Where a dispute is",
            description = "Whose turn it is and until when, what was proposed and agreed on, and what it moves."
                    + " Scopes: cardholder, merchant:read, desk:read.")
    @APIResponse(
            responseCode = "200",
            description = "The dispute.",
            content = @Content(schema = @Schema(implementation = DisputeAnswer.class)))
    @APIResponse(responseCode = "304", description = "Not changed since the answer with this entity tag.")
    @APIResponse(responseCode = "404", description = "Not there, or not yours.")
    public Uni<Response> dispute(
            @PathParam("id") String id,
            @HeaderParam("Accept-Language") String languages,
            @HeaderParam("If-None-Match") String known,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Visibility visibility = Caller.of(identity).requireRead();
        Language language = Language.of(languages);
        return visible(id, uri, visibility).map(whole -> answers.inLanguage(answer(whole, language), known, language));
    }

    @GET
    @Path("/{id}/checklist")
    @Operation(
            operationId = "getChecklist",
            summary = "What is missing",
            description =
                    "What each side must show for this reason, what helps, what is there, and what speaks against a"
                            + " side whatever it shows. Scopes: cardholder, merchant:read, desk:read.")
    @APIResponse(
            responseCode = "200",
            description = "The checklist as it stands now.",
            content = @Content(schema = @Schema(implementation = ChecklistAnswer.class)))
    @APIResponse(responseCode = "304", description = "Not changed since the answer with this entity tag.")
    @APIResponse(responseCode = "404", description = "Not there, or not yours.")
    public Uni<Response> checklist(
            @PathParam("id") String id,
            @HeaderParam("Accept-Language") String languages,
            @HeaderParam("If-None-Match") String known,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Visibility visibility = Caller.of(identity).requireRead();
        Language language = Language.of(languages);
        return visible(id, uri, visibility)
                .chain(whole -> circumstances.checklist(pool, whole))
                .map(checklist -> answers.inLanguage(ChecklistAnswer.of(checklist, language), known, language));
    }

    @GET
    @Path("/{id}/timeline")
    @Operation(
            operationId = "getTimeline",
            summary = "What happened",
            description =
                    "Every step in order, each hashed over the one before, checked as it is read: verified is false"
                            + " where any entry was edited, removed, reordered or cut off behind our back."
                            + " Scopes: cardholder, merchant:read, desk:read.")
    @APIResponse(
            responseCode = "200",
            description = "The timeline.",
            content = @Content(schema = @Schema(implementation = TimelineAnswer.class)))
    @APIResponse(responseCode = "304", description = "Not changed since the answer with this entity tag.")
    @APIResponse(responseCode = "404", description = "Not there, or not yours.")
    public Uni<Response> timeline(
            @PathParam("id") String id,
            @HeaderParam("Accept-Language") String languages,
            @HeaderParam("If-None-Match") String known,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Visibility visibility = Caller.of(identity).requireRead();
        Language language = Language.of(languages);
        UUID dispute = id(id, uri);
        return timeline.read(dispute, visibility)
                .map(read -> answers.inLanguage(
                        TimelineAnswer.of(dispute, read, DisputeResource.party(visibility), language),
                        known,
                        language));
    }

    @GET
    @Operation(
            operationId = "listDisputes",
            summary = "Disputes, newest first",
            description = "Stable under writes. Scopes: cardholder, merchant:read, desk:read.")
    @Parameter(name = "status", in = ParameterIn.QUERY, schema = @Schema(implementation = Status.class))
    @Parameter(name = "stage", in = ParameterIn.QUERY, schema = @Schema(implementation = Stage.class))
    @Parameter(name = "reason", in = ParameterIn.QUERY, schema = @Schema(implementation = Reason.class))
    @Parameter(
            name = "overdue",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.BOOLEAN),
            description = "Whether a deadline has passed that the rules have not decided on yet.")
    @Parameter(name = "merchant_id", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING))
    @Parameter(name = "transaction_id", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING))
    @Parameter(
            name = "limit",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "200", defaultValue = "50"))
    @Parameter(name = "cursor", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING))
    @APIResponse(
            responseCode = "200",
            description = "A page.",
            content = @Content(schema = @Schema(implementation = Page.class)))
    @APIResponse(responseCode = "304", description = "Not changed since the answer with this entity tag.")
    public Uni<Response> list(
            @HeaderParam("Accept-Language") String languages,
            @HeaderParam("If-None-Match") String known,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Visibility visibility = Caller.of(identity).requireRead();
        QueryParameters parameters = new QueryParameters(uri.getQueryParameters(), DisputeQuery.PARAMETERS);
        DisputeQuery query = DisputeQuery.parse(parameters, visibility);
        int limit = parameters.integer("limit", 50, 1, 200);
        UUID before = parameters.cursor("cursor");
        Language language = Language.of(languages);
        return disputes.page(query, before, limit + 1, now()).map(found -> {
            List<Disputes.Whole> page = found.subList(0, Math.min(limit, found.size()));
            String next = found.size() <= limit
                    ? null
                    : TypeId.format(TypeId.CURSOR, page.get(limit - 1).dispute().id);
            return answers.inLanguage(
                    new Page(page.stream().map(whole -> answer(whole, language)).toList(), next), known, language);
        });
    }

    private Uni<Disputes.Whole> visible(String id, UriInfo uri, Visibility visibility) {
        return disputes.byId(id(id, uri)).invoke(whole -> {
            if (whole == null || !visibility.shows(whole.dispute().merchantId, whole.dispute().cardToken)) {
                throw Problem.notFound();
            }
        });
    }

    private static UUID id(String text, UriInfo uri) {
        QueryParameters.refuseAll(uri.getQueryParameters());
        return TypeId.parse(TypeId.DISPUTE, text).orElseThrow(Problem::notFound);
    }

    private DisputeAnswer answer(Disputes.Whole whole, Language language) {
        return DisputeAnswer.of(whole, now(), policy.zone(), language);
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
