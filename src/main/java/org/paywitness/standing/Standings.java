package org.paywitness.standing;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.arc.All;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.paywitness.event.Event;
import org.paywitness.event.Outbox;
import org.paywitness.transaction.Completenesses;
import org.paywitness.transaction.Follower;
import org.paywitness.transaction.Looked;
import org.paywitness.transaction.Transaction;
import org.paywitness.transaction.Transactions.Change;
import org.paywitness.verdict.Completeness;
import org.paywitness.verdict.Judge;
import org.paywitness.verdict.Moment;
import org.paywitness.verdict.Moments;
import org.paywitness.verdict.Policy;

/**
 * What was last told of each live transaction. Whoever writes a transaction, and whoever looks at it again, judges it here
 * while holding its row: an event of exactly the verdicts that are another one than was told.
 */
@Singleton
public class Standings {
    private static final String LOCK =
            "SELECT transaction_id, told FROM verdict_standing WHERE transaction_id = ANY($1)"
                    + " ORDER BY transaction_id FOR UPDATE";
    private static final String KEEP = "INSERT INTO verdict_standing (transaction_id, merchant_id, told, look_at,"
            + " terminal_at, acquirer_at, bank_at, wallet_at)"
            + " SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[],"
            + " $6::timestamptz[], $7::timestamptz[], $8::timestamptz[])"
            + " ON CONFLICT (transaction_id) DO UPDATE SET merchant_id = excluded.merchant_id, told = excluded.told,"
            + " look_at = excluded.look_at, terminal_at = excluded.terminal_at, acquirer_at = excluded.acquirer_at,"
            + " bank_at = excluded.bank_at, wallet_at = excluded.wallet_at";
    private static final String DROP = "DELETE FROM verdict_standing WHERE transaction_id = ANY($1)";

    private final Completenesses completenesses;
    private final List<Follower> followers;
    private final Outbox outbox;
    private final Policy policy;
    private final ObjectMapper json;

    Standings(
            Completenesses completenesses,
            @All List<Follower> followers,
            Outbox outbox,
            Policy policy,
            ObjectMapper json) {
        this.completenesses = completenesses;
        this.followers = followers;
        this.outbox = outbox;
        this.policy = policy;
        this.json = json;
    }

    /**
     * A transaction to be looked at.
     *
     * @param told what was told of it before; null for a new one, or of the version before, of which nothing was told
     * @param was the live transaction as it was; null for a new one, or where it is known what was told
     * @param reason why it is looked at
     */
    record Look(Transaction transaction, Told told, Transaction was, String reason) {}

    /**
     * Tells of what these changes make of verdicts, in the database transaction that has written them. It holds the rows of
     * the transactions, and has written before: whoever follows an advance of completeness waits for it.
     *
     * @param before the transactions as they were; null for a new one
     */
    public Uni<Void> written(
            SqlConnection connection, List<Change> changes, Function<UUID, Transaction> before, Instant now) {
        List<Change> changed = changes.stream()
                .sorted(Comparator.comparing(change -> change.transaction().id()))
                .toList();
        UUID[] old = changed.stream()
                .map(change -> change.transaction().id())
                .filter(id -> before.apply(id) != null)
                .toArray(UUID[]::new);
        return told(connection, old).chain(told -> {
            List<Transaction> merged = new ArrayList<>();
            List<Look> looks = new ArrayList<>();
            for (Change change : changed) {
                Transaction next = change.transaction();
                Transaction was = before.apply(next.id());
                if (next.mergedInto() == null) {
                    Told last = told.get(next.id());
                    boolean untold = last == null && was != null && was.mergedInto() == null;
                    looks.add(new Look(next, last, untold ? was : null, change.reason()));
                } else if (was != null && was.mergedInto() == null) {
                    merged.add(next);
                }
            }
            return merge(connection, merged, told, now).chain(() -> look(connection, looks, now));
        });
    }

    private Uni<Map<UUID, Told>> told(SqlConnection connection, UUID[] ids) {
        if (ids.length == 0) {
            return Uni.createFrom().item(Map.of());
        }
        return connection.preparedQuery(LOCK).execute(Tuple.of(ids)).map(Standings::told);
    }

    private static Map<UUID, Told> told(RowSet<Row> rows) {
        Map<UUID, Told> told = new HashMap<>();
        rows.forEach(row -> told.put(row.getUUID(0), Told.decode(row.getString(1))));
        return told;
    }

    private Uni<Void> merge(SqlConnection connection, List<Transaction> merged, Map<UUID, Told> told, Instant now) {
        if (merged.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        List<UUID> ids = merged.stream().map(Transaction::id).toList();
        List<Event> events = merged.stream()
                .map(one -> VerdictEvent.merged(one, told.get(one.id()), now, json))
                .toList();
        Uni<Void> all = connection
                .preparedQuery(DROP)
                .execute(Tuple.of(ids.toArray(UUID[]::new)))
                .chain(() -> outbox.tell(connection, events));
        for (Follower follower : followers) {
            all = all.chain(() -> follower.merged(connection, ids, now));
        }
        return all;
    }

    /** Judges these, tells of what is another verdict than before, and keeps when to look again. The caller holds them. */
    Uni<Void> look(SqlConnection connection, List<Look> looks, Instant now) {
        return look(connection, looks, now, true);
    }

    /** The same without a word of it: what is only now taken note of, nobody has known to change. */
    Uni<Void> takeUp(SqlConnection connection, List<Transaction> transactions, Instant now) {
        return look(
                connection,
                transactions.stream()
                        .map(one -> new Look(one, null, null, null))
                        .toList(),
                now,
                false);
    }

    private Uni<Void> look(SqlConnection connection, List<Look> looks, Instant now, boolean tell) {
        if (looks.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        Set<String> merchants = new HashSet<>();
        looks.forEach(look -> {
            merchants.add(Standing.merchant(look.transaction()));
            if (look.was() != null) {
                merchants.add(Standing.merchant(look.was()));
            }
        });
        return completenesses.of(connection, merchants).chain(complete -> {
            List<Looked> batch = new ArrayList<>(looks.size());
            List<Standing> standings = new ArrayList<>(looks.size());
            List<Event> events = new ArrayList<>();
            for (Look look : looks) {
                Looked looked = judged(look.transaction(), complete, now);
                Told told = Told.of(looked.transaction(), looked.verdict());
                // Nothing was told of it: then what a question would have been answered.
                Told before = look.was() == null
                        ? look.told()
                        : Told.of(look.was(), judged(look.was(), complete, now).verdict());
                batch.add(looked);
                standings.add(Standing.of(
                        looked.transaction(), told, moments(looked.transaction()), looked.completeness(), now));
                if (tell && !told.equals(before)) {
                    events.add(VerdictEvent.changed(looked.transaction(), before, told, look.reason(), now, json));
                }
            }
            Uni<Void> all = keep(connection, standings);
            for (Follower follower : followers) {
                all = all.chain(() -> follower.looked(connection, batch, now));
            }
            return all.chain(() -> outbox.tell(connection, events));
        });
    }

    private Looked judged(Transaction transaction, Map<String, Completeness> complete, Instant now) {
        Completeness completeness = complete.get(Standing.merchant(transaction));
        return new Looked(transaction, completeness, Judge.verdict(transaction.payment(), completeness, policy, now));
    }

    private List<Moment> moments(Transaction transaction) {
        List<Moment> moments = new ArrayList<>(Moments.of(transaction.payment(), policy));
        followers.forEach(follower -> moments.addAll(follower.moments(transaction)));
        return moments;
    }

    private static Uni<Void> keep(SqlConnection connection, List<Standing> all) {
        return connection
                .preparedQuery(KEEP)
                .execute(Tuple.tuple()
                        .addValue(column(all, Standing::id, UUID[]::new))
                        .addValue(column(all, Standing::merchant, String[]::new))
                        .addValue(column(all, standing -> standing.told().encode(), String[]::new))
                        .addValue(times(all, Standing::lookAt))
                        .addValue(times(all, standing -> standing.completeAt().terminal()))
                        .addValue(times(all, standing -> standing.completeAt().acquirer()))
                        .addValue(times(all, standing -> standing.completeAt().bank()))
                        .addValue(times(all, standing -> standing.completeAt().wallet())))
                .replaceWithVoid();
    }

    private static OffsetDateTime[] times(List<Standing> all, Function<Standing, Instant> field) {
        return column(
                all,
                standing -> {
                    Instant at = field.apply(standing);
                    return at == null ? null : at.atOffset(ZoneOffset.UTC);
                },
                OffsetDateTime[]::new);
    }

    private static <T> T[] column(List<Standing> all, Function<Standing, T> field, IntFunction<T[]> array) {
        return all.stream().map(field).toArray(array);
    }
}
