package org.paywitness.database;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.VertxException;
import io.vertx.core.impl.NoStackTraceThrowable;
import io.vertx.pgclient.PgException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.ConnectException;
import org.junit.jupiter.api.Test;

class DatabaseFailureTest {
    @Test
    void whatTheClientSaysOfALostConnectionIsAnOutage() {
        assertTrue(DatabaseFailure.isOutage(new VertxException("Connection was closed")));
        assertTrue(DatabaseFailure.isOutage(
                new NoStackTraceThrowable("Connection is not active now, current status: CLOSED")));
        assertTrue(DatabaseFailure.isOutage(new NoStackTraceThrowable("Timeout")));
        assertTrue(DatabaseFailure.isOutage(new IOException()));
        assertTrue(DatabaseFailure.isOutage(new IOException("Broken pipe")));
        assertFalse(DatabaseFailure.isOutage(new IOException("No space left on device")));
        assertFalse(DatabaseFailure.isOutage(new FileNotFoundException()));
        assertTrue(DatabaseFailure.isOutage(new IllegalStateException(new ConnectException("refused"))));
    }

    @Test
    void whatTheServerSaysCountsByItsState() {
        assertTrue(DatabaseFailure.isOutage(new PgException("starting up", "FATAL", "57P03", null)));
        assertFalse(DatabaseFailure.isOutage(new PgException("Connection twice", "ERROR", "23505", null)));
        assertFalse(DatabaseFailure.isOutage(new IllegalStateException("Connection")));
    }
}
