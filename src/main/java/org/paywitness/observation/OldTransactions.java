package org.paywitness.observation;

import io.quarkus.arc.All;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.paywitness.id.TypeId;
import org.paywitness.retention.Leaves;
import org.paywitness.retention.RetentionSettings;
import org.paywitness.transaction.Attached;
import org.paywitness.transaction.Transactions;
import org.paywitness.verdict.Policy;

/**
 * Payments of which nothing was heard for long: each with the ids that were merged into it, its observations, the record
 * of its changes and all that is {@link Attached}. One stays where anything of that is not over, and where an equal
 * payment that stays refers to it.
 */
@Singleton
class OldTransactions implements Leaves {
    /** How far payments that refer to each other are followed. */
    private static final int MAX_CHAIN = 20;

    private static final String LOOK =
            "SELECT id, merged_into FROM transaction WHERE id > $1 AND id < $2 ORDER BY id LIMIT $3";
    private static final String MEMBERS = "WITH RECURSIVE member(root, id) AS (SELECT r, r FROM unnest($1::uuid[]) r"
            + " UNION SELECT m.root, t.id FROM member m JOIN transaction t ON t.merged_into = m.id)"
            + " SELECT root, id FROM member ORDER BY id";
    // Whoever writes to a transaction, or attaches something to it, holds its row: what is so under our lock stays so.
    private static final String LOCK =
            "SELECT id FROM transaction WHERE id = ANY($1) ORDER BY id FOR UPDATE SKIP LOCKED";
    private static final String IN_USE = "SELECT m.id FROM unnest($1::uuid[], $2::uuid[]) AS m(id, root)"
            + " JOIN transaction t ON t.id = m.id WHERE m.id >= $4 OR t.occurred_at >= $3"
            + " OR EXISTS (SELECT FROM transaction_change c WHERE c.transaction_id = m.id AND c.at >= $3)"
            + " OR EXISTS (SELECT FROM observation o WHERE o.transaction_id = m.id AND (o.at >= $3 OR o.heard_at >= $3))"
            + " OR EXISTS (SELECT FROM observation o WHERE o.opened = m.id AND o.transaction_id <> m.root)"
            + " OR EXISTS (SELECT FROM observation o WHERE o.pinned_to = m.id AND o.transaction_id <> m.root)";
    private static final List<String> FORGET = List.of(
            "DELETE FROM observation WHERE transaction_id = ANY($1)",
            "DELETE FROM transaction_change WHERE transaction_id = ANY($1)",
            "DELETE FROM transaction WHERE id = ANY($1)");

    private final RetentionSettings settings;
    private final Transactions transactions;
    private final Policy policy;
    private final List<Attached> attached;

    OldTransactions(
            RetentionSettings settings, Transactions transactions, Policy policy, @All List<Attached> attached) {
        this.settings = settings;
        this.transactions = transactions;
        this.policy = policy;
        this.attached = attached;
    }

    @Override
    public String kind() {
        return "transactions";
    }

    @Override
    public Optional<Duration> keep() {
        return settings.transactions();
    }

    @Override
    public Uni<Step> step(SqlConnection connection, UUID after, Instant before, int rows) {
        return connection
                .preparedQuery(LOOK)
                .execute(Tuple.of(after, TypeId.least(before), rows))
                .chain(looked -> {
                    UUID last = null;
                    List<UUID> roots = new ArrayList<>();
                    for (Row row : looked) {
                        last = row.getUUID(0);
                        if (row.getUUID(1) == null) {
                            roots.add(last);
                        }
                    }
                    UUID reached = looked.size() < rows ? null : last;
                    return leave(connection, roots, before).map(gone -> new Step(reached, gone));
                });
    }

    private Uni<Integer> leave(SqlConnection connection, List<UUID> roots, Instant before) {
        return members(connection, roots)
                .chain(all -> locked(connection, all))
                .chain(mine -> new Chain(connection, before, mine).staying())
                .chain(chain -> {
                    Map<UUID, List<UUID>> leaving = chain.leaving();
                    List<UUID> ids =
                            leaving.values().stream().flatMap(List::stream).toList();
                    return forget(connection, ids).replaceWith(leaving.size());
                });
    }

    /** All ids of each of these payments, its own among them. */
    private static Uni<Map<UUID, List<UUID>>> members(SqlConnection connection, Collection<UUID> roots) {
        return connection
                .preparedQuery(MEMBERS)
                .execute(Tuple.of((Object) array(roots)))
                .map(rows -> {
                    Map<UUID, List<UUID>> members = new LinkedHashMap<>();
                    rows.forEach(row -> members.computeIfAbsent(row.getUUID(0), root -> new ArrayList<>())
                            .add(row.getUUID(1)));
                    return members;
                });
    }

    // What others hold waits for the next round, and so do we for nobody.
    private static Uni<Map<UUID, List<UUID>>> locked(SqlConnection connection, Map<UUID, List<UUID>> all) {
        List<UUID> ids = all.values().stream().flatMap(List::stream).toList();
        return connection
                .preparedQuery(LOCK)
                .execute(Tuple.of((Object) array(ids)))
                .map(rows -> {
                    Set<UUID> mine = new HashSet<>();
                    rows.forEach(row -> mine.add(row.getUUID(0)));
                    all.values().removeIf(members -> !mine.containsAll(members));
                    return all;
                });
    }

    private Uni<Void> forget(SqlConnection connection, List<UUID> ids) {
        Uni<?> all = Uni.createFrom().voidItem();
        if (ids.isEmpty()) {
            return all.replaceWithVoid();
        }
        for (Attached one : attached) {
            all = all.chain(() -> one.leave(connection, ids));
        }
        for (String sql : FORGET) {
            all = all.chain(() -> connection.preparedQuery(sql).execute(Tuple.of((Object) array(ids))));
        }
        return all.replaceWithVoid();
    }

    private static UUID[] array(Collection<UUID> ids) {
        return ids.toArray(UUID[]::new);
    }

    /** Payments with those that refer to them, and those that refer to these: who stays keeps whom it refers to. */
    private final class Chain {
        private final SqlConnection connection;
        private final Instant before;
        private final Map<UUID, List<UUID>> mine;
        private final Set<UUID> staying = new HashSet<>();
        private final Map<UUID, Set<UUID>> referring = new HashMap<>();

        Chain(SqlConnection connection, Instant before, Map<UUID, List<UUID>> mine) {
            this.connection = connection;
            this.before = before;
            this.mine = mine;
        }

        Uni<Chain> staying() {
            return follow(mine, 1).replaceWith(this);
        }

        Map<UUID, List<UUID>> leaving() {
            boolean more = true;
            while (more) {
                more = false;
                for (Map.Entry<UUID, Set<UUID>> one : referring.entrySet()) {
                    if (one.getValue().stream().anyMatch(staying::contains)) {
                        more |= staying.add(one.getKey());
                    }
                }
            }
            Map<UUID, List<UUID>> leaving = new LinkedHashMap<>(mine);
            leaving.keySet().removeAll(staying);
            return leaving;
        }

        private Uni<Void> follow(Map<UUID, List<UUID>> payments, int length) {
            return inUse(payments).chain(() -> whoRefersTo(payments)).chain(found -> {
                found.removeAll(referring.keySet());
                // Beyond, one may be left that names what is not there any more: better than that none ever leaves.
                return found.isEmpty() || length == MAX_CHAIN
                        ? Uni.createFrom().voidItem()
                        : members(connection, found).chain(next -> follow(next, length + 1));
            });
        }

        private Uni<Void> inUse(Map<UUID, List<UUID>> payments) {
            List<UUID> ids = new ArrayList<>();
            List<UUID> roots = new ArrayList<>();
            Map<UUID, UUID> rootOf = new HashMap<>();
            payments.forEach((root, members) -> members.forEach(member -> {
                ids.add(member);
                roots.add(root);
                rootOf.put(member, root);
            }));
            OffsetDateTime until = before.atOffset(ZoneOffset.UTC);
            Uni<Void> all = connection
                    .preparedQuery(IN_USE)
                    .execute(Tuple.of(array(ids), array(roots), until, TypeId.least(before)))
                    .invoke(rows -> rows.forEach(row -> staying.add(rootOf.get(row.getUUID(0)))))
                    .replaceWithVoid();
            for (Attached one : attached) {
                all = all.chain(() -> one.holds(connection, ids, before))
                        .invoke(held -> held.forEach(id -> staying.add(rootOf.get(id))))
                        .replaceWithVoid();
            }
            return all;
        }

        /** Those that name one of these, as the earlier equal payment or as one that may be the same. */
        private Uni<Set<UUID>> whoRefersTo(Map<UUID, List<UUID>> payments) {
            Map<String, UUID> rootOf = new HashMap<>();
            payments.forEach((root, members) -> {
                referring.computeIfAbsent(root, one -> new HashSet<>());
                members.forEach(member -> rootOf.put(TypeId.format(TypeId.TRANSACTION, member), root));
            });
            Set<UUID> found = new HashSet<>();
            return transactions
                    .byIds(connection, payments.keySet())
                    // Candidates name each other.
                    .invoke(all -> all.forEach(one -> one.summary().candidates().stream()
                            .flatMap(other -> TypeId.parse(TypeId.TRANSACTION, other).stream())
                            .forEach(other -> add(one.id(), other, found))))
                    .chain(all -> transactions.near(connection, all, policy.duplicateWindow()))
                    .invoke(near -> near.stream()
                            .filter(other -> other.summary().earlier() != null)
                            .forEach(other ->
                                    add(rootOf.get(other.summary().earlier().id()), other.id(), found)))
                    .replaceWith(found);
        }

        private void add(UUID root, UUID other, Set<UUID> found) {
            if (root != null && !root.equals(other)) {
                referring.get(root).add(other);
                found.add(other);
            }
        }
    }
}
