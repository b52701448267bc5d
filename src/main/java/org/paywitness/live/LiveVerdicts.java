package org.paywitness.live;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.quarkus.vertx.http.runtime.security.QuarkusHttpUser;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.MultivaluedHashMap;
import jakarta.ws.rs.core.MultivaluedMap;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.paywitness.access.Caller;
import org.paywitness.access.Visibility;
import org.paywitness.explanation.Language;
import org.paywitness.id.TypeId;
import org.paywitness.problem.Problem;
import org.paywitness.problem.ProblemAnswer;
import org.paywitness.transaction.QueryParameters;
import org.paywitness.transaction.Seen;
import org.paywitness.transaction.Watchers;

/**
 * {@code GET /v1/transactions/{id}/live}: the verdict now and at each change. A route below REST, whose context would
 * weigh more than all else that a waiting client needs; who asks is known by the same token, and refused in the same words.
 */
@Singleton
class LiveVerdicts {
    private static final String PATH = "/v1/transactions/:id/live";
    private static final String EVENTS = "text/event-stream";
    private static final int MAX_LAST_ID = 64;

    private final LiveStreams streams;
    private final Watchers watchers;
    private final LiveSettings settings;
    private final ObjectMapper json;
    private final Clock clock;
    private final Vertx vertx;

    LiveVerdicts(
            LiveStreams streams,
            Watchers watchers,
            LiveSettings settings,
            ObjectMapper json,
            Clock clock,
            Vertx vertx) {
        this.streams = streams;
        this.watchers = watchers;
        this.settings = settings;
        this.json = json;
        this.clock = clock;
        this.vertx = vertx;
    }

    void register(@Observes Router router) {
        router.route(PATH).handler(this::handle);
    }

    private void handle(RoutingContext context) {
        try {
            open(context);
        } catch (Problem problem) {
            ProblemAnswer.send(context, problem);
        }
    }

    private void open(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (request.method() != HttpMethod.GET) {
            context.response().putHeader(HttpHeaders.ALLOW, HttpMethod.GET.name());
            throw Problem.of(405, "method_not_allowed", "This method does not work here.");
        }
        Caller caller = caller(context);
        requireEvents(request.getHeader(HttpHeaders.ACCEPT));
        Visibility visibility = caller.requireRead();
        if (request.query() != null) {
            QueryParameters.refuseAll(parameters(request));
        }
        UUID id = TypeId.parse(TypeId.TRANSACTION, context.pathParam("id")).orElseThrow(Problem::notFound);
        String client = caller.quotaKey();
        streams.enter(client);
        LiveStream stream = new LiveStream(
                context.response(),
                request.connection(),
                visibility,
                Language.of(request.getHeader(HttpHeaders.ACCEPT_LANGUAGE)),
                json,
                endsAt(caller),
                lastId(request));
        stream.watches(watchers.watch(id, stream));
        streams.add(stream);
        context.addEndHandler(end -> {
            streams.remove(stream);
            stream.close();
            streams.exit(client);
        });
        begin(
                context,
                stream,
                visibility,
                System.nanoTime() + settings.patience().toNanos());
    }

    private void begin(RoutingContext context, LiveStream stream, Visibility visibility, long patienceEnds) {
        watchers.look(stream.watch()).onComplete(first -> {
            if (context.response().ended() || context.response().closed()) {
                return;
            }
            Seen seen = first.result();
            if (first.failed() && System.nanoTime() < patienceEnds && !streams.isLeaving()) {
                // Where a process has gone all of its clients come at once, and a browser that is refused comes no
                // more.
                vertx.setTimer(retryMillis(), timer -> begin(context, stream, visibility, patienceEnds));
            } else if (first.failed()) {
                ProblemAnswer.send(context, first.cause());
            } else if (seen == null || !seen.isVisible(visibility)) {
                ProblemAnswer.send(context, Problem.notFound());
            } else {
                context.response()
                        .putHeader(HttpHeaders.CONTENT_TYPE, EVENTS)
                        .putHeader(
                                HttpHeaders.CONTENT_LANGUAGE, stream.language().tag())
                        .putHeader(HttpHeaders.VARY, "Accept-Language")
                        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                        // What stands in between must not collect it.
                        .putHeader("X-Accel-Buffering", "no");
                stream.open(seen, retryMillis());
                if (streams.isLeaving()) {
                    stream.end(true);
                }
            }
        });
    }

    private static Caller caller(RoutingContext context) {
        if (context.user() instanceof QuarkusHttpUser user) {
            return Caller.of(user.getSecurityIdentity());
        }
        throw Problem.unauthorized("A bearer token is required.");
    }

    private static void requireEvents(String accept) {
        if (accept != null && !accept.contains(EVENTS) && !accept.contains("text/*") && !accept.contains("*/*")) {
            throw Problem.of(406, "not_acceptable", "We cannot answer in a form that Accept allows.");
        }
    }

    // Those of the request have the id of the path among them.
    private static MultivaluedMap<String, String> parameters(HttpServerRequest request) {
        MultivaluedMap<String, String> parameters = new MultivaluedHashMap<>();
        new QueryStringDecoder(request.query(), false).parameters().forEach(parameters::addAll);
        return parameters;
    }

    private static String lastId(HttpServerRequest request) {
        String id = request.getHeader("Last-Event-ID");
        return id == null || id.length() > MAX_LAST_ID ? null : id;
    }

    // Without an end of its own a token is good for one request: this one, as long as any.
    private long endsAt(Caller caller) {
        Instant most = clock.instant().plus(settings.maxDuration());
        Instant until = caller.until();
        return (until == null || until.isAfter(most) ? most : until).toEpochMilli();
    }

    // Not all at the same moment, when a process stops or is started anew.
    private long retryMillis() {
        long retry = Math.max(2, settings.retry().toMillis());
        return retry / 2 + ThreadLocalRandom.current().nextLong(retry);
    }
}
