package org.paywitness.terminal;

import com.fasterxml.jackson.annotation.JsonInclude;
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
import java.util.Set;
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
import org.paywitness.access.Scope;
import org.paywitness.access.Visibility;
import org.paywitness.id.TypeId;
import org.paywitness.problem.Problem;
import org.paywitness.transaction.Answers;
import org.paywitness.transaction.QueryParameters;
import org.paywitness.transaction.VerdictAnswer;
import org.paywitness.verdict.Policy;

/** How terminals are: one, lists of them, and how well one works. */
@Path("/v1/terminals")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Terminals")
@SecurityRequirement(
        name = "bearer",
        scopes = {"merchant:read", "desk:read"})
public class TerminalListResource {
    private final Terminals terminals;
    private final TerminalFigures figures;
    private final TerminalSettings settings;
    private final Policy policy;
    private final Clock clock;

    TerminalListResource(
            Terminals terminals, TerminalFigures figures, TerminalSettings settings, Policy policy, Clock clock) {
        this.terminals = terminals;
        this.figures = figures;
        this.settings = settings;
        this.policy = policy;
        this.clock = clock;
    }

    /** A page of a list. */
    @Schema(name = "TerminalPage")
    public record Page(
            @Schema(required = true) List<TerminalAnswer> data,
            @Schema(required = true, nullable = true, description = "Where the next page begins; null at the end.")
                    String nextCursor) {}

    /** How well a terminal works. */
    @Schema(
            name = "TerminalFigures",
            description = "Over the payments of its merchant that the terminal itself told of in the period.")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Figures(
            @Schema(required = true, examples = "trm_01kaf3v6n8e8q9w2s4d6f8g0h2") String id,
            @Schema(required = true, format = "date-time") String from,
            @Schema(required = true, format = "date-time") String to,
            @Schema(required = true, description = "Payments.") long attempts,
            @Schema(
                            required = true,
                            description = "Those that it got no answer for, an ambiguous response code included.")
                    long noAnswer,
            @Schema(description = "no_answer / attempts; absent without attempts.") Double noAnswerShare,
            @Schema(required = true, description = "Those whose slip did not come out.") long slipFailed,
            @Schema(description = "slip_failed / attempts; absent without attempts.") Double slipFailedShare) {}

    @GET
    @Path("/{id}")
    @Operation(
            operationId = "getTerminal",
            summary = "How a terminal is",
            description = "With what was reported of it. Scopes: merchant:read, desk:read.")
    @APIResponse(
            responseCode = "200",
            description = "The terminal.",
            content = @Content(schema = @Schema(implementation = TerminalAnswer.class)))
    @APIResponse(responseCode = "304", description = "Not changed since the answer with this entity tag.")
    @APIResponse(responseCode = "404", description = "Not there, or not yours.")
    public Uni<Response> terminal(
            @PathParam("id") String id,
            @HeaderParam("If-None-Match") String known,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Visibility visibility = visibility(Caller.of(identity));
        QueryParameters.refuseAll(uri.getQueryParameters());
        return visible(id, visibility)
                .chain(terminal -> terminals.history(terminal, settings.maxListedReports()))
                .map(history -> TerminalAnswer.of(history, policy.zone()))
                .map(answer -> Answers.ok(answer, answer.toString(), known));
    }

    @GET
    @Operation(
            operationId = "listTerminals",
            summary = "Terminals, newest first",
            description = "Stable under writes. Scopes: merchant:read, desk:read.")
    @Parameter(name = "merchant_id", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING))
    @Parameter(
            name = "terminal_id",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.STRING),
            description = "ISO 8583 DE 41; several only where one took the place of another.")
    @Parameter(
            name = "state",
            in = ParameterIn.QUERY,
            schema =
                    @Schema(
                            type = SchemaType.STRING,
                            enumeration = {"active", "lost", "stolen", "faulty", "in_repair", "retired"}))
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
            @HeaderParam("If-None-Match") String known, @Context UriInfo uri, @Context SecurityIdentity identity) {
        Visibility visibility = visibility(Caller.of(identity));
        QueryParameters parameters = new QueryParameters(uri.getQueryParameters(), TerminalQuery.PARAMETERS);
        TerminalQuery query = TerminalQuery.parse(parameters, visibility);
        int limit = parameters.integer("limit", 50, 1, 200);
        return terminals.page(query, parameters.cursor("cursor"), limit + 1).map(found -> {
            List<Terminal> page = found.subList(0, Math.min(limit, found.size()));
            String next = found.size() <= limit
                    ? null
                    : TypeId.format(TypeId.CURSOR, page.get(limit - 1).id());
            Page answer = new Page(
                    page.stream().map(t -> TerminalAnswer.of(t, policy.zone())).toList(), next);
            return Answers.ok(answer, answer.toString(), known);
        });
    }

    @GET
    @Path("/{id}/figures")
    @Operation(
            operationId = "getTerminalFigures",
            summary = "How well a terminal works",
            description = "No-answers and slips that did not come out, over a period of at most 366 days; the last 30"
                    + " days where no beginning is given. Scopes: merchant:read, desk:read.")
    @Parameter(
            name = "from",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.STRING, format = "date-time"),
            description = "At or after; 30 days before the end without it.")
    @Parameter(
            name = "to",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.STRING, format = "date-time"),
            description = "Before; now without it.")
    @APIResponse(
            responseCode = "200",
            description = "The figures.",
            content = @Content(schema = @Schema(implementation = Figures.class)))
    @APIResponse(responseCode = "304", description = "Not changed since the answer with this entity tag.")
    @APIResponse(responseCode = "404", description = "Not there, or not yours.")
    public Uni<Response> figures(
            @PathParam("id") String id,
            @HeaderParam("If-None-Match") String known,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Visibility visibility = visibility(Caller.of(identity));
        QueryParameters parameters = new QueryParameters(uri.getQueryParameters(), Set.of("from", "to"));
        Instant end = parameters.time("to");
        // The end of the minute, so that an answer stays the same for a while.
        Instant to = end != null
                ? end
                : clock.instant().truncatedTo(ChronoUnit.MINUTES).plus(1, ChronoUnit.MINUTES);
        Instant begin = parameters.time("from");
        Instant from = begin != null ? begin : to.minus(settings.figuresPeriod());
        if (!from.isBefore(to) || from.plus(settings.maxFiguresPeriod()).isBefore(to)) {
            throw Problem.invalid(
                    begin != null ? "?from" : "?to",
                    "must lie before the end, at most "
                            + settings.maxFiguresPeriod().toDays() + " days");
        }
        return visible(id, visibility)
                .chain(terminal -> figures.of(terminal, from, to).map(counts -> figures(terminal, from, to, counts)))
                .map(answer -> Answers.ok(answer, answer.toString(), known));
    }

    private Figures figures(Terminal terminal, Instant from, Instant to, TerminalFigures.Counts counts) {
        return new Figures(
                terminal.reference(),
                VerdictAnswer.time(from, policy.zone()),
                VerdictAnswer.time(to, policy.zone()),
                counts.attempts(),
                counts.noAnswer(),
                share(counts.noAnswer(), counts.attempts()),
                counts.slipFailed(),
                share(counts.slipFailed(), counts.attempts()));
    }

    private static Double share(long part, long whole) {
        return whole == 0 ? null : (double) part / whole;
    }

    private Uni<Terminal> visible(String text, Visibility visibility) {
        UUID id = TypeId.parse(TypeId.TERMINAL, text).orElseThrow(Problem::notFound);
        return terminals.byId(id).invoke(terminal -> {
            if (terminal == null || !visibility.shows(terminal.merchantId(), null)) {
                throw Problem.notFound();
            }
        });
    }

    private static Visibility visibility(Caller caller) {
        caller.require(Scope.DESK_READ, Scope.MERCHANT_READ);
        Visibility visibility = caller.requireRead();
        if (visibility instanceof Visibility.OfCards) {
            throw Problem.forbidden("insufficient_scope", "Terminals need the claim merchant_id with merchant:read.");
        }
        return visibility;
    }
}
