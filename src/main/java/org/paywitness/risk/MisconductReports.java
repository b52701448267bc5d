package org.paywitness.risk;

import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.paywitness.audit.AuditEntry;
import org.paywitness.id.TypeId;

/** The table of reports of misconduct, and with each change its audit entry and its event. */
@ApplicationScoped
class MisconductReports {
    /** Of a transaction, or of the one that it was merged into: what decides who may report it and of whom. */
    record Subject(UUID transactionId, String merchantId, String card) {}

    private static final String SUBJECT =
            "SELECT coalesce(z.id, t.id), coalesce(z.merchant_id, t.merchant_id), coalesce(z.card_token, t.card_token)"
                    + " FROM transaction t LEFT JOIN transaction z ON z.id = t.merged_into WHERE t.id = $1";

    private static final String COLUMNS = "r.id, r.merchant_id, r.transaction_id, r.kind, r.text, r.evidence,"
            + " r.reported_by, r.reported_at, r.client, r.subject, r.state, r.owner, r.outcome, r.closed_by,"
            + " r.closed_at, r.note, r.audit_number, r.audit_hash";

    private static final String BY_ID = "SELECT " + COLUMNS + " FROM misconduct_report r WHERE r.id = $1";

    private static final String HISTORY =
            "SELECT number, at, actor, action, content, hash FROM audit_entry WHERE subject_id = $1 ORDER BY number"
                    + " LIMIT 1000";

    // Merchants are not told of reports about them: the event belongs to no merchant.
    private static final String RECORD = ", audited AS (INSERT INTO audit_entry"
            + " (subject_id, number, at, actor, action, content, hash)"
            + " SELECT id, $2, $3::timestamptz, $4::text, $5::text, $6::text, $7 FROM written)"
            + ", told AS (INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, merchant_id, at)"
            + " SELECT $8::uuid, 'misconduct_report', $9::text, 'misconduct_report.' || $5, $6, NULL::text,"
            + " $3::timestamptz FROM written)"
            + " SELECT count(*) FROM written";

    private static final String INSERT = "WITH written AS (INSERT INTO misconduct_report (id, audit_number,"
            + " reported_at, reported_by, audit_hash, state, merchant_id, transaction_id, kind, text, evidence, client,"
            + " subject) VALUES ($1::uuid, $2::int, $3::timestamptz, $4::text, $7::bytea, 'open', $10, $11, $12, $13,"
            + " $14, $15, $16) RETURNING id)"
            + RECORD;

    private static final String UPDATE = "WITH written AS (UPDATE misconduct_report SET audit_number = $2::int,"
            + " audit_hash = $7::bytea, state = $10, owner = $11, outcome = $12, closed_by = $13, closed_at = $14,"
            + " note = $15 WHERE id = $1 RETURNING id)"
            + RECORD;

    private final Pool pool;

    MisconductReports(Pool pool) {
        this.pool = pool;
    }

    /** Null where there is no such transaction. */
    Uni<Subject> subject(SqlClient client, UUID transaction) {
        return client.preparedQuery(SUBJECT).execute(Tuple.of(transaction)).map(rows -> {
            for (Row row : rows) {
                return new Subject(row.getUUID(0), row.getString(1), row.getString(2));
            }
            return null;
        });
    }

    /** Null where there is none. */
    Uni<MisconductReport> byId(UUID id) {
        return one(pool, BY_ID, id);
    }

    /** The report, locked until the caller's transaction ends; null where there is none. */
    Uni<MisconductReport> lock(SqlClient connection, UUID id) {
        return one(connection, BY_ID + " FOR UPDATE", id);
    }

    private static Uni<MisconductReport> one(SqlClient client, String sql, UUID id) {
        return client.preparedQuery(sql).execute(Tuple.of(id)).map(rows -> {
            List<MisconductReport> found = all(rows);
            return found.isEmpty() ? null : found.get(0);
        });
    }

    /** What was done to a report, in order. */
    Uni<List<AuditEntry>> history(UUID id) {
        return pool.preparedQuery(HISTORY).execute(Tuple.of(id)).map(rows -> {
            List<AuditEntry> entries = new ArrayList<>();
            for (Row row : rows) {
                entries.add(new AuditEntry(
                        id,
                        row.getInteger(0),
                        row.getOffsetDateTime(1).toInstant(),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        row.getBuffer(5).getBytes()));
            }
            return entries;
        });
    }

    /** A page, newest first. */
    Uni<List<MisconductReport>> page(MisconductQuery query, UUID before, int limit) {
        List<String> where = new ArrayList<>();
        Tuple tuple = Tuple.tuple();
        query.where(where, tuple);
        if (before != null) {
            tuple.addValue(before);
            where.add("r.id < $" + tuple.size());
        }
        tuple.addValue(limit);
        return pool.preparedQuery("SELECT " + COLUMNS + " FROM misconduct_report r"
                        + (where.isEmpty() ? "" : " WHERE " + String.join(" AND ", where))
                        + " ORDER BY r.id DESC LIMIT $"
                        + tuple.size())
                .execute(tuple)
                .map(MisconductReports::all);
    }

    Uni<Void> insert(SqlClient connection, MisconductReport report) {
        Tuple tuple = record(report, report.reportedBy, "opened", report.reportedAt)
                .addValue(report.merchantId)
                .addValue(report.transactionId)
                .addValue(report.kind.code())
                .addValue(report.text)
                .addValue(report.evidence.toArray(UUID[]::new))
                .addValue(report.cardholder == null ? null : report.cardholder.client())
                .addValue(report.cardholder == null ? null : report.cardholder.subject());
        return connection.preparedQuery(INSERT).execute(tuple).replaceWithVoid();
    }

    /**
     * Writes what changed of a report that the caller has locked.
     *
     * @param action what the entry and the event are named for
     */
    Uni<Void> update(SqlClient connection, MisconductReport report, String actor, String action, Instant now) {
        Tuple tuple = record(report, actor, action, now)
                .addValue(report.state.code())
                .addValue(report.owner)
                .addValue(report.outcome == null ? null : report.outcome.code())
                .addValue(report.closedBy)
                .addValue(utc(report.closedAt))
                .addValue(report.note);
        return connection.preparedQuery(UPDATE).execute(tuple).replaceWithVoid();
    }

    // Continues the report's audit trail. What people wrote stays in the report.
    private static Tuple record(MisconductReport report, String actor, String action, Instant at) {
        JsonObject content = new JsonObject()
                .put("misconduct_report_id", report.reference())
                .put("merchant_id", report.merchantId)
                .put("kind", report.kind.code())
                .put("state", report.state.code());
        if (report.transactionId != null) {
            content.put("transaction_id", TypeId.format(TypeId.TRANSACTION, report.transactionId));
        }
        if (report.owner != null) {
            content.put("owner", report.owner);
        }
        if (report.outcome != null) {
            content.put("outcome", report.outcome.code());
        }
        AuditEntry entry =
                AuditEntry.after(report.auditNumber, report.auditHash, report.id, at, actor, action, content.encode());
        report.auditNumber = entry.number();
        report.auditHash = entry.hash();
        return Tuple.tuple()
                .addValue(report.id)
                .addValue(entry.number())
                .addValue(utc(at))
                .addValue(actor)
                .addValue(action)
                .addValue(entry.content())
                .addValue(Buffer.buffer(entry.hash()))
                .addValue(TypeId.next())
                .addValue(report.reference());
    }

    private static List<MisconductReport> all(RowSet<Row> rows) {
        List<MisconductReport> found = new ArrayList<>(rows.size());
        rows.forEach(row -> found.add(report(row)));
        return found;
    }

    private static MisconductReport report(Row row) {
        MisconductReport report = new MisconductReport(
                row.getUUID(0),
                row.getString(1),
                row.getUUID(2),
                MisconductReport.Kind.valueOf(row.getString(3).toUpperCase(Locale.ROOT)),
                row.getString(4),
                List.of(row.getArrayOfUUIDs(5)),
                row.getString(6),
                row.getOffsetDateTime(7).toInstant(),
                row.getString(9) == null ? null : new MisconductReport.Cardholder(row.getString(8), row.getString(9)));
        report.state = ReportState.of(row.getString(10));
        report.owner = row.getString(11);
        report.outcome = row.getString(12) == null
                ? null
                : MisconductReport.Outcome.valueOf(row.getString(12).toUpperCase(Locale.ROOT));
        report.closedBy = row.getString(13);
        report.closedAt = row.getOffsetDateTime(14) == null
                ? null
                : row.getOffsetDateTime(14).toInstant();
        report.note = row.getString(15);
        report.auditNumber = row.getInteger(16);
        report.auditHash = row.getBuffer(17).getBytes();
        return report;
    }

    private static OffsetDateTime utc(Instant at) {
        return at == null ? null : at.atOffset(ZoneOffset.UTC);
    }
}
