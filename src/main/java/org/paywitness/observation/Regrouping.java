package org.paywitness.observation;

import java.util.ArrayList;
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
import org.paywitness.transaction.Summary;
import org.paywitness.transaction.Transaction;
import org.paywitness.verdict.Policy;

/**
 * What must change for the transactions of a region to be as correlation says. An id belongs for ever to the
 * observation that opened it; a group answers to the oldest id among its members, and the others point to it. Pure.
 */
final class Regrouping {
    private final Correlation correlation;
    private final Map<UUID, Kept> before = new LinkedHashMap<>();
    private final Map<UUID, List<UUID>> membersBefore = new HashMap<>();
    private final Map<UUID, Kept> after = new LinkedHashMap<>();
    private final List<Group> groups;
    private final Map<Group, UUID> ids = new IdentityHashMap<>();
    private final Changes changes;

    Regrouping(Collection<Kept> active, Region region, Policy policy) {
        this.changes = new Changes(policy);
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
        changes.from(current);
        List<Summary.Sent> sent = current.stream()
                .filter(t -> t.mergedInto() == null)
                .flatMap(t -> t.summary().sent().stream())
                .toList();
        for (Group group : groups) {
            UUID id = ids.get(group);
            List<UUID> candidates = group.candidates.stream().map(ids::get).toList();
            Transaction row = changes.row(id);
            Transaction next = Assembly.of(id, row == null ? 1 : row.version(), group, candidates, correlation);
            if (row != null) {
                next = next.withEarlier(row.summary().earlier());
            }
            if (!sent.isEmpty()) {
                next = next.withSent(sentFor(group, sent));
            }
            if (!next.equals(row)) {
                changes.add(next, reason(row, group));
            }
            for (Member m : group.members) {
                UUID opened = after.get(m.id()).opened();
                if (opened != null && !opened.equals(id)) {
                    merge(opened, id);
                }
            }
        }
    }

    // Refunds follow the transaction that they were made for.
    private List<Summary.Sent> sentFor(Group group, List<Summary.Sent> sent) {
        Set<UUID> opened = new HashSet<>();
        group.members.forEach(m -> opened.add(after.get(m.id()).opened()));
        return sent.stream().filter(refund -> opened.contains(refund.madeFor())).toList();
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
        Transaction row = changes.row(id);
        if (!into.equals(row.mergedInto())) {
            changes.add(
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

    /** What must change of the transactions. */
    Changes changes() {
        return changes;
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
