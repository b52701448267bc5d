package org.paywitness.statement;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;

/** A file of observations: how far it was received and worked in. Its content lies in chunks until it is done. */
@Entity
@Table(name = "statement")
class Statement extends PanacheEntityBase {
    /** Names as in the database and on the wire. */
    enum Status {
        receiving,
        received,
        running,
        done,
        failed
    }

    @Id
    UUID id;

    String client;

    @Column(name = "merchant_id")
    String merchantId;

    String format;

    @Column(name = "file_name")
    String fileName;

    @Enumerated(EnumType.STRING)
    Status status;

    long bytes;
    int chunks;

    @Column(name = "rows_read")
    long rowsRead;

    @Column(name = "rows_accepted")
    long rowsAccepted;

    @Column(name = "rows_duplicate")
    long rowsDuplicate;

    @Column(name = "rows_refused")
    long rowsRefused;

    @Column(name = "complete_through")
    Instant completeThrough;

    @Column(name = "failure_code")
    String failureCode;

    @Column(name = "failure_detail")
    String failureDetail;

    @Column(name = "received_at")
    Instant receivedAt;

    @Column(name = "leased_until")
    Instant leasedUntil;

    int attempts;

    /** For Hibernate. */
    Statement() {}

    Statement(UUID id, String client, String merchantId, String fileName, Instant receivedAt) {
        this.id = id;
        this.client = client;
        this.merchantId = merchantId;
        this.fileName = fileName;
        this.status = Status.receiving;
        this.receivedAt = receivedAt;
    }
}
