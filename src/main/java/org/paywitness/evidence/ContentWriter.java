package org.paywitness.evidence;

import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.Provider;
import java.io.OutputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveResourceInfo;
import org.jboss.resteasy.reactive.server.spi.ServerHttpResponse;
import org.jboss.resteasy.reactive.server.spi.ServerMessageBodyWriter;
import org.jboss.resteasy.reactive.server.spi.ServerRequestContext;
import org.paywitness.problem.Problem;

/**
 * Sends contents piece by piece: the next is read when the one before has left. Between pieces nothing is held, neither a
 * thread nor a connection, so that a client that is slow or gone costs one piece of memory until its connection ends.
 */
@Provider
public class ContentWriter implements ServerMessageBodyWriter<Passage> {
    private final Evidences evidences;
    private final int maxDownloads;
    private final AtomicInteger sending = new AtomicInteger();

    ContentWriter(Evidences evidences, EvidenceSettings settings) {
        this.evidences = evidences;
        this.maxDownloads = settings.maxDownloads();
    }

    @Override
    public boolean isWriteable(Class<?> type, Type generic, ResteasyReactiveResourceInfo target, MediaType mediaType) {
        return type == Passage.class;
    }

    @Override
    public boolean isWriteable(Class<?> type, Type generic, Annotation[] annotations, MediaType mediaType) {
        return type == Passage.class;
    }

    @Override
    public void writeTo(
            Passage content,
            Class<?> type,
            Type generic,
            Annotation[] annotations,
            MediaType mediaType,
            MultivaluedMap<String, Object> headers,
            OutputStream out) {
        throw new UnsupportedOperationException("content is sent without a thread");
    }

    @Override
    public void writeResponse(Passage content, Type generic, ServerRequestContext request) {
        ResteasyReactiveRequestContext context = (ResteasyReactiveRequestContext) request;
        ServerHttpResponse response = request.serverResponse();
        if (sending.incrementAndGet() > maxDownloads) {
            sending.decrementAndGet();
            throw Problem.unavailable("overloaded", "Too many files are being sent just now.");
        }
        response.setResponseHeader(
                HttpHeaders.CONTENT_LENGTH, Long.toString(content.range().length()));
        context.suspend();
        send(content, content.range().from(), response, context);
    }

    private void send(Passage content, long from, ServerHttpResponse response, ResteasyReactiveRequestContext context) {
        if (from == content.range().to()) {
            response.end();
            done(context);
            return;
        }
        evidences
                .read(content.evidence(), from, content.range().to())
                .chain(piece -> Uni.createFrom()
                        .completionStage(() -> response.write(piece.getBytes()))
                        .replaceWith(piece.length()))
                .subscribe()
                .with(
                        length -> send(content, from + length, response, context),
                        failure -> fail(failure, response, context));
    }

    // With fewer bytes than were announced the client sees that it has not got all.
    private void fail(Throwable failure, ServerHttpResponse response, ResteasyReactiveRequestContext context) {
        if (response.headWritten() || response.closed()) {
            context.serverRequest().closeConnection();
            done(context);
        } else {
            sending.decrementAndGet();
            response.removeResponseHeader(HttpHeaders.CONTENT_LENGTH);
            context.resume(failure);
        }
    }

    private void done(ResteasyReactiveRequestContext context) {
        sending.decrementAndGet();
        context.resume();
    }
}
