package org.paywitness.observation;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import org.paywitness.verdict.Outcome;
import org.paywitness.verdict.Policy;
import org.paywitness.verdict.Source;

/**
 * Which observations speak of one transaction (domain.md, "Correlation"). A pure function of the set: the order of
 * the input never matters. First references join ({@link #strongGroups}), then what no reference joins is paired by
 * card, amount and time ({@link #correlate}).
 */
final class Correlation {
    /** Two observations with one RRN are of one transaction when at most this far apart. */
    static final Duration RRN_REUSE = Duration.ofDays(3);

    /** How far back a return whose source does not tell the time of the sale looks for that sale by its RRN. */
    static final Duration RETURN_LOOKBACK = Duration.ofDays(180);

    /** Bearers of one RRN that are further apart have nothing to do with each other. */
    static final Duration RRN_MEMORY = RETURN_LOOKBACK.plus(RRN_REUSE);

    private static final Duration FOR_EVER = Duration.ofSeconds(Long.MAX_VALUE);

    /** Lines of terminal, acquirer and wallet without a common reference belong together when this near. */
    static final Duration NEAR = Duration.ofMinutes(10);

    /** Bank lines carry dates: they belong to a sale of their own business day or of the three before it. */
    static final int BANK_DAYS = 3;

    /** A chain of unresolved lines longer than this is left alone: nothing is paired by guess. */
    static final int MAX_NEIGHBOURHOOD = 64;

    /**
     * One observation in the set.
     *
     * @param id its own id
     * @param pinnedTo the observation that opened the transaction it names explicitly, or null
     */
    record Member(UUID id, Observation said, UUID pinnedTo) {}

    /**
     * One transaction of the set.
     *
     * @param members in order of time
     * @param weak members joined by card, amount and time rather than by a reference
     * @param candidates other groups that may be the same payment
     */
    static final class Group {
        final List<Member> members = new ArrayList<>();
        final Set<UUID> weak = new HashSet<>();
        final Set<Group> candidates = new LinkedHashSet<>();
    }

    /** By time, then by the source's own reference: the same whatever came first. */
    static final Comparator<Member> IN_TIME = Comparator.<Member, Instant>comparing(
                    m -> m.said().at())
            .thenComparing(m -> m.said().source())
            .thenComparing(m -> m.said().outcome())
            .thenComparing(m -> m.said().sourceRef());

    private final Policy policy;
    private final Map<String, String> merchantOfTerminal;

    /**
     * @param merchantOfTerminal the one merchant that a terminal is registered for, or without a registration the one
     *     that its observations name; absent when none or several
     */
    Correlation(Policy policy, Map<String, String> merchantOfTerminal) {
        this.policy = policy;
        this.merchantOfTerminal = merchantOfTerminal;
    }

    /** The merchant that the observation names, or that its terminal is known to belong to, or null. */
    String merchant(Observation said) {
        String given = said.subject().merchantId();
        return given != null || said.subject().terminalId() == null
                ? given
                : merchantOfTerminal.get(said.subject().terminalId());
    }

    /** The transactions of the whole set. */
    List<Group> correlate(Collection<Member> members) {
        return new WeakMatching(this, policy).match(strongGroups(members));
    }

    // --- strong ------------------------------------------------------------------------------------------------------

    /** Joined by explicit ids and references alone. */
    List<Group> strongGroups(Collection<Member> members) {
        List<Member> sorted = new ArrayList<>(members);
        sorted.sort(IN_TIME);
        Joins joins = new Joins(sorted);
        List<Member> free = sorted.stream().filter(m -> m.pinnedTo() == null).toList();
        joinBy(free, s -> s.subject().walletTransactionNo(), FOR_EVER, this::joinAll, joins);
        joinBy(free, s -> s.subject().rrn(), RRN_MEMORY, this::joinWithinDays, joins);
        joinBy(free, this::terminalBatchStan, FOR_EVER, this::joinAll, joins);
        joinByOrderNumber(free, joins);
        for (Member m : sorted) {
            if (m.pinnedTo() != null) {
                joins.join(m.id(), m.pinnedTo());
            }
        }
        return joins.groups();
    }

    String terminalBatchStan(Observation said) {
        Observation.Subject s = said.subject();
        return s.terminalId() == null || s.batch() == null || s.stan() == null
                ? null
                : s.terminalId() + "|" + s.batch() + "|" + s.stan() + "|" + policy.day(said.at());
    }

    private interface Joining {
        void join(List<Member> sameScope, Joins joins);
    }

    private void joinBy(
            List<Member> free, Function<Observation, String> reference, Duration memory, Joining how, Joins joins) {
        for (List<Member> same : bucket(free, reference).values()) {
            for (List<Member> scope : scopes(same, memory)) {
                how.join(scope, joins);
            }
        }
    }

    private static Map<String, List<Member>> bucket(List<Member> members, Function<Observation, String> reference) {
        Map<String, List<Member>> buckets = new TreeMap<>();
        for (Member m : members) {
            String value = reference.apply(m.said());
            if (value != null) {
                buckets.computeIfAbsent(value, v -> new ArrayList<>()).add(m);
            }
        }
        return buckets;
    }

    /**
     * Splits the bearers of one reference by merchant. One without a merchant goes by card: to the one merchant that
     * has the card, or, where none has it, to the others without merchant that have it; further apart than the memory,
     * they know nothing of each other.
     */
    private List<List<Member>> scopes(List<Member> same, Duration memory) {
        Map<String, List<Member>> byMerchant = new TreeMap<>();
        List<Member> unknown = new ArrayList<>();
        for (Member m : same) {
            String merchant = merchant(m.said());
            if (merchant == null) {
                unknown.add(m);
            } else {
                byMerchant.computeIfAbsent(merchant, k -> new ArrayList<>()).add(m);
            }
        }
        List<List<Member>> homeless = new ArrayList<>();
        for (Member m : unknown) {
            List<List<Member>> fitting = byMerchant.values().stream()
                    .filter(scope -> scope.stream()
                            .anyMatch(o -> merchant(o.said()) != null && sameCard(o, m) && !isFurther(o, m, memory)))
                    .toList();
            if (fitting.size() == 1) {
                fitting.get(0).add(m);
            } else {
                homeless.stream()
                        .filter(scope -> !isFurther(scope.get(scope.size() - 1), m, memory))
                        .filter(scope -> sameCard(scope.get(0), m) || cardless(scope.get(0)) && cardless(m))
                        .findFirst()
                        .orElseGet(() -> {
                            List<Member> scope = new ArrayList<>();
                            homeless.add(scope);
                            return scope;
                        })
                        .add(m);
            }
        }
        List<List<Member>> scopes = new ArrayList<>(byMerchant.values());
        scopes.addAll(homeless);
        scopes.forEach(scope -> scope.sort(IN_TIME));
        return scopes;
    }

    private static boolean cardless(Member m) {
        return !CardKey.known(m.said().subject().card());
    }

    private static boolean sameCard(Member a, Member b) {
        return CardKey.same(a.said().subject().card(), b.said().subject().card());
    }

    private void joinAll(List<Member> scope, Joins joins) {
        for (int i = 1; i < scope.size(); i++) {
            joins.join(scope.get(0).id(), scope.get(i).id());
        }
    }

    private void joinWithinDays(List<Member> scope, Joins joins) {
        List<Member> dated = scope.stream().filter(m -> !isUndatedReturn(m)).toList();
        for (int i = 1; i < dated.size(); i++) {
            if (!isFurther(dated.get(i - 1), dated.get(i), RRN_REUSE)) {
                joins.join(dated.get(i - 1).id(), dated.get(i).id());
            }
        }
        Member previous = null;
        for (Member m : scope) {
            if (isUndatedReturn(m)) {
                Member sale = lastBefore(dated, m);
                if (sale != null) {
                    joins.join(sale.id(), m.id());
                } else if (previous != null && !isFurther(previous, m, RRN_REUSE)) {
                    joins.join(previous.id(), m.id());
                }
                previous = m;
            }
        }
    }

    // A refund or credit of which we know only its own time: weeks may lie between it and the sale it names.
    private static boolean isUndatedReturn(Member m) {
        return m.said().subject().occurredAt() == null
                && switch (m.said().outcome()) {
                    case REFUNDED, REFUNDING, CREDITED, REVERSED, VOIDED, REVOKED, RELEASED -> true;
                    default -> false;
                };
    }

    private static Member lastBefore(List<Member> dated, Member returned) {
        Member last = null;
        for (Member m : dated) {
            boolean before = !m.said().at().isAfter(returned.said().at().plus(RRN_REUSE));
            if (before && !isFurther(m, returned, RETURN_LOOKBACK)) {
                last = m;
            }
        }
        return last;
    }

    private static boolean isFurther(Member a, Member b, Duration limit) {
        return Duration.between(a.said().at(), b.said().at()).abs().compareTo(limit) > 0;
    }

    // An order number is the shop's: two payments that the network tells apart may pay one order, and that is a
    // duplicate to be found, not one transaction.
    private void joinByOrderNumber(List<Member> free, Joins joins) {
        List<List<Member>> orders = new ArrayList<>();
        for (List<Member> same :
                bucket(free, s -> s.subject().merchantOrderNo()).values()) {
            for (List<Member> scope : scopes(same, FOR_EVER)) {
                if (!paidMoreThanOnce(scope, joins)) {
                    orders.add(scope);
                }
            }
        }
        orders.forEach(scope -> joinAll(scope, joins));
    }

    private boolean paidMoreThanOnce(List<Member> scope, Joins joins) {
        List<References> parts = new ArrayList<>();
        Map<UUID, References> byRoot = new HashMap<>();
        for (Member m : scope) {
            byRoot.computeIfAbsent(joins.root(m.id()), root -> {
                References references = new References();
                joins.members(root).forEach(o -> references.add(o.said(), this));
                parts.add(references);
                return references;
            });
        }
        for (int i = 0; i < parts.size(); i++) {
            for (int j = i + 1; j < parts.size(); j++) {
                if (parts.get(i).contradict(parts.get(j))) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The references of a group, kind by kind. */
    static final class References {
        final Set<String> rrns = new HashSet<>();
        final Set<String> slips = new HashSet<>();
        final Set<String> walletNumbers = new HashSet<>();
        final Set<String> terminals = new HashSet<>();
        final Set<String> merchants = new HashSet<>();

        void add(Observation said, Correlation correlation) {
            addIfKnown(rrns, said.subject().rrn());
            addIfKnown(slips, correlation.terminalBatchStan(said));
            addIfKnown(walletNumbers, said.subject().walletTransactionNo());
            addIfKnown(terminals, said.subject().terminalId());
            addIfKnown(merchants, correlation.merchant(said));
        }

        /** Both know a reference of one kind and they share none: two different payments. */
        boolean contradict(References other) {
            return disjoint(rrns, other.rrns)
                    || disjoint(slips, other.slips)
                    || disjoint(walletNumbers, other.walletNumbers)
                    || disjoint(terminals, other.terminals)
                    || disjoint(merchants, other.merchants);
        }

        private static void addIfKnown(Set<String> set, String value) {
            if (value != null) {
                set.add(value);
            }
        }

        private static boolean disjoint(Set<String> a, Set<String> b) {
            return !a.isEmpty() && !b.isEmpty() && java.util.Collections.disjoint(a, b);
        }
    }

    /** Union-find over members. */
    private static final class Joins {
        private final Map<UUID, UUID> parent = new HashMap<>();
        private final Map<UUID, List<Member>> members = new HashMap<>();
        private final List<Member> sorted;

        Joins(List<Member> sorted) {
            this.sorted = sorted;
            for (Member m : sorted) {
                parent.put(m.id(), m.id());
                members.put(m.id(), new ArrayList<>(List.of(m)));
            }
        }

        UUID root(UUID id) {
            UUID root = id;
            while (!parent.get(root).equals(root)) {
                root = parent.get(root);
            }
            while (!parent.get(id).equals(root)) {
                id = parent.put(id, root);
            }
            return root;
        }

        List<Member> members(UUID root) {
            return members.get(root);
        }

        void join(UUID a, UUID b) {
            if (!parent.containsKey(a) || !parent.containsKey(b)) {
                return;
            }
            UUID left = root(a);
            UUID right = root(b);
            if (left.equals(right)) {
                return;
            }
            if (members.get(left).size() < members.get(right).size()) {
                UUID swap = left;
                left = right;
                right = swap;
            }
            parent.put(right, left);
            members.get(left).addAll(members.remove(right));
        }

        List<Group> groups() {
            Map<UUID, Group> groups = new HashMap<>();
            List<Group> inOrder = new ArrayList<>();
            for (Member m : sorted) {
                groups.computeIfAbsent(root(m.id()), root -> {
                            Group group = new Group();
                            inOrder.add(group);
                            return group;
                        })
                        .members
                        .add(m);
            }
            return inOrder;
        }
    }

    /** Outcomes of one source in a group. */
    static Map<Source, Set<Outcome>> outcomes(Group group) {
        Map<Source, Set<Outcome>> outcomes = new EnumMap<>(Source.class);
        for (Member m : group.members) {
            outcomes.computeIfAbsent(m.said().source(), s -> java.util.EnumSet.noneOf(Outcome.class))
                    .add(m.said().outcome());
        }
        return outcomes;
    }

    /** The card by which two observations are compared. */
    static final class CardKey {
        private CardKey() {}

        static boolean known(Observation.Card card) {
            return card != null && (card.token() != null || masked(card) != null);
        }

        static String masked(Observation.Card card) {
            return card == null || card.first6() == null || card.last4() == null ? null : card.first6() + card.last4();
        }

        /** The same token, or, where one side has no token, the same first six and last four. */
        static boolean same(Observation.Card a, Observation.Card b) {
            if (a == null || b == null) {
                return false;
            }
            if (a.token() != null && b.token() != null) {
                return a.token().equals(b.token());
            }
            return masked(a) != null && Objects.equals(masked(a), masked(b));
        }
    }
}
