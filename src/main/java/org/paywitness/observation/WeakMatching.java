package org.paywitness.observation;

import static java.util.Comparator.comparing;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.paywitness.money.Money;
import org.paywitness.observation.Correlation.CardKey;
import org.paywitness.observation.Correlation.Group;
import org.paywitness.observation.Correlation.Member;
import org.paywitness.verdict.Outcome;
import org.paywitness.verdict.Policy;
import org.paywitness.verdict.Source;

/**
 * Pairs what no reference joins (domain.md, "Correlation", 3): in a neighbourhood of one card, amount and currency the
 * lines of one source and outcome go to the transactions that lack them, in order of time, only when there are equally
 * many of both. Sources are taken from the counter to the books: terminal, acquirer, wallet, bank.
 */
final class WeakMatching {
    private static final List<Source> FROM_COUNTER_TO_BOOKS =
            List.of(Source.TERMINAL, Source.ACQUIRER, Source.WALLET, Source.BANK);

    private final Correlation correlation;
    private final Policy policy;

    WeakMatching(Correlation correlation, Policy policy) {
        this.correlation = correlation;
        this.policy = policy;
    }

    /** A group as the matching sees it. */
    private final class Party {
        final Group group;
        final Set<Source> sources;
        final Map<Source, Set<Outcome>> outcomes;
        final Observation.Card card;
        final Money amount;
        final Instant time;
        /** Known by a bank line only, which carries a date rather than a time. */
        final boolean dated;

        final boolean pinned;
        /** Its token with the amount; of a card without token, the masked number. Null without a card. */
        final String token;
        /** Its masked number with the amount; of a card without, the token. Null without a card. */
        final String masked;

        private Correlation.References references;

        Party(Group group) {
            this.group = group;
            this.outcomes = Correlation.outcomes(group);
            this.sources = outcomes.keySet();
            this.pinned = group.members.stream().anyMatch(m -> m.pinnedTo() != null);
            Observation known = known(group);
            this.card = known == null ? null : known.subject().card();
            this.amount = known == null ? null : amount(known);
            this.time = known == null ? null : known.at();
            this.dated = known != null && known.source() == Source.BANK;
            String number = CardKey.masked(card) == null ? null : CardKey.masked(card) + amount;
            String alias = card == null || card.token() == null ? null : "token " + card.token() + amount;
            this.token = alias == null ? number : alias;
            this.masked = number == null ? alias : number;
        }

        boolean isLineOf(Source source) {
            return !pinned && sources.size() == 1 && sources.contains(source);
        }

        Outcome firstOutcome(Source source) {
            return outcomes.get(source).iterator().next();
        }

        boolean lacks(Source source, Set<Outcome> lines) {
            Set<Outcome> has = outcomes.get(source);
            return has == null || java.util.Collections.disjoint(has, lines);
        }

        // Most groups are alone in their cell, and never asked.
        Correlation.References references() {
            if (references == null) {
                references = new Correlation.References();
                group.members.forEach(m -> references.add(m.said(), correlation));
            }
            return references;
        }

        String tieBreak() {
            return group.members.get(0).said().sourceRef();
        }
    }

    List<Group> match(List<Group> strong) {
        Set<Group> absorbed = new HashSet<>();
        for (List<Party> cell : cells(strong)) {
            if (cell.size() > 1) {
                matchCell(cell, absorbed);
            }
        }
        return strong.stream().filter(g -> !absorbed.contains(g)).toList();
    }

    /** Those that may be of one card and amount, in the order given; others never come near each other. */
    private Collection<List<Party>> cells(List<Group> groups) {
        List<Party> parties = new ArrayList<>();
        Map<String, String> parents = new HashMap<>();
        for (Group group : groups) {
            Party party = new Party(group);
            if (party.card != null) {
                parties.add(party);
                parents.put(root(party.token, parents), root(party.masked, parents));
            }
        }
        Map<String, List<Party>> cells = new LinkedHashMap<>();
        for (Party party : parties) {
            cells.computeIfAbsent(root(party.token, parents), k -> new ArrayList<>())
                    .add(party);
        }
        return cells.values();
    }

    // A token and a masked number that one observation names are of one card.
    private static String root(String key, Map<String, String> parents) {
        String root = key;
        for (String up = parents.get(root); up != null && !up.equals(root); up = parents.get(root)) {
            root = up;
        }
        if (!root.equals(key)) {
            parents.put(key, root);
        }
        return root;
    }

    private void matchCell(List<Party> cell, Set<Group> absorbed) {
        List<Party> placed = new ArrayList<>(
                cell.stream().filter(p -> p.sources.size() > 1 || p.pinned).toList());
        for (Source source : FROM_COUNTER_TO_BOOKS) {
            for (Outcome outcome : Outcome.values()) {
                List<Party> lines = cell.stream()
                        .filter(p -> p.isLineOf(source) && p.firstOutcome(source) == outcome)
                        .toList();
                if (!lines.isEmpty()) {
                    place(lines, source, placed, absorbed);
                }
            }
        }
    }

    private void place(List<Party> lines, Source source, List<Party> placed, Set<Group> absorbed) {
        Map<Party, List<Party>> near = new HashMap<>();
        for (Party line : lines) {
            List<Party> targets = placed.stream()
                    .filter(t -> t.lacks(source, line.outcomes.get(source)) && mayBeOne(line, t))
                    .toList();
            near.put(line, targets);
            targets.forEach(t -> near.computeIfAbsent(t, k -> new ArrayList<>()).add(line));
        }
        Set<Party> seen = new HashSet<>();
        List<Party> stay = new ArrayList<>();
        for (Party line : lines) {
            if (seen.add(line)) {
                Set<Party> neighbourhood = neighbourhood(line, near);
                seen.addAll(neighbourhood);
                pair(neighbourhood, lines, near, placed, stay, absorbed);
            }
        }
        placed.addAll(stay);
    }

    private static Set<Party> neighbourhood(Party start, Map<Party, List<Party>> near) {
        Set<Party> found = new LinkedHashSet<>(List.of(start));
        Deque<Party> open = new ArrayDeque<>(found);
        while (!open.isEmpty()) {
            for (Party next : near.getOrDefault(open.pop(), List.of())) {
                if (found.add(next)) {
                    open.push(next);
                }
            }
        }
        return found;
    }

    private void pair(
            Set<Party> neighbourhood,
            List<Party> allLines,
            Map<Party, List<Party>> near,
            List<Party> placed,
            List<Party> stay,
            Set<Group> absorbed) {
        Comparator<Party> inTime = comparing((Party p) -> p.time).thenComparing(Party::tieBreak);
        Set<Party> isLine = new HashSet<>(allLines);
        List<Party> lines =
                neighbourhood.stream().filter(isLine::contains).sorted(inTime).toList();
        List<Party> targets = neighbourhood.stream()
                .filter(p -> !isLine.contains(p))
                .sorted(inTime)
                .toList();
        boolean equallyMany = lines.size() == targets.size() && lines.size() <= Correlation.MAX_NEIGHBOURHOOD;
        for (int i = 0; equallyMany && i < lines.size(); i++) {
            equallyMany = near.get(lines.get(i)).contains(targets.get(i));
        }
        for (int i = 0; i < lines.size(); i++) {
            Party line = lines.get(i);
            if (equallyMany) {
                placed.remove(targets.get(i));
                stay.add(join(targets.get(i), line, absorbed));
            } else {
                stay.add(line);
                for (Party target : near.get(line)) {
                    line.group.candidates.add(target.group);
                    target.group.candidates.add(line.group);
                }
            }
        }
    }

    private Party join(Party target, Party line, Set<Group> absorbed) {
        for (Member m : line.group.members) {
            target.group.members.add(m);
            target.group.weak.add(m.id());
        }
        target.group.weak.addAll(line.group.weak);
        target.group.members.sort(Correlation.IN_TIME);
        for (Group candidate : line.group.candidates) {
            candidate.candidates.remove(line.group);
            candidate.candidates.add(target.group);
            target.group.candidates.add(candidate);
        }
        absorbed.add(line.group);
        return new Party(target.group);
    }

    /** Same card and amount, near in time, and no reference that says they are two. */
    private boolean mayBeOne(Party a, Party b) {
        return a.amount.equals(b.amount)
                && CardKey.same(a.card, b.card)
                && isNear(a, b)
                && !a.references().contradict(b.references());
    }

    private boolean isNear(Party a, Party b) {
        if (!a.dated && !b.dated) {
            return Duration.between(a.time, b.time).abs().compareTo(Correlation.NEAR) <= 0;
        }
        long days = ChronoUnit.DAYS.between(policy.day(a.time), policy.day(b.time));
        long booked = a.dated && b.dated ? Math.abs(days) : b.dated ? days : -days;
        return booked >= 0 && booked <= Correlation.BANK_DAYS;
    }

    /** For each group those that may influence its pairing: one of the two is a line that the other lacks. */
    Map<Group, List<Group>> neighbours(List<Group> groups) {
        Map<Group, List<Group>> neighbours = new HashMap<>();
        for (List<Party> cell : cells(groups)) {
            for (Party a : cell) {
                for (Party b : cell) {
                    if (a != b && (isMissingLine(a, b) || isMissingLine(b, a)) && mayBeOne(a, b)) {
                        neighbours
                                .computeIfAbsent(a.group, k -> new ArrayList<>())
                                .add(b.group);
                    }
                }
            }
        }
        return neighbours;
    }

    private static boolean isMissingLine(Party line, Party target) {
        for (Source source : line.sources) {
            if (line.isLineOf(source) && target.lacks(source, line.outcomes.get(source))) {
                return true;
            }
        }
        return false;
    }

    /**
     * The member by whose card, amount and time the group is compared: whoever names both card and amount, a time
     * before a date, what was asked for before what moved. Null where no member names both.
     */
    private static Observation known(Group group) {
        return group.members.stream()
                .map(Member::said)
                .filter(said -> CardKey.known(said.subject().card()) && said.moved() != null)
                .min(comparing((Observation said) -> said.source() == Source.BANK)
                        .thenComparing(said -> said.subject().amount() == null))
                .orElse(null);
    }

    /** The amount under which one observation is found by its neighbours. */
    static Money amount(Observation said) {
        return said.subject().amount() != null ? said.subject().amount() : said.moved();
    }
}
