package org.paywitness.acquirer;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.runtime.Startup;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.smallrye.faulttolerance.api.CircuitBreakerState;
import io.smallrye.faulttolerance.api.TypedGuard;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.util.TypeLiteral;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.eclipse.microprofile.faulttolerance.exceptions.BulkheadException;
import org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException;
import org.jboss.logging.Logger;
import org.paywitness.acquirer.Answer.InDoubt;
import org.paywitness.acquirer.Answer.NoRecord;
import org.paywitness.acquirer.Answer.NotSent;
import org.paywitness.acquirer.Answer.Processing;
import org.paywitness.acquirer.Answer.Refused;

/**
 * An acquirer behind the JSON protocol of src/docs/acquirer-protocol.md. Works on any thread, never blocks, never sends
 * twice by itself: whoever holds the order decides that.
 */
@Startup
@Singleton
class HttpAcquirer implements Acquirer {
    private static final String CALLS = "paywitness.acquirer.calls";
    private static final String INQUIRY = "inquiry";
    private static final List<String> OUTCOMES =
            List.of("succeeded", "refused", "processing", "no_record", "in_doubt", "not_sent");
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2500),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10)
    };
    private static final Logger LOG = Logger.getLogger(HttpAcquirer.class);

    private final SignedClient client;
    private final TypedGuard<Uni<Answer>> guard;
    private final ObjectMapper json;
    private final MeterRegistry meters;
    private volatile CircuitBreakerState circuit = CircuitBreakerState.CLOSED;

    /** @throws io.quarkus.runtime.configuration.ConfigurationException when the settings cannot work */
    @Inject
    HttpAcquirer(
            AcquirerSettings settings,
            Vertx vertx,
            TlsConfigurationRegistry certificates,
            ObjectMapper json,
            MeterRegistry meters,
            Clock clock) {
        this.client = Connection.of(settings)
                .map(connection -> new SignedClient(
                        vertx,
                        connection.transport(settings, certificates),
                        settings,
                        connection.root(),
                        connection.signing(),
                        clock))
                .orElse(null);
        this.guard = guard(settings);
        this.json = json;
        this.meters = meters;
        register();
    }

    // From the start: a figure that is not there yet cannot be told from one that is lost.
    private void register() {
        for (String outcome : OUTCOMES) {
            timer(Operation.VOID.code(), outcome);
            timer(Operation.REFUND.code(), outcome);
            timer(INQUIRY, outcome);
        }
        for (CircuitBreakerState state : CircuitBreakerState.values()) {
            Gauge.builder("paywitness.acquirer.circuit", this, all -> all.circuit == state ? 1 : 0)
                    .description("1 for the state that the circuit to the acquirer is in")
                    .tag("state", state.name().toLowerCase(Locale.ROOT))
                    .register(meters);
        }
    }

    private Timer timer(String operation, String outcome) {
        return Timer.builder(CALLS)
                .description("Calls of the acquirer, by what was asked and what came of it")
                .tag("operation", operation)
                .tag("outcome", outcome)
                .serviceLevelObjectives(BUCKETS)
                .register(meters);
    }

    private TypedGuard<Uni<Answer>> guard(AcquirerSettings settings) {
        return TypedGuard.create(new TypeLiteral<Uni<Answer>>() {})
                .withDescription("acquirer")
                .withThreadOffload(false)
                .withBulkhead()
                .limit(settings.bulkhead().limit())
                .queueSize(settings.bulkhead().queue())
                .done()
                .withCircuitBreaker()
                .failOn(Unanswered.class)
                .requestVolumeThreshold(settings.circuit().window())
                .failureRatio(settings.circuit().failureRatio())
                .delay(settings.circuit().delay().toMillis(), ChronoUnit.MILLIS)
                .successThreshold(settings.circuit().successes())
                .onStateChange(this::tell)
                .done()
                .build();
    }

    private void tell(CircuitBreakerState state) {
        circuit = state;
        LOG.warnf("The circuit to the acquirer is %s", state.name().toLowerCase(Locale.ROOT));
    }

    @PreDestroy
    void close() {
        if (client != null) {
            client.close();
        }
    }

    @Override
    public boolean isConfigured() {
        return client != null;
    }

    @Override
    public Uni<Answer> submit(Order order) {
        String operation = order.operation().code();
        return call(
                operation,
                order.reference(),
                () -> client.post("/v1/orders", OrderJson.of(order, json)),
                reply -> reply.toOrder(order.reference(), order.operation(), json));
    }

    @Override
    public Uni<Answer> inquire(String merchantId, String reference, Operation operation) {
        String path = "/v1/orders/" + encoded(reference) + "?operation=" + operation.code() + "&merchant_id="
                + encoded(merchantId);
        return call(INQUIRY, reference, () -> client.get(path), reply -> reply.toInquiry(reference, operation, json));
    }

    // URLEncoder is for forms, where a space is a plus.
    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private interface Call {
        Uni<Reply> send();
    }

    private Uni<Answer> call(String what, String reference, Call call, Function<Reply, Answer> meaning) {
        if (client == null) {
            return Uni.createFrom().item(new NotSent("no acquirer is configured"));
        }
        return Uni.createFrom().deferred(() -> {
            Timer.Sample sample = Timer.start(meters);
            return guard.get(() -> call.send().map(meaning).flatMap(HttpAcquirer::failInDoubt))
                    .onFailure()
                    .recoverWithItem(HttpAcquirer::answer)
                    .invoke(answer -> {
                        sample.stop(timer(what, outcome(answer)));
                        if (answer instanceof InDoubt doubt) {
                            LOG.infof("No answer to %s of %s: %s", what, reference, doubt.why());
                        }
                    });
        });
    }

    /** The circuit breaker counts failures, and an answer that is none is one. */
    private static Uni<Answer> failInDoubt(Answer answer) {
        return answer instanceof InDoubt doubt
                ? Uni.createFrom().failure(Unanswered.inDoubt(doubt.why()))
                : Uni.createFrom().item(answer);
    }

    private static Answer answer(Throwable failure) {
        if (failure instanceof Unanswered unanswered) {
            return unanswered.answer();
        }
        if (failure instanceof CircuitBreakerOpenException) {
            return new NotSent("the circuit is open");
        }
        if (failure instanceof BulkheadException) {
            return new NotSent("too many calls wait for the acquirer");
        }
        // A fault of ours, at a moment that we do not know: it may have left.
        LOG.error("A call to the acquirer failed by itself", failure);
        return new InDoubt("internal error");
    }

    private static String outcome(Answer answer) {
        if (answer instanceof InDoubt) {
            return "in_doubt";
        }
        if (answer instanceof NotSent) {
            return "not_sent";
        }
        if (answer instanceof NoRecord) {
            return "no_record";
        }
        if (answer instanceof Processing) {
            return "processing";
        }
        return answer instanceof Refused ? "refused" : "succeeded";
    }
}
