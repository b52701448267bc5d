package org.paywitness.lookup;

import jakarta.enterprise.inject.Instance;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.ext.Provider;
import java.util.Set;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveContainerRequestContext;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveContainerResponseFilter;

/**
 * Tells each writer where its write is, so that it can ask look-ups to have seen it. Only where there are replicas:
 * nobody else pays for the question.
 */
@Provider
public class ConsistencyFilter implements ResteasyReactiveContainerResponseFilter {
    private static final Set<String> READS = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);
    private static final int SERVER_ERROR = 500;

    private final Instance<Lookups> made;

    /** @param made with the first request: filters are there before there is a database */
    ConsistencyFilter(Instance<Lookups> made) {
        this.made = made;
    }

    @Override
    public void filter(ResteasyReactiveContainerRequestContext request, ContainerResponseContext response) {
        if (READS.contains(request.getMethod()) || response.getStatus() >= SERVER_ERROR) {
            return;
        }
        Lookups lookups = made.get();
        if (!lookups.areScaled()) {
            return;
        }
        request.suspend();
        lookups.position().onComplete(known -> {
            // Without an answer the write stands all the same, and is read of the primary.
            Position position = known.succeeded() ? known.result() : Position.BEYOND;
            response.getHeaders().putSingle(Consistency.HEADER, position.toString());
            request.resume();
        });
    }
}
