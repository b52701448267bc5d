package org.paywitness.access;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.quarkus.vertx.http.runtime.security.QuarkusHttpUser;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.paywitness.problem.Problem;

/**
 * Tells each authenticated caller what is left of its quota (draft-ietf-httpapi-ratelimit-headers) and refuses what
 * goes beyond with 429.
 */
@Singleton
class RateLimits {
    /** Between authentication (200) and authorization (100): 403 and 404 count too. */
    private static final int PRIORITY = 150;

    private final RateLimiter limiter;
    private final Refusals refusals;
    private final String policy;

    RateLimits(
            Refusals refusals,
            @ConfigProperty(name = "paywitness.rate-limit.requests") long requests,
            @ConfigProperty(name = "paywitness.rate-limit.window") Duration window,
            @ConfigProperty(name = "paywitness.rate-limit.max-clients") long maxClients) {
        this.refusals = refusals;
        this.limiter = requests > 0 ? new RateLimiter(requests, window, maxClients, System::nanoTime) : null;
        this.policy = limiter == null ? null : "\"default\";q=" + requests + ";w=" + limiter.windowSeconds();
    }

    void register(@Observes Filters filters) {
        if (limiter != null) {
            filters.register(this::handle, PRIORITY);
        }
    }

    private void handle(RoutingContext context) {
        Caller caller = context.user() instanceof QuarkusHttpUser user
                ? user.getSecurityIdentity().getAttribute(Caller.ATTRIBUTE)
                : null;
        if (caller == null) {
            context.next();
            return;
        }
        RateLimiter.Decision decision = limiter.ask(caller.quotaKey());
        HttpServerResponse response = context.response();
        response.putHeader("RateLimit-Policy", policy);
        response.putHeader("RateLimit", "\"default\";r=" + decision.remaining() + ";t=" + decision.resetSeconds());
        if (decision.allowed()) {
            context.next();
            return;
        }
        response.putHeader(HttpHeaders.RETRY_AFTER, Long.toString(decision.retryAfterSeconds()));
        refusals.send(
                context,
                Problem.of(429, "rate_limited", "Too many requests; see Retry-After.")
                        .with("retry_after", decision.retryAfterSeconds()));
    }
}
