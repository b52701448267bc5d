package org.paywitness.observation;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.paywitness.access.Caller;
import org.paywitness.access.Visibility;
import org.paywitness.id.TypeId;
import org.paywitness.problem.Problem;
import org.paywitness.transaction.Answers;
import org.paywitness.transaction.QueryParameters;
import org.paywitness.transaction.Transaction;
import org.paywitness.transaction.Transactions;
import org.paywitness.transaction.VerdictAnswer;
import org.paywitness.verdict.Policy;

/** What every source said about one transaction. */
@Path("/v1/transactions/{id}/observations")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Transactions")
@SecurityRequirement(
        name = "bearer",
        scopes = {"cardholder", "merchant:read", "desk:read"})
public class TestimonyResource {
    /** The most observations that one answer lists. */
    @ConfigProperty(name = "paywitness.observations.max-listed", defaultValue = "1000")
    int maxListed;

    private final Pool pool;
    private final Transactions transactions;
    private final RegionReader reader;
    private final Policy policy;

    TestimonyResource(Pool pool, Transactions transactions, RegionReader reader, Policy policy) {
        this.pool = pool;
        this.transactions = transactions;
        this.reader = reader;
        this.policy = policy;
    }

    @GET
    @Operation(
            operationId = "listObservations",
            summary = "What every source said",
            description = "In the order heard. Scopes: cardholder, merchant:read, desk:read.")
    @APIResponse(
            responseCode = "200",
            description = "The observations.",
            content = @Content(schema = @Schema(ref = "#/components/schemas/ObservationPage")))
    @APIResponse(responseCode = "404", description = "Not there, or not yours.")
    public Uni<Response> observations(
            @PathParam("id") String id,
            @HeaderParam("If-None-Match") String known,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Visibility visibility = Caller.of(identity).requireRead();
        QueryParameters.refuseAll(uri.getQueryParameters());
        UUID transaction = TypeId.parse(TypeId.TRANSACTION, id).orElseThrow(Problem::notFound);
        return surviving(transaction, visibility)
                .chain(survivor -> reader.byTransaction(pool, survivor.id(), maxListed))
                .map(this::answer)
                .map(page -> Answers.ok(page, page.toString(), known));
    }

    private Uni<Transaction> surviving(UUID id, Visibility visibility) {
        return transactions.byIds(pool, List.of(id)).chain(found -> {
            if (found.isEmpty()) {
                throw Problem.notFound();
            }
            Transaction t = found.get(0);
            if (t.mergedInto() != null) {
                return surviving(t.mergedInto(), visibility);
            }
            if (!visibility.shows(t.reference().merchantId(), t.card().token())) {
                throw Problem.notFound();
            }
            return Uni.createFrom().item(t);
        });
    }

    private ObjectNode answer(List<Kept> kept) {
        ObjectNode page = JsonNodeFactory.instance.objectNode();
        ArrayNode data = page.putArray("data");
        for (Kept k : kept) {
            ObjectNode node = data.addObject();
            node.put("id", TypeId.format(TypeId.OBSERVATION, k.id()));
            node.setAll(ObservationJson.write(k.said(), policy.zone()));
            node.put("heard_at", VerdictAnswer.time(k.heardAt(), policy.zone()));
            if (k.weakly()) {
                node.put("matched_by", "card_amount_time");
            }
            if (k.said().statement() != null) {
                node.put("statement_id", k.said().statement());
            }
        }
        page.putNull("next_cursor");
        return page;
    }
}
