package org.paywitness.refund;

import com.fasterxml.jackson.annotation.JsonInclude;
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
import java.util.Locale;
import java.util.Set;
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
import org.paywitness.problem.Problem;
import org.paywitness.transaction.Amount;
import org.paywitness.transaction.Answers;
import org.paywitness.transaction.QueryParameters;
import org.paywitness.verdict.CardKind;

/** How refunds went: success, times, what is overdue. */
@Path("/v1/refund-figures")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Refunds")
@SecurityRequirement(
        name = "bearer",
        scopes = {"merchant:read", "desk:read"})
public class RefundFiguresResource {
    private static final Set<String> PARAMETERS =
            Set.of("by", "merchant_id", "channel", "reason", "card_kind", "from", "to");

    private final RefundFigures figures;
    private final Clock clock;

    RefundFiguresResource(RefundFigures figures, Clock clock) {
        this.figures = figures;
        this.clock = clock;
    }

    /** The figures, in groups. */
    @Schema(name = "RefundFigures")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Figures(
            @Schema(description = "What the groups are told apart by; absent when all are together.") String by,
            @Schema(required = true) List<Group> data) {}

    /** The figures of one group. */
    @Schema(name = "RefundFiguresGroup")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Group(
            @Schema(description = "Merchant, channel, reason, …; absent when all are together.", examples = "m_0001")
                    String key,
            @Schema(required = true, description = "Refunds asked for in the period.") long requested,
            @Schema(required = true) long succeeded,
            @Schema(required = true) long failed,
            @Schema(required = true, description = "Rejected or canceled before they were submitted.") long refused,
            @Schema(required = true, description = "Not ended yet.") long open,
            @Schema(description = "succeeded / (succeeded + failed); absent while none has ended.") Double successRate,
            @Schema(description = "From the request to the success.") Times timeToSucceed,
            @Schema(required = true, description = "Of those that succeeded, as the bank or wallet says.") long arrived,
            @Schema(description = "From the success to the arrival.") Times timeToArrive,
            @Schema(required = true, description = "Succeeded, and not arrived by when they should have.") long overdue,
            @Schema(required = true, description = "What succeeded, by currency.") List<Amount> amounts) {}

    /** Seconds. */
    @Schema(name = "Times", description = "Seconds.")
    public record Times(
            @Schema(required = true, description = "Half took at most this long.") double median,
            @Schema(required = true, description = "Nineteen of twenty took at most this long.") double p95) {
        static Times of(Double[] percentiles) {
            return percentiles == null || percentiles[0] == null ? null : new Times(percentiles[0], percentiles[1]);
        }
    }

    @GET
    @Operation(
            operationId = "getRefundFigures",
            summary = "How refunds went",
            description = "Over the refunds asked for in a period, all together or by one property; up to 1,000 groups."
                    + " Scopes: merchant:read, desk:read.")
    @Parameter(
            name = "by",
            in = ParameterIn.QUERY,
            schema =
                    @Schema(
                            type = SchemaType.STRING,
                            enumeration = {"merchant", "channel", "reason", "card_kind", "route", "day", "month"}),
            description = "Days and months in the merchants' zone.")
    @Parameter(name = "merchant_id", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING))
    @Parameter(
            name = "channel",
            in = ParameterIn.QUERY,
            schema =
                    @Schema(
                            type = SchemaType.STRING,
                            enumeration = {"swipe", "chip", "contactless", "qr", "manual", "online"}))
    @Parameter(name = "reason", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING))
    @Parameter(
            name = "card_kind",
            in = ParameterIn.QUERY,
            schema =
                    @Schema(
                            type = SchemaType.STRING,
                            enumeration = {"debit", "credit", "prepaid", "unknown"}))
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
    @APIResponse(
            responseCode = "200",
            description = "The figures.",
            content = @Content(schema = @Schema(implementation = Figures.class)))
    @APIResponse(responseCode = "304", description = "Not changed since the answer with this entity tag.")
    @APIResponse(responseCode = "422", description = "too_many_groups: narrow the period or the filters.")
    public Uni<Response> figures(
            @HeaderParam("If-None-Match") String known, @Context UriInfo uri, @Context SecurityIdentity identity) {
        Visibility visibility = visibility(Caller.of(identity));
        RefundFigures.Question question =
                question(new QueryParameters(uri.getQueryParameters(), PARAMETERS), visibility);
        return figures.of(question, clock.instant()).map(groups -> {
            if (groups.size() > RefundFigures.MAX_GROUPS) {
                throw Problem.unprocessable(
                        "too_many_groups", "There are more than " + RefundFigures.MAX_GROUPS + " groups.");
            }
            Figures answer = new Figures(
                    question.by() == null ? null : question.by().code(),
                    groups.stream()
                            .map(group -> group(group, question.by() == null))
                            .toList());
            return Answers.ok(answer, answer.toString(), known);
        });
    }

    private static Visibility visibility(Caller caller) {
        caller.require(Scope.DESK_READ, Scope.MERCHANT_READ);
        Visibility visibility = caller.requireRead();
        if (visibility instanceof Visibility.OfCards) {
            throw Problem.forbidden("insufficient_scope", "Figures need the claim merchant_id with merchant:read.");
        }
        return visibility;
    }

    private static RefundFigures.Question question(QueryParameters parameters, Visibility visibility) {
        String by = parameters.text("by");
        String reason = parameters.text("reason");
        String kind = parameters.text("card_kind");
        if (by != null && RefundFigures.By.of(by) == null) {
            throw Problem.invalid("?by", "must be merchant, channel, reason, card_kind, route, day or month");
        }
        if (reason != null && Reason.of(reason) == null) {
            throw Problem.invalid("?reason", "must be a reason of refunds, like duplicate");
        }
        if (kind != null && !isCardKind(kind)) {
            throw Problem.invalid("?card_kind", "must be debit, credit, prepaid or unknown");
        }
        return new RefundFigures.Question(
                visibility,
                by == null ? null : RefundFigures.By.of(by),
                parameters.text("merchant_id"),
                parameters.text("channel"),
                reason == null ? null : Reason.of(reason),
                kind,
                parameters.time("from"),
                parameters.time("to"));
    }

    private static boolean isCardKind(String text) {
        for (CardKind kind : CardKind.values()) {
            if (kind.name().toLowerCase(Locale.ROOT).equals(text)) {
                return true;
            }
        }
        return false;
    }

    private static Group group(RefundFigures.Group g, boolean together) {
        long ended = g.succeeded() + g.failed();
        return new Group(
                together ? null : g.key(),
                g.requested(),
                g.succeeded(),
                g.failed(),
                g.refused(),
                g.open(),
                ended == 0 ? null : (double) g.succeeded() / ended,
                Times.of(g.toSucceed()),
                g.arrived(),
                Times.of(g.toArrive()),
                g.overdue(),
                g.amounts().stream().map(RefundFiguresResource::amount).toList());
    }

    // A sum may be more than any one payment.
    private static Amount amount(String text) {
        String[] parts = text.split(" ");
        return new Amount(Long.parseLong(parts[1]), parts[0]);
    }
}
