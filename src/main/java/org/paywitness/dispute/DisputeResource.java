package org.paywitness.dispute;

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
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.paywitness.access.Caller;
import org.paywitness.access.Scope;
import org.paywitness.access.Visibility;
import org.paywitness.evidence.Party;
import org.paywitness.explanation.Language;
import org.paywitness.id.TypeId;
import org.paywitness.idempotency.Idempotency;
import org.paywitness.problem.Problem;
import org.paywitness.transaction.QueryParameters;

/** Opening disputes, and what the sides and the desk do in them. */
@Path("/v1/disputes")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Disputes")
public class DisputeResource {
    private final DisputeDesk desk;
    private final Rulings rulings;
    private final Idempotency idempotency;
    private final DisputeSettings settings;
    private final ObjectMapper json;

    DisputeResource(
            DisputeDesk desk, Rulings rulings, Idempotency idempotency, DisputeSettings settings, ObjectMapper json) {
        this.desk = desk;
        this.rulings = rulings;
        this.idempotency = idempotency;
        this.settings = settings;
        this.json = json;
    }

    @POST
    @Operation(
            operationId = "postDispute",
            summary = "Open a dispute",
            description = "Against a payment, or several of one card and merchant that one story covers; one live"
                    + " dispute for each payment and reason. Answers with the verdict, the checklist, whose"
                    + " turn it is and until when. The desk claims for the cardholder. Refused with 409"
                    + " nothing_to_dispute, claim_exceeds_charge (charged tells what was), dispute_exists"
                    + " (dispute_id tells which) or dispute_too_late; 422 currency_mismatch or not_one_story."
                    + " Scopes: cardholder, merchant:write, desk:write.")
    @SecurityRequirement(
            name = "bearer",
            scopes = {"cardholder", "merchant:write", "desk:write"})
    @RequestBody(
            required = true,
            content =
                    @Content(
                            schema = @Schema(implementation = DisputeRequest.OpenedBody.class),
                            examples =
                                    @ExampleObject(
                                            name = "denied",
                                            value =
                                                    "{\"transaction_id\": \"txn_01kaf3v6n8e8q9w2s4d6f8g0h2\", \"reason\": \"unrecognized\","
                                                            + " \"text\": \"I was not there.\"}")))
    @APIResponse(
            responseCode = "201",
            description = "The dispute, its verdict and its checklist.",
            content = @Content(schema = @Schema(implementation = DisputeAnswer.class)))
    @APIResponse(responseCode = "404", description = "No such transaction, or not yours.")
    public Uni<Response> open(
            byte[] body,
            @HeaderParam("Idempotency-Key") String key,
            @HeaderParam("Accept-Language") String languages,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Caller caller = Caller.of(identity);
        Visibility may = caller.requireParty();
        QueryParameters.refuseAll(uri.getQueryParameters());
        DisputeRequest.Opened asked = DisputeRequest.opened(body, json, settings);
        return desk.open(asked, actor(caller, may, key, languages, "POST /v1/disputes", body));
    }

    @POST
    @Path("{id}/messages")
    @Operation(
            operationId = "postDisputeMessage",
            summary = "Say something",
            description = "For the record, and for all sides to read; it moves no deadline. Refused with 409"
                    + " dispute_closed or dispute_too_long. Scopes: cardholder, merchant:write, desk:write.")
    @SecurityRequirement(
            name = "bearer",
            scopes = {"cardholder", "merchant:write", "desk:write"})
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = DisputeRequest.SaidBody.class)))
    @APIResponse(
            responseCode = "201",
            description = "The dispute.",
            content = @Content(schema = @Schema(implementation = DisputeAnswer.class)))
    @APIResponse(responseCode = "404", description = "No such dispute, or not yours.")
    public Uni<Response> message(
            @PathParam("id") String id,
            byte[] body,
            @HeaderParam("Idempotency-Key") String key,
            @HeaderParam("Accept-Language") String languages,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Caller caller = Caller.of(identity);
        Visibility may = caller.requireParty();
        QueryParameters.refuseAll(uri.getQueryParameters());
        UUID dispute = id(id);
        DisputeRequest.Said said = DisputeRequest.message(body, json, settings);
        return desk.message(dispute, said, actor(caller, may, key, languages, "message " + id, body));
    }

    @POST
    @Path("{id}/proposals")
    @Operation(
            operationId = "postProposal",
            summary = "Make a proposal",
            description = "A refund, a voucher, a new slip or invoice, payment of the difference, or nothing: to be"
                    + " accepted or declined by the other side, whose turn it is then. It takes the place of"
                    + " one that waits. The Idempotency-Key is required. Refused with 409 dispute_closed,"
                    + " dispute_too_long, merchant_unknown or refund_exceeds_charge (refundable tells what may"
                    + " still go back); 422 currency_mismatch. Scopes: cardholder, merchant:write, desk:write.")
    @SecurityRequirement(
            name = "bearer",
            scopes = {"cardholder", "merchant:write", "desk:write"})
    @RequestBody(
            required = true,
            content =
                    @Content(
                            schema = @Schema(implementation = DisputeRequest.OfferedBody.class),
                            examples =
                                    @ExampleObject(
                                            name = "refund",
                                            value =
                                                    "{\"kind\": \"refund\", \"amount\": {\"amount\": 6400, \"currency\": \"CNY\"}, \"text\":"
                                                            + " \"Half of it.\"}")))
    @APIResponse(
            responseCode = "201",
            description = "The dispute.",
            content = @Content(schema = @Schema(implementation = DisputeAnswer.class)))
    @APIResponse(responseCode = "404", description = "No such dispute, or not yours.")
    public Uni<Response> propose(
            @PathParam("id") String id,
            byte[] body,
            @HeaderParam("Idempotency-Key") String key,
            @HeaderParam("Accept-Language") String languages,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Caller caller = Caller.of(identity);
        Visibility may = caller.requireParty();
        QueryParameters.refuseAll(uri.getQueryParameters());
        UUID dispute = id(id);
        if (key == null) {
            throw Problem.badRequest(
                    "idempotency_key_required",
                    "A proposal needs the header Idempotency-Key: what is accepted moves money once.");
        }
        DisputeRequest.Offered offered = DisputeRequest.offered(body, json, settings);
        return desk.propose(dispute, offered, actor(caller, may, key, languages, "propose " + id, body));
    }

    @POST
    @Path("{id}/proposals/{pid}/accept")
    @Operation(
            operationId = "acceptProposal",
            summary = "Accept a proposal",
            description = "By the other side only. It is the agreement then: its refund runs by itself within the"
                    + " limits of the refund policy, its other promises are followed up. Refused with 409"
                    + " own_proposal, proposal_not_open, dispute_closed, or as the refund would be:"
                    + " refund_exceeds_charge, under_chargeback; 403 same_person where the desk speaks for"
                    + " both. Scopes: cardholder, merchant:write, desk:write.")
    @SecurityRequirement(
            name = "bearer",
            scopes = {"cardholder", "merchant:write", "desk:write"})
    @RequestBody(content = @Content(schema = @Schema(implementation = DisputeRequest.StepBody.class)))
    @APIResponse(
            responseCode = "200",
            description = "The dispute with its agreement.",
            content = @Content(schema = @Schema(implementation = DisputeAnswer.class)))
    @APIResponse(responseCode = "404", description = "No such dispute or proposal, or not yours.")
    public Uni<Response> accept(
            @PathParam("id") String id,
            @PathParam("pid") String pid,
            byte[] body,
            @HeaderParam("Idempotency-Key") String key,
            @HeaderParam("Accept-Language") String languages,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Caller caller = Caller.of(identity);
        Visibility may = caller.requireParty();
        QueryParameters.refuseAll(uri.getQueryParameters());
        UUID dispute = id(id);
        UUID proposal = TypeId.parse(TypeId.PROPOSAL, pid).orElseThrow(Problem::notFound);
        DisputeRequest.Said said = DisputeRequest.step(body, json, settings);
        return rulings.accept(dispute, proposal, said, actor(caller, may, key, languages, "accept " + id + pid, body));
    }

    @POST
    @Path("{id}/proposals/{pid}/decline")
    @Operation(
            operationId = "declineProposal",
            summary = "Decline a proposal",
            description = "By the other side only; it is the turn of whoever made it then. Refused with 409"
                    + " own_proposal, proposal_not_open or dispute_closed. Scopes: cardholder, merchant:write,"
                    + " desk:write.")
    @SecurityRequirement(
            name = "bearer",
            scopes = {"cardholder", "merchant:write", "desk:write"})
    @RequestBody(content = @Content(schema = @Schema(implementation = DisputeRequest.StepBody.class)))
    @APIResponse(
            responseCode = "200",
            description = "The dispute.",
            content = @Content(schema = @Schema(implementation = DisputeAnswer.class)))
    @APIResponse(responseCode = "404", description = "No such dispute or proposal, or not yours.")
    public Uni<Response> decline(
            @PathParam("id") String id,
            @PathParam("pid") String pid,
            byte[] body,
            @HeaderParam("Idempotency-Key") String key,
            @HeaderParam("Accept-Language") String languages,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Caller caller = Caller.of(identity);
        Visibility may = caller.requireParty();
        QueryParameters.refuseAll(uri.getQueryParameters());
        UUID dispute = id(id);
        UUID proposal = TypeId.parse(TypeId.PROPOSAL, pid).orElseThrow(Problem::notFound);
        DisputeRequest.Said said = DisputeRequest.step(body, json, settings);
        return desk.decline(dispute, proposal, said, actor(caller, may, key, languages, "decline " + id + pid, body));
    }

    @POST
    @Path("{id}/escalate")
    @Operation(
            operationId = "escalateDispute",
            summary = "Take a dispute to the next stage",
            description = "By the side whose step it is, with its required evidence: the cardholder to chargeback"
                    + " and pre-arbitration, the merchant to representment, either to arbitration and legal"
                    + " action; also from a decision by whoever lost. From the chargeback on the card's bank"
                    + " claims back what is left of the claim, and no refund is taken meanwhile. Refused with"
                    + " 409 dispute_closed, not_your_step, nothing_beyond, evidence_missing (missing tells"
                    + " what) or nothing_left_to_claim. Scopes: cardholder, merchant:write, desk:write.")
    @SecurityRequirement(
            name = "bearer",
            scopes = {"cardholder", "merchant:write", "desk:write"})
    @RequestBody(content = @Content(schema = @Schema(implementation = DisputeRequest.StepBody.class)))
    @APIResponse(
            responseCode = "200",
            description = "The dispute.",
            content = @Content(schema = @Schema(implementation = DisputeAnswer.class)))
    @APIResponse(responseCode = "404", description = "No such dispute, or not yours.")
    public Uni<Response> escalate(
            @PathParam("id") String id,
            byte[] body,
            @HeaderParam("Idempotency-Key") String key,
            @HeaderParam("Accept-Language") String languages,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Caller caller = Caller.of(identity);
        Visibility may = caller.requireParty();
        QueryParameters.refuseAll(uri.getQueryParameters());
        UUID dispute = id(id);
        DisputeRequest.Said said = DisputeRequest.step(body, json, settings);
        return rulings.escalate(dispute, said, actor(caller, may, key, languages, "escalate " + id, body));
    }

    @POST
    @Path("{id}/withdraw")
    @Operation(
            operationId = "withdrawDispute",
            summary = "Withdraw a dispute",
            description = "By the side that opened it, or the desk. What was claimed back is claimed no longer."
                    + " Refused with 409 dispute_closed or not_your_claim. Scopes: cardholder, merchant:write,"
                    + " desk:write.")
    @SecurityRequirement(
            name = "bearer",
            scopes = {"cardholder", "merchant:write", "desk:write"})
    @RequestBody(content = @Content(schema = @Schema(implementation = DisputeRequest.StepBody.class)))
    @APIResponse(
            responseCode = "200",
            description = "The dispute.",
            content = @Content(schema = @Schema(implementation = DisputeAnswer.class)))
    @APIResponse(responseCode = "404", description = "No such dispute, or not yours.")
    public Uni<Response> withdraw(
            @PathParam("id") String id,
            byte[] body,
            @HeaderParam("Idempotency-Key") String key,
            @HeaderParam("Accept-Language") String languages,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Caller caller = Caller.of(identity);
        Visibility may = caller.requireParty();
        QueryParameters.refuseAll(uri.getQueryParameters());
        UUID dispute = id(id);
        DisputeRequest.Said said = DisputeRequest.step(body, json, settings);
        return desk.withdraw(dispute, said, actor(caller, may, key, languages, "withdraw " + id, body));
    }

    @POST
    @Path("{id}/decide")
    @Operation(
            operationId = "decideDispute",
            summary = "Decide a dispute, or reverse a decision",
            description = "What the desk, the scheme or a court has decided: for the cardholder the claim, or a"
                    + " part of it, goes back as far as it has not gone back yet; for the merchant it does not."
                    + " The verdict tells it. Deciding the other way later is a reversal. Refused with 409"
                    + " dispute_closed or claim_exceeds_charge; 422 currency_mismatch. Scope: desk:approve.")
    @SecurityRequirement(name = "bearer", scopes = "desk:approve")
    @RequestBody(
            required = true,
            content = @Content(schema = @Schema(implementation = DisputeRequest.DecidedBody.class)))
    @APIResponse(
            responseCode = "200",
            description = "The dispute.",
            content = @Content(schema = @Schema(implementation = DisputeAnswer.class)))
    @APIResponse(responseCode = "404", description = "No such dispute, or not yours.")
    public Uni<Response> decide(
            @PathParam("id") String id,
            byte[] body,
            @HeaderParam("Idempotency-Key") String key,
            @HeaderParam("Accept-Language") String languages,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Caller caller = Caller.of(identity);
        Visibility may = caller.requireApprove();
        QueryParameters.refuseAll(uri.getQueryParameters());
        caller.require(Scope.DESK_APPROVE);
        UUID dispute = id(id);
        DisputeRequest.Decided decided = DisputeRequest.decided(body, json, settings);
        return rulings.decide(dispute, decided, actor(caller, may, key, languages, "decide " + id, body));
    }

    @POST
    @Path("{id}/follow-ups")
    @Operation(
            operationId = "postFollowUp",
            summary = "Tell what became of it",
            description = "After the end: whether a promise was kept, with what shows it; whether the customer is"
                    + " satisfied; what keeps it from happening again. Refused with 409 dispute_open,"
                    + " follow_up_ended or follow_up_of_refund. Scopes: cardholder, merchant:write, desk:write.")
    @SecurityRequirement(
            name = "bearer",
            scopes = {"cardholder", "merchant:write", "desk:write"})
    @RequestBody(
            required = true,
            content = @Content(schema = @Schema(implementation = DisputeRequest.FollowedBody.class)))
    @APIResponse(
            responseCode = "201",
            description = "The dispute.",
            content = @Content(schema = @Schema(implementation = DisputeAnswer.class)))
    @APIResponse(responseCode = "404", description = "No such dispute, or not yours.")
    public Uni<Response> followUp(
            @PathParam("id") String id,
            byte[] body,
            @HeaderParam("Idempotency-Key") String key,
            @HeaderParam("Accept-Language") String languages,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Caller caller = Caller.of(identity);
        Visibility may = caller.requireParty();
        QueryParameters.refuseAll(uri.getQueryParameters());
        UUID dispute = id(id);
        DisputeRequest.Followed followed = DisputeRequest.followed(body, json, settings);
        return desk.followUp(dispute, followed, actor(caller, may, key, languages, "follow up " + id, body));
    }

    private DisputeDesk.Actor actor(
            Caller caller, Visibility may, String key, String languages, String what, byte[] body) {
        return new DisputeDesk.Actor(
                party(may),
                caller.actor(),
                may,
                idempotency.key(caller.keys(may), key, Idempotency.request(what, body == null ? new byte[0] : body)),
                Language.of(languages));
    }

    /** On whose side whoever sees this stands. */
    static Party party(Visibility may) {
        if (may instanceof Visibility.OfCards) {
            return Party.CARDHOLDER;
        }
        return may instanceof Visibility.OfMerchant ? Party.MERCHANT : Party.DESK;
    }

    private static UUID id(String text) {
        return TypeId.parse(TypeId.DISPUTE, text).orElseThrow(Problem::notFound);
    }
}
