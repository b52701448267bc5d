package org.paywitness.terminal;

import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.paywitness.audit.AuditEntry;
import org.paywitness.id.TypeId;

/** The tables of terminals, and with each change its audit entry and its event. */
@ApplicationScoped
public class Terminals {
    private static final String COLUMNS = "t.id, t.terminal_id, t.merchant_id, t.name, t.location, t.model, t.state,"
            + " t.since, (SELECT min(f.since) FROM terminal_freeze f WHERE f.terminal = t.id AND f.until IS NULL),"
            + " (SELECT r.replaced_by FROM terminal_report r WHERE r.terminal = t.id AND r.replaced_by IS NOT NULL),"
            + " t.registered_by, t.registered_at";
    private static final String BY_ID = "SELECT " + COLUMNS + " FROM terminal t WHERE t.id = $1";
    private static final String LIVE =
            "SELECT " + COLUMNS + " FROM terminal t WHERE t.terminal_id = $1 AND t.state <> 'retired'";
    private static final String LOCK = "SELECT id FROM terminal WHERE id = $1 FOR UPDATE";
    private static final String OTHER_MERCHANT =
            "SELECT EXISTS (SELECT FROM terminal_merchant WHERE terminal_id = $1 AND merchant_id <> $2)"
                    + " OR EXISTS (SELECT FROM transaction WHERE terminal_id = $1 AND merchant_id <> $2"
                    + " AND merged_into IS NULL)";
    private static final String REPORTS = "SELECT report, since, text, replaced_by, reported_by, reported_at"
            + " FROM terminal_report WHERE terminal = $1 ORDER BY number DESC LIMIT $2";
    private static final String OPEN_LOSS =
            "SELECT max(since) FROM terminal_freeze WHERE terminal = $1 AND until IS NULL";
    private static final String LOST_BEFORE = "SELECT terminal, terminal_id, merchant_id, since, until, reported_at"
            + " FROM terminal_freeze WHERE terminal_id = $1 AND ($2::text IS NULL OR merchant_id = $2)"
            + " AND since <= $3 AND (until IS NULL OR until > $3) ORDER BY since, report_id LIMIT 1";

    // Whatever carried the number before is retired: a device that carries it from now on was not lost.
    private static final String REGISTER = "WITH registered AS (INSERT INTO terminal (id, terminal_id, merchant_id,"
            + " name, location, model, state, since, registered_by, registered_at)"
            + " VALUES ($1, $2, $3, $4, $5, $6, 'active', $8, $7, $8) ON CONFLICT (terminal_id)"
            + " WHERE state <> 'retired' DO NOTHING RETURNING terminal_id, registered_at)"
            + ", lifted AS (UPDATE terminal_freeze f SET until = greatest(f.since, r.registered_at),"
            + " lifted_at = r.registered_at FROM registered r WHERE f.terminal_id = r.terminal_id AND f.until IS NULL)"
            + " SELECT count(*)::int FROM registered";
    private static final String REPORT = "WITH reported AS (INSERT INTO terminal_report (id, terminal, number, report,"
            + " since, text, replaced_by, reported_by, reported_at) SELECT $1::uuid, $2::uuid,"
            + " (SELECT count(*)::int + 1 FROM terminal_report WHERE terminal = $2), $3::text, $4::timestamptz,"
            + " $5::text, $6::uuid, $7::text, $8::timestamptz)"
            + " UPDATE terminal SET state = $9, since = $4 WHERE id = $2";
    private static final String FREEZE = "INSERT INTO terminal_freeze (report_id, terminal, terminal_id, merchant_id,"
            + " since, reported_at) VALUES ($1, $2, $3, $4, $5, $6)";
    private static final String LIFT =
            "UPDATE terminal_freeze SET until = $2, lifted_at = $3 WHERE terminal = $1 AND until IS NULL";

    private static final String LAST_ENTRY =
            "SELECT number, hash FROM audit_entry WHERE subject_id = $1 ORDER BY number DESC LIMIT 1";
    private static final String RECORD = "WITH audited AS (INSERT INTO audit_entry (subject_id, number, at, actor,"
            + " action, content, hash) VALUES ($1, $2, $3, $4, $5, $6, $7))"
            + " INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, merchant_id, at)"
            + " VALUES ($8, 'terminal', $9, 'terminal.' || $5::text, $6, $10, $3)";

    private final Pool pool;

    Terminals(Pool pool) {
        this.pool = pool;
    }

    // --- for other rooms ---------------------------------------------------------------------------------------------

    /**
     * The loss or theft that a payment came after: the freeze of its terminal that covers the instant, the earliest
     * where several do; empty where the terminal was in its merchant's hands, or nothing is known of it.
     *
     * @param client the caller's transaction, or the pool
     * @param terminalId ISO 8583 DE 41; null has none
     * @param merchantId another merchant's device of the same number does not count; null: any merchant's does
     * @param occurredAt when the payment occurred
     */
    public Uni<Optional<Freeze>> lostBefore(
            SqlClient client, String terminalId, String merchantId, Instant occurredAt) {
        return terminalId == null
                ? Uni.createFrom().item(Optional.empty())
                : client.preparedQuery(LOST_BEFORE)
                        .execute(Tuple.of(terminalId, merchantId, utc(occurredAt)))
                        .map(rows -> {
                            for (Row row : rows) {
                                return Optional.of(new Freeze(
                                        row.getUUID(0),
                                        row.getString(1),
                                        row.getString(2),
                                        time(row, 3),
                                        time(row, 4),
                                        time(row, 5)));
                            }
                            return Optional.empty();
                        });
    }

    // --- reading -----------------------------------------------------------------------------------------------------

    /** Null when there is none. */
    Uni<Terminal> byId(SqlClient client, UUID id) {
        return client.preparedQuery(BY_ID).execute(Tuple.of(id)).map(Terminals::first);
    }

    Uni<Terminal> byId(UUID id) {
        return byId(pool, id);
    }

    /** The live registration of this number; null when there is none. */
    Uni<Terminal> live(SqlClient client, String terminalId) {
        return client.preparedQuery(LIVE).execute(Tuple.of(terminalId)).map(Terminals::first);
    }

    /** Whether observations of this terminal name another merchant, or belong to payments of which others do. */
    Uni<Boolean> worksForAnother(SqlClient client, String terminalId, String merchantId) {
        return client.preparedQuery(OTHER_MERCHANT)
                .execute(Tuple.of(terminalId, merchantId))
                .map(rows -> rows.iterator().next().getBoolean(0));
    }

    /** The terminal with the latest of its reports. */
    Uni<Terminal.History> history(SqlClient client, Terminal terminal, int limit) {
        return client.preparedQuery(REPORTS)
                .execute(Tuple.of(terminal.id(), limit))
                .map(rows -> {
                    List<Terminal.Reported> reports = new ArrayList<>(rows.size());
                    rows.forEach(row -> reports.add(new Terminal.Reported(
                            Report.of(row.getString(0)),
                            time(row, 1),
                            row.getString(2),
                            row.getUUID(3),
                            row.getString(4),
                            time(row, 5))));
                    Collections.reverse(reports);
                    return new Terminal.History(terminal, reports);
                });
    }

    Uni<Terminal.History> history(Terminal terminal, int limit) {
        return history(pool, terminal, limit);
    }

    /** A page, newest first. */
    Uni<List<Terminal>> page(TerminalQuery query, UUID before, int limit) {
        List<String> where = new ArrayList<>();
        Tuple tuple = Tuple.tuple();
        query.where(where, tuple);
        if (before != null) {
            tuple.addValue(before);
            where.add("t.id < $" + tuple.size());
        }
        tuple.addValue(limit);
        return pool.preparedQuery("SELECT " + COLUMNS + " FROM terminal t"
                        + (where.isEmpty() ? "" : " WHERE " + String.join(" AND ", where))
                        + " ORDER BY t.id DESC LIMIT $"
                        + tuple.size())
                .execute(tuple)
                .map(rows -> {
                    List<Terminal> found = new ArrayList<>(rows.size());
                    rows.forEach(row -> found.add(terminal(row)));
                    return found;
                });
    }

    // --- changing: all inside the caller's transaction ---------------------------------------------------------------

    /** The terminal, locked until the caller's transaction ends; null when there is none. */
    Uni<Terminal> lock(SqlConnection connection, UUID id) {
        return connection.preparedQuery(LOCK).execute(Tuple.of(id)).chain(rows -> byId(connection, id));
    }

    /** Since when it is reported lost and not found, the latest such instant; null where it is not. */
    Uni<Instant> openLoss(SqlConnection connection, UUID id) {
        return connection
                .preparedQuery(OPEN_LOSS)
                .execute(Tuple.of(id))
                .map(rows -> time(rows.iterator().next(), 0));
    }

    /** Whether it could be: false where another live registration carries the number. */
    Uni<Boolean> register(SqlConnection connection, Terminal t) {
        Tuple tuple = Tuple.tuple()
                .addValue(t.id())
                .addValue(t.terminalId())
                .addValue(t.merchantId())
                .addValue(t.description().name())
                .addValue(t.description().location())
                .addValue(t.description().model())
                .addValue(t.registeredBy())
                .addValue(utc(t.registeredAt()));
        JsonObject content = content(t)
                .put("name", t.description().name())
                .put("location", t.description().location())
                .put("model", t.description().model());
        return connection.preparedQuery(REGISTER).execute(tuple).chain(rows -> {
            boolean registered = rows.iterator().next().getInteger(0) == 1;
            return registered
                    ? record(connection, t, t.registeredBy(), "registered", content, t.registeredAt())
                            .replaceWith(true)
                    : Uni.createFrom().item(false);
        });
    }

    /** Writes what was reported of a locked terminal, and the terminal as it is after that. */
    Uni<Void> report(SqlConnection connection, Terminal after, Terminal.Reported reported) {
        UUID id = TypeId.next();
        Tuple tuple = Tuple.tuple()
                .addValue(id)
                .addValue(after.id())
                .addValue(reported.report().code())
                .addValue(utc(reported.since()))
                .addValue(reported.text())
                .addValue(reported.replacedBy())
                .addValue(reported.by())
                .addValue(utc(reported.at()))
                .addValue(after.state().code());
        JsonObject content = content(after)
                .put("state", after.state().code())
                .put("since", reported.since().toString())
                .put("text", reported.text());
        if (reported.replacedBy() != null) {
            content.put("replaced_by", TypeId.format(TypeId.TERMINAL, reported.replacedBy()));
        }
        return connection
                .preparedQuery(REPORT)
                .execute(tuple)
                .chain(() -> freezeOrLift(connection, id, after, reported))
                .chain(() -> record(
                        connection, after, reported.by(), reported.report().code(), content, reported.at()));
    }

    private static Uni<Void> freezeOrLift(
            SqlConnection connection, UUID report, Terminal after, Terminal.Reported reported) {
        if (after.state().isLoss()) {
            Tuple freeze = Tuple.tuple()
                    .addValue(report)
                    .addValue(after.id())
                    .addValue(after.terminalId())
                    .addValue(after.merchantId())
                    .addValue(utc(reported.since()))
                    .addValue(utc(reported.at()));
            return connection.preparedQuery(FREEZE).execute(freeze).replaceWithVoid();
        }
        return reported.report() == Report.FOUND
                ? connection
                        .preparedQuery(LIFT)
                        .execute(Tuple.of(after.id(), utc(reported.since()), utc(reported.at())))
                        .replaceWithVoid()
                : Uni.createFrom().voidItem();
    }

    private static JsonObject content(Terminal t) {
        return new JsonObject()
                .put("id", t.reference())
                .put("terminal_id", t.terminalId())
                .put("merchant_id", t.merchantId());
    }

    /** Continues the terminal's audit trail and tells others. */
    private static Uni<Void> record(
            SqlConnection connection, Terminal t, String actor, String action, JsonObject content, Instant at) {
        return connection
                .preparedQuery(LAST_ENTRY)
                .execute(Tuple.of(t.id()))
                .map(rows -> {
                    int number = 0;
                    byte[] hash = null;
                    for (Row row : rows) {
                        number = row.getInteger(0);
                        hash = row.getBuffer(1).getBytes();
                    }
                    return AuditEntry.after(number, hash, t.id(), at, actor, action, content.encode());
                })
                .chain(entry -> connection
                        .preparedQuery(RECORD)
                        .execute(Tuple.tuple()
                                .addValue(entry.subject())
                                .addValue(entry.number())
                                .addValue(utc(at))
                                .addValue(actor)
                                .addValue(action)
                                .addValue(entry.content())
                                .addValue(Buffer.buffer(entry.hash()))
                                .addValue(TypeId.next())
                                .addValue(t.reference())
                                .addValue(t.merchantId())))
                .replaceWithVoid();
    }

    private static Terminal first(RowSet<Row> rows) {
        for (Row row : rows) {
            return terminal(row);
        }
        return null;
    }

    private static Terminal terminal(Row row) {
        return new Terminal(
                row.getUUID(0),
                row.getString(1),
                row.getString(2),
                new Terminal.Description(row.getString(3), row.getString(4), row.getString(5)),
                TerminalState.of(row.getString(6)),
                time(row, 7),
                time(row, 8),
                row.getUUID(9),
                row.getString(10),
                time(row, 11));
    }

    private static Instant time(Row row, int position) {
        OffsetDateTime at = row.getOffsetDateTime(position);
        return at == null ? null : at.toInstant();
    }

    private static OffsetDateTime utc(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }
}
