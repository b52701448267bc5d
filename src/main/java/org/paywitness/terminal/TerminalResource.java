package org.paywitness.terminal;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
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
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.paywitness.access.Caller;
import org.paywitness.access.Visibility;
import org.paywitness.id.TypeId;
import org.paywitness.idempotency.Idempotency;
import org.paywitness.problem.Problem;
import org.paywitness.transaction.QueryParameters;

/** Registering terminals and reporting what became of them. */
@Path("/v1/terminals")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Terminals")
@SecurityRequirement(
        name = "bearer",
        scopes = {"merchant:write", "desk:write"})
public class TerminalResource {
    private final TerminalDesk desk;
    private final Terminals terminals;
    private final Idempotency idempotency;
    private final TerminalSettings settings;
    private final Clock clock;
    private final ObjectMapper json;

    TerminalResource(
            TerminalDesk desk,
            Terminals terminals,
            Idempotency idempotency,
            TerminalSettings settings,
            Clock clock,
            ObjectMapper json) {
        this.desk = desk;
        this.terminals = terminals;
        this.idempotency = idempotency;
        this.settings = settings;
        this.clock = clock;
        this.json = json;
    }

    @POST
    @Operation(
            operationId = "postTerminal",
            summary = "Register a terminal",
            description =
                    "One live registration carries a terminal_id. Its merchant is from then on the merchant of all that"
                            + " is heard from the terminal without one, also of what was heard before. A device that"
                            + " takes the place of a retired one under the same terminal_id is registered anew: payments"
                            + " from then on are not those of a lost device. Refused with 409 terminal_registered"
                            + " (terminal tells which), or terminal_of_another_merchant, which the desk may overrule where the"
                            + " terminal is not registered; 422 too_many_observations."
                            + " Scopes: merchant:write (of the own merchant), desk:write.")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = TerminalRequest.RegisteredBody.class),
                            examples =
                                    @ExampleObject(
                                            name = "till",
                                            value = "{\"terminal_id\": \"T0000417\", \"merchant_id\": \"m_0001\","
                                                    + " \"name\": \"till 2\", \"location\": \"ground floor\"}")))
    @APIResponse(
            responseCode = "201",
            description = "The terminal.",
            headers = @Header(name = "Location", schema = @Schema(implementation = String.class)),
            content = @Content(schema = @Schema(implementation = TerminalAnswer.class)))
    @APIResponse(responseCode = "404", description = "Another merchant's.")
    public Uni<Response> register(
            byte[] body,
            @HeaderParam("Idempotency-Key") String key,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Caller caller = Caller.of(identity);
        Visibility may = caller.requireWrite();
        QueryParameters.refuseAll(uri.getQueryParameters());
        TerminalRequest.Registered asked = TerminalRequest.registered(body, json, settings.maxNameLength());
        return desk.register(asked, asker(caller, may, key, "POST /v1/terminals", body));
    }

    @POST
    @Path("/{id}/reports")
    @Operation(
            operationId = "postTerminalReport",
            summary = "Report what became of a terminal",
            description = "lost and stolen freeze it: payments at it that occurred since then carry the flag"
                    + " after_terminal_lost, also those heard before the report, until found says that it came"
                    + " back; replaced and retired end its registration, and a lost one stays frozen. faulty,"
                    + " in_repair and repaired tell how it works. Reports are never changed; a loss may be told"
                    + " again with an earlier since. The Idempotency-Key is required. Refused with 409"
                    + " terminal_state (the field of that name tells how it is), 422 found_before_lost or"
                    + " replacement_not_found."
                    + " Scopes: merchant:write, desk:write.")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = TerminalRequest.ToldBody.class),
                            examples =
                                    @ExampleObject(
                                            name = "lost",
                                            value = "{\"report\": \"lost\", \"since\": \"2026-11-20T22:30:00+08:00\","
                                                    + " \"text\": \"not there when the shop was closed\"}")))
    @APIResponse(
            responseCode = "201",
            description = "The terminal after it, with all reports.",
            headers = @Header(name = "Location", schema = @Schema(implementation = String.class)),
            content = @Content(schema = @Schema(implementation = TerminalAnswer.class)))
    @APIResponse(responseCode = "404", description = "Not there, or not yours.")
    public Uni<Response> report(
            @PathParam("id") String id,
            byte[] body,
            @HeaderParam("Idempotency-Key") String key,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Caller caller = Caller.of(identity);
        Visibility may = caller.requireWrite();
        QueryParameters.refuseAll(uri.getQueryParameters());
        UUID terminal = TypeId.parse(TypeId.TERMINAL, id).orElseThrow(Problem::notFound);
        // Before anything is said of the request: a stranger learns nothing here.
        return terminals.byId(terminal).chain(found -> {
            if (found == null || !may.shows(found.merchantId(), null)) {
                throw Problem.notFound();
            }
            if (key == null) {
                throw Problem.badRequest(
                        "idempotency_key_required", "A report needs the header Idempotency-Key: it is told once.");
            }
            TerminalRequest.Told told = TerminalRequest.told(body, json, settings.maxTextLength(), clock.instant());
            return desk.report(terminal, told, asker(caller, may, key, "report on " + id, body));
        });
    }

    private TerminalDesk.Asker asker(Caller caller, Visibility may, String key, String what, byte[] body) {
        return new TerminalDesk.Asker(
                caller.actor(),
                may,
                idempotency.key(caller.keys(may), key, Idempotency.request(what, body == null ? new byte[0] : body)));
    }
}
