package org.paywitness.access;

import io.quarkus.oidc.runtime.OidcAuthenticationMechanism;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.request.AnonymousAuthenticationRequest;
import io.quarkus.security.identity.request.AuthenticationRequest;
import io.quarkus.security.identity.request.TokenAuthenticationRequest;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticationMechanism;
import io.quarkus.vertx.http.runtime.security.HttpCredentialTransport;
import io.quarkus.vertx.http.runtime.security.QuarkusHttpUser;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.Set;
import java.util.function.BiConsumer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.paywitness.problem.Problem;
import org.paywitness.problem.ProblemAnswer;

/**
 * Bearer tokens (RFC 6750), verified by Quarkus OIDC once and remembered by {@link TokenCache}. The identity holds the
 * {@link Caller} and nothing of the request or the token. Where no token is needed none is looked at: an old one that
 * an app sends everywhere does no harm, and a bad one costs nothing.
 */
@Singleton
class TokenAuthentication implements HttpAuthenticationMechanism {
    private static final String WWW_AUTHENTICATE = "WWW-Authenticate";
    private static final String SCHEME = "Bearer ";

    /** As Quarkus' own, without what a refusal of the token would need. */
    private static final BiConsumer<RoutingContext, Throwable> FAIL = (context, failure) -> {
        if (!context.failed()) {
            context.fail(failure);
        }
    };

    private final OidcAuthenticationMechanism oidc;
    private final TokenCache cache;
    private final Set<String> publicPaths;

    TokenAuthentication(
            OidcAuthenticationMechanism oidc,
            TokenCache cache,
            @ConfigProperty(name = "quarkus.http.auth.permission.public.paths") Set<String> publicPaths) {
        this.oidc = oidc;
        this.cache = cache;
        this.publicPaths = publicPaths;
    }

    @Override
    public Uni<SecurityIdentity> authenticate(RoutingContext context, IdentityProviderManager identityProviders) {
        String token = token(context);
        if (token == null) {
            return Uni.createFrom().nullItem();
        }
        if (isPublic(context.request().path())) {
            // Not null: that would leave the token to the next mechanism.
            return identityProviders.authenticate(AnonymousAuthenticationRequest.INSTANCE);
        }
        SecurityIdentity known = cache.find(token);
        if (known != null) {
            // Where the token may yet be refused Quarkus works out the template of the path for the metrics, from
            // a table of all paths that it makes anew each time: a tenth of a look-up. This one will not be refused.
            context.put(QuarkusHttpUser.AUTH_FAILURE_HANDLER, FAIL);
            return Uni.createFrom().item(known);
        }
        return oidc.authenticate(context, identityProviders)
                .onItem()
                .ifNotNull()
                .transform(verified -> cache.keep(token));
    }

    // Exactly, or below one that ends in a wildcard, as the permission itself reads them. Whatever is taken for public
    // here by mistake is asked without a token and refused.
    private boolean isPublic(String path) {
        int slash = path.lastIndexOf('/');
        return publicPaths.contains(path) || slash > 0 && publicPaths.contains(path.substring(0, slash) + "/*");
    }

    private static String token(RoutingContext context) {
        String header = context.request().getHeader(HttpHeaders.AUTHORIZATION);
        if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return null;
        }
        String token = header.substring(SCHEME.length()).strip();
        return token.isEmpty() ? null : token;
    }

    @Override
    public Uni<ChallengeData> getChallenge(RoutingContext context) {
        return Uni.createFrom().item(new ChallengeData(401, WWW_AUTHENTICATE, challenge(context)));
    }

    @Override
    public Uni<Boolean> sendChallenge(RoutingContext context) {
        context.response().putHeader(WWW_AUTHENTICATE, challenge(context));
        ProblemAnswer.send(
                context,
                Problem.unauthorized(
                        token(context) == null
                                ? "A bearer token is required."
                                : "The bearer token is not valid here, or no longer."));
        return Uni.createFrom().item(true);
    }

    // RFC 6750 section 3: an error is named only to who sent a token.
    private static String challenge(RoutingContext context) {
        return token(context) == null ? "Bearer" : "Bearer error=\"invalid_token\"";
    }

    @Override
    public Set<Class<? extends AuthenticationRequest>> getCredentialTypes() {
        return Set.of(TokenAuthenticationRequest.class);
    }

    @Override
    public Uni<HttpCredentialTransport> getCredentialTransport(RoutingContext context) {
        return Uni.createFrom().item(new HttpCredentialTransport(HttpCredentialTransport.Type.AUTHORIZATION, "bearer"));
    }

    /** Before the mechanism of OIDC, which then has nothing left to do. */
    @Override
    public int getPriority() {
        return DEFAULT_PRIORITY + 100;
    }
}
