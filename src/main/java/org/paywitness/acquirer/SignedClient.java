package org.paywitness.acquirer;

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
import io.vertx.core.tracing.TracingPolicy;
import java.net.URI;
import java.time.Clock;

/**
 * One signed request, one reply of bounded size in bounded time. Fails with {@link Unanswered} alone, which tells
 * whether a byte may have left; never tries twice by itself.
 */
final class SignedClient {
    private static final Buffer NO_BODY = Buffer.buffer();

    private final Vertx vertx;
    private final HttpClient http;
    private final AcquirerSettings settings;
    private final URI root;
    private final Signing signing;
    private final Clock clock;

    /** @param transport how to connect, such as with which certificates */
    SignedClient(
            Vertx vertx,
            HttpClientOptions transport,
            AcquirerSettings settings,
            URI root,
            Signing signing,
            Clock clock) {
        this.vertx = vertx;
        this.settings = settings;
        this.root = root;
        this.signing = signing;
        this.clock = clock;
        this.http = vertx.createHttpClient(transport
                // Also where no request of ours asks for it: the acquirer's part is found by its traceparent.
                .setTracingPolicy(TracingPolicy.ALWAYS)
                .setSsl("https".equals(root.getScheme()))
                .setVerifyHost(true)
                .setConnectTimeout((int) settings.connectTimeout().toMillis())
                .setMaxPoolSize(settings.maxConnections())
                .setMaxWaitQueueSize(settings.maxWaitingForConnection())
                .setKeepAliveTimeout((int) Math.max(1, settings.keepAlive().toSeconds())));
    }

    Uni<Reply> post(String path, Buffer body) {
        return send(HttpMethod.POST, path, body);
    }

    Uni<Reply> get(String pathAndQuery) {
        return send(HttpMethod.GET, pathAndQuery, NO_BODY);
    }

    void close() {
        http.close();
    }

    private Uni<Reply> send(HttpMethod method, String pathAndQuery, Buffer body) {
        return Uni.createFrom().completionStage(() -> http.request(options(method, pathAndQuery, body))
                .recover(failure -> Future.failedFuture(notSent(failure)))
                // From here on the acquirer may have heard us.
                .compose(request -> exchange(request, body))
                .toCompletionStage());
    }

    private RequestOptions options(HttpMethod method, String pathAndQuery, Buffer body) {
        String target = root.getRawPath() + pathAndQuery;
        String timestamp = Long.toString(clock.instant().getEpochSecond());
        RequestOptions options = new RequestOptions()
                .setMethod(method)
                .setHost(root.getHost())
                .setPort(root.getPort() > 0 ? root.getPort() : "https".equals(root.getScheme()) ? 443 : 80)
                .setURI(target)
                // Waiting in the pool's queue counts too.
                .setConnectTimeout(settings.connectTimeout().toMillis())
                .putHeader(HttpHeaders.ACCEPT, "application/json")
                .putHeader(Signing.KEY_ID, signing.keyId())
                .putHeader(Signing.TIMESTAMP, timestamp)
                .putHeader(Signing.SIGNATURE, signing.sign(method.name(), target, timestamp, body.getBytes()));
        return method == HttpMethod.POST ? options.putHeader(HttpHeaders.CONTENT_TYPE, "application/json") : options;
    }

    private Future<Reply> exchange(HttpClientRequest request, Buffer body) {
        Promise<Reply> reply = Promise.promise();
        long timer = vertx.setTimer(settings.readTimeout().toMillis(), late -> {
            // The promise first: the reset fails the request as well, with a lesser reason.
            reply.tryFail(Unanswered.inDoubt("no answer within " + settings.readTimeout()));
            request.reset();
        });
        request.send(body)
                .onSuccess(response -> read(request, response, reply))
                .onFailure(failure -> reply.tryFail(broken(failure)));
        return reply.future().onComplete(end -> vertx.cancelTimer(timer));
    }

    private void read(HttpClientRequest request, HttpClientResponse response, Promise<Reply> reply) {
        Buffer body = Buffer.buffer();
        long limit = settings.maxAnswerSize().asLongValue();
        response.exceptionHandler(failure -> reply.tryFail(broken(failure)));
        response.endHandler(end -> reply.tryComplete(new Reply(response.statusCode(), body.getBytes())));
        response.handler(chunk -> {
            if (body.length() + chunk.length() <= limit) {
                body.appendBuffer(chunk);
            } else if (reply.tryFail(Unanswered.inDoubt("an answer of more than " + limit + " bytes"))) {
                request.reset();
            }
        });
    }

    // No name, no connection, no trust, or a pool that is too busy.
    private static Unanswered notSent(Throwable failure) {
        return Unanswered.notSent("no connection: " + failure.getClass().getSimpleName());
    }

    private static Unanswered broken(Throwable failure) {
        return Unanswered.inDoubt("broken off: " + failure.getClass().getSimpleName());
    }
}
