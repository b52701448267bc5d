package org.paywitness.reconciliation;

import static org.paywitness.verdict.Source.ACQUIRER;
import static org.paywitness.verdict.Source.BANK;
import static org.paywitness.verdict.Source.TERMINAL;
import static org.paywitness.verdict.Source.WALLET;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.paywitness.fee.FeeMismatch;
import org.paywitness.money.Money;
import org.paywitness.transaction.Transaction;
import org.paywitness.verdict.Completeness;
import org.paywitness.verdict.Fact;
import org.paywitness.verdict.Moment;
import org.paywitness.verdict.Outcome;
import org.paywitness.verdict.Payment;
import org.paywitness.verdict.Policy;
import org.paywitness.verdict.Source;
import org.paywitness.verdict.Testimony;
import org.paywitness.verdict.Verdict;

/**
 * Where the books of the sources differ over one payment, as src/docs/reconciliation.md has it. A pure function of the
 * payment, completeness, the verdict and policy: no I/O and no clock.
 *
 * <p>A source is missed only where another holds a sale that this one should hold too, its data reaches far enough, and it
 * neither holds the sale nor leaves it open.
 */
final class Reconciliation {
    /** How far the clocks of a terminal and its acquirer may be apart: as correlation has it. */
    static final Duration CLOCKS_APART = Duration.ofMinutes(10);

    private static final String ONLINE = "online";
    private static final String QR = "qr";

    private final Transaction transaction;
    private final Payment payment;
    private final Completeness completeness;
    private final Policy policy;
    private final Testimony said;
    private final Fact acquirersWord;
    private final Fact terminalsWord;
    private final boolean takenBack;

    private Reconciliation(Transaction transaction, Completeness completeness, Policy policy) {
        this.transaction = transaction;
        this.payment = transaction.payment();
        this.completeness = completeness;
        this.policy = policy;
        this.said = new Testimony(payment.facts());
        this.acquirersWord = said.acquirersWord();
        this.terminalsWord = said.terminalsWord();
        this.takenBack = said.takingBackAll() != null
                || transaction.summary().sent().stream().anyMatch(sent -> sent.voided() && !sent.takenBack());
    }

    /** The differences, at most one of each kind, in the order of {@link Kind}. */
    static List<Difference> of(
            Transaction transaction, Completeness completeness, Verdict verdict, Known known, Policy policy) {
        Reconciliation books = new Reconciliation(transaction, completeness, policy);
        return Stream.of(
                        books.missingAtBank(),
                        books.missingAtAcquirer(),
                        books.missingAtTerminal(known),
                        books.amountMismatch(),
                        books.duplicate(verdict),
                        books.feeMismatch(known.fees()),
                        books.late(known))
                .filter(Objects::nonNull)
                .toList();
    }

    /** Whether it depends on the terminal's journal, which {@link Known} tells of. */
    static boolean asksForJournal(Transaction transaction, Completeness completeness, Policy policy) {
        Reconciliation books = new Reconciliation(transaction, completeness, policy);
        return books.missingAtTerminal(new Known(true, null)) != null && books.terminalIsSilent();
    }

    /** When data that becomes complete may change the differences. */
    static List<Moment> moments(Transaction transaction, Policy policy) {
        Reconciliation books = new Reconciliation(transaction, Completeness.NONE, policy);
        if (!books.isCardPayment()) {
            return List.of();
        }
        return List.of(
                Moment.complete(BANK, books.bankBy()),
                Moment.complete(ACQUIRER, books.counterBy()),
                Moment.complete(TERMINAL, books.counterBy()));
    }

    // --- who should hold it ------------------------------------------------------------------------------------------

    /** A wallet's payment is in the wallet's books only: the bank that pays it books the wallet's name. */
    private boolean isCardPayment() {
        Transaction.Reference names = transaction.reference();
        Transaction.Card card = transaction.card();
        boolean carded = card.token() != null || card.last4() != null || names.rrn() != null;
        boolean wallet = payment.viaWallet()
                || names.walletTransactionNo() != null
                || QR.equals(transaction.summary().channel()) && !carded;
        return !wallet && (carded || names.terminalId() != null && names.stan() != null);
    }

    private boolean terminalHolds() {
        return terminalsWord != null && Testimony.isApproval(terminalsWord);
    }

    private boolean terminalIsSilent() {
        return !said.any(f -> f.source() == TERMINAL);
    }

    private boolean acquirerHolds() {
        return acquirersWord != null
                && (acquirersWord.outcome() == Outcome.CAPTURED || Testimony.isApproval(acquirersWord));
    }

    private boolean bankHolds() {
        return said.any(f -> f.source() == BANK && f.outcome() == Outcome.DEBITED);
    }

    /** What is only set aside is booked nowhere until it is completed. */
    private boolean isOnlySetAside() {
        return payment.type() == Payment.Type.PREAUTH && !said.taken();
    }

    private Difference missingAtBank() {
        boolean sold = acquirerHolds() || acquirersWord == null && terminalHolds();
        boolean booked = bankHolds()
                || said.standingHold() != null
                || said.any(f -> f.source() == BANK && f.outcome() == Outcome.CREDITED);
        if (!isCardPayment() || takenBack || isOnlySetAside() || !sold || booked) {
            return null;
        }
        return completeness.reaches(BANK, bankBy())
                ? difference(Kind.MISSING_AT_BANK, sale(), Action.ASK_ACQUIRER)
                : null;
    }

    private Difference missingAtAcquirer() {
        boolean sold = bankHolds() || terminalHolds();
        if (!isCardPayment() || takenBack || isOnlySetAside() || !sold || acquirerHolds()) {
            return null;
        }
        boolean refused = acquirersWord != null && Testimony.isRefusal(acquirersWord);
        if (!refused && !completeness.reaches(ACQUIRER, counterBy())) {
            return null;
        }
        // Money that was taken for a sale that the acquirer refused must go back; what is merely not there may be
        // found.
        Action action = refused && bankHolds() ? Action.REFUND : Action.ASK_ACQUIRER;
        return difference(Kind.MISSING_AT_ACQUIRER, sale(), action);
    }

    private Difference missingAtTerminal(Known known) {
        boolean sold = acquirerHolds() || acquirersWord == null && bankHolds();
        boolean atTerminal = transaction.reference().terminalId() != null
                && !ONLINE.equals(transaction.summary().channel());
        if (!isCardPayment() || !atTerminal || takenBack || isOnlySetAside() || !sold || terminalHolds()) {
            return null;
        }
        boolean refused = terminalsWord != null && Testimony.isRefusal(terminalsWord) && acquirerHolds();
        boolean silent = terminalIsSilent() && known.journal() && completeness.reaches(TERMINAL, counterBy());
        if (refused) {
            // The counter was told that nothing was paid: whoever stood there went without, or paid otherwise.
            return difference(Kind.MISSING_AT_TERMINAL, sale(), Action.REFUND);
        }
        return silent ? difference(Kind.MISSING_AT_TERMINAL, sale(), Action.DISPUTE) : null;
    }

    // --- what they hold ----------------------------------------------------------------------------------------------

    private Difference amountMismatch() {
        Money terminal = comparesTerminal() ? said.approvedBy(TERMINAL) : null;
        List<Money> told = Stream.of(said.takenBy(BANK), said.takenBy(WALLET), said.takenBy(ACQUIRER), terminal)
                .filter(Objects::nonNull)
                .toList();
        for (Money first : told) {
            List<Money> alike = told.stream()
                    .filter(money -> money.currency().equals(first.currency()))
                    .toList();
            long most = alike.stream().mapToLong(Money::amount).max().orElseThrow();
            long least = alike.stream().mapToLong(Money::amount).min().orElseThrow();
            if (most > least) {
                Money captured = said.takenBy(ACQUIRER);
                boolean overTheCounter = terminal != null
                        && captured != null
                        && captured.currency().equals(terminal.currency())
                        && captured.amount() > terminal.amount();
                return difference(
                        Kind.AMOUNT_MISMATCH,
                        Money.of(most - least, first.currency()),
                        overTheCounter ? Action.REFUND : Action.ASK_ACQUIRER);
            }
        }
        return null;
    }

    // A preauthorization is completed with another amount, a discount is taken off after the terminal, and what was
    // voided is gone: there the terminal's amount is not that of the sale.
    private boolean comparesTerminal() {
        Money discount = transaction.summary().discount();
        return isCardPayment()
                && !takenBack
                && payment.type() == Payment.Type.PURCHASE
                && said.taken()
                && (discount == null || discount.isZero());
    }

    private Difference duplicate(Verdict verdict) {
        return verdict.kind() == Verdict.Kind.CHARGED_TWICE
                ? difference(Kind.DUPLICATE, verdict.charged(), Action.REFUND)
                : null;
    }

    // Of several sources that took another fee the first counts: it is told again when that one is settled.
    private Difference feeMismatch(List<FeeMismatch> mismatches) {
        if (mismatches.isEmpty()) {
            return null;
        }
        FeeMismatch first = mismatches.get(0);
        Money atStake = Money.of(Math.abs(first.difference()), first.expected().currency());
        String grounds = String.join(
                "; ",
                Kind.FEE_MISMATCH.code(),
                first.stated().source().code(),
                text(first.stated().fee()),
                text(first.expected()));
        // What was not taken nobody asks for.
        Action action = first.difference() > 0 ? Action.ASK_ACQUIRER : Action.ACCEPT;
        return new Difference(Kind.FEE_MISMATCH, atStake, action, grounds);
    }

    private Difference late(Known known) {
        return known.late() == null
                ? null
                : new Difference(Kind.LATE, sale(), Action.ACCEPT, Kind.LATE.code() + ' ' + known.late());
    }

    // --- when --------------------------------------------------------------------------------------------------------

    /** Through when the bank must be complete before its silence counts: as for a verdict. */
    private Instant bankBy() {
        return policy.postedBy(payment.occurredAt(), payment.cardKind());
    }

    /** Through when terminal and acquirer must be complete. A bank's line has only a date: until that day is over. */
    private Instant counterBy() {
        boolean dateOnly = payment.facts().stream().allMatch(f -> f.source() == BANK);
        return dateOnly
                ? endOfDay(payment.occurredAt(), policy)
                : payment.occurredAt().plus(CLOCKS_APART);
    }

    static Instant endOfDay(Instant at, Policy policy) {
        return policy.day(at).plusDays(1).atStartOfDay(policy.zone()).toInstant();
    }

    /**
     * By what it was first heard of, where that may have come after its source's data was declared complete for its day;
     * else null. Ids are in the order of hearing.
     */
    static Fact mayBeLate(Transaction transaction, Completeness completeness, Policy policy) {
        Fact first = transaction.facts().stream()
                .min(Comparator.comparing(Fact::observationId))
                .orElse(null);
        boolean sold = first != null && (Testimony.isTaking(first) || Testimony.isApproval(first));
        return sold && completeness.reaches(first.source(), endOfDay(first.at(), policy)) ? first : null;
    }

    // --- the difference ----------------------------------------------------------------------------------------------

    private Money sale() {
        return Stream.of(said.takenAmount(), said.approvedAmount(), payment.amount())
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private Difference difference(Kind kind, Money atStake, Action action) {
        return new Difference(kind, atStake, action, grounds(kind, atStake));
    }

    /** What each source says of the money: neither when it said so nor in which file. */
    private String grounds(Kind kind, Money atStake) {
        List<String> grounds = new ArrayList<>();
        grounds.add(kind.code());
        grounds.add(text(atStake));
        for (Source source : Source.values()) {
            TreeSet<String> told = new TreeSet<>();
            for (Fact f : payment.facts()) {
                boolean paper = f.outcome() == Outcome.SLIP_PRINTED || f.outcome() == Outcome.SLIP_FAILED;
                if (f.source() == source && !paper) {
                    told.add(f.outcome().code() + ' ' + text(f.amount()));
                }
            }
            grounds.add(source.code() + ' ' + String.join(", ", told));
        }
        payment.refunds().forEach(refund -> grounds.add(refund.id() + (refund.takenBack() ? " taken back" : "")));
        return String.join("; ", grounds);
    }

    private static String text(Money money) {
        return money == null ? "-" : money.amount() + money.currency();
    }

    /** Why a difference that was there is there no longer. */
    static Resolution explanation(Kind kind, Transaction transaction, Completeness completeness, Policy policy) {
        Reconciliation books = new Reconciliation(transaction, completeness, policy);
        boolean there =
                switch (kind) {
                    case MISSING_AT_BANK -> books.bankHolds() || books.said.standingHold() != null;
                    case MISSING_AT_ACQUIRER -> books.acquirerHolds();
                    case MISSING_AT_TERMINAL -> books.terminalHolds();
                    default -> false;
                };
        if (there) {
            return Resolution.EXPLAINED;
        }
        boolean returned = books.takenBack
                || books.said.any(Testimony::isPromise)
                || !books.payment.refunds().isEmpty();
        return returned ? Resolution.TAKEN_BACK : Resolution.CHANGED;
    }
}
