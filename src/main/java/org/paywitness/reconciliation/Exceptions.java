package org.paywitness.reconciliation;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.paywitness.event.Event;
import org.paywitness.event.Outbox;
import org.paywitness.id.TypeId;
import org.paywitness.money.Money;

/** The table of exceptions, and with each change its event. Runs in the caller's database transaction. */
@Singleton
class Exceptions {
    /** What an exception is read from, of a table named e. */
    static final String COLUMNS = "e.id, e.transaction_id, e.kind, e.merchant_id, e.day, e.at_stake, e.currency,"
            + " e.proposed, e.grounds, e.opened_at, e.closed_at, e.closed_by, e.resolution, e.reason";

    private static final String STANDING = "SELECT DISTINCT ON (e.transaction_id, e.kind) " + COLUMNS
            + " FROM reconciliation_exception e WHERE e.transaction_id = ANY($1)"
            + " ORDER BY e.transaction_id, e.kind, e.closed_at IS NULL DESC, e.id DESC";

    private static final String LOCK =
            "SELECT " + COLUMNS + " FROM reconciliation_exception e WHERE e.id = $1 FOR UPDATE";

    private static final String OPEN = "INSERT INTO reconciliation_exception (id, transaction_id, kind, merchant_id,"
            + " day, at_stake, currency, proposed, grounds, opened_at)"
            + " SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::date[], $6::bigint[],"
            + " $7::text[], $8::text[], $9::text[], $10::timestamptz[])"
            + " ON CONFLICT (transaction_id, kind) WHERE closed_at IS NULL DO NOTHING RETURNING id";

    private static final String REVISE = "UPDATE reconciliation_exception e SET merchant_id = n.merchant, day = n.day,"
            + " at_stake = n.at_stake, currency = n.currency, proposed = n.proposed, grounds = n.grounds"
            + " FROM unnest($1::uuid[], $2::text[], $3::date[], $4::bigint[], $5::text[], $6::text[], $7::text[])"
            + " AS n(id, merchant, day, at_stake, currency, proposed, grounds)"
            + " WHERE e.id = n.id AND e.closed_at IS NULL RETURNING e.id";

    private static final String CLOSE = "UPDATE reconciliation_exception e SET closed_at = n.at, closed_by = n.by,"
            + " resolution = n.resolution, reason = n.reason"
            + " FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::text[])"
            + " AS n(id, at, by, resolution, reason) WHERE e.id = n.id AND e.closed_at IS NULL RETURNING e.id";

    private final Outbox outbox;

    Exceptions(Outbox outbox) {
        this.outbox = outbox;
    }

    /** Of each of these payments and each kind: the one that is open, else the last that was closed. */
    Uni<List<Raised>> standing(SqlClient client, Collection<UUID> transactions) {
        return client.preparedQuery(STANDING)
                .execute(Tuple.of((Object) transactions.toArray(UUID[]::new)))
                .map(Exceptions::all);
    }

    /** Locked until the caller's transaction ends; null where there is none. */
    Uni<Raised> lock(SqlClient client, UUID id) {
        return client.preparedQuery(LOCK).execute(Tuple.of(id)).map(rows -> {
            List<Raised> found = all(rows);
            return found.isEmpty() ? null : found.get(0);
        });
    }

    /** Opens those of which none of the same payment and kind is open meanwhile. */
    Uni<Void> open(SqlClient client, List<Raised> fresh) {
        if (fresh.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        return client.preparedQuery(OPEN)
                .execute(Tuple.tuple()
                        .addValue(column(fresh, Raised::id, UUID[]::new))
                        .addValue(column(fresh, Raised::transactionId, UUID[]::new))
                        .addValue(column(fresh, one -> one.difference().kind().code(), String[]::new))
                        .addValue(column(fresh, Raised::merchantId, String[]::new))
                        .addValue(column(fresh, Raised::day, LocalDate[]::new))
                        .addValue(column(fresh, one -> amount(one), Long[]::new))
                        .addValue(column(fresh, one -> currency(one), String[]::new))
                        .addValue(
                                column(fresh, one -> one.difference().proposed().code(), String[]::new))
                        .addValue(column(fresh, one -> one.difference().grounds(), String[]::new))
                        .addValue(column(fresh, one -> utc(one.openedAt()), OffsetDateTime[]::new)))
                .chain(rows -> tell(client, "opened", fresh, ids(rows), Raised::openedAt));
    }

    /** Keeps what is open up to what its payment is now; for those that differ from what is kept. */
    Uni<Void> revise(SqlClient client, List<Raised> open, Instant now) {
        return open.isEmpty()
                ? Uni.createFrom().voidItem()
                : client.preparedQuery(REVISE)
                        .execute(Tuple.tuple()
                                .addValue(column(open, Raised::id, UUID[]::new))
                                .addValue(column(open, Raised::merchantId, String[]::new))
                                .addValue(column(open, Raised::day, LocalDate[]::new))
                                .addValue(column(open, one -> amount(one), Long[]::new))
                                .addValue(column(open, one -> currency(one), String[]::new))
                                .addValue(column(
                                        open, one -> one.difference().proposed().code(), String[]::new))
                                .addValue(column(open, one -> one.difference().grounds(), String[]::new)))
                        .chain(rows -> tell(client, "changed", open, ids(rows), one -> now));
    }

    /** Closes those that nobody has closed meanwhile. */
    Uni<Void> close(SqlClient client, List<Raised> closed) {
        if (closed.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        return client.preparedQuery(CLOSE)
                .execute(Tuple.tuple()
                        .addValue(column(closed, Raised::id, UUID[]::new))
                        .addValue(column(closed, one -> utc(one.closing().at()), OffsetDateTime[]::new))
                        .addValue(column(closed, one -> one.closing().by(), String[]::new))
                        .addValue(
                                column(closed, one -> one.closing().resolution().code(), String[]::new))
                        .addValue(column(closed, one -> one.closing().reason(), String[]::new)))
                .chain(rows -> tell(client, "closed", closed, ids(rows), one -> one.closing()
                        .at()));
    }

    private Uni<Void> tell(
            SqlClient client, String what, List<Raised> all, Set<UUID> written, Function<Raised, Instant> at) {
        return outbox.tell(
                client,
                all.stream()
                        .filter(one -> written.contains(one.id()))
                        .map(one -> event(what, one, at.apply(one)))
                        .toList());
    }

    // What people wrote stays in the exception.
    private static Event event(String what, Raised one, Instant at) {
        Difference difference = one.difference();
        JsonObject content = new JsonObject()
                .put("exception_id", one.reference())
                .put("kind", difference.kind().code())
                .put("status", one.isOpen() ? "open" : "closed")
                .put("transaction_id", TypeId.format(TypeId.TRANSACTION, one.transactionId()))
                .put("day", one.day().toString())
                .put("proposed_action", difference.proposed().code());
        if (one.merchantId() != null) {
            content.put("merchant_id", one.merchantId());
        }
        if (difference.atStake() != null) {
            content.put(
                    "amount_at_stake",
                    new JsonObject().put("amount", amount(one)).put("currency", currency(one)));
        }
        if (!one.isOpen()) {
            content.put("closed_by", one.closing().by())
                    .put("resolution", one.closing().resolution().code());
        }
        return Event.of("exception", one.reference(), "exception." + what, content.encode(), one.merchantId(), at);
    }

    private static Set<UUID> ids(RowSet<Row> rows) {
        Set<UUID> ids = new HashSet<>();
        rows.forEach(row -> ids.add(row.getUUID(0)));
        return ids;
    }

    private static Long amount(Raised one) {
        return one.difference().atStake() == null
                ? null
                : one.difference().atStake().amount();
    }

    private static String currency(Raised one) {
        return one.difference().atStake() == null
                ? null
                : one.difference().atStake().currency();
    }

    private static List<Raised> all(RowSet<Row> rows) {
        List<Raised> found = new ArrayList<>(rows.size());
        rows.forEach(row -> found.add(from(row, 0)));
        return found;
    }

    /** An exception from a row of {@link #COLUMNS}, the first of them at this place. */
    static Raised from(Row row, int at) {
        Long amount = row.getLong(at + 5);
        OffsetDateTime closedAt = row.getOffsetDateTime(at + 10);
        return new Raised(
                row.getUUID(at),
                row.getUUID(at + 1),
                row.getString(at + 3),
                row.getLocalDate(at + 4),
                new Difference(
                        Kind.of(row.getString(at + 2)),
                        amount == null ? null : Money.of(amount, row.getString(at + 6)),
                        Action.valueOf(row.getString(at + 7).toUpperCase(Locale.ROOT)),
                        row.getString(at + 8)),
                row.getOffsetDateTime(at + 9).toInstant(),
                closedAt == null
                        ? null
                        : new Raised.Closing(
                                closedAt.toInstant(),
                                row.getString(at + 11),
                                Resolution.valueOf(row.getString(at + 12).toUpperCase(Locale.ROOT)),
                                row.getString(at + 13)));
    }

    static OffsetDateTime utc(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }

    static <T, V> V[] column(List<T> rows, Function<T, V> field, IntFunction<V[]> array) {
        return rows.stream().map(field).toArray(array);
    }
}
