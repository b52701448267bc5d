package org.paywitness.card;

import io.quarkus.security.identity.SecurityIdentity;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.paywitness.access.Caller;
import org.paywitness.problem.Problem;
import org.paywitness.transaction.QueryParameters;

/** A card number in, a token out. The number is neither stored nor logged nor repeated. */
@Path("/v1/card-tokens")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Sources")
@SecurityRequirement(
        name = "bearer",
        scopes = {"feed", "desk:read", "desk:write"})
public class CardTokenResource {
    private final CardTokens tokens;

    CardTokenResource(CardTokens tokens) {
        this.tokens = tokens;
    }

    /** The card number. */
    @Schema(name = "CardNumber")
    public record Given(
            @Schema(required = true, description = "12 to 19 digits, Luhn-valid", examples = "6228480402564890018")
                    String pan) {
        @Override
        public String toString() {
            return "Given[pan=…]";
        }
    }

    /** The token and what may be shown of the card. */
    @Schema(name = "CardToken")
    public record Made(
            @Schema(required = true) String token,
            @Schema(required = true, description = "Under older keys, so that what was kept under them is found.")
                    List<String> previousTokens,
            @Schema(required = true) String first6,
            @Schema(required = true) String last4) {}

    @POST
    @Operation(
            operationId = "postCardToken",
            summary = "A token for a card number",
            description = "The same card gives the same token. Scopes: feed, desk:read, desk:write.")
    @APIResponse(
            responseCode = "200",
            description = "The token.",
            content = @Content(schema = @Schema(implementation = Made.class)))
    public Response post(Given given, @Context UriInfo uri, @Context SecurityIdentity identity) {
        Caller.of(identity).requireCardTokens();
        QueryParameters.refuseAll(uri.getQueryParameters());
        if (given == null) {
            throw Problem.invalid("", "must be an object");
        }
        CardTokens.Tokenized made = tokens.tokenize(given.pan());
        return Response.ok(new Made(made.token(), made.previousTokens(), made.first6(), made.last4()))
                .header("Cache-Control", "no-store")
                .build();
    }
}
