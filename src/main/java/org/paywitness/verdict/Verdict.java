package org.paywitness.verdict;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.paywitness.money.Money;

/**
 * What we hold true about the cardholder's money for one payment, at one instant (domain.md, "The verdict").
 *
 * @param row the row of domain.md's table that fitted, 1 to 14
 * @param isFinal whether only a new observation can change it
 * @param finalBy when it is expected to be final, or null where nothing sets a date; in the past when overdue
 * @param charged what was taken or is about to be taken; null while no source named an amount
 * @param returned what has arrived back, never more than charged
 * @param promised what was promised back, never more than charged
 * @param because the facts that decided it
 * @param duplicateOf TypeID of the payment this one repeats ({@code charged_twice} only), or null
 * @param possibleDuplicateOf TypeID of an equal payment shortly before, with no reason to think of a retry, or null
 * @param responseCode the ISO 8583 code that decided it, or null
 */
public record Verdict(
        int row,
        Kind kind,
        Cause cause,
        boolean isFinal,
        Instant finalBy,
        Agreement agreement,
        Money charged,
        Money returned,
        Money promised,
        List<Fact> because,
        String duplicateOf,
        String possibleDuplicateOf,
        String responseCode,
        Set<Flag> flags) {

    /** The verdict's name on the wire, in lower case. */
    public enum Kind {
        CHARGED,
        CHARGED_TWICE,
        NOT_CHARGED,
        HELD,
        PENDING,
        BEING_RETURNED,
        PARTLY_RETURNED,
        RETURNED,
        DISAGREEMENT,
        NOT_FOUND;

        private final String code = name().toLowerCase(java.util.Locale.ROOT);

        public String code() {
            return code;
        }
    }

    /** Why, in one word; the name on the wire in lower case. */
    public enum Cause {
        SETTLED,
        APPROVED,
        DUPLICATE,
        AMOUNT_MISMATCH,
        DEBITED_WITHOUT_SALE,
        SALE_WITHOUT_DEBIT,
        REVERSED,
        VOIDED,
        REFUNDED,
        RELEASED,
        REFUSED,
        NEVER_RECORDED,
        CLOSED,
        NEVER_COMPLETED,
        PREAUTHORIZED,
        NO_ANSWER,
        IN_PROGRESS,
        UNKNOWN_PAYMENT;

        private final String code = name().toLowerCase(java.util.Locale.ROOT);

        public String code() {
            return code;
        }
    }

    /** Whether the sources that took a stand on the charge say the same. */
    public enum Agreement {
        ONE_SOURCE,
        SOURCES_AGREE,
        SOURCES_DIFFER;

        private final String code = name().toLowerCase(java.util.Locale.ROOT);

        public String code() {
            return code;
        }
    }

    /** What the reader should notice besides the verdict. */
    public enum Flag {
        /** What was promised back has not arrived by its deadline. */
        OVERDUE,
        /** The sources give different amounts of what was returned, or more came back than was taken. */
        RETURNED_MORE_THAN_CHARGED,
        /** Some observation was joined by card, amount and time, not by a reference. */
        MATCHED_WEAKLY,
        /** Other transactions may be the same payment; see the transaction's candidates. */
        HAS_CANDIDATES,
        /** It occurred while its terminal was reported lost or stolen. */
        AFTER_TERMINAL_LOST;

        private final String code = name().toLowerCase(java.util.Locale.ROOT);

        public String code() {
            return code;
        }
    }

    /** Charged less returned, or null where charged is. */
    public Money net() {
        return charged == null ? null : charged.minus(returned);
    }
}
