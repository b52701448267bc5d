package org.paywitness.http;

import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/**
 * A process that was told to stop is not ready from then on and serves for {@code quarkus.shutdown.delay}. Meanwhile each
 * answer ends its connection: a load balancer only sends new connections elsewhere, and a request on an old one would
 * be lost when we close it.
 */
@Singleton
class Leaving {
    /** Before all others, so that whatever they answer goes through here. */
    private static final int PRIORITY = RequestIds.PRIORITY + 1;

    /** Of RFC 9113, section 7. */
    private static final long NO_ERROR = 0;

    private volatile boolean leaving;

    void begin(@Observes ShutdownDelayInitiatedEvent event) {
        leaving = true;
    }

    void register(@Observes Filters filters) {
        filters.register(this::handle, PRIORITY);
    }

    private void handle(RoutingContext context) {
        if (context.request().version() == HttpVersion.HTTP_2) {
            context.addEndHandler(end -> goAway(context));
        } else {
            // Also for what came before: the answer may go out when we are about to close.
            context.addHeadersEndHandler(head -> {
                if (leaving) {
                    context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
                }
            });
        }
        context.next();
    }

    // HTTP/2 knows no such header. GOAWAY asks for no further streams, and one that is already on its way is served.
    private void goAway(RoutingContext context) {
        if (leaving) {
            context.request().connection().goAway(NO_ERROR);
        }
    }
}
