package org.paywitness.access;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.quarkus.vertx.http.runtime.filters.QuarkusRequestWrapper;
import io.quarkus.vertx.http.runtime.security.QuarkusHttpUser;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.paywitness.access.Turns.Refused;
import org.paywitness.problem.Problem;

/**
 * Works for so many requests at once and lets so many wait, the clients in turn, so that no client's burst is felt by
 * the others or grows in memory. Whoever cannot wait or has waited too long is told so: 503 with Retry-After.
 */
@Singleton
class Overload {
    /** After the rate limits (150), which cost less, and before authorization (100). */
    private static final int PRIORITY = 140;

    private static final long SWEEP_MILLIS = 50;

    /** What takes long without working for long: each has a limit of its own. */
    private static final Pattern STREAMS = Pattern.compile("/v1/statements/?|/v1/disputes/[^/]+/(evidence/?|dossier/?)"
            + "|/v1/disputes/[^/]+/evidence/[^/]+/content/?");

    /** Not ours to keep waiting: probes, metrics and descriptions. */
    private static final String OPERATIONS = "/q/";

    private static final String TRANSACTIONS = "/v1/transactions/";
    private static final String WAS_I_CHARGED = "/v1/was-i-charged";
    private static final String NOBODY = "";

    /** For a body that does not say its length: it may become as large as any. */
    private static final long UNKNOWN_BODY_PLACES = 4;

    private final Turns turns;
    private final Refusals refusals;
    private final Vertx vertx;
    private final int atOnce;
    private final int placesOfOthers;
    private final long bytesOfPlace;
    private final Map<Refused, Counter> counts = new EnumMap<>(Refused.class);

    Overload(OverloadSettings settings, Refusals refusals, Vertx vertx, MeterRegistry metrics) {
        this.refusals = refusals;
        this.vertx = vertx;
        this.atOnce = settings.atOnce();
        this.placesOfOthers = settings.placesOfOthers();
        this.bytesOfPlace = settings.bytesOfPlace().asLongValue();
        this.turns = new Turns(
                atOnce,
                settings.waiting(),
                settings.waitingOfClient(),
                settings.maxWait().toNanos(),
                System::nanoTime);
        Gauge.builder("paywitness.overload.places", turns, Turns::taken)
                .description(
                        "Places taken by the requests that are worked for: one of a look-up, several of others and for large bodies")
                .register(metrics);
        Gauge.builder("paywitness.overload.waiting", turns, Turns::waiting)
                .description("Requests that wait for their turn")
                .register(metrics);
        for (Refused why : Refused.values()) {
            counts.put(
                    why,
                    Counter.builder("paywitness.overload.refused")
                            .description("Requests answered with 503 overloaded")
                            .tag("why", why.name().toLowerCase(Locale.ROOT))
                            .register(metrics));
        }
    }

    void register(@Observes Filters filters) {
        if (atOnce > 0) {
            filters.register(this::handle, PRIORITY);
            vertx.setPeriodic(SWEEP_MILLIS, timer -> turns.sweep());
        }
    }

    private void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        String path = request.path();
        if (path.startsWith(OPERATIONS) || isHeld(request, path) || isStream(request, path)) {
            context.next();
            return;
        }
        HttpTurn turn = new HttpTurn(client(context), places(request, path), context, vertx.getOrCreateContext());
        QuarkusRequestWrapper.get(request).addRequestDoneHandler(done -> turns.leave(turn));
        turns.enter(turn);
        turn.entered = true;
    }

    // Each has limits of its own: paywitness.wait.max-waiters, paywitness.live.max-streams.
    private static boolean isHeld(HttpServerRequest request, String path) {
        return path.endsWith("/verdict") && request.headers().contains("Prefer") || path.endsWith("/live");
    }

    private static boolean isStream(HttpServerRequest request, String path) {
        boolean mayBe = path.startsWith("/v1/disputes/") || path.startsWith("/v1/statements");
        return mayBe && STREAMS.matcher(path).matches();
    }

    // What shares statements with others of its moment, and holds no connection of the pool.
    private static boolean isLookUp(String path) {
        if (!path.startsWith(TRANSACTIONS)) {
            return path.startsWith(WAS_I_CHARGED);
        }
        int end = path.indexOf('/', TRANSACTIONS.length());
        return end < 0 ? path.length() > TRANSACTIONS.length() : path.startsWith("/verdict", end);
    }

    private static String client(RoutingContext context) {
        Caller caller = context.user() instanceof QuarkusHttpUser user
                ? user.getSecurityIdentity().getAttribute(Caller.ATTRIBUTE)
                : null;
        return caller == null ? NOBODY : caller.quotaKey();
    }

    private int places(HttpServerRequest request, String path) {
        if (request.method() == HttpMethod.GET) {
            return isLookUp(path) ? 1 : Math.min(placesOfOthers, atOnce);
        }
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        long body = length == null ? UNKNOWN_BODY_PLACES : parse(length) / bytesOfPlace;
        return (int) Math.min(placesOfOthers + body, atOnce);
    }

    // Who sends no number is refused soon after.
    private static long parse(String length) {
        try {
            return Math.max(0, Long.parseLong(length.strip()));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private void refuse(RoutingContext context, Refused why) {
        counts.get(why).increment();
        refusals.send(
                context, Problem.unavailable("overloaded", "Too many requests are waiting. Try again in a moment."));
    }

    private final class HttpTurn extends Turns.Turn {
        private final RoutingContext request;
        private final Context own;
        /** Whether {@link Turns#enter} has returned; until then we are where the request came in. */
        private volatile boolean entered;

        private HttpTurn(String client, int places, RoutingContext request, Context own) {
            super(client, places);
            this.request = request;
            this.own = own;
        }

        // Somebody else's end may be our beginning, on another event loop.
        @Override
        void begin() {
            if (!entered && own == vertx.getOrCreateContext()) {
                request.next();
            } else {
                own.runOnContext(now -> request.next());
            }
        }

        @Override
        void refuse(Refused why) {
            own.runOnContext(now -> Overload.this.refuse(request, why));
        }
    }
}
