package org.paywitness.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.Json;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.io.CharConversionException;
import java.io.IOException;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.paywitness.database.DatabaseFailure;

/** The one place where an exception becomes an answer. */
class ProblemMappers {
    private static final int MAX_CAUSES = 5;
    private static final int MAX_FRAMES = 30;
    private static final Logger LOG = Logger.getLogger(ProblemMappers.class);

    /** Those named have mappers of Quarkus' own, which this one goes before. */
    @ServerExceptionMapper({
        Throwable.class,
        Problem.class,
        WebApplicationException.class,
        MismatchedInputException.class,
        JsonProcessingException.class,
        UnauthorizedException.class,
        AuthenticationFailedException.class,
        ForbiddenException.class
    })
    Response map(Throwable failure, RoutingContext context) {
        if (failure instanceof WebApplicationException web && web.getResponse().getStatus() < 400) {
            return web.getResponse();
        }
        Problem problem = problemOf(failure);
        if (problem.status() == 500) {
            log(failure, context);
        }
        if (problem.status() == 401) {
            // On the response below REST: Quarkus may have put a challenge there already, and two would be one too
            // many.
            context.response().putHeader("WWW-Authenticate", challenge(problem, failure));
        }
        return answer(problem, context);
    }

    private static String challenge(Problem problem, Throwable failure) {
        if ("invalid_signature".equals(problem.code())) {
            return "Paywitness-Signature";
        }
        return failure instanceof AuthenticationFailedException ? "Bearer error=\"invalid_token\"" : "Bearer";
    }

    private static Response answer(Problem problem, RoutingContext context) {
        ProblemAnswer.note(context, problem);
        Response.ResponseBuilder response = Response.status(problem.status());
        if (ProblemAnswer.retryAfter(problem) != null) {
            response.header("Retry-After", ProblemAnswer.retryAfter(problem));
        }
        String language = context.request().getHeader(HttpHeaders.ACCEPT_LANGUAGE);
        return response.type(ProblemDocument.MEDIA_TYPE)
                .header("Cache-Control", "no-store")
                .entity(Json.encodeToBuffer(
                                ProblemDocument.of(problem, context.request().path(), language))
                        .getBytes())
                .build();
    }

    static void log(Throwable failure, RoutingContext context) {
        // The path without its query, and no messages: both may carry what no log should.
        LOG.errorf(
                "Request %s failed: %s %s%n%s",
                context.response().headers().get("X-Request-Id"),
                context.request().method(),
                context.request().path(),
                withoutMessages(failure));
    }

    private static String withoutMessages(Throwable failure) {
        StringBuilder trace = new StringBuilder();
        int depth = 0;
        for (Throwable cause = failure; cause != null && depth < MAX_CAUSES; cause = cause.getCause(), depth++) {
            trace.append(depth == 0 ? "" : "caused by ")
                    .append(cause.getClass().getName())
                    .append('\n');
            StackTraceElement[] frames = cause.getStackTrace();
            for (int i = 0; i < Math.min(frames.length, MAX_FRAMES); i++) {
                trace.append("\tat ").append(frames[i]).append('\n');
            }
        }
        return trace.toString();
    }

    static Problem problemOf(Throwable failure) {
        if (failure instanceof Problem problem) {
            return problem;
        }
        if (failure instanceof WebApplicationException web) {
            return ofWeb(web);
        }
        if (failure instanceof JsonProcessingException json) {
            return JsonProblems.of(json);
        }
        if (failure instanceof IOException && "Request too large".equals(failure.getMessage())) {
            // VertxInputStream, which has answered by itself.
            return Problem.tooLarge("The body is too large.");
        }
        if (failure instanceof CharConversionException) {
            return Problem.badRequest("malformed_json", "The body is not UTF-8.");
        }
        if (failure instanceof UnauthorizedException || failure instanceof AuthenticationFailedException) {
            return Problem.unauthorized("A valid bearer token is required.");
        }
        if (failure instanceof ForbiddenException) {
            return Problem.forbidden("insufficient_scope", "This token does not allow it.");
        }
        return ofUnexpected(failure);
    }

    private static Problem ofWeb(WebApplicationException web) {
        Throwable cause = web.getCause();
        if (cause instanceof Problem || cause instanceof JsonProcessingException) {
            return problemOf(cause);
        }
        if (web instanceof NotFoundException && cause != null) {
            // A parameter that could not be converted. An id that cannot be one throws our own 404.
            return Problem.badRequest("invalid_request", "A parameter is not of the right form.");
        }
        int status = web.getResponse().getStatus();
        return switch (status) {
            case 401 -> Problem.unauthorized("A valid bearer token is required.");
            case 403 -> Problem.forbidden("insufficient_scope", "This token does not allow it.");
            case 404 -> Problem.notFound();
            case 405 -> Problem.of(405, "method_not_allowed", "This method does not work here.");
            case 406 -> Problem.of(406, "not_acceptable", "We cannot answer in a form that Accept allows.");
            case 413 -> Problem.tooLarge("The body is too large.");
            case 415 -> Problem.of(415, "unsupported_media_type", "The body is not of a type that works here.");
            default ->
                status < 500 ? Problem.of(status, "invalid_request", "The request is not valid.") : ofUnexpected(web);
        };
    }

    private static Problem ofUnexpected(Throwable failure) {
        if (DatabaseFailure.isOutage(failure)) {
            return Problem.unavailable("database_unavailable", "The database cannot be reached. Please try again.");
        }
        if (DatabaseFailure.isUnstorable(failure)) {
            return Problem.badRequest("invalid_request", "A value holds what cannot be stored.");
        }
        if (DatabaseFailure.isGone(failure)) {
            return Problem.notFound();
        }
        return Problem.of(500, "internal_error", "Something went wrong on our side.");
    }
}
