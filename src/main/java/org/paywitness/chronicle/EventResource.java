package org.paywitness.chronicle;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import org.paywitness.event.CloudEvent;
import org.paywitness.id.TypeId;
import org.paywitness.problem.Problem;
import org.paywitness.transaction.Answers;
import org.paywitness.transaction.QueryParameters;

/** Everything that changes, in one order, for whoever keeps a cursor. */
@Path("/v1/events")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Events")
@SecurityRequirement(
        name = "bearer",
        scopes = {"merchant:read", "desk:read"})
public class EventResource {
    private static final Set<String> PARAMETERS = Set.of("cursor", "limit", "type");
    private static final int MAX_TYPES = 20;

    private final Events events;
    private final ObjectMapper json;

    EventResource(Events events, ObjectMapper json) {
        this.events = events;
        this.json = json;
    }

    /** Some events that follow each other. */
    @Schema(name = "EventPage")
    public record Page(
            @Schema(required = true) List<CloudEvent> data,
            @Schema(required = true, description = "Where to go on reading, now or later; never null.")
                    String nextCursor,
            @Schema(
                            required = true,
                            description =
                                    "Whether to go on at once: there may be more already, also after an empty page.")
                    boolean hasMore) {}

    @GET
    @Operation(
            operationId = "listEvents",
            summary = "What has changed, oldest first",
            description = "In one order that never changes: whoever goes on with next_cursor misses nothing and gets"
                    + " nothing twice; of one thing, in the order of its changes. Merchants get what is theirs, the desk"
                    + " gets all. What is older than paywitness.retention.events has left."
                    + " Scopes: merchant:read, desk:read.")
    @Parameter(
            name = "cursor",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.STRING),
            description = "The next_cursor of the page before; absent: from the first event that is kept.")
    @Parameter(
            name = "limit",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "200", defaultValue = "50"))
    @Parameter(
            name = "type",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.STRING, examples = "verdict.changed,refund.succeeded"),
            description = "Only events of these types, separated by commas; at most 20.")
    @APIResponse(
            responseCode = "200",
            description = "A page.",
            content = @Content(schema = @Schema(implementation = Page.class)))
    @APIResponse(responseCode = "304", description = "Not changed since the answer with this entity tag.")
    public Uni<Response> list(
            @HeaderParam("If-None-Match") String known, @Context UriInfo uri, @Context SecurityIdentity identity) {
        Visibility visibility = visibility(Caller.of(identity));
        QueryParameters parameters = new QueryParameters(uri.getQueryParameters(), PARAMETERS);
        int limit = parameters.integer("limit", 50, 1, 200);
        long after = position(parameters.cursor("cursor"));
        String merchant = visibility instanceof Visibility.OfMerchant of ? of.merchantId() : null;
        return events.after(after, merchant, types(parameters.text("type")), limit)
                .map(page -> answer(page, known));
    }

    private Response answer(Events.Page page, String known) {
        String cursor = TypeId.format(TypeId.CURSOR, new UUID(0, page.next()));
        try {
            String content = json.writeValueAsString(new Page(page.events(), cursor, page.more()));
            return Answers.ok(content, content, known);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Visibility visibility(Caller caller) {
        caller.require(Scope.DESK_READ, Scope.MERCHANT_READ);
        Visibility visibility = caller.requireRead();
        if (visibility instanceof Visibility.OfCards) {
            throw Problem.forbidden("insufficient_scope", "Events need the claim merchant_id with merchant:read.");
        }
        return visibility;
    }

    // Cursors of other lists are ids, which begin with a time.
    private static long position(UUID cursor) {
        if (cursor == null) {
            return 0;
        }
        if (cursor.getMostSignificantBits() != 0 || cursor.getLeastSignificantBits() < 0) {
            throw Problem.badRequest("invalid_cursor", "The cursor is not one of ours.")
                    .at("?cursor", "must be the next_cursor of a page");
        }
        return cursor.getLeastSignificantBits();
    }

    private static List<String> types(String text) {
        if (text == null) {
            return null;
        }
        List<String> types = List.of(text.split(",", -1));
        if (types.size() > MAX_TYPES || !types.stream().allMatch(type -> type.matches("[a-z_]+\\.[a-z_]+"))) {
            throw Problem.invalid("?type", "must be 1 to " + MAX_TYPES + " types of events, separated by commas");
        }
        return types;
    }
}
