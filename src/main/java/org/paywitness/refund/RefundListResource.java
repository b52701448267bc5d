package org.paywitness.refund;

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
import org.paywitness.transaction.VerdictAnswer;
import org.paywitness.verdict.Policy;

/** Where refunds are: one, and lists of them. */
@Path("/v1/refunds")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Refunds")
@SecurityRequirement(
        name = "bearer",
        scopes = {"cardholder", "merchant:read", "desk:read"})
public class RefundListResource {
    private final Refunds refunds;
    private final Answers answers;
    private final Policy policy;
    private final Clock clock;

    RefundListResource(Refunds refunds, Answers answers, Policy policy, Clock clock) {
        this.refunds = refunds;
        this.answers = answers;
        this.policy = policy;
        this.clock = clock;
    }

    /** A page of a list. */
    @Schema(name = "RefundPage")
    public record Page(
            @Schema(required = true) List<RefundAnswer> data,
            @Schema(required = true, nullable = true, description = "Where the next page begins; null at the end.")
                    String nextCursor) {}

    @GET
    @Path("/{id}")
    @Operation(
            operationId = "getRefund",
            summary = "Where a refund is",
            description = "With each step that it has gone. Scopes: cardholder, merchant:read, desk:read.")
    @APIResponse(
            responseCode = "200",
            description = "The refund.",
            content = @Content(schema = @Schema(implementation = RefundAnswer.class)))
    @APIResponse(responseCode = "304", description = "Not changed since the answer with this entity tag.")
    @APIResponse(responseCode = "404", description = "Not there, or not yours.")
    public Uni<Response> refund(
            @PathParam("id") String id,
            @HeaderParam("Accept-Language") String languages,
            @HeaderParam("If-None-Match") String known,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Visibility visibility = Caller.of(identity).requireRead();
        QueryParameters.refuseAll(uri.getQueryParameters());
        Language language = Language.of(languages);
        UUID refund = TypeId.parse(TypeId.REFUND, id).orElseThrow(Problem::notFound);
        return refunds.byId(refund).chain(seen -> {
            if (seen == null || !visibility.shows(seen.refund().merchantId, seen.card())) {
                throw Problem.notFound();
            }
            return refunds.history(refund).map(entries -> {
                List<RefundAnswer.Step> steps = entries.stream()
                        .map(entry -> new RefundAnswer.Step(
                                VerdictAnswer.time(entry.at(), policy.zone()), entry.action(), entry.actor()))
                        .toList();
                return answers.inLanguage(answer(seen.refund(), visibility, steps, language), known, language);
            });
        });
    }

    @GET
    @Operation(
            operationId = "listRefunds",
            summary = "Refunds, newest first",
            description = "Stable under writes. Scopes: cardholder, merchant:read, desk:read.")
    @Parameter(
            name = "status",
            in = ParameterIn.QUERY,
            schema =
                    @Schema(
                            type = SchemaType.STRING,
                            enumeration = {
                                "pending_approval",
                                "approved",
                                "submitted",
                                "in_doubt",
                                "succeeded",
                                "failed",
                                "rejected",
                                "canceled"
                            }))
    @Parameter(
            name = "overdue",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.BOOLEAN),
            description = "Succeeded, and not arrived by expected_by; false: all others.")
    @Parameter(
            name = "needs_attention",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.BOOLEAN),
            description = "A person must resolve it.")
    @Parameter(name = "merchant_id", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING))
    @Parameter(name = "transaction_id", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING))
    @Parameter(
            name = "from",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.STRING, format = "date-time"),
            description = "Requested at or after.")
    @Parameter(
            name = "to",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.STRING, format = "date-time"),
            description = "Requested before.")
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
        QueryParameters parameters = new QueryParameters(uri.getQueryParameters(), RefundQuery.PARAMETERS);
        RefundQuery query = RefundQuery.parse(parameters, visibility);
        int limit = parameters.integer("limit", 50, 1, 200);
        UUID before = parameters.cursor("cursor");
        Language language = Language.of(languages);
        return refunds.page(query, before, limit + 1, now()).map(found -> {
            List<Refund> page = found.subList(0, Math.min(limit, found.size()));
            String next = found.size() <= limit ? null : TypeId.format(TypeId.CURSOR, page.get(limit - 1).id);
            return answers.inLanguage(
                    new Page(
                            page.stream()
                                    .map(refund -> answer(refund, visibility, null, language))
                                    .toList(),
                            next),
                    known,
                    language);
        });
    }

    private RefundAnswer answer(
            Refund refund, Visibility visibility, List<RefundAnswer.Step> steps, Language language) {
        return RefundAnswer.of(refund, visibility, steps, now(), policy.zone(), language);
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
