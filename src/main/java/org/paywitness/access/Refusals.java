package org.paywitness.access;

import io.quarkus.resteasy.reactive.server.runtime.ResteasyReactiveRecorder;
import io.quarkus.resteasy.reactive.server.runtime.observability.ObservabilityIntegrationRecorder;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import org.paywitness.problem.Problem;
import org.paywitness.problem.ProblemAnswer;

/**
 * Tells that there is too much of it just now, after a pause: a client that asks again at once, whatever Retry-After
 * says, would otherwise use up the processor with refusals, and its neighbours would feel it.
 */
@Singleton
class Refusals {
    private final Vertx vertx;
    private final long pauseMillis;

    Refusals(Vertx vertx, OverloadSettings settings) {
        this.vertx = vertx;
        this.pauseMillis = settings.refusalPause().toMillis();
    }

    /** To be called on the request's own context. */
    void send(RoutingContext context, Problem problem) {
        // For metrics: without it each id would be a series of its own, since no resource is ever reached.
        ObservabilityIntegrationRecorder.setTemplatePath(context, ResteasyReactiveRecorder.getCurrentDeployment());
        if (pauseMillis == 0) {
            ProblemAnswer.send(context, problem);
            return;
        }
        vertx.setTimer(pauseMillis, over -> {
            if (!context.response().closed()) {
                ProblemAnswer.send(context, problem);
            }
        });
    }
}
