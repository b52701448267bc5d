package org.paywitness.problem;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.Json;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;

/** Answers with a problem where a request never gets as far as a resource. */
public final class ProblemAnswer {
    /** Seconds after which an overloaded or unreachable part is worth asking again, unless the problem says other. */
    private static final int DEFAULT_RETRY_AFTER_SECONDS = 5;

    private static final String CODE = ProblemAnswer.class.getName();

    private ProblemAnswer() {}

    /** The code of the problem that a request was answered with; null where it was none. */
    public static String code(RoutingContext context) {
        return context.get(CODE);
    }

    static void note(RoutingContext context, Problem problem) {
        context.put(CODE, problem.code());
    }

    /** Ends the request. Headers that are set already stay. */
    public static void send(RoutingContext context, Problem problem) {
        HttpServerResponse response = context.response();
        if (response.ended()) {
            return;
        }
        note(context, problem);
        Map<String, Object> document = ProblemDocument.of(
                problem, context.request().path(), context.request().getHeader(HttpHeaders.ACCEPT_LANGUAGE));
        if (retryAfter(problem) != null && !response.headers().contains(HttpHeaders.RETRY_AFTER)) {
            response.putHeader(HttpHeaders.RETRY_AFTER, retryAfter(problem));
        }
        response.setStatusCode(problem.status())
                .putHeader(HttpHeaders.CONTENT_TYPE, ProblemDocument.MEDIA_TYPE)
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(Json.encodeToBuffer(document));
    }

    /** The same for whatever has failed. */
    public static void send(RoutingContext context, Throwable failure) {
        Problem problem = ProblemMappers.problemOf(failure);
        if (problem.status() == 500) {
            ProblemMappers.log(failure, context);
        }
        send(context, problem);
    }

    /** The value of Retry-After for this problem, or null where trying again is pointless. */
    static String retryAfter(Problem problem) {
        Object seconds = problem.extensions().get("retry_after");
        if (seconds != null) {
            return seconds.toString();
        }
        return problem.status() == 503 || problem.status() == 429
                ? Integer.toString(DEFAULT_RETRY_AFTER_SECONDS)
                : null;
    }
}
