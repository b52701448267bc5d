package org.paywitness.risk;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
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
import java.util.List;
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
import org.paywitness.explanation.Language;
import org.paywitness.id.TypeId;
import org.paywitness.idempotency.Idempotency;
import org.paywitness.problem.Problem;
import org.paywitness.transaction.Answers;
import org.paywitness.transaction.QueryParameters;
import org.paywitness.transaction.VerdictAnswer;
import org.paywitness.verdict.Policy;

/** Reporting a merchant, and looking into what was reported. */
@Path("/v1/misconduct-reports")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Misconduct")
public class MisconductResource {
    private final MisconductDesk desk;
    private final MisconductReports reports;
    private final Idempotency idempotency;
    private final RiskSettings settings;
    private final Answers answers;
    private final Policy policy;
    private final ObjectMapper json;

    MisconductResource(
            MisconductDesk desk,
            MisconductReports reports,
            Idempotency idempotency,
            RiskSettings settings,
            Answers answers,
            Policy policy,
            ObjectMapper json) {
        this.desk = desk;
        this.reports = reports;
        this.idempotency = idempotency;
        this.settings = settings;
        this.answers = answers;
        this.policy = policy;
        this.json = json;
    }

    @POST
    @Operation(
            operationId = "postMisconductReport",
            summary = "Report a merchant",
            description =
                    "What happened with a payment; cardholders report about payments of their own cards only. The desk"
                            + " may also report a merchant as such. Merchants do not see reports about them. A report"
                            + " moves no money: for that there are refunds and disputes. Refused with 409"
                            + " merchant_unknown where no source has told whose payment it is. Scopes: cardholder, desk:write.")
    @SecurityRequirement(
            name = "bearer",
            scopes = {"cardholder", "desk:write"})
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = MisconductRequest.ToldBody.class),
                            examples =
                                    @ExampleObject(
                                            name = "surcharge",
                                            value = "{\"transaction_id\": \"txn_01kaf3v6n8e8q9w2s4d6f8g0h2\","
                                                    + " \"kind\": \"surcharge\", \"text\": \"刷卡要另收 2% 手续费\"}")))
    @APIResponse(
            responseCode = "201",
            description = "The report.",
            headers = @Header(name = "Location", schema = @Schema(implementation = String.class)),
            content = @Content(schema = @Schema(implementation = MisconductAnswer.class)))
    @APIResponse(responseCode = "404", description = "No such transaction, or not yours.")
    public Uni<Response> report(
            byte[] body,
            @HeaderParam("Idempotency-Key") String key,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Caller caller = Caller.of(identity);
        MisconductDesk.Asker asker = MisconductDesk.asker(caller, Scope.DESK_WRITE);
        QueryParameters.refuseAll(uri.getQueryParameters());
        MisconductRequest.Told told = MisconductRequest.told(body, json, settings);
        return desk.report(told, asker, key(caller, asker, key, "POST /v1/misconduct-reports", body));
    }

    @GET
    @Path("/{id}")
    @Operation(
            operationId = "getMisconductReport",
            summary = "What became of a report",
            description = "Cardholders see their own reports, without who looks into them; the desk sees all, with each"
                    + " step. Scopes: cardholder, desk:read.")
    @SecurityRequirement(
            name = "bearer",
            scopes = {"cardholder", "desk:read"})
    @APIResponse(
            responseCode = "200",
            description = "The report.",
            content = @Content(schema = @Schema(implementation = MisconductAnswer.class)))
    @APIResponse(responseCode = "304", description = "Not changed since the answer with this entity tag.")
    @APIResponse(responseCode = "404", description = "Not there, or not yours.")
    public Uni<Response> one(
            @PathParam("id") String id,
            @HeaderParam("Accept-Language") String languages,
            @HeaderParam("If-None-Match") String known,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        MisconductDesk.Asker asker = MisconductDesk.asker(Caller.of(identity), Scope.DESK_READ);
        UUID report = id(id, uri);
        return reports.byId(report).chain(found -> {
            if (found == null || !asker.sees(found)) {
                throw Problem.notFound();
            }
            return reports.history(report).map(entries -> {
                List<MisconductAnswer.Step> steps = entries.stream()
                        .map(entry -> new MisconductAnswer.Step(
                                VerdictAnswer.time(entry.at(), policy.zone()), entry.action(), entry.actor()))
                        .toList();
                return answers.inLanguage(
                        MisconductAnswer.of(found, asker.isDesk(), steps, policy.zone()),
                        known,
                        Language.of(languages));
            });
        });
    }

    @GET
    @Operation(
            operationId = "listMisconductReports",
            summary = "Reports, newest first",
            description =
                    "Stable under writes. Cardholders see their own, the desk all. Scopes: cardholder, desk:read.")
    @SecurityRequirement(
            name = "bearer",
            scopes = {"cardholder", "desk:read"})
    @Parameter(name = "merchant_id", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING))
    @Parameter(
            name = "state",
            in = ParameterIn.QUERY,
            schema =
                    @Schema(
                            type = SchemaType.STRING,
                            enumeration = {"open", "in_review", "closed"}))
    @Parameter(
            name = "owner",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.STRING),
            description = "For the desk: who answers for it.")
    @Parameter(
            name = "limit",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "200", defaultValue = "50"))
    @Parameter(name = "cursor", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING))
    @APIResponse(
            responseCode = "200",
            description = "A page.",
            content = @Content(schema = @Schema(implementation = MisconductAnswer.Page.class)))
    @APIResponse(responseCode = "304", description = "Not changed since the answer with this entity tag.")
    public Uni<Response> list(
            @HeaderParam("Accept-Language") String languages,
            @HeaderParam("If-None-Match") String known,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        MisconductDesk.Asker asker = MisconductDesk.asker(Caller.of(identity), Scope.DESK_READ);
        QueryParameters parameters = new QueryParameters(uri.getQueryParameters(), MisconductQuery.PARAMETERS);
        MisconductQuery query = MisconductQuery.parse(parameters, asker.cardholder());
        int limit = parameters.integer("limit", 50, 1, 200);
        UUID before = parameters.cursor("cursor");
        return reports.page(query, before, limit + 1).map(found -> {
            List<MisconductReport> page = found.subList(0, Math.min(limit, found.size()));
            String next = found.size() <= limit ? null : TypeId.format(TypeId.CURSOR, page.get(limit - 1).id);
            List<MisconductAnswer> data = page.stream()
                    .map(report -> MisconductAnswer.of(report, asker.isDesk(), null, policy.zone()))
                    .toList();
            return answers.inLanguage(new MisconductAnswer.Page(data, next), known, Language.of(languages));
        });
    }

    @POST
    @Path("/{id}/assign")
    @Operation(
            operationId = "assignMisconductReport",
            summary = "Give a report an owner",
            description = "Who looks into it and answers for the outcome; again, to hand it on. 409 report_closed once"
                    + " it is closed. Scope: desk:write.")
    @SecurityRequirement(name = "bearer", scopes = "desk:write")
    @RequestBody(
            required = true,
            content = @Content(schema = @Schema(implementation = MisconductRequest.AssignedBody.class)))
    @APIResponse(
            responseCode = "200",
            description = "The report.",
            content = @Content(schema = @Schema(implementation = MisconductAnswer.class)))
    @APIResponse(responseCode = "404", description = "Not there.")
    public Uni<Response> assign(
            @PathParam("id") String id,
            byte[] body,
            @HeaderParam("Idempotency-Key") String key,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Caller caller = Caller.of(identity);
        MisconductDesk.Asker asker = acting(caller);
        UUID report = id(id, uri);
        String owner = MisconductRequest.owner(body, json);
        return desk.assign(report, owner, asker, key(caller, asker, key, "assign " + id, body));
    }

    @POST
    @Path("/{id}/close")
    @Operation(
            operationId = "closeMisconductReport",
            summary = "Close a report with its outcome",
            description = "409 report_not_in_review before it has an owner, report_closed once it is closed."
                    + " Scope: desk:write.")
    @SecurityRequirement(name = "bearer", scopes = "desk:write")
    @RequestBody(
            required = true,
            content = @Content(schema = @Schema(implementation = MisconductRequest.ClosedBody.class)))
    @APIResponse(
            responseCode = "200",
            description = "The report.",
            content = @Content(schema = @Schema(implementation = MisconductAnswer.class)))
    @APIResponse(responseCode = "404", description = "Not there.")
    public Uni<Response> close(
            @PathParam("id") String id,
            byte[] body,
            @HeaderParam("Idempotency-Key") String key,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Caller caller = Caller.of(identity);
        MisconductDesk.Asker asker = acting(caller);
        UUID report = id(id, uri);
        MisconductRequest.Closed found = MisconductRequest.closed(body, json, settings);
        return desk.close(report, found, asker, key(caller, asker, key, "close " + id, body));
    }

    private static MisconductDesk.Asker acting(Caller caller) {
        caller.require(Scope.DESK_WRITE);
        return MisconductDesk.asker(caller, Scope.DESK_WRITE);
    }

    private Idempotency.Key key(Caller caller, MisconductDesk.Asker asker, String key, String what, byte[] body) {
        return idempotency.key(asker.keys(caller), key, Idempotency.request(what, body == null ? new byte[0] : body));
    }

    private static UUID id(String text, UriInfo uri) {
        QueryParameters.refuseAll(uri.getQueryParameters());
        return TypeId.parse(TypeId.MISCONDUCT_REPORT, text).orElseThrow(Problem::notFound);
    }
}
