package org.paywitness.lookup;

import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.ClosedConnectionException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.Set;
import org.paywitness.problem.Problem;

/** What a failed lookup means, told by SQLSTATE (PostgreSQL manual, appendix A) and by how the pg client fails. */
final class LookupFailure {
    /** admin_shutdown and crash_shutdown: PostgreSQL says goodbye and closes. */
    private static final Set<String> GOODBYE = Set.of("57P01", "57P02");
    /** Connection, authorization, no such database, resources, operator (cancelled, starting up), system error. */
    private static final Set<String> UNAVAILABLE_CLASSES = Set.of("08", "28", "3D", "53", "57", "58");
    /** The pg client has no types for these two. */
    private static final String CLOSED_BEFORE_SENT = "Pending requests failed to be sent";

    private static final String CLOSING = "Connection is not active now";

    private LookupFailure() {}

    /** Class 22: a value that PostgreSQL refuses, so the fault of one key and not of the others. */
    static boolean isData(Throwable cause) {
        return cause instanceof PgException refused && sqlStateClass(refused).equals("22");
    }

    /** The connection existed and went away before the answer; a connection that could not be made is not lost. */
    static boolean isLostConnection(Throwable cause) {
        if (cause instanceof PgException said) {
            return GOODBYE.contains(said.getSqlState()) || sqlStateClass(said).equals("08");
        }
        if (isUnreachable(cause)) {
            return false;
        }
        String message = String.valueOf(cause.getMessage());
        return cause instanceof ClosedConnectionException
                || cause instanceof IOException
                || message.startsWith(CLOSED_BEFORE_SENT)
                || message.startsWith(CLOSING);
    }

    /** 503 where trying later helps; anything else is our own fault and stays as it is. */
    static Throwable toCaller(Throwable cause) {
        boolean unavailable = cause instanceof PgException said
                ? UNAVAILABLE_CLASSES.contains(sqlStateClass(said))
                : isUnreachable(cause) || isLostConnection(cause);
        return unavailable ? unavailable("The database cannot be reached. Try again in a moment.") : cause;
    }

    static Problem late() {
        return unavailable("The database did not answer in time. Try again in a moment.");
    }

    private static Problem unavailable(String detail) {
        return Problem.unavailable("database_unavailable", detail);
    }

    private static boolean isUnreachable(Throwable cause) {
        return cause instanceof ConnectException || cause instanceof UnknownHostException;
    }

    private static String sqlStateClass(PgException refused) {
        String state = refused.getSqlState();
        return state == null || state.length() < 2 ? "" : state.substring(0, 2);
    }
}
