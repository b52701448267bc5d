package org.paywitness.http;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import java.util.concurrent.ThreadLocalRandom;
import org.paywitness.card.CardNumbers;
import org.paywitness.log.LogFields;
import org.paywitness.problem.Problem;
import org.paywitness.problem.ProblemAnswer;

/** Every answer has an {@code X-Request-Id}: the caller's, where it is a sane one, else ours. */
class RequestIds {
    static final String HEADER = "X-Request-Id";
    static final int MAX_LENGTH = 64;

    /** First of all, before authentication (200): refusals have it too. */
    static final int PRIORITY = 400;

    void register(@Observes Filters filters) {
        filters.register(RequestIds::handle, PRIORITY);
    }

    private static void handle(RoutingContext context) {
        String given = context.request().getHeader(HEADER);
        String id = isSane(given) ? given : generate();
        context.response().putHeader(HEADER, id);
        LogFields.ofRequest(id);
        LogFields.aboutPath(context.request().path());
        String uri = context.request().uri();
        if (uri.indexOf('%') >= 0 && !isDecodable(uri)) {
            ProblemAnswer.send(
                    context,
                    Problem.badRequest("invalid_request", "The address holds a NUL, or a percent sign alone."));
            return;
        }
        context.next();
    }

    // NUL has no place in any of our paths or parameters, and PostgreSQL could not hold it.
    private static boolean isDecodable(String uri) {
        for (int at = uri.indexOf('%'); at >= 0; at = uri.indexOf('%', at + 1)) {
            if (at + 2 >= uri.length()
                    || Character.digit(uri.charAt(at + 1), 16) < 0
                    || Character.digit(uri.charAt(at + 2), 16) < 0
                    || uri.startsWith("%00", at)) {
                return false;
            }
        }
        return true;
    }

    static boolean isSane(String id) {
        if (id == null || id.isEmpty() || id.length() > MAX_LENGTH) {
            return false;
        }
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            boolean sane =
                    c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || "._-".indexOf(c) >= 0;
            if (!sane) {
                return false;
            }
        }
        return id.equals(CardNumbers.mask(id));
    }

    // To find a request in the logs, not a secret: unique is enough.
    private static String generate() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return Long.toHexString(random.nextLong()) + Long.toHexString(random.nextLong());
    }
}
