package org.paywitness.statement;

import java.time.Instant;
import java.util.UUID;

/**
 * A file of observations: how far it was received and worked in. Its content lies in chunks until it is done.
 *
 * @param client who sent it
 * @param merchantId whose rows it has, null where the rows say
 * @param fileName as its sender calls it, or null
 * @param format its code, null until it is received
 * @param rows what became of its rows so far
 * @param completeThrough until when it covers its source, null where it does not say or is not done
 * @param failureCode why it failed, else null
 * @param failureDetail the same in words, else null
 */
record Statement(
        UUID id,
        String client,
        String merchantId,
        String fileName,
        Instant receivedAt,
        String format,
        Status status,
        Statements.Progress rows,
        Instant completeThrough,
        String failureCode,
        String failureDetail) {
    private static final Statements.Progress NONE = new Statements.Progress(0, 0, 0, 0);

    /** Names as in the database and on the wire. */
    enum Status {
        receiving,
        received,
        running,
        done,
        failed
    }

    /** One whose first byte has come. */
    static Statement receiving(UUID id, String client, String merchantId, String fileName, Instant receivedAt) {
        return new Statement(
                id, client, merchantId, fileName, receivedAt, null, Status.receiving, NONE, null, null, null);
    }

    /** The same, once its last byte has come. */
    Statement received(Format recognised) {
        return new Statement(
                id,
                client,
                merchantId,
                fileName,
                receivedAt,
                recognised.code(),
                Status.received,
                NONE,
                null,
                null,
                null);
    }
}
