package org.paywitness.transaction;

import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.vertx.UniHelper;
import io.vertx.core.Future;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
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
import org.paywitness.access.Visibility;
import org.paywitness.explanation.Language;
import org.paywitness.lookup.Consistency;
import org.paywitness.lookup.Lookups;
import org.paywitness.verdict.Judge;
import org.paywitness.verdict.Policy;

/** The main question. */
@Path("/v1/was-i-charged")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Was I charged?")
@SecurityRequirement(
        name = "bearer",
        scopes = {"cardholder", "merchant:read", "desk:read"})
public class WasIChargedResource {
    private final TransactionFinder transactions;
    private final Completenesses completenesses;
    private final Lookups lookups;
    private final Answers answers;
    private final Policy policy;
    private final Clock clock;

    WasIChargedResource(
            TransactionFinder transactions,
            Completenesses completenesses,
            Lookups lookups,
            Answers answers,
            Policy policy,
            Clock clock) {
        this.transactions = transactions;
        this.completenesses = completenesses;
        this.lookups = lookups;
        this.answers = answers;
        this.policy = policy;
        this.clock = clock;
    }

    @GET
    @Operation(
            operationId = "wasICharged",
            summary = "Was I charged?",
            description = "One explained verdict for the best match. At least one reference, or card, amount and time."
                    + " Where nothing fits the verdict is not_found, with how far each source's data is complete."
                    + " Scopes: cardholder, merchant:read, desk:read.")
    @Parameter(
            name = "card",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.STRING),
            description = "A card token, or 622848******1234.")
    @Parameter(
            name = "amount",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.INTEGER, format = "int64", minimum = "1", maximum = "1000000000000"),
            description = "Minor units.")
    @Parameter(
            name = "currency",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.STRING, defaultValue = "CNY"),
            description = "ISO 4217.")
    @Parameter(
            name = "at",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.STRING, format = "date-time"),
            description = "When it happened, about.")
    @Parameter(
            name = "within",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.STRING, format = "duration", defaultValue = "PT30M"),
            description = "How far from `at`, at most P3D.")
    @Parameter(name = "merchant_id", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING))
    @Parameter(name = "rrn", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING))
    @Parameter(name = "merchant_order_no", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING))
    @Parameter(name = "wallet_transaction_no", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING))
    @Parameter(
            name = "terminal_id",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.STRING),
            description = "With stan, and batch where it is known.")
    @Parameter(name = "batch", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING))
    @Parameter(name = "stan", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING))
    @APIResponse(
            responseCode = "200",
            description = "The verdict for the best match, or not_found.",
            content = @Content(schema = @Schema(implementation = VerdictAnswer.class)))
    @APIResponse(responseCode = "304", description = "Not changed since the answer with this entity tag.")
    @APIResponse(responseCode = "400", description = "No reference and not card, amount and time; or malformed.")
    public Uni<Response> wasICharged(
            @HeaderParam("Accept-Language") String languages,
            @HeaderParam("If-None-Match") String known,
            @HeaderParam(Consistency.HEADER) String consistency,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Visibility visibility = Caller.of(identity).requireRead();
        ChargeQuery query = ChargeQuery.parse(new QueryParameters(uri.getQueryParameters(), ChargeQuery.PARAMETERS));
        Language language = Language.of(languages);
        Future<VerdictAnswer> answered = Answers.neverOlder(
                lookups.consistency(consistency), known, needed -> answer(query, visibility, needed, language));
        return Answers.later(answered, answer -> answers.ok(answer, known, language));
    }

    private Future<VerdictAnswer> answer(
            ChargeQuery query, Visibility visibility, Consistency needed, Language language) {
        return query.ask(transactions, visibility, needed).compose(found -> {
            List<Found> ranked = query.ranked(found, visibility);
            return ranked.isEmpty()
                    ? notFound(query, visibility, language)
                    : Future.succeededFuture(answer(ranked, language));
        });
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private VerdictAnswer answer(List<Found> ranked, Language language) {
        Instant now = now();
        VerdictAnswer best = VerdictAnswer.of(ranked.get(0), policy, now, language);
        return best.withOtherMatches(ranked.stream()
                .skip(1)
                .limit(ChargeQuery.MAX_OTHERS)
                .map(other -> other(other, now))
                .toList());
    }

    private VerdictAnswer.OtherMatch other(Found found, Instant now) {
        Transaction t = found.transaction();
        return new VerdictAnswer.OtherMatch(
                t.typeId(),
                Judge.verdict(t.payment(), found.completeness(), policy, now)
                        .kind()
                        .code(),
                Amount.of(t.amount()),
                VerdictAnswer.time(t.occurredAt(), policy.zone()),
                t.reference().merchantId());
    }

    // Whoever may not see a merchant learns nothing of it, not even how far its data goes.
    private Future<VerdictAnswer> notFound(ChargeQuery query, Visibility visibility, Language language) {
        String merchant = visibility instanceof Visibility.OfMerchant of ? of.merchantId() : query.merchantId();
        boolean mayKnow = !(visibility instanceof Visibility.OfCards);
        return UniHelper.toFuture(completenesses.now(mayKnow ? merchant : null))
                .map(c -> VerdictAnswer.notFound(c, policy, now(), language));
    }
}
