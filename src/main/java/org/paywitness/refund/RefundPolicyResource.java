package org.paywitness.refund;

import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.NonBlocking;
import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirements;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.paywitness.explanation.Language;
import org.paywitness.problem.Problem;
import org.paywitness.transaction.Answers;
import org.paywitness.transaction.QueryParameters;
import org.paywitness.verdict.Policy;

/** The refund policy, public: the path is one of {@code quarkus.http.auth.permission.public.paths}. */
@Path("/v1/refund-policy")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Refunds")
@SecurityRequirements
public class RefundPolicyResource {
    private static final String MERCHANT = "merchant_id";
    private static final String IDENTIFIER = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}";

    private final RefundSettings settings;
    private final Policy policy;
    private final Answers answers;

    RefundPolicyResource(RefundSettings settings, Policy policy, Answers answers) {
        this.settings = settings;
        this.policy = policy;
        this.answers = answers;
    }

    /** Limits that make no sense, and missing texts, fail the start and not the first refund. */
    void check(@Observes StartupEvent started) {
        settings.merchants().keySet().forEach(merchant -> RefundLimits.of(settings, policy, merchant));
        for (Language language : Language.values()) {
            RefundPolicyAnswer.of(settings, policy, null, language);
        }
    }

    @GET
    @NonBlocking
    @Operation(
            operationId = "getRefundPolicy",
            summary = "The refund policy",
            description =
                    "What can be refunded and what cannot, who approves, how long each step takes, and every status,"
                            + " reason and failure in words; told from the configuration that the service itself obeys."
                            + " Public: no token is needed, and one that is sent is not looked at.")
    @Parameter(
            name = MERCHANT,
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.STRING, pattern = "^" + IDENTIFIER + "$"),
            example = "m_0001",
            description = "With this merchant's own limits, where it has some.")
    @APIResponse(
            responseCode = "200",
            description = "The policy.",
            content = @Content(schema = @Schema(implementation = RefundPolicyAnswer.class)))
    public Response policy(
            @HeaderParam("Accept-Language") String languages,
            @HeaderParam("If-None-Match") String known,
            @Context UriInfo uri) {
        String merchant = new QueryParameters(uri.getQueryParameters(), Set.of(MERCHANT)).text(MERCHANT);
        if (merchant != null && !merchant.matches(IDENTIFIER)) {
            throw Problem.invalid("?" + MERCHANT, "must be 1 to 64 of A-Z a-z 0-9 . _ -");
        }
        Language language = Language.of(languages);
        RefundPolicyAnswer answer = RefundPolicyAnswer.of(settings, policy, merchant, language);
        return answers.toEverybody(answer, known, language, settings.policyMaxAge());
    }
}
