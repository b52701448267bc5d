package org.paywitness.live;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;
import org.paywitness.access.Visibility;
import org.paywitness.explanation.Language;
import org.paywitness.transaction.Seen;
import org.paywitness.transaction.VerdictAnswer;
import org.paywitness.transaction.Watchers;

/**
 * One client that is told each change of one verdict, as Server-Sent Events (WHATWG HTML, section 9.2). There are
 * thousands: it holds no timer, no buffer and no verdict, only the id of the last one that was sent.
 */
final class LiveStream implements Watchers.Watcher {
    private static final Buffer HEARTBEAT = Buffer.buffer(":\n\n");

    private final HttpServerResponse response;
    private final HttpConnection connection;
    private final Visibility visibility;
    private final Language language;
    private final ObjectMapper json;
    private final long endsAtMillis;
    private Watchers.Watch watch;
    private String lastId;
    private boolean open;
    private Seen waiting;

    /** @param lastId what the client has seen last, or null */
    LiveStream(
            HttpServerResponse response,
            HttpConnection connection,
            Visibility visibility,
            Language language,
            ObjectMapper json,
            long endsAtMillis,
            String lastId) {
        this.response = response;
        this.connection = connection;
        this.visibility = visibility;
        this.language = language;
        this.json = json;
        this.endsAtMillis = endsAtMillis;
        this.lastId = lastId;
    }

    void watches(Watchers.Watch one) {
        watch = one;
    }

    Watchers.Watch watch() {
        return watch;
    }

    Language language() {
        return language;
    }

    /** Begins to answer: with the verdict now, unless the client has seen it. */
    synchronized void open(Seen first, long retryMillis) {
        if (response.ended() || response.closed()) {
            return;
        }
        response.setChunked(true).write("retry: " + retryMillis + "\n\n");
        open = true;
        send(first);
        // What has changed meanwhile.
        if (waiting != null) {
            changed(waiting);
            waiting = null;
        }
    }

    @Override
    public synchronized void changed(Seen seen) {
        if (!open) {
            waiting = seen;
        } else if (!seen.isVisible(visibility)) {
            end(false);
        } else {
            send(seen);
        }
    }

    @Override
    public synchronized void gone() {
        if (open) {
            end(false);
        }
    }

    private void send(Seen seen) {
        VerdictAnswer answer = seen.answer(language);
        String id = id(answer);
        if (id.equals(lastId) || !mayWrite()) {
            return;
        }
        lastId = id;
        response.write(Buffer.buffer(1024)
                .appendString("event: verdict\nid: ")
                .appendString(id)
                .appendString("\ndata: ")
                .appendBytes(bytes(answer))
                .appendString("\n\n"));
    }

    // Who does not read is not written to without end: it connects again and is told what is then.
    private boolean mayWrite() {
        if (response.ended() || response.closed()) {
            return false;
        }
        if (response.writeQueueFull()) {
            connection.close();
            return false;
        }
        return true;
    }

    private byte[] bytes(VerdictAnswer answer) {
        try {
            return json.writeValueAsString(answer).getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The version, and what else a verdict may change by: time alone leaves the version as it is. */
    static String id(VerdictAnswer answer) {
        return answer.version() + "-" + answer.entityTag().replace("\"", "");
    }

    /** Sends a sign of life where it is due, and ends it where its time is over. */
    synchronized void tick(long nowMillis, boolean heartbeat) {
        if (!open) {
            return;
        }
        if (nowMillis >= endsAtMillis) {
            end(false);
        } else if (heartbeat && mayWrite()) {
            response.write(HEARTBEAT);
        }
    }

    /** @param leaving whether the client must connect to somebody else: then the connection goes, too */
    synchronized void end(boolean leaving) {
        if (!open || response.ended() || response.closed()) {
            return;
        }
        if (leaving) {
            response.end().onComplete(sent -> connection.close());
        } else {
            response.end();
        }
    }

    void close() {
        watch.close();
    }
}
