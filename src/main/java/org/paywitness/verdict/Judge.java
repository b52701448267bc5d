package org.paywitness.verdict;

import static org.paywitness.verdict.Verdict.Cause.AMOUNT_MISMATCH;
import static org.paywitness.verdict.Verdict.Cause.APPROVED;
import static org.paywitness.verdict.Verdict.Cause.CLOSED;
import static org.paywitness.verdict.Verdict.Cause.DEBITED_WITHOUT_SALE;
import static org.paywitness.verdict.Verdict.Cause.DUPLICATE;
import static org.paywitness.verdict.Verdict.Cause.IN_PROGRESS;
import static org.paywitness.verdict.Verdict.Cause.NEVER_COMPLETED;
import static org.paywitness.verdict.Verdict.Cause.NEVER_RECORDED;
import static org.paywitness.verdict.Verdict.Cause.NO_ANSWER;
import static org.paywitness.verdict.Verdict.Cause.PREAUTHORIZED;
import static org.paywitness.verdict.Verdict.Cause.REFUNDED;
import static org.paywitness.verdict.Verdict.Cause.REFUSED;
import static org.paywitness.verdict.Verdict.Cause.RELEASED;
import static org.paywitness.verdict.Verdict.Cause.REVERSED;
import static org.paywitness.verdict.Verdict.Cause.SALE_WITHOUT_DEBIT;
import static org.paywitness.verdict.Verdict.Cause.SETTLED;
import static org.paywitness.verdict.Verdict.Cause.VOIDED;
import static org.paywitness.verdict.Verdict.Kind.BEING_RETURNED;
import static org.paywitness.verdict.Verdict.Kind.CHARGED;
import static org.paywitness.verdict.Verdict.Kind.CHARGED_TWICE;
import static org.paywitness.verdict.Verdict.Kind.DISAGREEMENT;
import static org.paywitness.verdict.Verdict.Kind.HELD;
import static org.paywitness.verdict.Verdict.Kind.NOT_CHARGED;
import static org.paywitness.verdict.Verdict.Kind.PARTLY_RETURNED;
import static org.paywitness.verdict.Verdict.Kind.PENDING;
import static org.paywitness.verdict.Verdict.Kind.RETURNED;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.paywitness.money.Money;

/**
 * The decision table of domain.md ("The verdict") as code: the first row that fits wins. A pure function of the
 * payment, completeness, policy and now; no I/O and no clock of its own.
 */
public final class Judge {
    private final Payment payment;
    private final Completeness completeness;
    private final Policy policy;
    private final Instant now;
    private final Testimony said;
    private final boolean bankSilent;

    private Judge(Payment payment, Completeness completeness, Policy policy, Instant now) {
        this.payment = payment;
        this.completeness = completeness;
        this.policy = policy;
        this.now = now;
        this.said = new Testimony(payment.facts());
        this.bankSilent = completeness.reaches(Source.BANK, policy.postedBy(payment.occurredAt(), payment.cardKind()))
                && !said.any(f -> f.source() == Source.BANK);
    }

    /** The verdict at {@code now}; never null, never throws for well-formed facts in {@link Fact#IN_TIME} order. */
    public static Verdict verdict(Payment payment, Completeness completeness, Policy policy, Instant now) {
        Judge judge = new Judge(payment, completeness, policy, now);
        return judge.said.taken() ? judge.taken() : judge.neverTaken();
    }

    /** Whether another payment may still be the cause of a duplicate: taken, and not returned or being returned. */
    public static boolean keepsMoney(Payment payment, Policy policy) {
        if (!new Testimony(payment.facts()).taken()) {
            return false;
        }
        Verdict.Kind kind = verdict(payment, Completeness.NONE, policy, payment.occurredAt())
                .kind();
        return kind != RETURNED && kind != BEING_RETURNED;
    }

    // Rows 1 to 7: money was taken.
    private Verdict taken() {
        Money charged = said.takenAmount() != null ? said.takenAmount() : payment.amount();
        if (said.takenAmountsDiffer()) {
            return row(1, DISAGREEMENT, AMOUNT_MISMATCH, charged, Testimony::isTaking, false, null);
        }
        Returns returns = returns(charged);
        if (returns.any()) {
            return returning(charged, returns);
        }
        if (said.takenBy(Source.BANK) != null || said.any(f -> f.is(Source.BANK, Outcome.DEBITED))) {
            if (said.acquirerRefuses()) {
                Fact refusal = said.acquirersWord();
                Fact debit = said.latest(f -> f.is(Source.BANK, Outcome.DEBITED));
                return row(
                        5,
                        DISAGREEMENT,
                        DEBITED_WITHOUT_SALE,
                        charged,
                        f -> f == refusal || f.is(Source.BANK, Outcome.DEBITED),
                        false,
                        debit.at().plus(reversalArrival()));
            }
        }
        if (payment.earlier() != null && payment.earlier().retry()) {
            return row(6, CHARGED_TWICE, DUPLICATE, charged, Testimony::isTaking, false, refundDeadline());
        }
        return row(7, CHARGED, SETTLED, charged, Testimony::isTaking, true, null);
    }

    // Rows 2 to 4: money was taken and comes back.
    private Verdict returning(Money charged, Returns returns) {
        Verdict.Cause cause = returnCause();
        Predicate<Fact> because = f -> Testimony.isTaking(f) || Testimony.isPromise(f) || Testimony.isArrival(f);
        if (returns.arrivedAll()) {
            return row(2, RETURNED, cause, charged, because, true, null, returns);
        }
        if (returns.promisedAll()) {
            return row(3, BEING_RETURNED, cause, charged, because, false, arrivalDeadline(), returns);
        }
        boolean arrived = returns.arrived() >= returns.promised();
        return row(
                4, PARTLY_RETURNED, REFUNDED, charged, because, arrived, arrived ? null : arrivalDeadline(), returns);
    }

    // Rows 8 to 14: no source says that money was taken.
    private Verdict neverTaken() {
        Money nothing =
                payment.amount() == null ? null : Money.of(0, payment.amount().currency());
        Fact hold = said.standingHold();
        Fact back = said.takingBackAll();
        Fact released = hold == null ? said.released() : null;
        boolean refusedWithHold = hold != null && said.acquirerRefuses();
        if (back != null || released != null || refusedWithHold) {
            return takenBackBeforeSettlement(nothing, hold, back, released);
        }
        Fact approving = said.approving();
        if (approving != null) {
            return approved(approving, nothing);
        }
        Fact refusing = said.refusing();
        if (refusing != null) {
            return refused(refusing, nothing);
        }
        if (bankSilent) {
            return row(13, NOT_CHARGED, NEVER_COMPLETED, nothing, f -> true, true, null);
        }
        return row(14, PENDING, said.inProgress() ? IN_PROGRESS : NO_ANSWER, nothing, f -> true, false, nextCutOff());
    }

    private Verdict takenBackBeforeSettlement(Money nothing, Fact hold, Fact back, Fact released) {
        Verdict.Cause cause = back != null
                ? back.outcome() == Outcome.REVERSED ? REVERSED : VOIDED
                : released != null ? RELEASED : REFUSED;
        Predicate<Fact> because = f -> f == back || f == hold || f == released || Testimony.isRefusal(f);
        if (hold != null) {
            Instant since = back != null ? back.at() : hold.at();
            return row(8, BEING_RETURNED, cause, nothing, because, false, since.plus(reversalArrival()));
        }
        boolean isFinal = said.released() != null || bankSilent;
        return row(8, NOT_CHARGED, cause, nothing, because, isFinal, isFinal ? null : nextBankData());
    }

    private Verdict approved(Fact approving, Money nothing) {
        Predicate<Fact> because = f -> f == approving;
        Money amount = approving.amount() != null ? approving.amount() : payment.amount();
        if (payment.type() == Payment.Type.PREAUTH) {
            Instant expiry = payment.occurredAt().plus(policy.preauthExpiry());
            return row(9, HELD, PREAUTHORIZED, nothing, because, !now.isBefore(expiry), expiry);
        }
        if (bankSilent) {
            return row(10, DISAGREEMENT, SALE_WITHOUT_DEBIT, nothing, because, false, null);
        }
        Instant settlement = policy.settlementOf(payment.occurredAt());
        return row(11, CHARGED, APPROVED, amount, because, false, due(settlement));
    }

    private Verdict refused(Fact refusing, Money nothing) {
        Verdict.Cause cause =
                switch (refusing.outcome()) {
                    case NO_RECORD -> NEVER_RECORDED;
                    case CLOSED -> CLOSED;
                    default -> REFUSED;
                };
        boolean isFinal = refusing.source() != Source.TERMINAL || bankSilent;
        return row(12, NOT_CHARGED, cause, nothing, f -> f == refusing, isFinal, isFinal ? null : nextBankData());
    }

    // --- what comes back -------------------------------------------------------------------------------------------

    /** Promised and arrived amounts beside what was taken, in minor units of the charged currency. */
    private record Returns(long promised, long arrived, boolean promisedAll, boolean arrivedAll) {
        boolean any() {
            return promised > 0 || arrived > 0 || promisedAll || arrivedAll;
        }
    }

    private Returns returns(Money charged) {
        if (charged == null) {
            return new Returns(0, 0, said.takingBackAll() != null, false);
        }
        long promised = said.promisedRefunds(charged.currency(), payment.refunds());
        long arrived = said.arrived(charged.currency(), policy);
        boolean arrivedAll = arrived >= charged.amount();
        boolean promisedAll = said.takingBackAll() != null || promised >= charged.amount() || promisedInOther(charged);
        return new Returns(promisedAll ? charged.amount() : promised, arrived, promisedAll, arrivedAll);
    }

    // A converted payment: the acquirer promises in its own currency what the bank took in another.
    private boolean promisedInOther(Money charged) {
        Money acquirer = said.takenBy(Source.ACQUIRER);
        return acquirer != null
                && !acquirer.currency().equals(charged.currency())
                && said.promisedRefunds(acquirer.currency(), payment.refunds()) >= acquirer.amount();
    }

    private Verdict.Cause returnCause() {
        Fact back = said.takingBackAll();
        if (back == null) {
            return REFUNDED;
        }
        return back.outcome() == Outcome.REVERSED ? REVERSED : VOIDED;
    }

    // --- when -------------------------------------------------------------------------------------------------------

    private Instant arrivalDeadline() {
        Fact promise = said.latest(Testimony::isPromise);
        Instant since = promise != null ? promise.at() : payment.occurredAt();
        for (Payment.OwnRefund refund : payment.refunds()) {
            since = refund.succeededAt().isAfter(since) ? refund.succeededAt() : since;
        }
        boolean byWallet = promise != null && promise.source() == Source.WALLET;
        if (byWallet || promise == null && payment.viaWallet()) {
            return since.plus(
                    payment.cardKind() == CardKind.PREPAID
                            ? policy.walletBalanceArrival()
                            : policy.walletCardArrival());
        }
        return since.plus(said.takingBackAll() != null ? reversalArrival() : refundArrival());
    }

    private Duration reversalArrival() {
        return payment.cardKind() == CardKind.DEBIT ? policy.reversalArrivalDebit() : policy.reversalArrivalCredit();
    }

    private Duration refundArrival() {
        return payment.cardKind() == CardKind.DEBIT ? policy.refundArrivalDebit() : policy.refundArrivalCredit();
    }

    private Instant refundDeadline() {
        return policy.day(payment.occurredAt())
                .atTime(policy.settlementTime())
                .atZone(policy.zone())
                .toInstant()
                .plus(refundArrival());
    }

    private Instant nextCutOff() {
        Instant reversed = payment.occurredAt().plus(policy.reversalWindow());
        Instant settled = policy.settlementOf(payment.occurredAt());
        if (now.isBefore(reversed)) {
            return reversed;
        }
        return now.isBefore(settled) ? settled : nextBankData();
    }

    private Instant nextBankData() {
        return due(policy.postedBy(payment.occurredAt(), payment.cardKind()));
    }

    // What was due and has not come is due with the next data.
    private Instant due(Instant instant) {
        return instant.isAfter(now) ? instant : policy.next(policy.settlementTime(), now);
    }

    // --- the verdict ------------------------------------------------------------------------------------------------

    private Verdict row(
            int row,
            Verdict.Kind kind,
            Verdict.Cause cause,
            Money charged,
            Predicate<Fact> because,
            boolean isFinal,
            Instant finalBy) {
        return row(row, kind, cause, charged, because, isFinal, finalBy, returns(charged));
    }

    private Verdict row(
            int row,
            Verdict.Kind kind,
            Verdict.Cause cause,
            Money charged,
            Predicate<Fact> because,
            boolean isFinal,
            Instant finalBy,
            Returns returns) {
        List<Fact> deciding = said.all(because);
        boolean duplicate = kind == CHARGED_TWICE;
        boolean possible = kind == CHARGED && row == 7 && payment.earlier() != null;
        String code = null;
        for (Fact f : deciding) {
            code = f.responseCode() != null && f.outcome() == Outcome.DECLINED ? f.responseCode() : code;
        }
        return new Verdict(
                row,
                kind,
                cause,
                isFinal,
                finalBy,
                agreement(kind, cause),
                charged,
                charged == null ? null : Money.of(Math.min(returns.arrived(), charged.amount()), charged.currency()),
                charged == null ? null : Money.of(Math.min(returns.promised(), charged.amount()), charged.currency()),
                deciding,
                duplicate ? payment.earlier().id() : null,
                possible ? payment.earlier().id() : null,
                code,
                flags(kind, charged, finalBy, returns));
    }

    private Set<Verdict.Flag> flags(Verdict.Kind kind, Money charged, Instant finalBy, Returns returns) {
        Set<Verdict.Flag> flags = EnumSet.noneOf(Verdict.Flag.class);
        boolean awaitsMoney = kind == BEING_RETURNED || kind == PARTLY_RETURNED || kind == DISAGREEMENT;
        if (awaitsMoney && finalBy != null && now.isAfter(finalBy)) {
            flags.add(Verdict.Flag.OVERDUE);
        }
        if (charged != null && said.taken() && returns.arrived() > charged.amount()) {
            flags.add(Verdict.Flag.RETURNED_MORE_THAN_CHARGED);
        }
        return flags;
    }

    private Verdict.Agreement agreement(Verdict.Kind kind, Verdict.Cause cause) {
        if (kind == DISAGREEMENT) {
            return Verdict.Agreement.SOURCES_DIFFER;
        }
        Set<Source> charge = EnumSet.noneOf(Source.class);
        Set<Source> noCharge = EnumSet.noneOf(Source.class);
        for (Fact f : payment.facts()) {
            switch (f.outcome()) {
                case APPROVED,
                        CAPTURED,
                        REVERSED,
                        VOIDED,
                        REFUNDED,
                        HELD,
                        RELEASED,
                        DEBITED,
                        CREDITED,
                        PAID,
                        REVOKED,
                        REFUNDING -> charge.add(f.source());
                case DECLINED -> {
                    switch (f.about()) {
                        case CHARGED, CHARGED_PART -> charge.add(f.source());
                        case NOT_CHARGED -> noCharge.add(f.source());
                        case AMBIGUOUS, RETURN_REFUSED -> {}
                    }
                }
                case NO_RECORD, CLOSED -> noCharge.add(f.source());
                case NO_ANSWER, SLIP_PRINTED, SLIP_FAILED, PAYING -> {}
            }
        }
        boolean silentBankRefuses = cause == NEVER_COMPLETED || kind == NOT_CHARGED && bankSilent;
        if (silentBankRefuses) {
            noCharge.add(Source.BANK);
        }
        charge.removeAll(noCharge);
        if (!charge.isEmpty() && !noCharge.isEmpty() && kind != NOT_CHARGED) {
            return Verdict.Agreement.SOURCES_DIFFER;
        }
        return charge.size() + noCharge.size() > 1 ? Verdict.Agreement.SOURCES_AGREE : Verdict.Agreement.ONE_SOURCE;
    }
}
