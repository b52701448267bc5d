package org.paywitness.verdict;

import static org.paywitness.verdict.Outcome.APPROVED;
import static org.paywitness.verdict.Outcome.CAPTURED;
import static org.paywitness.verdict.Outcome.CLOSED;
import static org.paywitness.verdict.Outcome.CREDITED;
import static org.paywitness.verdict.Outcome.DEBITED;
import static org.paywitness.verdict.Outcome.DECLINED;
import static org.paywitness.verdict.Outcome.HELD;
import static org.paywitness.verdict.Outcome.NO_ANSWER;
import static org.paywitness.verdict.Outcome.NO_RECORD;
import static org.paywitness.verdict.Outcome.PAID;
import static org.paywitness.verdict.Outcome.PAYING;
import static org.paywitness.verdict.Outcome.REFUNDED;
import static org.paywitness.verdict.Outcome.REFUNDING;
import static org.paywitness.verdict.Outcome.RELEASED;
import static org.paywitness.verdict.Outcome.REVERSED;
import static org.paywitness.verdict.Outcome.REVOKED;
import static org.paywitness.verdict.Outcome.SLIP_FAILED;
import static org.paywitness.verdict.Outcome.VOIDED;
import static org.paywitness.verdict.ResponseCode.About.AMBIGUOUS;
import static org.paywitness.verdict.ResponseCode.About.CHARGED;
import static org.paywitness.verdict.ResponseCode.About.CHARGED_PART;
import static org.paywitness.verdict.ResponseCode.About.NOT_CHARGED;
import static org.paywitness.verdict.ResponseCode.About.RETURN_REFUSED;
import static org.paywitness.verdict.Source.ACQUIRER;
import static org.paywitness.verdict.Source.BANK;
import static org.paywitness.verdict.Source.TERMINAL;
import static org.paywitness.verdict.Source.WALLET;

import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.paywitness.money.Money;

/**
 * What the facts of one payment say, in the words of domain.md ("taken", "approved", "refused", "promised", "arrived",
 * "a hold stands"). Pure.
 */
public final class Testimony {
    private final List<Fact> facts;

    /** @param facts in {@link Fact#IN_TIME} order */
    public Testimony(List<Fact> facts) {
        this.facts = facts;
    }

    // --- taken ---------------------------------------------------------------------------------------------------

    /** {@code bank.debited}, {@code wallet.paid} or {@code acquirer.captured}. */
    public boolean taken() {
        return any(Testimony::isTaking);
    }

    /** Whether money was taken by this fact. */
    public static boolean isTaking(Fact f) {
        return f.is(BANK, DEBITED) || f.is(WALLET, PAID) || f.is(ACQUIRER, CAPTURED);
    }

    /**
     * What this source says was taken, by its latest statement that names an amount, or null. Lines of one file add up;
     * where several files speak of the same instant, the one that tells most counts, so that arrival never matters.
     */
    public Money takenBy(Source source) {
        Fact latest = latest(f -> f.source() == source && isTaking(f) && f.amount() != null);
        if (latest == null) {
            return null;
        }
        long most = 0;
        for (Fact f : facts) {
            if (f.source() == source && isTaking(f) && f.at().equals(latest.at()) && sameCurrency(f, latest)) {
                long told = f.statement().isEmpty() ? f.amount().amount() : takenInFileOf(f);
                most = Math.max(most, told);
            }
        }
        return Money.of(Math.min(most, Money.MAX), latest.amount().currency());
    }

    private long takenInFileOf(Fact line) {
        long sum = 0;
        for (Fact f : facts) {
            if (f.source() == line.source()
                    && isTaking(f)
                    && f.statement().equals(line.statement())
                    && sameCurrency(f, line)) {
                sum = Math.addExact(sum, f.amount().amount());
            }
        }
        return sum;
    }

    private static boolean sameCurrency(Fact a, Fact b) {
        return a.amount() != null && a.amount().currency().equals(b.amount().currency());
    }

    /** What was taken by the word of the highest authority, or null where no source says how much. */
    public Money takenAmount() {
        for (Source source : new Source[] {BANK, WALLET, ACQUIRER}) {
            Money amount = takenBy(source);
            if (amount != null) {
                return amount;
            }
        }
        return null;
    }

    boolean takenAmountsDiffer() {
        Money bank = takenBy(BANK);
        Money wallet = takenBy(WALLET);
        Money acquirer = takenBy(ACQUIRER);
        return differ(bank, wallet) || differ(bank, acquirer) || differ(wallet, acquirer);
    }

    private static boolean differ(Money a, Money b) {
        return a != null && b != null && a.currency().equals(b.currency()) && a.amount() != b.amount();
    }

    // --- approved, refused, unknown --------------------------------------------------------------------------------

    /** The acquirer's latest word on the charge: null where it has said nothing that counts as an answer. */
    public Fact acquirersWord() {
        return latest(f -> f.source() == ACQUIRER
                && (f.outcome() == APPROVED
                        || f.outcome() == CAPTURED
                        || f.outcome() == REVERSED
                        || f.outcome() == VOIDED
                        || f.outcome() == NO_RECORD
                        || f.outcome() == DECLINED && !isAmbiguous(f) && !isReturnRefused(f)));
    }

    /** The terminal's latest word on the charge, or null: no answer and a void are words, too. */
    public Fact terminalsWord() {
        return latest(f -> f.source() == TERMINAL
                && (f.outcome() == APPROVED
                        || f.outcome() == NO_ANSWER
                        || f.outcome() == VOIDED
                        || f.outcome() == DECLINED && !isReturnRefused(f)));
    }

    private Fact walletsWord() {
        return latest(f -> f.source() == WALLET && f.outcome() != REFUNDING && f.outcome() != REFUNDED);
    }

    /** The fact that approves, or null. */
    Fact approving() {
        Fact acquirer = acquirersWord();
        if (acquirer != null) {
            return isApproval(acquirer) ? acquirer : null;
        }
        Fact terminal = terminalsWord();
        if (terminal != null && isApproval(terminal)) {
            return terminal;
        }
        return standingHold();
    }

    /** The approved amount by the word of the acquirer, else of the terminal, else the amount held; or null. */
    public Money approvedAmount() {
        Money word = approvedBy(ACQUIRER);
        word = word != null ? word : approvedBy(TERMINAL);
        Fact hold = word != null ? null : standingHold();
        return hold == null ? word : hold.amount();
    }

    /** What this source last approved, or null where it did not approve or named no amount. */
    public Money approvedBy(Source source) {
        Fact word = latest(f -> f.source() == source && isApproval(f) && f.amount() != null);
        return word == null ? null : word.amount();
    }

    /** Whether the payment was allowed by this fact, in part or with a code that is odd. */
    public static boolean isApproval(Fact f) {
        return f.outcome() == APPROVED
                || f.outcome() == DECLINED && (f.about() == CHARGED || f.about() == CHARGED_PART);
    }

    /** The fact that refuses, or null. */
    Fact refusing() {
        Fact acquirer = acquirersWord();
        if (acquirer != null && isRefusal(acquirer)) {
            return acquirer;
        }
        Fact wallet = walletsWord();
        if (wallet != null && wallet.outcome() == CLOSED) {
            return wallet;
        }
        Fact terminal = terminalsWord();
        return acquirer == null && terminal != null && isRefusal(terminal) ? terminal : null;
    }

    /** Whether this fact says that nothing was or will be taken. */
    public static boolean isRefusal(Fact f) {
        return f.outcome() == NO_RECORD || f.outcome() == DECLINED && f.about() == NOT_CHARGED;
    }

    boolean acquirerRefuses() {
        Fact word = acquirersWord();
        return word != null && isRefusal(word);
    }

    /** A wallet still paying, or an answer 09 (request in progress), as the latest word of its source. */
    boolean inProgress() {
        Fact wallet = walletsWord();
        if (wallet != null && wallet.outcome() == PAYING) {
            return true;
        }
        Fact answer = latest(f -> f.outcome() == NO_ANSWER || f.outcome() == DECLINED && !isReturnRefused(f));
        return answer != null && "09".equals(answer.responseCode());
    }

    // --- holds and returns -------------------------------------------------------------------------------------------

    /** The hold that stands: {@code bank.held} without a later released, debited or credited. Null if none. */
    public Fact standingHold() {
        Fact last = latest(f -> f.source() == BANK);
        return last != null && last.outcome() == HELD ? last : null;
    }

    Fact released() {
        return latest(f -> f.is(BANK, RELEASED));
    }

    /** The statement that takes the whole back: reversed, voided or revoked. Null if none, or approved anew later. */
    public Fact takingBackAll() {
        Fact approval = latest(f -> f.source() == ACQUIRER && isApproval(f));
        Predicate<Fact> stands = f -> approval == null || Fact.IN_TIME.compare(f, approval) > 0;
        Fact reversed = latest(stands.and(f -> f.is(ACQUIRER, REVERSED)));
        return reversed != null ? reversed : latest(stands.and(f -> f.outcome() == VOIDED || f.outcome() == REVOKED));
    }

    boolean approvedAfter(Instant at) {
        return any(f -> f.source() == ACQUIRER && isApproval(f) && f.at().isAfter(at));
    }

    /**
     * Promised in this currency by refunds, each told by several sources but counted once; minor units. What a source
     * tells may be one of ours from a day before the first of them on; what it tells of earlier is another's.
     */
    public long promised(String currency, List<Payment.OwnRefund> refunds, Policy policy) {
        long ours = 0;
        long takenBack = 0;
        LocalDate first = LocalDate.MAX;
        for (Payment.OwnRefund refund : refunds) {
            LocalDate day = policy.day(refund.succeededAt()).minusDays(1);
            first = day.isBefore(first) ? day : first;
            if (refund.amount().currency().equals(currency)) {
                ours = Math.addExact(
                        ours, refund.takenBack() ? 0 : refund.amount().amount());
                takenBack = Math.addExact(
                        takenBack, refund.takenBack() ? refund.amount().amount() : 0);
            }
        }
        LocalDate since = first;
        Predicate<Fact> earlier = f -> policy.day(f.at()).isBefore(since);
        long later = told(currency, earlier.negate(), policy) - takenBack;
        return Math.addExact(told(currency, earlier, policy), Math.max(ours, later));
    }

    private long told(String currency, Predicate<Fact> when, Policy policy) {
        long acquirer = bookings(currency, when.and(f -> f.is(ACQUIRER, REFUNDED)), policy);
        long wallet = bookings(currency, when.and(f -> f.is(WALLET, REFUNDING)), policy);
        return Math.max(acquirer, wallet);
    }

    /** Arrived in this currency: credited by the bank or refunded by the wallet; minor units. */
    public long arrived(String currency, Policy policy) {
        long wallet = bookings(currency, f -> f.is(WALLET, REFUNDED), policy);
        long bank = bookings(currency, f -> f.is(BANK, CREDITED), policy);
        return Math.max(wallet, bank);
    }

    /** Whether a source told of a refund or credit without saying how much. */
    boolean returnsUntoldAmount() {
        return any(f -> f.amount() == null && (isRefundPromise(f) || isArrival(f)));
    }

    /** Whether money is said to go back by this fact. */
    public static boolean isPromise(Fact f) {
        return isRefundPromise(f) || f.outcome() == REVERSED || f.outcome() == VOIDED || f.outcome() == REVOKED;
    }

    static boolean isRefundPromise(Fact f) {
        return f.is(ACQUIRER, REFUNDED) || f.is(WALLET, REFUNDING);
    }

    /** Whether money came back to the cardholder by this fact. */
    public static boolean isArrival(Fact f) {
        return f.is(BANK, CREDITED) || f.is(WALLET, REFUNDED);
    }

    /** Equal lines of one day add up within one feed or file; the same line told by two of them is one. */
    private long bookings(String currency, Predicate<Fact> which, Policy policy) {
        record Line(long amount, LocalDate day) {}
        Map<Line, Map<String, Integer>> told = new HashMap<>();
        for (Fact f : facts) {
            if (which.test(f) && f.amount() != null && f.amount().currency().equals(currency)) {
                told.computeIfAbsent(new Line(f.amount().amount(), policy.day(f.at())), line -> new HashMap<>())
                        .merge(f.statement(), 1, Integer::sum);
            }
        }
        long sum = 0;
        for (Map.Entry<Line, Map<String, Integer>> e : told.entrySet()) {
            int times = Collections.max(e.getValue().values());
            sum = Math.addExact(sum, Math.multiplyExact(e.getKey().amount(), times));
        }
        return sum;
    }

    // --- stands ------------------------------------------------------------------------------------------------------

    /** The latest fact in which this source takes a stand on the charge, or null. */
    Fact standOf(Source source) {
        return latest(f -> f.source() == source && (saysCharged(f) || saysGivenBack(f) || saysNotCharged(f)));
    }

    static boolean saysCharged(Fact f) {
        return isTaking(f) || isApproval(f) || f.outcome() == HELD;
    }

    static boolean saysGivenBack(Fact f) {
        return isPromise(f) || isArrival(f) || f.outcome() == RELEASED;
    }

    static boolean saysNotCharged(Fact f) {
        return isRefusal(f) || f.outcome() == CLOSED;
    }

    // --- the earlier of two equal payments ---------------------------------------------------------------------------

    /** The terminal or acquirer left it unclear to the people at the counter: a reason to try again. */
    public boolean endedUnclear() {
        Fact terminal = latest(f -> f.source() == TERMINAL && !isReturnRefused(f));
        Fact acquirer = latest(f ->
                f.source() == ACQUIRER && (f.outcome() == APPROVED || f.outcome() == DECLINED && !isReturnRefused(f)));
        return terminal != null && (terminal.outcome() == NO_ANSWER || terminal.outcome() == SLIP_FAILED)
                || isAmbiguous(terminal)
                || isAmbiguous(acquirer);
    }

    static boolean isReturnRefused(Fact f) {
        return f.outcome() == DECLINED && f.about() == RETURN_REFUSED;
    }

    private static boolean isAmbiguous(Fact f) {
        return f != null && f.outcome() == DECLINED && f.about() == AMBIGUOUS;
    }

    // --- plumbing ----------------------------------------------------------------------------------------------------

    /** Whether there is such a fact. */
    public boolean any(Predicate<Fact> which) {
        for (Fact f : facts) {
            if (which.test(f)) {
                return true;
            }
        }
        return false;
    }

    List<Fact> all(Predicate<Fact> which) {
        List<Fact> found = new ArrayList<>(facts.size());
        for (Fact f : facts) {
            if (which.test(f)) {
                found.add(f);
            }
        }
        return found;
    }

    Fact latest(Predicate<Fact> which) {
        for (int i = facts.size() - 1; i >= 0; i--) {
            if (which.test(facts.get(i))) {
                return facts.get(i);
            }
        }
        return null;
    }
}
