package org.paywitness.evidence;

/** A content, or a part of it, is not where it was put: somebody has removed it behind our back. */
public final class Missing extends IllegalStateException {
    Missing(String message, Throwable cause) {
        super(message, cause);
    }
}
