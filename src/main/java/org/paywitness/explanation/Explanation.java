package org.paywitness.explanation;

import java.time.Instant;
import java.util.List;
import org.paywitness.money.Money;
import org.paywitness.verdict.Completeness;
import org.paywitness.verdict.Payment;
import org.paywitness.verdict.Policy;
import org.paywitness.verdict.Source;
import org.paywitness.verdict.Verdict;

/**
 * A verdict in the asker's words: what happened, whether money was taken, what happens next, by when and who acts.
 * Pure and immutable; the texts are {@code messages/verdict.*.properties}. Nobody is told to pay again while the
 * verdict is not final.
 */
public final class Explanation {
    private final String headline;
    private final String explanation;
    private final List<NextStep> nextSteps;

    private Explanation(String headline, String explanation, List<NextStep> nextSteps) {
        this.headline = headline;
        this.explanation = explanation;
        this.nextSteps = nextSteps;
    }

    /**
     * Tells a verdict of the judge.
     *
     * @param verdict as the judge gave it for this payment, completeness, policy and now
     * @param now decides which deadlines are past and which times need their year
     */
    public static Explanation of(
            Verdict verdict,
            Payment payment,
            Completeness completeness,
            Policy policy,
            Instant now,
            Language language) {
        if (verdict.kind() == Verdict.Kind.NOT_FOUND) {
            return notFound(completeness, policy, now, language);
        }
        Telling telling = new Telling(verdict, payment, completeness, policy, now, language);
        return of(Story.of(verdict), telling);
    }

    /** Tells that no payment was found, how far each source's data is complete and when the next is due. */
    public static Explanation notFound(Completeness completeness, Policy policy, Instant now, Language language) {
        return of(Story.NOT_FOUND, new Telling(null, null, completeness, policy, now, language));
    }

    private static Explanation of(Story story, Telling telling) {
        Texts texts = Texts.in(telling.language());
        StringBuilder to = new StringBuilder(256);
        texts.explanation(story).appendTo(to, telling);
        if (story != Story.NOT_FOUND) {
            new Notes(story, telling, texts, to).append();
        }
        return new Explanation(texts.headline(story).text(telling), to.toString(), Steps.of(story, telling, texts));
    }

    /** One line that answers the question; never blank. */
    public String headline() {
        return headline;
    }

    /** A few short sentences; never blank. */
    public String explanation() {
        return explanation;
    }

    /** Who does what, the most urgent first; empty where nothing is left to do. Unmodifiable. */
    public List<NextStep> nextSteps() {
        return nextSteps;
    }

    /** The sentences that follow where they apply. */
    private record Notes(Story story, Telling telling, Texts texts, StringBuilder to) {
        void append() {
            Verdict verdict = telling.verdict();
            if (verdict.responseCode() != null) {
                add(telling.codeFrom() == Source.ACQUIRER ? Note.CODE_ACQUIRER : Note.CODE_TERMINAL);
            }
            boolean charged = verdict.kind() == Verdict.Kind.CHARGED;
            addIf(Note.PARTIAL, (charged || verdict.kind() == Verdict.Kind.HELD) && telling.partial() != null);
            addIf(Note.CONVERTED, isConverted());
            appendDiscount();
            addIf(Note.SLIP_FAILED, charged && telling.slipFailed());
            addIf(Note.POSSIBLE_DUPLICATE, verdict.possibleDuplicateOf() != null);
            addIf(Note.NOT_FINAL, verdict.kind() == Verdict.Kind.NOT_CHARGED && !verdict.isFinal());
            addIf(Note.OVERDUE, verdict.finalBy() != null && has(Verdict.Flag.OVERDUE));
            addIf(Note.RETURNED_MORE, has(Verdict.Flag.RETURNED_MORE_THAN_CHARGED));
            addIf(Note.MATCHED_WEAKLY, has(Verdict.Flag.MATCHED_WEAKLY));
            addIf(Note.HAS_CANDIDATES, has(Verdict.Flag.HAS_CANDIDATES));
        }

        private boolean isConverted() {
            Money original = telling.payment().details().original();
            Money amount = telling.amount();
            return original != null
                    && !original.isZero()
                    && (amount == null || !amount.currency().equals(original.currency()));
        }

        // The price may or may not be named before the discount: we say "not applied" only together with how to tell.
        private void appendDiscount() {
            Money discount = telling.payment().details().discount();
            Money paid = telling.verdict().net();
            if (discount == null || discount.isZero() || paid == null || paid.isZero()) {
                return;
            }
            Money asked = telling.payment().amount();
            Money charged = telling.verdict().charged();
            boolean applied = asked != null
                    && asked.currency().equals(charged.currency())
                    && asked.currency().equals(discount.currency())
                    && asked.amount() - discount.amount() == charged.amount();
            add(applied ? Note.DISCOUNT_APPLIED : Note.DISCOUNT_PROMISED);
        }

        private boolean has(Verdict.Flag flag) {
            return telling.verdict().flags().contains(flag);
        }

        private void addIf(Note note, boolean applies) {
            if (applies) {
                add(note);
            }
        }

        private void add(Note note) {
            if (telling.language() == Language.EN) {
                to.append(' ');
            }
            texts.note(note).appendTo(to, telling);
        }
    }
}
