package org.paywitness.http;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import jakarta.inject.Singleton;
import org.paywitness.card.CardNumbers;

/** Keeps cards out of traces: queries name them, and a caller may put a number into any path. */
@Singleton
class TracedRequests implements SpanProcessor {
    private static final AttributeKey<String> QUERY = AttributeKey.stringKey("url.query");
    private static final AttributeKey<String> PATH = AttributeKey.stringKey("url.path");

    @Override
    public void onStart(Context parent, ReadWriteSpan span) {
        if (span.getAttribute(QUERY) != null) {
            // An attribute cannot be taken away again.
            span.setAttribute(QUERY, "");
        }
        String path = span.getAttribute(PATH);
        if (path != null) {
            span.setAttribute(PATH, CardNumbers.mask(path));
        }
    }

    @Override
    public boolean isStartRequired() {
        return true;
    }

    @Override
    public void onEnd(ReadableSpan span) {
        // Whatever was to be hidden was so from the start.
    }

    @Override
    public boolean isEndRequired() {
        return false;
    }
}
