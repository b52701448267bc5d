package org.paywitness.guidance;

import io.smallrye.common.annotation.NonBlocking;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirements;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.paywitness.dispute.DisputeSettings;
import org.paywitness.explanation.Language;
import org.paywitness.problem.Problem;
import org.paywitness.refund.RefundSettings;
import org.paywitness.transaction.Answers;
import org.paywitness.transaction.QueryParameters;
import org.paywitness.verdict.Policy;

/**
 * Advice, public: its paths are in {@code quarkus.http.auth.permission.public.paths}. Made when it is first asked for; that
 * no text is missing is seen by tests.
 */
@Singleton
@Path(GuidanceResource.PATH)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Guidance")
@SecurityRequirements
public class GuidanceResource {
    static final String PATH = "/v1/guidance";

    private final Map<Language, Guidance> guidance = new EnumMap<>(Language.class);
    private final Answers answers;
    private final Duration maxAge;

    GuidanceResource(
            Policy policy,
            RefundSettings refunds,
            DisputeSettings disputes,
            Answers answers,
            @ConfigProperty(name = "paywitness.guidance.max-age", defaultValue = "5m") Duration maxAge) {
        this.answers = answers;
        this.maxAge = maxAge;
        Deadlines deadlines = Deadlines.of(policy, refunds, disputes);
        for (Language language : Language.values()) {
            guidance.put(language, Guidance.of(deadlines, language));
        }
    }

    @GET
    @NonBlocking
    @Operation(
            operationId = "listGuidance",
            summary = "All situations that there is guidance for",
            description = "What people ask, what a terminal shows, and each ISO 8583 response code. Public: no token is"
                    + " needed, and one that is sent is not looked at.")
    @APIResponse(
            responseCode = "200",
            description = "All of them.",
            content = @Content(schema = @Schema(implementation = GuidanceAnswer.All.class)))
    public Response list(
            @HeaderParam("Accept-Language") String languages,
            @HeaderParam("If-None-Match") String known,
            @Context UriInfo uri) {
        QueryParameters.refuseAll(uri.getQueryParameters());
        Language language = Language.of(languages);
        GuidanceAnswer.All all = new GuidanceAnswer.All(
                guidance.get(language).all().stream().map(GuidanceAnswer::entry).toList());
        return answers.toEverybody(all, known, language, maxAge);
    }

    @GET
    @Path("/{situation}")
    @NonBlocking
    @Operation(
            operationId = "getGuidance",
            summary = "What to do in a situation",
            description = "Steps for cardholder, merchant, acquirer and bank, with the deadlines of the policy that the"
                    + " service itself obeys. next_steps of verdicts link here. Public: no token is needed, and one"
                    + " that is sent is not looked at.")
    @Parameter(
            name = "situation",
            example = "charged_twice",
            description = "As in the list: charged_twice, no_paper, code_51; any other is not there.")
    @APIResponse(
            responseCode = "200",
            description = "The guidance.",
            content = @Content(schema = @Schema(implementation = GuidanceAnswer.class)))
    @APIResponse(responseCode = "404", description = "No such situation.")
    public Response guidance(
            @PathParam("situation") String situation,
            @HeaderParam("Accept-Language") String languages,
            @HeaderParam("If-None-Match") String known,
            @Context UriInfo uri) {
        QueryParameters.refuseAll(uri.getQueryParameters());
        Language language = Language.of(languages);
        GuidanceAnswer answer = guidance.get(language).about(situation);
        if (answer == null) {
            throw Problem.notFound();
        }
        return answers.toEverybody(answer, known, language, maxAge);
    }
}
