package org.paywitness.standing;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.paywitness.money.Money;
import org.paywitness.transaction.Summary;
import org.paywitness.transaction.Transaction;
import org.paywitness.verdict.Verdict;

/**
 * What an event tells of a verdict: where it is the same as before, there is no event. That its terminal was lost is told by
 * the terminal's own events.
 *
 * @param charged null while no source named an amount
 * @param flags in their order
 */
record Told(
        String kind,
        String cause,
        boolean isFinal,
        Money charged,
        Money returned,
        String duplicateOf,
        List<String> flags) {

    private static final String NOTHING = "-";

    static Told of(Transaction transaction, Verdict verdict) {
        Summary summary = transaction.summary();
        Set<Verdict.Flag> flags = EnumSet.noneOf(Verdict.Flag.class);
        flags.addAll(verdict.flags());
        if (summary.weak()) {
            flags.add(Verdict.Flag.MATCHED_WEAKLY);
        }
        if (!summary.candidates().isEmpty()) {
            flags.add(Verdict.Flag.HAS_CANDIDATES);
        }
        return new Told(
                verdict.kind().code(),
                verdict.cause().code(),
                verdict.isFinal(),
                verdict.charged(),
                verdict.returned(),
                verdict.duplicateOf(),
                flags.stream().map(Verdict.Flag::code).toList());
    }

    /** As it is kept: words separated by spaces, none of which can hold one. */
    String encode() {
        return String.join(
                " ",
                kind,
                cause,
                Boolean.toString(isFinal),
                encode(charged),
                encode(returned),
                duplicateOf == null ? NOTHING : duplicateOf,
                flags.isEmpty() ? NOTHING : flags.stream().collect(Collectors.joining(",")));
    }

    static Told decode(String text) {
        String[] words = text.split(" ");
        return new Told(
                words[0],
                words[1],
                Boolean.parseBoolean(words[2]),
                money(words[3]),
                money(words[4]),
                words[5].equals(NOTHING) ? null : words[5],
                words[6].equals(NOTHING) ? List.of() : Arrays.asList(words[6].split(",")));
    }

    private static String encode(Money money) {
        return money == null ? NOTHING : money.currency() + ":" + money.amount();
    }

    private static Money money(String text) {
        return text.equals(NOTHING) ? null : Money.of(Long.parseLong(text.substring(4)), text.substring(0, 3));
    }
}
