package org.paywitness.dev;

import io.quarkus.arc.profile.IfBuildProfile;
import io.smallrye.common.annotation.NonBlocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.paywitness.problem.Problem;

/** Hands out tokens to developers, for whatever they ask: in dev and test only, absent from the artifact. */
@Path("/dev/tokens")
@IfBuildProfile(anyOf = {"dev", "test"})
public class DevTokenResource {
    private static final long DEFAULT_LIFETIME_SECONDS = Duration.ofHours(12).toSeconds();
    private static final long MAX_LIFETIME_SECONDS = Duration.ofDays(365).toSeconds();

    private final DevTokens tokens;

    DevTokenResource(DevTokens tokens) {
        this.tokens = tokens;
    }

    /** What the token shall say. Only {@code scope} is required. */
    public record Wish(
            String scope, String merchantId, Set<String> cards, String sub, String clientId, Long lifetimeSeconds) {}

    /** RFC 6749 section 5.1. */
    public record Token(String accessToken, String tokenType, long expiresIn) {}

    @POST
    @NonBlocking
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(hidden = true)
    public Token create(Wish wish) {
        if (wish == null || wish.scope == null || wish.scope.isBlank()) {
            throw Problem.invalid("/scope", "is required, such as \"merchant:read merchant:write\"");
        }
        long lifetime = wish.lifetimeSeconds == null ? DEFAULT_LIFETIME_SECONDS : wish.lifetimeSeconds;
        if (lifetime < 1 || lifetime > MAX_LIFETIME_SECONDS) {
            throw Problem.invalid("/lifetime_seconds", "must be between 1 and " + MAX_LIFETIME_SECONDS);
        }
        String token = tokens.sign(new DevTokens.Claims(
                wish.scope,
                wish.merchantId,
                wish.cards == null ? List.of() : List.copyOf(wish.cards),
                wish.sub == null ? "dev" : wish.sub,
                wish.clientId == null ? "dev" : wish.clientId,
                Duration.ofSeconds(lifetime)));
        return new Token(token, "Bearer", lifetime);
    }
}
