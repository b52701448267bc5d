package org.paywitness.observation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.paywitness.transaction.Duplicates;
import org.paywitness.transaction.Transaction;
import org.paywitness.transaction.Transactions.Change;
import org.paywitness.verdict.Policy;

/**
 * Changes of transactions, and what follows from them for equal payments nearby: each may become or cease to be the
 * repetition of another. Pure.
 */
final class Changes {
    private final Policy policy;
    private final Map<UUID, Transaction> rows = new HashMap<>();
    private final Map<UUID, Change> changes = new LinkedHashMap<>();
    private final Map<UUID, Transaction> neighbours = new LinkedHashMap<>();
    private final Map<UUID, Transaction> met = new LinkedHashMap<>();

    Changes(Policy policy) {
        this.policy = policy;
    }

    /** The rows as they are in the database. */
    void from(Collection<Transaction> current) {
        current.forEach(t -> rows.put(t.id(), t));
    }

    /** The row as it is in the database; null for a new transaction. */
    Transaction row(UUID id) {
        return rows.get(id);
    }

    void add(Transaction next, String reason) {
        Transaction row = rows.get(next.id());
        changes.put(next.id(), new Change(next.withVersion(row == null ? 1 : row.version() + 1), reason));
    }

    /** The changed transactions as they are and as they were: their neighbours may have become duplicates. */
    List<Transaction> touched() {
        List<Transaction> touched = new ArrayList<>();
        changes.values().forEach(change -> {
            touched.add(change.transaction());
            if (rows.containsKey(change.transaction().id())) {
                touched.add(rows.get(change.transaction().id()));
            }
        });
        return touched;
    }

    /** Takes note of the live transactions near those that changed. */
    void meet(List<Transaction> near) {
        near.forEach(t -> {
            if (!changes.containsKey(t.id())) {
                neighbours.put(t.id(), t);
            }
        });
        meetFurther(near);
    }

    /** Takes note of the live transactions near the neighbours. */
    void meetFurther(List<Transaction> near) {
        near.forEach(t -> {
            met.put(t.id(), t);
            rows.putIfAbsent(t.id(), t);
        });
    }

    /** Unchanged transactions near the changed ones. */
    Collection<Transaction> neighbours() {
        return neighbours.values();
    }

    /** All whose earlier equal payment is looked for, the changed ones also as they were. */
    List<Transaction> compared() {
        List<Transaction> compared = touched();
        compared.addAll(neighbours.values());
        return compared;
    }

    /** Sets the earlier equal payment of every changed transaction and of its neighbours. */
    void findDuplicates() {
        Map<UUID, Transaction> live = new LinkedHashMap<>(met);
        changes.values().forEach(c -> live.put(c.transaction().id(), c.transaction()));
        live.values().removeIf(t -> t.mergedInto() != null);
        // Only payments of one merchant and amount are compared: a chunk holds hundreds that are not.
        Map<Object, List<Transaction>> equal = new HashMap<>();
        live.values().forEach(t -> equal.computeIfAbsent(merchantAndAmount(t), k -> new ArrayList<>())
                .add(t));
        List<UUID> compared = new ArrayList<>(changes.keySet());
        compared.addAll(neighbours.keySet());
        for (UUID id : compared) {
            Transaction one = live.get(id);
            if (one == null) {
                continue;
            }
            Transaction next = one.withEarlier(Duplicates.earlier(one, equal.get(merchantAndAmount(one)), policy));
            if (!next.equals(one)) {
                Change change = changes.get(id);
                if (change != null) {
                    changes.put(id, new Change(next, change.reason()));
                } else {
                    add(next, "duplicate");
                }
            }
        }
    }

    private static Object merchantAndAmount(Transaction t) {
        return Arrays.asList(t.reference().merchantId(), t.amount());
    }

    List<Change> all() {
        return List.copyOf(changes.values());
    }
}
