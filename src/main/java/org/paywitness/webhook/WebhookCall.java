package org.paywitness.webhook;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.quarkus.tls.runtime.config.TlsConfigUtils;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.tracing.TracingPolicy;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.paywitness.webhook.Attempt.Outcome;

/**
 * One attempt: the name is resolved here, each address that it leads to is looked at, and the connection is made to one of
 * those and no other, with the name in SNI, certificate check and Host. Nothing is asked for a second time, no redirect is
 * followed, no proxy is asked. Never fails: what went wrong is an outcome.
 */
@ApplicationScoped
class WebhookCall {
    private static final String USER_AGENT = "Paywitness-Webhooks/1";
    private static final String CONTENT_TYPE = "application/cloudevents+json; charset=utf-8";
    private static final int GONE = 410;
    /** An answer is read so that its connection can be used again, up to this many bytes. */
    private static final int MAX_ANSWER = 65_536;

    private final Vertx vertx;
    private final HttpClient http;
    private final Names names;
    private final WebhookSettings settings;
    private final Destination.Rules rules;
    private final Clock clock;

    /** A reason that is known for what it is. */
    private static final class Ended extends RuntimeException {
        private final Outcome outcome;

        Ended(Outcome outcome) {
            super(outcome.code(), null, false, false);
            this.outcome = outcome;
        }
    }

    @Inject
    WebhookCall(Vertx vertx, WebhookSettings settings, TlsConfigurationRegistry certificates, Clock clock) {
        this(vertx, new Names(vertx, settings.connectTimeout()), settings, certificates, clock);
    }

    WebhookCall(
            Vertx vertx, Names names, WebhookSettings settings, TlsConfigurationRegistry certificates, Clock clock) {
        this.vertx = vertx;
        this.settings = settings;
        this.rules = settings.rules();
        this.names = names;
        this.clock = clock;
        HttpClientOptions options = new HttpClientOptions();
        settings.tlsConfigurationName()
                .ifPresent(name -> trust(options, certificates.get(name).orElse(null), name));
        this.http = vertx.createHttpClient(options
                // Who receives webhooks is no part of our traces.
                .setTracingPolicy(TracingPolicy.IGNORE)
                .setVerifyHost(true)
                // Per receiver: one first attempt and the later ones, with room for those whose answer is still read.
                .setMaxPoolSize(2 * (1 + settings.retriesAtOnce()))
                .setConnectTimeout((int) settings.connectTimeout().toMillis())
                .setKeepAliveTimeout((int) Math.max(1, settings.keepAlive().toSeconds())));
    }

    private static void trust(HttpClientOptions options, TlsConfiguration named, String name) {
        if (named == null || named.isTrustAll()) {
            throw new ConfigurationException("paywitness.webhook.tls-configuration-name: quarkus.tls." + name
                    + (named == null ? " is not there" : " trusts everybody"));
        }
        TlsConfigUtils.configure(options, named);
    }

    @PreDestroy
    void close() {
        http.close();
        names.close();
    }

    /**
     * @param id the same for each attempt of a delivery
     * @param secrets each gives a signature
     */
    Uni<Attempt> send(String url, String id, byte[] body, List<String> secrets) {
        return Uni.createFrom().emitter(done -> {
            Instant at = clock.instant();
            long begun = System.nanoTime();
            exchange(url, id, at, body, secrets)
                    .otherwise(failure ->
                            new Answer(failure instanceof Ended ended ? ended.outcome : Outcome.BROKEN_OFF, null, null))
                    .onSuccess(answer -> done.complete(new Attempt(
                            at,
                            Duration.ofNanos(System.nanoTime() - begun),
                            answer.status(),
                            answer.outcome(),
                            answer.retryAfter())));
        });
    }

    private record Answer(Outcome outcome, Integer status, Duration retryAfter) {}

    private Future<Answer> exchange(String url, String id, Instant at, byte[] body, List<String> secrets) {
        Destination to;
        try {
            to = Destination.of(url, rules);
        } catch (Destination.Unfit e) {
            return Future.failedFuture(new Ended(Outcome.FORBIDDEN_ADDRESS));
        }
        long patience = System.nanoTime() + settings.connectTimeout().toNanos();
        return addresses(to)
                .compose(addresses -> connect(to, addresses, 0, patience))
                .compose(request -> {
                    request.putHeader(HttpHeaders.CONTENT_TYPE, CONTENT_TYPE)
                            .putHeader(HttpHeaders.USER_AGENT, USER_AGENT)
                            .putHeader(StandardWebhook.ID, id)
                            .putHeader(StandardWebhook.TIMESTAMP, Long.toString(at.getEpochSecond()))
                            .putHeader(StandardWebhook.SIGNATURE, StandardWebhook.signature(secrets, id, at, body));
                    return answer(request, Buffer.buffer(body));
                });
    }

    private Future<List<InetAddress>> addresses(Destination to) {
        Future<List<InetAddress>> found = to.literal() != null
                ? Future.succeededFuture(List.of(to.literal()))
                : within(names.addresses(to.host()), settings.connectTimeout(), Outcome.NO_ADDRESS);
        return found.recover(failure -> Future.failedFuture(new Ended(Outcome.NO_ADDRESS)))
                .compose(addresses -> {
                    // One that is not public among public ones is a trap, not an alternative.
                    boolean allowed =
                            rules.privateAddresses() || addresses.stream().allMatch(Address::isPublic);
                    return allowed && !addresses.isEmpty()
                            ? Future.succeededFuture(addresses)
                            : Future.failedFuture(new Ended(Outcome.FORBIDDEN_ADDRESS));
                });
    }

    // The first that can be reached, all within one time.
    private Future<HttpClientRequest> connect(Destination to, List<InetAddress> addresses, int index, long patience) {
        long left = Duration.ofNanos(patience - System.nanoTime()).toMillis();
        if (index == addresses.size() || left <= 0) {
            return Future.failedFuture(new Ended(Outcome.NO_CONNECTION));
        }
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setServer(SocketAddress.inetSocketAddress(new InetSocketAddress(addresses.get(index), to.port())))
                .setHost(to.host())
                .setPort(to.port())
                .setSsl(to.tls())
                .setURI(to.target())
                .setConnectTimeout(left);
        return http.request(options).recover(failure -> connect(to, addresses, index + 1, patience));
    }

    private Future<Answer> answer(HttpClientRequest request, Buffer body) {
        Promise<Answer> answer = Promise.promise();
        long timer = vertx.setTimer(settings.answerTimeout().toMillis(), late -> {
            // The promise first: the reset fails the request as well, with a lesser reason.
            answer.tryFail(new Ended(Outcome.TIMEOUT));
            request.reset();
        });
        request.send(body)
                .onSuccess(response -> {
                    answer.tryComplete(meaning(response));
                    drain(request, response, timer);
                })
                .onFailure(failure -> {
                    vertx.cancelTimer(timer);
                    answer.tryFail(failure);
                });
        return answer.future();
    }

    private Answer meaning(HttpClientResponse response) {
        int status = response.statusCode();
        Outcome outcome =
                switch (status / 100) {
                    case 2 -> Outcome.DELIVERED;
                    case 3 -> Outcome.REDIRECTED;
                    default -> status == GONE ? Outcome.GONE : Outcome.REFUSED;
                };
        Duration retryAfter = outcome == Outcome.REFUSED
                ? RetryAfter.parse(
                        response.getHeader(HttpHeaders.RETRY_AFTER), clock.instant(), settings.maxRetryAfter())
                : null;
        return new Answer(outcome, status, retryAfter);
    }

    // What an answer says besides its status is of no interest, and must not keep us.
    private void drain(HttpClientRequest request, HttpClientResponse response, long timer) {
        int[] read = {0};
        response.exceptionHandler(broken -> vertx.cancelTimer(timer));
        response.endHandler(end -> vertx.cancelTimer(timer));
        response.handler(chunk -> {
            read[0] += chunk.length();
            if (read[0] > MAX_ANSWER) {
                vertx.cancelTimer(timer);
                request.reset();
            }
        });
    }

    private <T> Future<T> within(Future<T> work, Duration patience, Outcome late) {
        Promise<T> ended = Promise.promise();
        long timer = vertx.setTimer(Math.max(1, patience.toMillis()), over -> ended.tryFail(new Ended(late)));
        work.onComplete(done -> {
            vertx.cancelTimer(timer);
            if (done.succeeded()) {
                ended.tryComplete(done.result());
            } else {
                ended.tryFail(done.cause());
            }
        });
        return ended.future();
    }
}
