package org.paywitness.risk;

import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.Clock;
import java.util.List;
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
import org.paywitness.access.Scope;
import org.paywitness.access.Visibility;
import org.paywitness.explanation.Language;
import org.paywitness.problem.Problem;
import org.paywitness.transaction.Answers;
import org.paywitness.transaction.QueryParameters;
import org.paywitness.verdict.Policy;

/** Who is risky, for the desk and for merchants about themselves. */
@Path("/v1/risk-signals")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Risk")
@SecurityRequirement(
        name = "bearer",
        scopes = {"merchant:read", "desk:read"})
public class SignalResource {
    private final RiskSignals signals;
    private final RiskSettings settings;
    private final Answers answers;
    private final Policy policy;
    private final Clock clock;

    SignalResource(RiskSignals signals, RiskSettings settings, Answers answers, Policy policy, Clock clock) {
        this.signals = signals;
        this.settings = settings;
        this.answers = answers;
        this.policy = policy;
        this.clock = clock;
    }

    @GET
    @Operation(
            operationId = "listRiskSignals",
            summary = "Who is risky",
            description = "Figures of a period that have reached their thresholds, computed from the record when asked,"
                    + " by kind and then by whom they are about. A filter keeps the signals that are about just that:"
                    + " of a merchant, its own and its terminals'. The desk sees all; merchants see signals about"
                    + " themselves and their terminals, and none about cards or reports of misconduct. Narrow it where"
                    + " you can: without any filter the record of the whole period is looked at. Scopes: merchant:read,"
                    + " desk:read.")
    @Parameter(
            name = "kind",
            in = ParameterIn.QUERY,
            schema =
                    @Schema(
                            type = SchemaType.STRING,
                            enumeration = {
                                "card_denials",
                                "card_disputes_lost",
                                "merchant_dispute_ratio",
                                "merchant_refund_ratio",
                                "merchant_agreements_not_executed",
                                "merchant_misconduct_open",
                                "merchant_misconduct_upheld",
                                "terminal_used_after_loss",
                                "terminal_no_answer_rate"
                            }))
    @Parameter(name = "merchant_id", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING))
    @Parameter(
            name = "card",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.STRING),
            description = "A card token.")
    @Parameter(
            name = "terminal_id",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.STRING),
            description = "The terminal's number (DE 41).")
    @Parameter(
            name = "from",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.STRING, format = "date-time"),
            description = "The beginning of the period: 90 days before the end without it, 366 days at most.")
    @Parameter(
            name = "to",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.STRING, format = "date-time"),
            description = "Just after the end of the period; now without it.")
    @Parameter(
            name = "limit",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "200", defaultValue = "50"))
    @Parameter(name = "cursor", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING))
    @APIResponse(
            responseCode = "200",
            description = "A page.",
            content = @Content(schema = @Schema(implementation = SignalAnswer.Page.class)))
    @APIResponse(responseCode = "304", description = "Not changed since the answer with this entity tag.")
    public Uni<Response> list(
            @HeaderParam("Accept-Language") String languages,
            @HeaderParam("If-None-Match") String known,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Visibility visibility = visibility(Caller.of(identity));
        QueryParameters parameters = new QueryParameters(uri.getQueryParameters(), SignalQuery.PARAMETERS);
        SignalQuery query = SignalQuery.parse(parameters, visibility, settings.signals(), clock.instant());
        int limit = parameters.integer("limit", 50, 1, 200);
        Language language = Language.of(languages);
        return signals.page(query, limit + 1).map(found -> {
            List<Signal> page = found.subList(0, Math.min(limit, found.size()));
            String next =
                    found.size() <= limit ? null : page.get(limit - 1).place().cursor();
            return answers.inLanguage(
                    new SignalAnswer.Page(
                            page.stream()
                                    .map(signal -> answer(signal, query, language))
                                    .toList(),
                            next),
                    known,
                    language);
        });
    }

    private SignalAnswer answer(Signal signal, SignalQuery query, Language language) {
        SignalKind.Threshold threshold = signal.place().kind().threshold(settings.signals());
        return SignalAnswer.of(signal, query, threshold, policy.zone(), language);
    }

    private static Visibility visibility(Caller caller) {
        caller.require(Scope.DESK_READ, Scope.MERCHANT_READ);
        Visibility visibility = caller.requireRead();
        if (visibility instanceof Visibility.OfCards) {
            throw Problem.forbidden("insufficient_scope", "Signals need the claim merchant_id with merchant:read.");
        }
        return visibility;
    }
}
