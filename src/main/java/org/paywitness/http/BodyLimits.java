package org.paywitness.http;

import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.ws.rs.container.ContainerRequestContext;
import java.io.ByteArrayInputStream;
import java.util.Map;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.paywitness.problem.Problem;
import org.paywitness.problem.ProblemAnswer;

/**
 * How large a body may be, by what it is for. A body that says its length is refused before it is read; one in chunks
 * is refused once it has gone too far.
 */
@Singleton
class BodyLimits {
    private static final String STATEMENTS = "/v1/statements";
    private static final Pattern EVIDENCE = Pattern.compile("/v1/disputes/[^/]+/evidence/?");

    /** After the request's id (400), before authentication (200): nobody pays for what is refused anyway. */
    private static final int PRIORITY = 350;

    /** After Quarkus has noted its own, larger limit for bodies in chunks (-2), before any resource (10,000). */
    private static final int ORDER_AFTER_GLOBAL_LIMIT = -1;

    /** Where quarkus-rest looks for the limit of a body whose length is not known: VertxHttpRecorder. */
    private static final String LIMIT_WHILE_READING = "io.quarkus.max-request-size";

    private static final String BODY = BodyLimits.class.getName();

    private final long standard;
    private final long evidence;
    private final Map<String, Long> others;

    BodyLimits(
            @ConfigProperty(name = "paywitness.body-limit.default") MemorySize standard,
            @ConfigProperty(name = "paywitness.body-limit.observations") MemorySize observations,
            @ConfigProperty(name = "paywitness.body-limit.statements") MemorySize statements,
            @ConfigProperty(name = "paywitness.body-limit.notifications") MemorySize notifications,
            @ConfigProperty(name = "paywitness.body-limit.evidence") MemorySize evidence) {
        this.standard = standard.asLongValue();
        this.evidence = evidence.asLongValue();
        this.others = Map.of(
                "/v1/observations",
                observations.asLongValue(),
                STATEMENTS,
                statements.asLongValue(),
                "/acquirer/notifications",
                notifications.asLongValue());
    }

    void register(@Observes Filters filters) {
        filters.register(this::checkLength, PRIORITY);
    }

    void register(@Observes Router router) {
        router.route().order(ORDER_AFTER_GLOBAL_LIMIT).handler(this::limitChunks);
    }

    private long limit(RoutingContext context) {
        if (context.request().method() != HttpMethod.POST) {
            return standard;
        }
        return isEvidence(context)
                ? evidence
                : others.getOrDefault(context.request().path(), standard);
    }

    private static boolean isEvidence(RoutingContext context) {
        return EVIDENCE.matcher(context.request().path()).matches();
    }

    private void checkLength(RoutingContext context) {
        String length = context.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length == null || parse(length) <= limit(context)) {
            context.next();
        } else {
            refuse(context);
        }
    }

    // Whatever the version of HTTP: a body without a length. Lookups have no body at all.
    private void limitChunks(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (request.method() == HttpMethod.GET || request.headers().contains(HttpHeaders.CONTENT_LENGTH)) {
            context.next();
        } else if (STATEMENTS.equals(request.path())) {
            // Too large to be held: its reader is cut off, with a bare 413.
            context.put(LIMIT_WHILE_READING, limit(context));
            context.next();
        } else if (isEvidence(context)) {
            // Its reader refuses it with a problem, once it has listened for as long again: only then is it cut off.
            context.put(LIMIT_WHILE_READING, 3 * limit(context));
            context.next();
        } else {
            readWhole(context, limit(context));
        }
    }

    // As quarkus-rest would do next for a resource that does not block, but with a limit and a problem to tell it.
    private void readWhole(RoutingContext context, long limit) {
        Buffer body = Buffer.buffer();
        HttpServerRequest request = context.request();
        request.handler(chunk -> {
            if (context.response().ended()) {
                return;
            }
            if (body.length() + chunk.length() > limit) {
                refuse(context);
            } else {
                body.appendBuffer(chunk);
            }
        });
        request.endHandler(end -> {
            if (!context.response().ended()) {
                context.put(BODY, body);
                context.next();
            }
        });
        request.resume();
    }

    // quarkus-rest mangles a body over its own buffer (10 KiB) when it is left in the routing context, so hand it over.
    @ServerRequestFilter(preMatching = true, nonBlocking = true)
    void handOver(ContainerRequestContext request, RoutingContext context) {
        Buffer body = context.get(BODY);
        if (body != null) {
            request.setEntityStream(new ByteArrayInputStream(body.getBytes()));
        }
    }

    /** The rest of the body is not worth reading: the connection goes, once the answer is out. */
    private void refuse(RoutingContext context) {
        context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        context.addEndHandler(end -> context.request().connection().close());
        ProblemAnswer.send(context, tooLarge(limit(context)));
    }

    private static Problem tooLarge(long limit) {
        return Problem.tooLarge("The body is larger than " + limit + " bytes, which is the most here.")
                .with("limit_bytes", limit);
    }

    private static long parse(String length) {
        try {
            return Long.parseLong(length.strip());
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE;
        }
    }
}
