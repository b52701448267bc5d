package org.paywitness.dossier;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.smallrye.mutiny.TimeoutException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.util.concurrent.Semaphore;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveResourceInfo;
import org.jboss.resteasy.reactive.server.spi.ServerHttpResponse;
import org.jboss.resteasy.reactive.server.spi.ServerMessageBodyWriter;
import org.jboss.resteasy.reactive.server.spi.ServerRequestContext;
import org.paywitness.dispute.CaseFiles;
import org.paywitness.evidence.Evidences;
import org.paywitness.paper.Press;
import org.paywitness.problem.Problem;
import org.paywitness.verdict.Policy;

/**
 * Makes dossiers and sends them piece by piece: the next is read when the one before has left. All that a dossier takes
 * is taken here and given back here, whether its reader stays, is slow or hangs up.
 */
@Provider
public class DossierWriter implements ServerMessageBodyWriter<Wanted> {
    private static final Logger LOG = Logger.getLogger(DossierWriter.class);

    private final CaseFiles caseFiles;
    private final Evidences evidences;
    private final Press press;
    private final Policy policy;
    private final ObjectMapper json;
    private final DossierSettings settings;
    private final Semaphore places;

    DossierWriter(
            CaseFiles caseFiles,
            Evidences evidences,
            Press press,
            Policy policy,
            ObjectMapper json,
            DossierSettings settings) {
        this.caseFiles = caseFiles;
        this.evidences = evidences;
        this.press = press;
        this.policy = policy;
        this.json = json;
        this.settings = settings;
        this.places = new Semaphore(settings.maxAtOnce());
    }

    @Override
    public boolean isWriteable(Class<?> type, Type generic, ResteasyReactiveResourceInfo target, MediaType mediaType) {
        return type == Wanted.class;
    }

    @Override
    public boolean isWriteable(Class<?> type, Type generic, Annotation[] annotations, MediaType mediaType) {
        return type == Wanted.class;
    }

    @Override
    public void writeTo(
            Wanted wanted,
            Class<?> type,
            Type generic,
            Annotation[] annotations,
            MediaType mediaType,
            MultivaluedMap<String, Object> headers,
            OutputStream out) {
        throw new UnsupportedOperationException("a dossier is sent without a thread");
    }

    @Override
    public void writeResponse(Wanted wanted, Type generic, ServerRequestContext request) {
        if (!places.tryAcquire()) {
            throw Problem.unavailable("overloaded", "Too many dossiers are being made just now. Please try again.");
        }
        Sending sending = new Sending(wanted, (ResteasyReactiveRequestContext) request);
        sending.context.suspend();
        press.set(
                        () -> caseFiles.read(wanted.dispute(), wanted.language()),
                        file -> Made.of(file, wanted.form(), policy.zone(), evidences, json))
                .chain(sending::send)
                .subscribe()
                .with(sent -> sending.done(), sending::fail);
    }

    /** One dossier on its way to who asked. */
    private final class Sending {
        private final Wanted wanted;
        private final ResteasyReactiveRequestContext context;
        private final ServerHttpResponse response;
        private long bytes;

        Sending(Wanted wanted, ResteasyReactiveRequestContext context) {
            this.wanted = wanted;
            this.context = context;
            this.response = context.serverResponse();
        }

        Uni<Void> send(Made made) {
            if (made.length() >= 0) {
                response.setResponseHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(made.length()));
            } else {
                response.setChunked(true);
            }
            return made.content()
                    .onItem()
                    .transformToUniAndConcatenate(this::write)
                    .onItem()
                    .ignoreAsUni()
                    .onTermination()
                    .invoke(() -> close(made))
                    .ifNoItem()
                    .after(settings.timeout())
                    .fail();
        }

        private Uni<Void> write(Buffer piece) {
            bytes += piece.length();
            return Uni.createFrom().completionStage(() -> response.write(piece.getBytes()));
        }

        private void close(Made made) {
            try {
                made.close();
            } catch (IOException | RuntimeException e) {
                LOG.warnf(e, "What was kept for dossier %s could not be closed", wanted.reference());
            }
        }

        void done() {
            response.end();
            ended("sent");
            context.resume();
        }

        // With less than was announced, or without the end of an archive, the client sees that it has not got all.
        void fail(Throwable failure) {
            boolean begun = response.headWritten() || response.closed();
            ended(failure instanceof TimeoutException ? "late" : begun ? "broken off" : "failed");
            if (begun) {
                hangUp();
                context.resume();
            } else {
                response.removeResponseHeader(HttpHeaders.CONTENT_LENGTH);
                response.setChunked(false);
                context.resume(failure);
            }
        }

        // A connection that is closed politely waits until what was written has left, which may be never.
        private void hangUp() {
            HttpConnection connection =
                    context.unwrap(RoutingContext.class).request().connection();
            if (connection instanceof ConnectionBase base) {
                base.channel().close();
            } else {
                connection.close();
            }
        }

        // Reading changes nothing, the timeline neither; but who handed what on, and when, should be found.
        private void ended(String how) {
            places.release();
            LOG.infof(
                    "dossier dispute=%s form=%s language=%s by=%s bytes=%d end=\"%s\"",
                    wanted.reference(),
                    wanted.form().code(),
                    wanted.language().tag(),
                    wanted.by().code(),
                    bytes,
                    how);
        }
    }
}
