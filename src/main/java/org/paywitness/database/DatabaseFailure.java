package org.paywitness.database;

import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.pgclient.PgException;
import java.io.IOException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Set;
import java.util.concurrent.TimeoutException;

/** What a failed statement means for who asked. */
public final class DatabaseFailure {
    /** Longer chains of causes are not followed. */
    private static final int MAX_CAUSES = 16;

    /**
     * Classes of SQLSTATE that mean: not now. 08 connection, 28 and 3D wrong credentials or database, 53 out of
     * resources; 57014 and 57P0x cancelled, shut down or starting up; 25006 a standby.
     */
    private static final Set<String> OUTAGE_CLASSES = Set.of("08", "28", "3D", "53");

    private static final Set<String> OUTAGE_STATES = Set.of("57014", "57P01", "57P02", "57P03", "57P05", "25006");

    /** Characters or values that PostgreSQL cannot hold, such as NUL in a text. */
    private static final Set<String> UNSTORABLE_STATES = Set.of("22021", "22P05", "22003", "22008");

    private DatabaseFailure() {}

    /** The database cannot be reached or cannot serve now: trying again later may help. */
    public static boolean isOutage(Throwable failure) {
        Throwable cause = failure;
        for (int i = 0; i < MAX_CAUSES && cause != null; i++) {
            if (cause instanceof PgException pg) {
                return isOutage(pg.getSqlState());
            }
            if (cause instanceof SocketException
                    || cause instanceof UnknownHostException
                    || cause instanceof ConnectionPoolTooBusyException
                    || isOfASocket(cause)
                    || isOfTheClient(cause)) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    /** A value of the request cannot be stored: trying again never helps. */
    public static boolean isUnstorable(Throwable failure) {
        Throwable cause = failure;
        for (int i = 0; i < MAX_CAUSES && cause != null; i++) {
            if (cause instanceof PgException pg && pg.getSqlState() != null) {
                return UNSTORABLE_STATES.contains(pg.getSqlState());
            }
            cause = cause.getCause();
        }
        return false;
    }

    /** What the request names was there when it was asked for, and has left since: now it is not found. */
    public static boolean isGone(Throwable failure) {
        Throwable cause = failure;
        for (int i = 0; i < MAX_CAUSES && cause != null; i++) {
            if (cause instanceof PgException pg && "23503".equals(pg.getSqlState())) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    private static boolean isOutage(String state) {
        return state != null
                && state.length() == 5
                && (OUTAGE_CLASSES.contains(state.substring(0, 2)) || OUTAGE_STATES.contains(state));
    }

    // Writing to a socket that the other side has left fails with the bare class, with or without a word; what comes of
    // files or of parsing has a class of its own or says more.
    private static boolean isOfASocket(Throwable cause) {
        String message = cause.getMessage();
        return cause.getClass() == IOException.class
                && (message == null || message.equals("Broken pipe") || message.startsWith("Connection reset"));
    }

    // A closed connection is a VertxException or, at the begin of a transaction, a NoStackTraceThrowable; waiting too
    // long for one of the pool fails with the bare word.
    private static boolean isOfTheClient(Throwable cause) {
        String message = cause.getMessage();
        boolean tells = message != null && (message.contains("onnection") || message.equals("Timeout"));
        return tells && cause.getClass().getName().startsWith("io.vertx.")
                || cause instanceof TimeoutException
                || cause instanceof io.smallrye.mutiny.TimeoutException;
    }
}
