package org.paywitness.observation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.paywitness.id.TypeId;
import org.paywitness.observation.Correlation.Group;
import org.paywitness.observation.Correlation.Member;
import org.paywitness.transaction.Duplicates;
import org.paywitness.transaction.Transaction;
import org.paywitness.transaction.Transactions.Change;
import org.paywitness.verdict.Policy;

/**
 * What must change for the transactions of a region to be as correlation says. An id belongs for ever to the
 * observation that opened it; a group answers to the oldest id among its members, and the others point to it. Pure.
 */
final class Regrouping {
    private final Policy policy;
    private final Correlation correlation;
    private final Map<UUID, Kept> before = new LinkedHashMap<>();
    private final Map<UUID, List<UUID>> membersBefore = new HashMap<>();
    private final Map<UUID, Kept> after = new LinkedHashMap<>();
    private final List<Group> groups;
    private final Map<Group, UUID> ids = new IdentityHashMap<>();
    private final Map<UUID, Transaction> rows = new HashMap<>();
    private final Map<UUID, Change> changes = new LinkedHashMap<>();
    private final Map<UUID, Transaction> neighbours = new LinkedHashMap<>();
    private final Map<UUID, Transaction> met = new LinkedHashMap<>();

    Regrouping(Collection<Kept> active, Region region, Policy policy) {
        this.policy = policy;
        this.correlation = region.correlation();
        active.forEach(kept -> {
            before.put(kept.id(), kept);
            membersBefore
                    .computeIfAbsent(kept.transactionId(), t -> new ArrayList<>())
                    .add(kept.id());
        });
        this.groups = correlation.correlate(region.membersOf(active));
        groups.forEach(this::assign);
    }

    private void assign(Group group) {
        UUID oldest = group.members.stream()
                .map(m -> before.get(m.id()).opened())
                .filter(Objects::nonNull)
                .min(Comparator.naturalOrder())
                .orElse(null);
        UUID opener = null;
        if (oldest == null) {
            oldest = TypeId.next();
            opener = group.members.get(0).id();
        }
        ids.put(group, oldest);
        for (Member m : group.members) {
            Kept kept = before.get(m.id());
            after.put(
                    m.id(),
                    new Kept(
                            kept.id(),
                            kept.said(),
                            kept.heardAt(),
                            oldest,
                            m.id().equals(opener) ? oldest : kept.opened(),
                            kept.pinnedTo(),
                            group.weak.contains(m.id())));
        }
    }

    /** Every transaction that may have to change. */
    Set<UUID> transactionIds() {
        Set<UUID> all = new HashSet<>(ids.values());
        after.values().forEach(k -> {
            if (k.opened() != null) {
                all.add(k.opened());
            }
        });
        return all;
    }

    /** Compares with the rows as they are in the database. */
    void compareWith(List<Transaction> current) {
        current.forEach(t -> rows.put(t.id(), t));
        for (Group group : groups) {
            UUID id = ids.get(group);
            List<UUID> candidates = group.candidates.stream().map(ids::get).toList();
            Transaction row = rows.get(id);
            Transaction next = Assembly.of(id, row == null ? 1 : row.version(), group, candidates, correlation);
            if (row != null) {
                next = next.withEarlier(row.summary().earlier());
            }
            if (!next.equals(row)) {
                change(next, reason(row, group));
            }
            for (Member m : group.members) {
                UUID opened = after.get(m.id()).opened();
                if (opened != null && !opened.equals(id)) {
                    merge(opened, id);
                }
            }
        }
    }

    private String reason(Transaction row, Group group) {
        if (row == null) {
            return "opened";
        }
        Set<UUID> now = new HashSet<>();
        group.members.forEach(m -> now.add(m.id()));
        boolean lost = !now.containsAll(membersBefore.getOrDefault(row.id(), List.of()));
        if (lost || row.mergedInto() != null) {
            return "pairing_changed";
        }
        return group.members.stream().anyMatch(m -> before.get(m.id()).isFresh()) ? "observation" : "joined";
    }

    private void merge(UUID id, UUID into) {
        Transaction row = rows.get(id);
        if (!into.equals(row.mergedInto())) {
            change(
                    new Transaction(
                            id,
                            into,
                            row.version(),
                            row.reference(),
                            row.card(),
                            row.amount(),
                            row.occurredAt(),
                            row.summary()),
                    "merged");
        }
    }

    private void change(Transaction next, String reason) {
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
                    change(next, "duplicate");
                }
            }
        }
    }

    private static Object merchantAndAmount(Transaction t) {
        return Arrays.asList(t.reference().merchantId(), t.amount());
    }

    List<Change> changes() {
        return List.copyOf(changes.values());
    }

    /** Fresh observations with where they belong. */
    List<Kept> inserted() {
        return after.values().stream().filter(k -> before.get(k.id()).isFresh()).toList();
    }

    /** Kept observations that belong elsewhere than before. */
    List<Kept> moved() {
        return after.values().stream()
                .filter(k -> !before.get(k.id()).isFresh() && !k.equals(before.get(k.id())))
                .toList();
    }

    Map<UUID, UUID> belongs() {
        Map<UUID, UUID> belongs = new HashMap<>();
        after.values().forEach(k -> belongs.put(k.id(), k.transactionId()));
        return belongs;
    }
}
