package org.paywitness.log;

import io.quarkus.logging.LoggingFilter;
import java.util.Arrays;
import java.util.logging.Filter;
import java.util.logging.LogRecord;
import org.jboss.logmanager.ExtLogRecord;
import org.paywitness.card.CardNumbers;

/**
 * The last look at a line before it is written: no card number leaves by the log, whoever wrote it, and the
 * trace is named as our other fields are.
 */
@LoggingFilter(name = "paywitness")
public final class LogLines implements Filter {
    private static final String TRACE = "traceId";
    private static final String SPAN = "spanId";

    @Override
    public boolean isLoggable(LogRecord line) {
        if (isOfATimerLeftBehind(line.getThrown())) {
            return false;
        }
        if (line instanceof ExtLogRecord record) {
            mask(record);
            rename(record, TRACE, "trace_id");
            rename(record, SPAN, "span_id");
        }
        return true;
    }

    // Each request that got no connection leaves the timer of its wait in the pool of the pg client, which finds
    // later that the request was answered: a stack trace for each of thousands while the database is away, and
    // nothing in it.
    private static boolean isOfATimerLeftBehind(Throwable thrown) {
        return thrown instanceof IllegalStateException
                && "Result is already complete".equals(thrown.getMessage())
                && Arrays.stream(thrown.getStackTrace()).limit(3).anyMatch(frame -> frame.getClassName()
                        .equals("io.vertx.sqlclient.impl.pool.SqlConnectionPool"));
    }

    private static void mask(ExtLogRecord record) {
        String text = record.getFormattedMessage();
        String masked = CardNumbers.mask(text);
        if (masked != null && !masked.equals(text)) {
            record.setMessage(masked, ExtLogRecord.FormatStyle.NO_FORMAT);
        }
    }

    private static void rename(ExtLogRecord record, String from, String to) {
        String value = record.getMdc(from);
        if (value != null) {
            record.putMdc(to, value);
            record.removeMdc(from);
        }
    }
}
