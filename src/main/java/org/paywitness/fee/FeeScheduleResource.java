package org.paywitness.fee;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.paywitness.access.Caller;
import org.paywitness.access.Scope;
import org.paywitness.access.Visibility;
import org.paywitness.id.TypeId;
import org.paywitness.idempotency.Idempotency;
import org.paywitness.problem.Problem;
import org.paywitness.transaction.Answers;
import org.paywitness.transaction.QueryParameters;
import org.paywitness.verdict.Policy;

/** What may be taken of merchants' payments. */
@Path("/v1/fee-schedules")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "Fees")
public class FeeScheduleResource {
    private final FeeSchedules schedules;
    private final Idempotency idempotency;
    private final FeeSettings settings;
    private final Policy policy;
    private final Clock clock;
    private final ObjectMapper json;

    FeeScheduleResource(
            FeeSchedules schedules,
            Idempotency idempotency,
            FeeSettings settings,
            Policy policy,
            Clock clock,
            ObjectMapper json) {
        this.schedules = schedules;
        this.idempotency = idempotency;
        this.settings = settings;
        this.policy = policy;
        this.clock = clock;
        this.json = json;
    }

    /** A page of a list. */
    @Schema(name = "FeeSchedulePage")
    public record Page(
            @Schema(required = true) List<FeeScheduleAnswer> data,
            @Schema(required = true, nullable = true, description = "Where the next page begins; null at the end.")
                    String nextCursor) {}

    @POST
    @Operation(
            operationId = "postFeeSchedule",
            summary = "Set a fee schedule",
            description = "For the merchant's payments that occur at valid_from or later, until a newer one of the same"
                    + " merchant, currency, channel and card_kind. A schedule for a channel goes before one for a kind of"
                    + " card, and that before one for all. It is never changed: a correction is a new one. Refused with"
                    + " 409 fee_schedule_exists where one of the same begins at the same instant, or"
                    + " too_many_fee_schedules. Scope: desk:write.")
    @SecurityRequirement(name = "bearer", scopes = "desk:write")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = FeeScheduleRequest.Body.class),
                            examples =
                                    @ExampleObject(
                                            name = "debit",
                                            value = "{\"merchant_id\": \"m_0001\", \"card_kind\": \"debit\","
                                                    + " \"currency\": \"CNY\", \"rate\": \"0.50\","
                                                    + " \"cap\": {\"amount\": 2000, \"currency\": \"CNY\"},"
                                                    + " \"returned\": \"100\", \"valid_from\": \"2026-12-01\"}")))
    @APIResponse(
            responseCode = "201",
            description = "The schedule.",
            headers = @Header(name = "Location", schema = @Schema(implementation = String.class)),
            content = @Content(schema = @Schema(implementation = FeeScheduleAnswer.class)))
    public Uni<Response> set(
            byte[] body,
            @HeaderParam("Idempotency-Key") String key,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Caller caller = Caller.of(identity);
        caller.require(Scope.DESK_WRITE);
        QueryParameters.refuseAll(uri.getQueryParameters());
        FeeSchedule schedule = FeeScheduleRequest.parse(
                body,
                json,
                policy.zone(),
                TypeId.next(),
                caller.actor(),
                clock.instant().truncatedTo(ChronoUnit.MICROS));
        Idempotency.Key once = idempotency.key(
                caller.keys(caller.requireWrite()),
                key,
                Idempotency.request("POST /v1/fee-schedules", body == null ? new byte[0] : body));
        return idempotency.with(once, connection -> set(connection, schedule));
    }

    private Uni<Idempotency.Answer> set(SqlConnection connection, FeeSchedule schedule) {
        return schedules
                .count(connection, schedule.key().merchantId())
                .chain(count -> {
                    if (count >= settings.maxSchedules()) {
                        throw Problem.conflict(
                                        "too_many_fee_schedules", "A merchant has a limited number of fee schedules.")
                                .with("limit", settings.maxSchedules());
                    }
                    return schedules.set(connection, schedule);
                })
                .map(done -> {
                    if (!done) {
                        throw Problem.conflict(
                                "fee_schedule_exists", "A schedule of the same key begins at the same instant.");
                    }
                    return answer(schedule);
                });
    }

    private Idempotency.Answer answer(FeeSchedule schedule) {
        try {
            return new Idempotency.Answer(
                    201,
                    "/v1/fee-schedules/" + schedule.reference(),
                    json.writeValueAsString(FeeScheduleAnswer.of(schedule, policy.zone())));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    @GET
    @Path("/{id}")
    @Operation(
            operationId = "getFeeSchedule",
            summary = "A fee schedule",
            description = "Scopes: merchant:read (of the own merchant), desk:read.")
    @SecurityRequirement(
            name = "bearer",
            scopes = {"merchant:read", "desk:read"})
    @APIResponse(
            responseCode = "200",
            description = "The schedule.",
            content = @Content(schema = @Schema(implementation = FeeScheduleAnswer.class)))
    @APIResponse(responseCode = "304", description = "Not changed since the answer with this entity tag.")
    @APIResponse(responseCode = "404", description = "Not there, or not yours.")
    public Uni<Response> schedule(
            @PathParam("id") String id,
            @HeaderParam("If-None-Match") String known,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Visibility visibility = visibility(Caller.of(identity));
        QueryParameters.refuseAll(uri.getQueryParameters());
        UUID schedule = TypeId.parse(TypeId.FEE_SCHEDULE, id).orElseThrow(Problem::notFound);
        return schedules.byId(schedule).map(found -> {
            if (found == null || !visibility.shows(found.key().merchantId(), null)) {
                throw Problem.notFound();
            }
            FeeScheduleAnswer answer = FeeScheduleAnswer.of(found, policy.zone());
            return Answers.ok(answer, answer.toString(), known);
        });
    }

    @GET
    @Operation(
            operationId = "listFeeSchedules",
            summary = "Fee schedules, those that were set last first",
            description =
                    "All that ever held. Stable under writes. Scopes: merchant:read (of the own merchant), desk:read.")
    @SecurityRequirement(
            name = "bearer",
            scopes = {"merchant:read", "desk:read"})
    @Parameter(name = "merchant_id", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING))
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
        QueryParameters parameters =
                new QueryParameters(uri.getQueryParameters(), Set.of("merchant_id", "limit", "cursor"));
        String asked = parameters.text("merchant_id");
        int limit = parameters.integer("limit", 50, 1, 200);
        UUID before = parameters.cursor("cursor");
        String merchant = visibility instanceof Visibility.OfMerchant of ? of.merchantId() : asked;
        Uni<List<FeeSchedule>> found = asked != null && !asked.equals(merchant)
                ? Uni.createFrom().item(List.of())
                : schedules.page(merchant, before, limit + 1);
        return found.map(all -> {
            List<FeeSchedule> page = all.subList(0, Math.min(limit, all.size()));
            String next = all.size() <= limit
                    ? null
                    : TypeId.format(TypeId.CURSOR, page.get(limit - 1).id());
            Page answer = new Page(
                    page.stream()
                            .map(s -> FeeScheduleAnswer.of(s, policy.zone()))
                            .toList(),
                    next);
            return Answers.ok(answer, answer.toString(), known);
        });
    }

    private static Visibility visibility(Caller caller) {
        caller.require(Scope.DESK_READ, Scope.MERCHANT_READ);
        Visibility visibility = caller.requireRead();
        if (visibility instanceof Visibility.OfCards) {
            throw Problem.forbidden(
                    "insufficient_scope", "Fee schedules need the claim merchant_id with merchant:read.");
        }
        return visibility;
    }
}
