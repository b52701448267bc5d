package org.paywitness.refund;

import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.paywitness.transaction.Summary;
import org.paywitness.transaction.Transaction;
import org.paywitness.verdict.Fact;
import org.paywitness.verdict.Outcome;
import org.paywitness.verdict.Policy;
import org.paywitness.verdict.Source;
import org.paywitness.verdict.Testimony;

/** Which of a transaction's refunds have arrived, by what the bank and the wallet say. Pure. */
final class Arrivals {
    private Arrivals() {}

    /**
     * When the money of each refund arrived; refunds that have not arrived are not in it. A credit is one refund's: the
     * first of the same amount, else those that it and the credits before it cover. None arrives on a day before it was
     * sent.
     */
    static Map<UUID, Instant> of(Transaction transaction, Policy policy) {
        Map<UUID, Instant> arrived = new LinkedHashMap<>();
        List<Summary.Sent> open = new ArrayList<>(transaction.summary().sent());
        open.removeIf(Summary.Sent::takenBack);
        List<Fact> credits = credits(transaction.facts(), policy);
        for (Fact credit : List.copyOf(credits)) {
            open.stream()
                    .filter(sent ->
                            isSince(credit, sent, policy) && sent.amount().equals(credit.amount()))
                    .findFirst()
                    .ifPresent(sent -> {
                        arrived.put(sent.id(), credit.at());
                        open.remove(sent);
                        credits.remove(credit);
                    });
        }
        fillUp(open, credits, arrived, policy);
        releasedHold(open, transaction.facts(), arrived, policy);
        return arrived;
    }

    // Several refunds in one credit, one refund in several, or a credit in the card's own currency.
    private static void fillUp(List<Summary.Sent> open, List<Fact> credits, Map<UUID, Instant> arrived, Policy policy) {
        long sum = 0;
        for (Fact credit : credits) {
            boolean more = !open.isEmpty() && isSince(credit, open.get(0), policy);
            sum += more ? credit.amount().amount() : 0;
            while (more && !open.isEmpty() && isSince(credit, open.get(0), policy)) {
                Summary.Sent sent = open.get(0);
                boolean converted =
                        !sent.amount().currency().equals(credit.amount().currency());
                more = !converted && sum >= sent.amount().amount();
                if (more || converted) {
                    sum = converted ? 0 : sum - sent.amount().amount();
                    arrived.put(sent.id(), credit.at());
                    open.remove(0);
                }
            }
        }
    }

    // A void before settlement: nothing was taken, and what was set aside is free again. Where nobody tells that
    // anything was taken or set aside, there is nothing to arrive.
    private static void releasedHold(
            List<Summary.Sent> open, List<Fact> facts, Map<UUID, Instant> arrived, Policy policy) {
        boolean untouched = !new Testimony(facts).taken() && facts.stream().noneMatch(f -> f.source() == Source.BANK);
        for (Summary.Sent sent : open) {
            if (sent.voided() && untouched) {
                arrived.put(sent.id(), sent.succeededAt());
            }
        }
        for (Fact fact : facts) {
            if (fact.source() == Source.BANK && fact.outcome() == Outcome.RELEASED) {
                open.stream()
                        .filter(sent -> sent.voided() && isSince(fact, sent, policy))
                        .forEach(sent -> arrived.putIfAbsent(sent.id(), fact.at()));
            }
        }
    }

    private static boolean isSince(Fact fact, Summary.Sent sent, Policy policy) {
        return !policy.day(fact.at()).isBefore(policy.day(sent.succeededAt()));
    }

    /** What the source that tells of more has credited, in time; the same line told by two feeds is one. */
    private static List<Fact> credits(List<Fact> facts, Policy policy) {
        List<Fact> bank = credits(facts, Source.BANK, policy);
        List<Fact> wallet = credits(facts, Source.WALLET, policy);
        return sum(wallet) > sum(bank) ? wallet : bank;
    }

    private static long sum(List<Fact> facts) {
        return facts.stream().mapToLong(f -> f.amount().amount()).sum();
    }

    private static List<Fact> credits(List<Fact> facts, Source source, Policy policy) {
        record Line(Object amount, LocalDate day) {}
        Map<Line, Map<String, List<Fact>>> told = new LinkedHashMap<>();
        for (Fact f : facts) {
            if (f.source() == source && Testimony.isArrival(f) && f.amount() != null) {
                told.computeIfAbsent(new Line(f.amount(), policy.day(f.at())), line -> new HashMap<>())
                        .computeIfAbsent(f.statement(), file -> new ArrayList<>())
                        .add(f);
            }
        }
        List<Fact> credits = new ArrayList<>();
        told.values()
                .forEach(files -> credits.addAll(files.values().stream()
                        .max(Comparator.comparingInt(List::size))
                        .orElseThrow()));
        credits.sort(Fact.IN_TIME);
        return credits;
    }
}
