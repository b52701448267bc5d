package org.paywitness.transaction;

import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.eclipse.microprofile.config.inject.ConfigProperty;
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
import org.paywitness.lookup.Consistency;
import org.paywitness.lookup.Lookups;
import org.paywitness.problem.Problem;
import org.paywitness.verdict.Completeness;
import org.paywitness.verdict.Judge;
import org.paywitness.verdict.Policy;

/** Transactions with their verdicts. */
@Path("/v1/transactions")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Transactions")
@SecurityRequirement(
        name = "bearer",
        scopes = {"cardholder", "merchant:read", "desk:read"})
public class TransactionResource {
    /** The most transactions that one page of a list judges to find those with the verdict asked for. */
    @ConfigProperty(name = "paywitness.list.max-scanned", defaultValue = "2000")
    int maxScanned;

    private final TransactionFinder transactions;
    private final RefundsOf refunds;
    private final DisputesOf disputes;
    private final FeesOf fees;
    private final Lookups lookups;
    private final Answers answers;
    private final Waiting waiting;
    private final Policy policy;
    private final Clock clock;

    TransactionResource(
            TransactionFinder transactions,
            RefundsOf refunds,
            DisputesOf disputes,
            FeesOf fees,
            Lookups lookups,
            Answers answers,
            Waiting waiting,
            Policy policy,
            Clock clock) {
        this.transactions = transactions;
        this.refunds = refunds;
        this.disputes = disputes;
        this.fees = fees;
        this.lookups = lookups;
        this.answers = answers;
        this.waiting = waiting;
        this.policy = policy;
        this.clock = clock;
    }

    /** A page of a list. */
    @Schema(name = "TransactionPage")
    public record Page(
            @Schema(required = true) List<TransactionAnswer> data,
            @Schema(required = true, nullable = true, description = "Where the next page begins; null at the end.")
                    String nextCursor) {
        String entityTag() {
            StringBuilder content = new StringBuilder().append(nextCursor);
            for (TransactionAnswer transaction : data) {
                content.append(' ').append(transaction.id()).append(transaction.entityTag());
            }
            return Answers.tag(content.toString());
        }
    }

    @GET
    @Path("/{id}/verdict")
    @Operation(
            operationId = "getVerdict",
            summary = "The verdict alone",
            description = "The hot path, polled by apps. `Prefer: wait=N` holds the answer until it is another one than"
                    + " If-None-Match names, or than it is now, N seconds at most."
                    + " Scopes: cardholder, merchant:read, desk:read.")
    @Parameter(
            name = "as_of",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.STRING, format = "date-time"),
            description = "Answers as known then.")
    @APIResponse(
            responseCode = "200",
            description = "The verdict, judged now.",
            content = @Content(schema = @Schema(implementation = VerdictAnswer.class)))
    @APIResponse(responseCode = "304", description = "Not changed since the answer with this entity tag.")
    @APIResponse(responseCode = "404", description = "Not there, or not yours.")
    public Uni<Response> verdict(
            @PathParam("id") String id,
            @HeaderParam("Accept-Language") String languages,
            @HeaderParam("If-None-Match") String known,
            @HeaderParam("Prefer") String prefer,
            @HeaderParam(Consistency.HEADER) String consistency,
            @Context HttpServerRequest request,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Caller caller = Caller.of(identity);
        Visibility visibility = caller.requireRead();
        Language language = Language.of(languages);
        UUID transaction = id(id);
        Consistency needed = lookups.consistency(consistency);
        // Parsing a URI costs more than the look-up: most ask without a query.
        Instant asOf = request.query() == null
                ? null
                : new QueryParameters(uri.getQueryParameters(), Set.of("as_of")).time("as_of");
        if (asOf != null) {
            return Answers.later(
                    asOf(transaction, asOf, visibility, language), answer -> answers.ok(answer, known, language));
        }
        Function<Consistency, Future<VerdictAnswer>> ask = seen -> judged(transaction, visibility, seen, language);
        int wait = waiting.seconds(prefer);
        if (wait > 0 && waiting.enter(caller.quotaKey())) {
            return waiting.until(transaction, visibility, language, known, wait, caller.quotaKey())
                    .map(answer -> Response.fromResponse(answers.ok(answer, known, language))
                            .header("Preference-Applied", "wait=" + wait)
                            .build());
        }
        return Answers.later(Answers.neverOlder(needed, known, ask), answer -> answers.ok(answer, known, language));
    }

    private Future<VerdictAnswer> judged(UUID id, Visibility visibility, Consistency needed, Language language) {
        return visible(id, visibility, needed).map(found -> VerdictAnswer.of(found, policy, now(), language));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private Future<VerdictAnswer> asOf(UUID id, Instant asOf, Visibility visibility, Language language) {
        if (asOf.isAfter(clock.instant())) {
            throw Problem.invalid("?as_of", "must not lie in the future");
        }
        // Whoever may see it now may see what was known of it then.
        return visible(id, visibility, Consistency.LATEST)
                .compose(now -> transactions.asOf(id, asOf))
                .map(then -> then == null
                        ? VerdictAnswer.notFound(Completeness.NONE, policy, asOf, language)
                        : VerdictAnswer.of(then, policy, asOf, language));
    }

    @GET
    @Path("/{id}")
    @Operation(
            operationId = "getTransaction",
            summary = "The transaction with its verdict",
            description = "Scopes: cardholder, merchant:read, desk:read.")
    @APIResponse(
            responseCode = "200",
            description = "The transaction.",
            content = @Content(schema = @Schema(implementation = TransactionAnswer.class)))
    @APIResponse(responseCode = "304", description = "Not changed since the answer with this entity tag.")
    @APIResponse(responseCode = "404", description = "Not there, or not yours.")
    public Uni<Response> transaction(
            @PathParam("id") String id,
            @HeaderParam("Accept-Language") String languages,
            @HeaderParam("If-None-Match") String known,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Visibility visibility = Caller.of(identity).requireRead();
        Language language = Language.of(languages);
        new QueryParameters(uri.getQueryParameters(), Set.of());
        return Answers.later(
                visible(id(id), visibility, Consistency.LATEST)
                        .compose(found -> withItsRooms(List.of(found), visibility, now(), language))
                        .map(all -> all.get(0)),
                answer -> answers.ok(answer, answer.entityTag(), known, language));
    }

    @GET
    @Operation(
            operationId = "listTransactions",
            summary = "Transactions, newest first",
            description = "Stable under writes. A page may hold fewer than the limit when a verdict is asked for;"
                    + " the list ends where next_cursor is null. Scopes: cardholder, merchant:read, desk:read.")
    @Parameter(name = "merchant_id", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING))
    @Parameter(name = "terminal_id", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING))
    @Parameter(
            name = "card",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.STRING),
            description = "A card token, or 622848******1234.")
    @Parameter(
            name = "from",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.STRING, format = "date-time"),
            description = "Occurred at or after.")
    @Parameter(
            name = "to",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.STRING, format = "date-time"),
            description = "Occurred before.")
    @Parameter(
            name = "amount",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.INTEGER, format = "int64", minimum = "1", maximum = "1000000000000"),
            description = "Minor units.")
    @Parameter(
            name = "currency",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.STRING, defaultValue = "CNY"))
    @Parameter(
            name = "verdict",
            in = ParameterIn.QUERY,
            schema =
                    @Schema(
                            type = SchemaType.STRING,
                            enumeration = {
                                "charged",
                                "charged_twice",
                                "not_charged",
                                "held",
                                "pending",
                                "being_returned",
                                "partly_returned",
                                "returned",
                                "disagreement"
                            }))
    @Parameter(
            name = "flag",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.STRING, enumeration = "after_terminal_lost"),
            description = "Only those that occurred while their terminal was reported lost or stolen.")
    @Parameter(
            name = "limit",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "200", defaultValue = "50"))
    @Parameter(name = "cursor", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING))
    @APIResponse(
            responseCode = "200",
            description = "A page.",
            content = @Content(schema = @Schema(implementation = Page.class)))
    public Uni<Response> list(
            @HeaderParam("Accept-Language") String languages,
            @HeaderParam("If-None-Match") String known,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Visibility visibility = Caller.of(identity).requireRead();
        QueryParameters parameters = new QueryParameters(uri.getQueryParameters(), ListQuery.PARAMETERS);
        ListQuery query = ListQuery.parse(parameters, visibility);
        int limit = parameters.integer("limit", 50, 1, 200);
        UUID before = parameters.cursor("cursor");
        Language language = Language.of(languages);
        return Answers.later(
                collect(query, before, limit, 0, new ArrayList<>())
                        .compose(fitting -> withItsRooms(fitting.found(), visibility, now(), language)
                                .map(data -> page(data, fitting.last()))),
                page -> answers.ok(page, page.entityTag(), known, language));
    }

    private Future<List<TransactionAnswer>> withItsRooms(
            List<Found> found, Visibility visibility, Instant now, Language language) {
        List<UUID> ids = found.stream().map(one -> one.transaction().id()).toList();
        return refunds.of(found, visibility, now).compose(parts -> disputes.of(ids)
                .compose(disputed -> fees.of(found, visibility, now).map(priced -> found.stream()
                        .map(one -> {
                            UUID id = one.transaction().id();
                            List<String> of = disputed.getOrDefault(id, List.of());
                            return TransactionAnswer.of(one, parts.get(id), of, priced.get(id), policy, now, language);
                        })
                        .toList())));
    }

    /** @param last where the next page begins; null at the end */
    private record Fitting(List<Found> found, UUID last) {}

    // The verdict changes with time alone and so is no column: pages are judged until enough fit.
    private Future<Fitting> collect(ListQuery query, UUID before, int limit, int scanned, List<Found> fitting) {
        int size = query.verdict() == null ? limit + 1 : Math.min(maxScanned, 4 * limit + 1);
        Instant now = now();
        return transactions.page(query, before, size).compose(rows -> {
            UUID last = before;
            for (Found found : rows) {
                if (fitting.size() == limit) {
                    return Future.succeededFuture(new Fitting(fitting, last));
                }
                last = found.transaction().id();
                if (query.verdict() == null
                        || Judge.verdict(found.transaction().payment(), found.completeness(), policy, now)
                                        .kind()
                                == query.verdict()) {
                    fitting.add(found);
                }
            }
            if (rows.size() < size) {
                return Future.succeededFuture(new Fitting(fitting, null));
            }
            int seen = scanned + rows.size();
            return seen >= maxScanned || fitting.size() == limit
                    ? Future.succeededFuture(new Fitting(fitting, last))
                    : collect(query, last, limit, seen, fitting);
        });
    }

    private static Page page(List<TransactionAnswer> data, UUID last) {
        return new Page(data, last == null ? null : TypeId.format(TypeId.CURSOR, last));
    }

    private Future<Found> visible(UUID id, Visibility visibility, Consistency needed) {
        return transactions.byId(id, needed).compose(found -> {
            if (found != null && found.isVisible(visibility)) {
                return Future.succeededFuture(found);
            }
            // A replica may not know yet whose it is.
            return needed.isLatest()
                    ? Future.failedFuture(Problem.notFound())
                    : visible(id, visibility, Consistency.LATEST);
        });
    }

    private static UUID id(String text) {
        return TypeId.parse(TypeId.TRANSACTION, text).orElseThrow(Problem::notFound);
    }
}
