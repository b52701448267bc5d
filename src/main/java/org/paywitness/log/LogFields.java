package org.paywitness.log;

import java.util.List;
import org.jboss.logging.MDC;
import org.paywitness.id.TypeId;

/**
 * Fields that all lines of what is being done carry: of one request, one refund on its way, one file. They belong to the
 * current context of Vert.x, which a request has of its own, or else to the thread.
 */
public final class LogFields {
    private static final String REQUEST = "request_id";
    private static final List<String> ALL =
            List.of(REQUEST, "transaction_id", "refund_id", "dispute_id", "statement_id");
    private static final int LENGTH_OF_AN_ID = 30;

    private LogFields() {}

    /** The lines from here on belong to this request. */
    public static void ofRequest(String requestId) {
        MDC.put(REQUEST, requestId);
    }

    /**
     * The lines from here on are about this.
     *
     * @param id a TypeID of a transaction, refund, dispute or statement; anything else is left out
     */
    public static void about(String id) {
        String field = field(id);
        if (field != null) {
            MDC.put(field, id);
        }
    }

    /** The lines from here on are about what this path names, as {@code /v1/transactions/txn_…/verdict} does. */
    public static void aboutPath(String path) {
        int start = path.indexOf('/', 1);
        start = start < 0 ? -1 : path.indexOf('/', start + 1);
        if (start >= 0) {
            int end = path.indexOf('/', start + 1);
            int length = (end < 0 ? path.length() : end) - start - 1;
            if (length == LENGTH_OF_AN_ID) {
                about(path.substring(start + 1, start + 1 + length));
            }
        }
    }

    /** The lines from here on are no longer about it. */
    public static void noMoreAbout(String id) {
        String field = field(id);
        if (field != null) {
            MDC.remove(field);
        }
    }

    /** The lines from here on belong to nothing. */
    public static void clear() {
        ALL.forEach(MDC::remove);
    }

    // What a caller made up must not become a field.
    private static String field(String id) {
        if (id.length() != LENGTH_OF_AN_ID || id.charAt(3) != '_') {
            return null;
        }
        for (int i = 4; i < LENGTH_OF_AN_ID; i++) {
            char c = id.charAt(i);
            if ((c < 'a' || c > 'z') && (c < '0' || c > '9')) {
                return null;
            }
        }
        return switch (id.substring(0, 3)) {
            case TypeId.TRANSACTION -> "transaction_id";
            case TypeId.REFUND -> "refund_id";
            case TypeId.DISPUTE -> "dispute_id";
            case TypeId.STATEMENT -> "statement_id";
            default -> null;
        };
    }
}
