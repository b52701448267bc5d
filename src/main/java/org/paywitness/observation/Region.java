package org.paywitness.observation;

import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.paywitness.money.Money;
import org.paywitness.observation.Correlation.Group;
import org.paywitness.observation.Correlation.Member;
import org.paywitness.transaction.Transaction;
import org.paywitness.verdict.Policy;

/**
 * The part of all observations that some fresh ones can touch: closed under references and under the neighbourhoods of
 * card, amount and time. It grows by rounds of questions to the database until there is nothing left to ask; then the
 * correlation of {@link #active()} is the same as if all observations of the world had been correlated.
 */
final class Region {
    /** What to ask next, as parallel lists; empty lists ask nothing. */
    static final class Questions {
        final List<String> rrns = new ArrayList<>();
        final List<String> rrnMerchants = new ArrayList<>();
        final List<OffsetDateTime> rrnFrom = new ArrayList<>();
        final List<OffsetDateTime> rrnTo = new ArrayList<>();
        final List<String> orders = new ArrayList<>();
        final List<String> orderMerchants = new ArrayList<>();
        final List<String> wallets = new ArrayList<>();
        final List<String> terminals = new ArrayList<>();
        final List<String> batches = new ArrayList<>();
        final List<String> stans = new ArrayList<>();
        final List<String> newlyKnownTerminals = new ArrayList<>();
        final List<Cell> cards = new ArrayList<>();
        final List<Cell> tokens = new ArrayList<>();
        final List<UUID> pins = new ArrayList<>();

        void addAll(Questions more) {
            rrns.addAll(more.rrns);
            rrnMerchants.addAll(more.rrnMerchants);
            rrnFrom.addAll(more.rrnFrom);
            rrnTo.addAll(more.rrnTo);
            orders.addAll(more.orders);
            orderMerchants.addAll(more.orderMerchants);
            wallets.addAll(more.wallets);
            terminals.addAll(more.terminals);
            batches.addAll(more.batches);
            stans.addAll(more.stans);
            newlyKnownTerminals.addAll(more.newlyKnownTerminals);
            cards.addAll(more.cards);
            tokens.addAll(more.tokens);
            pins.addAll(more.pins);
        }

        boolean isEmpty() {
            return rrns.isEmpty()
                    && orders.isEmpty()
                    && wallets.isEmpty()
                    && terminals.isEmpty()
                    && newlyKnownTerminals.isEmpty()
                    && cards.isEmpty()
                    && tokens.isEmpty()
                    && pins.isEmpty();
        }
    }

    /** One card and amount around one business day. {@code first} is the token or the first six digits. */
    record Cell(String first, String last4, long amount, String currency, OffsetDateTime from, OffsetDateTime to) {}

    private final Policy policy;
    private final Map<UUID, Kept> members = new LinkedHashMap<>();
    private final Set<UUID> fresh = new LinkedHashSet<>();
    private final Map<String, Set<String>> merchantsOfTerminal;
    private final Map<String, Set<String>> newlyKnown;
    private final Set<Object> asked = new HashSet<>();
    private final Questions allAsked = new Questions();
    private final List<Kept> unasked = new ArrayList<>();
    private final Set<UUID> askedAround = new HashSet<>();
    private Set<UUID> active = Set.of();

    /**
     * @param merchantsOfTerminal what is known of terminals, the fresh observations' own word included
     * @param newlyKnown terminals of which the fresh observations tell a new merchant, with those known before
     */
    Region(
            Policy policy,
            Collection<Kept> freshOnes,
            Map<String, Set<String>> merchantsOfTerminal,
            Map<String, Set<String>> newlyKnown) {
        this.policy = policy;
        this.merchantsOfTerminal = merchantsOfTerminal;
        this.newlyKnown = newlyKnown;
        for (Kept kept : freshOnes) {
            members.put(kept.id(), kept);
            unasked.add(kept);
            fresh.add(kept.id());
        }
    }

    /** What an observation says, which never changes; null where it is not of this region. */
    Observation said(UUID id) {
        Kept kept = members.get(id);
        return kept == null ? null : kept.said();
    }

    int size() {
        return members.size();
    }

    Collection<Kept> all() {
        return members.values();
    }

    void add(Collection<Kept> rows) {
        for (Kept row : rows) {
            if (members.putIfAbsent(row.id(), row) == null) {
                unasked.add(row);
            }
        }
    }

    /** Terminals that matter here and of which nothing was asked yet. */
    Set<String> unknownTerminals() {
        Set<String> unknown = new HashSet<>();
        for (Kept kept : members.values()) {
            String terminal = kept.said().subject().terminalId();
            if (terminal != null
                    && kept.said().subject().merchantId() == null
                    && !merchantsOfTerminal.containsKey(terminal)) {
                unknown.add(terminal);
            }
        }
        return unknown;
    }

    void learn(String terminal, Set<String> merchants) {
        merchantsOfTerminal.computeIfAbsent(terminal, t -> new HashSet<>()).addAll(merchants);
    }

    /** What to ask of the database next; empty when the region is whole. */
    Questions next() {
        Questions questions = new Questions();
        for (String terminal : newlyKnown.keySet()) {
            if (asked.add("terminal " + terminal)) {
                questions.newlyKnownTerminals.add(terminal);
            }
        }
        Correlation correlation = correlation();
        unasked.forEach(kept -> askReferences(kept, correlation, questions));
        unasked.clear();
        if (questions.isEmpty() || fresh.size() == members.size()) {
            active = findActive(correlation);
            for (UUID id : active) {
                if (askedAround.add(id)) {
                    askNeighbourhood(members.get(id).said(), questions);
                }
            }
        }
        allAsked.addAll(questions);
        return questions;
    }

    /** All that was asked until the region was whole. */
    Questions allAsked() {
        return allAsked;
    }

    boolean isMadeFor(Collection<Kept> freshOnes) {
        return freshOnes.size() == fresh.size() && freshOnes.stream().allMatch(kept -> fresh.contains(kept.id()));
    }

    /** Whether these are all members that are not fresh, each where it was. */
    boolean isAsBefore(Collection<Place> places) {
        return places.size() == members.size() - fresh.size()
                && places.stream().allMatch(place -> {
                    Kept kept = members.get(place.id());
                    return kept != null && place.equals(Place.of(kept));
                });
    }

    /** Where an observation belongs: all of it that ever changes. */
    record Place(UUID id, UUID transactionId, UUID opened, boolean weakly) {
        private static Place of(Kept kept) {
            return new Place(kept.id(), kept.transactionId(), kept.opened(), kept.weakly());
        }
    }

    private void askReferences(Kept kept, Correlation correlation, Questions questions) {
        Observation.Subject s = kept.said().subject();
        Instant at = kept.said().at();
        String merchant = correlation.merchant(kept.said());
        String scope = merchant == null ? "" : merchant;
        if (kept.pinnedTo() != null && asked.add(kept.pinnedTo())) {
            questions.pins.add(kept.pinnedTo());
        }
        if (s.walletTransactionNo() != null && asked.add("wallet " + s.walletTransactionNo())) {
            questions.wallets.add(s.walletTransactionNo());
        }
        if (s.rrn() != null && asked.add("rrn " + s.rrn() + " " + scope + " " + policy.day(at))) {
            questions.rrns.add(s.rrn());
            questions.rrnMerchants.add(scope);
            questions.rrnFrom.add(at.minus(Correlation.RRN_MEMORY.plusDays(1)).atOffset(ZoneOffset.UTC));
            questions.rrnTo.add(at.plus(Correlation.RRN_MEMORY.plusDays(1)).atOffset(ZoneOffset.UTC));
        }
        if (s.merchantOrderNo() != null && asked.add("order " + s.merchantOrderNo() + " " + scope)) {
            questions.orders.add(s.merchantOrderNo());
            questions.orderMerchants.add(scope);
        }
        if (correlation.terminalBatchStan(kept.said()) != null
                && asked.add("slip " + s.terminalId() + "|" + s.batch() + "|" + s.stan())) {
            questions.terminals.add(s.terminalId());
            questions.batches.add(s.batch());
            questions.stans.add(s.stan());
        }
    }

    private void askNeighbourhood(Observation said, Questions questions) {
        Observation.Card card = said.subject().card();
        Money money = WeakMatching.amount(said);
        if (card == null || money == null) {
            return;
        }
        LocalDate day = policy.day(said.at());
        OffsetDateTime from = start(day.minusDays(Correlation.BANK_DAYS + 1L));
        OffsetDateTime to = start(day.plusDays(Correlation.BANK_DAYS + 2L));
        String masked = Correlation.CardKey.masked(card);
        if (masked != null && asked.add("card " + masked + " " + money + " " + day)) {
            questions.cards.add(new Cell(card.first6(), card.last4(), money.amount(), money.currency(), from, to));
        }
        if (card.token() != null && asked.add("token " + card.token() + " " + money + " " + day)) {
            questions.tokens.add(new Cell(card.token(), "", money.amount(), money.currency(), from, to));
        }
    }

    private OffsetDateTime start(LocalDate day) {
        return day.atStartOfDay(policy.zone()).toOffsetDateTime();
    }

    /** Merchants by terminal where its registrations, or without any its observations, name exactly one. */
    Correlation correlation() {
        return correlation(merchantsOfTerminal);
    }

    // As it was before the fresh observations told more of their terminals.
    private Correlation correlationBefore() {
        if (newlyKnown.isEmpty()) {
            return correlation();
        }
        Map<String, Set<String>> merchants = new HashMap<>(merchantsOfTerminal);
        merchants.putAll(newlyKnown);
        return correlation(merchants);
    }

    private Correlation correlation(Map<String, Set<String>> merchantsByTerminal) {
        Map<String, String> single = new HashMap<>();
        merchantsByTerminal.forEach((terminal, merchants) -> {
            if (merchants.size() == 1) {
                single.put(terminal, merchants.iterator().next());
            }
        });
        return new Correlation(policy, single);
    }

    /** The members that the fresh ones can touch, now or as things stood before them. */
    List<Kept> active() {
        return active.stream().map(members::get).toList();
    }

    List<Member> membersOf(Collection<Kept> kept) {
        Map<UUID, UUID> openers = new HashMap<>();
        members.values().forEach(k -> {
            if (k.opened() != null) {
                openers.put(k.opened(), k.id());
            }
        });
        return kept.stream()
                .map(k -> new Member(k.id(), k.said(), k.pinnedTo() == null ? null : openers.get(k.pinnedTo())))
                .toList();
    }

    // Spreads from the fresh ones along groups and neighbourhoods, as they are now and as they were before, along
    // transactions as they were assigned, and along every reference: one more bearer of it may part the others.
    private Set<UUID> findActive(Correlation correlation) {
        List<Kept> before = members.values().stream().filter(k -> !k.isFresh()).toList();
        Map<UUID, Set<UUID>> links = new HashMap<>();
        link(correlation, correlation.strongGroups(membersOf(members.values())), links);
        Correlation earlier = correlationBefore();
        link(earlier, earlier.strongGroups(membersOf(before)), links);
        linkBearers(correlation, links);
        Map<UUID, List<UUID>> byTransaction = new HashMap<>();
        before.forEach(k -> byTransaction
                .computeIfAbsent(k.transactionId(), t -> new ArrayList<>())
                .add(k.id()));
        byTransaction.values().forEach(ids -> chain(ids, links));
        Set<UUID> found = new LinkedHashSet<>(fresh);
        for (Kept kept : members.values()) {
            if (newlyKnown.containsKey(kept.said().subject().terminalId())) {
                found.add(kept.id());
            }
        }
        List<UUID> open = new ArrayList<>(found);
        while (!open.isEmpty()) {
            for (UUID next : links.getOrDefault(open.remove(open.size() - 1), Set.of())) {
                if (found.add(next)) {
                    open.add(next);
                }
            }
        }
        return found;
    }

    private void link(Correlation correlation, List<Group> groups, Map<UUID, Set<UUID>> links) {
        for (Group group : groups) {
            chain(group.members.stream().map(Member::id).toList(), links);
        }
        new WeakMatching(correlation, policy)
                .neighbours(groups)
                .forEach((group, neighbours) -> neighbours.forEach(neighbour -> chain(
                        List.of(
                                group.members.get(0).id(),
                                neighbour.members.get(0).id()),
                        links)));
    }

    private void linkBearers(Correlation correlation, Map<UUID, Set<UUID>> links) {
        Map<String, List<UUID>> bearers = new HashMap<>();
        for (Kept kept : members.values()) {
            Observation.Subject s = kept.said().subject();
            bear("rrn " + s.rrn(), s.rrn(), kept, bearers);
            bear("order " + s.merchantOrderNo(), s.merchantOrderNo(), kept, bearers);
            bear("wallet " + s.walletTransactionNo(), s.walletTransactionNo(), kept, bearers);
            String slip = correlation.terminalBatchStan(kept.said());
            bear("slip " + slip, slip, kept, bearers);
        }
        bearers.values().forEach(ids -> chain(ids, links));
    }

    private static void bear(String key, String reference, Kept kept, Map<String, List<UUID>> bearers) {
        if (reference != null) {
            bearers.computeIfAbsent(key, k -> new ArrayList<>()).add(kept.id());
        }
    }

    private static void chain(List<UUID> ids, Map<UUID, Set<UUID>> links) {
        for (int i = 1; i < ids.size(); i++) {
            links.computeIfAbsent(ids.get(0), k -> new HashSet<>()).add(ids.get(i));
            links.computeIfAbsent(ids.get(i), k -> new HashSet<>()).add(ids.get(0));
        }
    }

    /**
     * The stripes that whoever touches this region must hold: one for every reference, card, terminal and
     * transaction in it.
     */
    static TreeSet<Integer> stripes(Collection<Kept> kept, Set<String> terminals) {
        TreeSet<Integer> stripes = new TreeSet<>();
        for (Kept k : kept) {
            Observation said = k.said();
            Observation.Subject s = said.subject();
            add(stripes, "ref", said.source() + " " + said.sourceRef());
            add(stripes, "rrn", s.rrn());
            add(stripes, "order", s.merchantOrderNo());
            add(stripes, "wallet", s.walletTransactionNo());
            if (s.terminalId() != null && s.stan() != null) {
                add(stripes, "slip", s.terminalId() + " " + s.stan());
            }
            if (s.terminalId() != null && s.merchantId() == null) {
                add(stripes, "terminal", s.terminalId());
            }
            if (s.card() != null) {
                addCard(stripes, WeakMatching.amount(said), s.card().token(), Correlation.CardKey.masked(s.card()));
            }
            add(
                    stripes,
                    "id",
                    k.transactionId() == null ? null : k.transactionId().toString());
            add(stripes, "id", k.pinnedTo() == null ? null : k.pinnedTo().toString());
        }
        terminals.forEach(terminal -> add(stripes, "terminal", terminal));
        return stripes;
    }

    /**
     * The stripes that whoever compares these transactions for duplicates must hold. One may know its card by one
     * observation and its amount by another: no observation alone has such a stripe.
     */
    static TreeSet<Integer> stripesOf(Collection<Transaction> transactions) {
        TreeSet<Integer> stripes = new TreeSet<>();
        for (Transaction t : transactions) {
            Transaction.Card card = t.card();
            String masked = card.first6() == null || card.last4() == null ? null : card.first6() + card.last4();
            addCard(stripes, t.amount(), card.token(), masked);
        }
        return stripes;
    }

    private static void addCard(Set<Integer> stripes, Money amount, String token, String masked) {
        if (amount != null) {
            add(stripes, "card", masked == null ? null : masked + amount);
            add(stripes, "token", token == null ? null : token + amount);
        }
    }

    private static void add(Set<Integer> stripes, String kind, String value) {
        if (value != null) {
            int hash = (kind + " " + value).hashCode() * 0x9E3779B1;
            stripes.add(hash >>> 20);
        }
    }
}
