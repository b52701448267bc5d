package org.paywitness.invoice;

import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.paywitness.audit.AuditEntry;
import org.paywitness.id.TypeId;
import org.paywitness.money.Money;
import org.paywitness.receipt.Sales;

/** The table of invoice requests, and with each change its audit entry and its event. */
@ApplicationScoped
class InvoiceRequests {
    private static final String COLUMNS = "r.id, r.transaction_id, r.merchant_id, r.amount, r.currency, r.title,"
            + " r.tax_id, r.note, r.requested_by, r.requested_at, r.status, r.decided_by, r.decided_at, r.number,"
            + " r.reason, r.audit_number, r.audit_hash, f.media_type, f.size, f.sha256";

    // Of the transaction and of all that was merged into it.
    private static final String OF_SALE = "WITH " + Sales.PARTS + " SELECT " + COLUMNS
            + " FROM invoice_request r LEFT JOIN invoice_file f ON f.invoice_request_id = r.id"
            + " WHERE r.transaction_id IN (SELECT id FROM part)";

    private static final String ONE = OF_SALE + " AND r.id = $2";
    private static final String PAGE = OF_SALE + " AND ($2::uuid IS NULL OR r.id < $2) ORDER BY r.id DESC LIMIT $3";
    private static final String OPEN = OF_SALE + " AND r.status = 'requested' ORDER BY r.id LIMIT 1";
    private static final String CONTENT = "WITH " + Sales.PARTS
            + " SELECT f.media_type, f.size, f.sha256, f.content FROM invoice_file f"
            + " JOIN invoice_request r ON r.id = f.invoice_request_id"
            + " WHERE r.transaction_id IN (SELECT id FROM part) AND r.id = $2";

    private static final String RECORDED = ", audited AS (INSERT INTO audit_entry"
            + " (subject_id, number, at, actor, action, content, hash)"
            + " SELECT saved.id, %1$s, %2$s::timestamptz, %3$s, %4$s, %5$s, %6$s FROM saved)"
            + " INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, merchant_id, at)"
            + " SELECT %7$s::uuid, 'invoice', %8$s, 'invoice.' || %4$s, %5$s, saved.merchant_id, %2$s FROM saved";

    private static final String INSERT = "WITH saved AS (INSERT INTO invoice_request (id, transaction_id, merchant_id,"
            + " amount, currency, title, tax_id, note, requested_by, requested_at, status, audit_number, audit_hash)"
            + " VALUES ($9, $10, $11, $12, $13, $14, $15, $16, $3, $2, 'requested', $1, $6) RETURNING id, merchant_id)"
            + RECORDED.formatted("$1", "$2", "$3::text", "$4::text", "$5::text", "$6::bytea", "$7", "$8::text");

    private static final String DECIDE = "WITH saved AS (UPDATE invoice_request SET status = $4, decided_by = $3,"
            + " decided_at = $2, number = $10, reason = $11, audit_number = $1, audit_hash = $6 WHERE id = $9"
            + " RETURNING id, merchant_id)"
            + RECORDED.formatted("$1", "$2", "$3::text", "$4::text", "$5::text", "$6::bytea", "$7", "$8::text");

    private static final String INSERT_FILE = "INSERT INTO invoice_file"
            + " (invoice_request_id, media_type, size, sha256, content) VALUES ($1, $2, $3, $4, $5)";

    private final Pool pool;

    InvoiceRequests(Pool pool) {
        this.pool = pool;
    }

    /** Null where the transaction has no such request. */
    Uni<InvoiceRequest> byId(UUID transaction, UUID id) {
        return first(pool, ONE, Tuple.of(transaction, id));
    }

    /** Likewise, and nobody else changes it until the caller's transaction ends. */
    Uni<InvoiceRequest> lock(SqlConnection connection, UUID transaction, UUID id) {
        return first(connection, ONE + " FOR UPDATE OF r", Tuple.of(transaction, id));
    }

    /** The request of the transaction that is not decided on, or null. */
    Uni<InvoiceRequest> open(SqlConnection connection, UUID transaction) {
        return first(connection, OPEN, Tuple.of(transaction));
    }

    /** A page, newest first. */
    Uni<List<InvoiceRequest>> page(UUID transaction, UUID before, int limit) {
        return pool.preparedQuery(PAGE)
                .execute(Tuple.of(transaction, before, limit))
                .map(rows -> {
                    List<InvoiceRequest> page = new ArrayList<>(rows.size());
                    rows.forEach(row -> page.add(request(row)));
                    return page;
                });
    }

    /** With its content; null where the transaction has no such request, or that no file. */
    Uni<InvoiceFile> file(UUID transaction, UUID id) {
        return pool.preparedQuery(CONTENT).execute(Tuple.of(transaction, id)).map(rows -> {
            for (Row row : rows) {
                return new InvoiceFile(row.getString(0), row.getInteger(1), bytes(row, 2), bytes(row, 3));
            }
            return null;
        });
    }

    Uni<Void> insert(SqlConnection connection, InvoiceRequest request) {
        Tuple tuple = recorded(request, request.requestedBy(), request.requestedAt())
                .addValue(request.transactionId())
                .addValue(request.merchantId())
                .addValue(request.amount().amount())
                .addValue(request.amount().currency())
                .addValue(request.title())
                .addValue(request.taxId())
                .addValue(request.note());
        return connection.preparedQuery(INSERT).execute(tuple).replaceWithVoid();
    }

    /** Writes what was decided, with the file if there is one. */
    Uni<Void> decide(SqlConnection connection, InvoiceRequest request) {
        InvoiceRequest.Decision made = request.decision();
        Tuple tuple =
                recorded(request, made.by(), made.at()).addValue(made.number()).addValue(made.reason());
        Uni<Void> decided = connection.preparedQuery(DECIDE).execute(tuple).replaceWithVoid();
        InvoiceFile file = request.file();
        return file == null
                ? decided
                : decided.chain(() -> connection
                        .preparedQuery(INSERT_FILE)
                        .execute(Tuple.of(
                                request.id(),
                                file.mediaType(),
                                file.size(),
                                Buffer.buffer(file.sha256()),
                                Buffer.buffer(file.content())))
                        .replaceWithVoid());
    }

    // What an audit entry and an event need: $1 to $9 of the statements above.
    private static Tuple recorded(InvoiceRequest request, String actor, Instant at) {
        JsonObject content = new JsonObject()
                .put("invoice_request_id", request.reference())
                .put("transaction_id", TypeId.format(TypeId.TRANSACTION, request.transactionId()))
                .put("status", request.status().code())
                .put("amount", request.amount().amount())
                .put("currency", request.amount().currency())
                .put("title", request.title());
        if (request.decision() != null) {
            content.put("number", request.decision().number())
                    .put("reason", request.decision().reason());
        }
        AuditEntry entry = AuditEntry.after(
                request.trail().number(),
                request.trail().hash(),
                request.id(),
                at,
                actor,
                request.status().code(),
                content.encode());
        return Tuple.tuple()
                .addValue(entry.number())
                .addValue(utc(at))
                .addValue(actor)
                .addValue(entry.action())
                .addValue(entry.content())
                .addValue(Buffer.buffer(entry.hash()))
                .addValue(TypeId.next())
                .addValue(request.reference())
                .addValue(request.id());
    }

    private static Uni<InvoiceRequest> first(SqlClient client, String sql, Tuple tuple) {
        return client.preparedQuery(sql).execute(tuple).map(rows -> {
            for (Row row : rows) {
                return request(row);
            }
            return null;
        });
    }

    private static InvoiceRequest request(Row row) {
        OffsetDateTime decidedAt = row.getOffsetDateTime(12);
        return new InvoiceRequest(
                row.getUUID(0),
                row.getUUID(1),
                row.getString(2),
                Money.of(row.getLong(3), row.getString(4)),
                row.getString(5),
                row.getString(6),
                row.getString(7),
                row.getString(8),
                row.getOffsetDateTime(9).toInstant(),
                InvoiceStatus.of(row.getString(10)),
                decidedAt == null
                        ? null
                        : new InvoiceRequest.Decision(
                                row.getString(11), decidedAt.toInstant(), row.getString(13), row.getString(14)),
                row.getString(17) == null
                        ? null
                        : new InvoiceFile(row.getString(17), row.getInteger(18), bytes(row, 19), null),
                new InvoiceRequest.Trail(row.getInteger(15), bytes(row, 16)));
    }

    private static byte[] bytes(Row row, int position) {
        return row.getBuffer(position).getBytes();
    }

    private static OffsetDateTime utc(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }
}
