package org.paywitness.reconciliation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.paywitness.transaction.Transaction;
import org.paywitness.verdict.Fact;
import org.paywitness.verdict.Outcome;
import org.paywitness.verdict.Source;
import org.paywitness.verdict.Testimony;

/**
 * What each source says of one day's payments, counted by how they were paid. Pure; takes any number of payments and
 * stays small: it holds a line for each source, channel and currency, and the names of terminals up to a limit.
 */
final class DaySummary {
    /** More terminals than any merchant has. */
    static final int MAX_TERMINALS = 10_000;

    private static final String NO_CHANNEL = "unknown";
    private static final String NO_CURRENCY = "";

    /** What is counted together; a channel that nobody told is "unknown", amounts that nobody told have no currency. */
    record Line(Source source, String channel, String currency) {}

    /** Counts and sums in minor units: what is said to have been taken or allowed, what goes or went back, and the rest. */
    static final class Total {
        long sales;
        long sold;
        long returns;
        long returned;
        long others;
    }

    private final Map<Line, Total> totals = new TreeMap<>(
            Comparator.comparing(Line::source).thenComparing(Line::channel).thenComparing(Line::currency));
    private final TreeSet<String> terminals = new TreeSet<>();
    private final long[] payments = new long[Source.values().length];
    private long all;

    void add(Transaction transaction) {
        all++;
        String terminal = transaction.reference().terminalId();
        if (terminal != null && terminals.size() < MAX_TERMINALS) {
            terminals.add(terminal);
        }
        for (Source source : Source.values()) {
            payments[source.ordinal()] +=
                    transaction.facts().stream().anyMatch(fact -> fact.source() == source) ? 1 : 0;
        }
        transaction.facts().stream()
                .filter(fact -> fact.outcome() != Outcome.SLIP_PRINTED && fact.outcome() != Outcome.SLIP_FAILED)
                .forEach(fact -> add(fact, transaction.summary().channel()));
    }

    private void add(Fact fact, String channel) {
        Line line = new Line(
                fact.source(),
                channel == null ? NO_CHANNEL : channel,
                fact.amount() == null ? NO_CURRENCY : fact.amount().currency());
        Total total = totals.computeIfAbsent(line, one -> new Total());
        long amount = fact.amount() == null ? 0 : fact.amount().amount();
        if (Testimony.isTaking(fact) || Testimony.isApproval(fact)) {
            total.sales++;
            total.sold = Math.addExact(total.sold, amount);
        } else if (Testimony.isPromise(fact) || Testimony.isArrival(fact)) {
            total.returns++;
            total.returned = Math.addExact(total.returned, amount);
        } else {
            total.others++;
        }
    }

    long payments() {
        return all;
    }

    /** Payments of the day that this source said anything of. */
    long payments(Source source) {
        return payments[source.ordinal()];
    }

    Map<Line, Total> totals() {
        return totals;
    }

    List<String> terminals() {
        return new ArrayList<>(terminals);
    }
}
