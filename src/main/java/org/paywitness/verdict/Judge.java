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

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.paywitness.money.Money;

/**
 * The decision table of domain.md ("The verdict") as code: the first row that fits wins. A pure function of the
 * payment, completeness, policy and now; no I/O and no clock of its own.
 */
public final class Judge {
    private final Payment payment;
    private final Policy policy;
    private final Instant now;
    private final Testimony said;
    private final boolean bankSilent;

    private Judge(Payment payment, Completeness completeness, Policy policy, Instant now) {
        this.payment = payment;
        this.policy = policy;
        this.now = now;
        this.said = new Testimony(payment.facts());
        // A wallet's own balance never passes through a bank: there, a bank's silence says nothing.
        boolean walletBalance = payment.viaWallet() && payment.cardKind() == CardKind.PREPAID;
        this.bankSilent = !walletBalance
                && completeness.reaches(Source.BANK, policy.postedBy(payment.occurredAt(), payment.cardKind()))
                && !said.any(f -> f.source() == Source.BANK);
    }

    /** The verdict at {@code now}; never null, never throws for well-formed facts in {@link Fact#IN_TIME} order. */
    public static Verdict verdict(Payment payment, Completeness completeness, Policy policy, Instant now) {
        Judge judge = new Judge(payment, completeness, policy, now);
        return judge.said.taken() ? judge.taken() : judge.neverTaken();
    }

    /** Whether another payment may still be the cause of a duplicate: taken, and not returned or being returned. */
    public static boolean keepsMoney(Payment payment, Policy policy) {
        Judge judge = new Judge(payment, Completeness.NONE, policy, payment.occurredAt());
        if (!judge.said.taken()) {
            return false;
        }
        Verdict.Kind kind = judge.taken().kind();
        return kind != RETURNED && kind != BEING_RETURNED;
    }

    // Rows 1 to 7: money was taken.
    private Verdict taken() {
        Money charged = firstKnown(said.takenAmount(), said.approvedAmount(), payment.amount());
        if (said.takenAmountsDiffer()) {
            return row(1, DISAGREEMENT, AMOUNT_MISMATCH, charged, Testimony::isTaking, false, null);
        }
        Returns returns = returns(charged);
        if (returns.any()) {
            return returning(charged, returns);
        }
        Fact debit = said.latest(f -> f.is(Source.BANK, Outcome.DEBITED));
        if (debit != null && said.acquirerRefuses()) {
            Fact refusal = said.acquirersWord();
            Predicate<Fact> because = f -> f == refusal || f.is(Source.BANK, Outcome.DEBITED);
            Instant backBy = debit.at().plus(reversalArrival());
            return row(5, DISAGREEMENT, DEBITED_WITHOUT_SALE, charged, because, false, backBy);
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
            return row(2, RETURNED, cause, charged, because, true, null);
        }
        if (returns.promisedAll()) {
            return row(3, BEING_RETURNED, cause, charged, because, false, arrivalDeadline());
        }
        boolean isFinal = !returns.untold() && returns.arrived() >= returns.promised();
        Instant finalBy = isFinal ? null : arrivalDeadline();
        return row(4, PARTLY_RETURNED, REFUNDED, charged, because, isFinal, finalBy);
    }

    // Rows 8 to 14: no source says that money was taken.
    private Verdict neverTaken() {
        Money nothing =
                payment.amount() == null ? null : Money.of(0, payment.amount().currency());
        Fact hold = said.standingHold();
        Fact back = said.takingBackAll();
        Fact released = hold == null ? said.released() : null;
        boolean refusedWithHold = hold != null && said.acquirerRefuses();
        if (back != null || ownVoid() != null || released != null || refusedWithHold) {
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
        Payment.OwnRefund ownVoid = ownVoid();
        Verdict.Cause cause =
                back != null ? causeOf(back) : ownVoid != null ? VOIDED : released != null ? RELEASED : REFUSED;
        Fact refusal = cause == REFUSED ? said.acquirersWord() : null;
        Fact voided = back == null && ownVoid != null ? said.approving() : null;
        Predicate<Fact> because = f -> f == back || f == hold || f == released || f == refusal || f == voided;
        if (hold != null) {
            Instant since = back != null ? back.at() : ownVoid != null ? ownVoid.succeededAt() : hold.at();
            return row(8, BEING_RETURNED, cause, nothing, because, false, since.plus(reversalArrival()));
        }
        boolean isFinal = said.released() != null || bankSilent;
        return row(8, NOT_CHARGED, cause, nothing, because, isFinal, isFinal ? null : nextBankData());
    }

    private Verdict approved(Fact approving, Money nothing) {
        Predicate<Fact> because = f -> f == approving;
        if (payment.type() == Payment.Type.PREAUTH) {
            Instant expiry = payment.occurredAt().plus(policy.preauthExpiry());
            return row(9, HELD, PREAUTHORIZED, nothing, because, !now.isBefore(expiry), expiry);
        }
        if (bankSilent) {
            return row(10, DISAGREEMENT, SALE_WITHOUT_DEBIT, nothing, because, false, null);
        }
        Instant settlement = policy.settlementOf(payment.occurredAt());
        Money amount = firstKnown(said.approvedAmount(), payment.amount());
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

    /**
     * What comes back beside what was taken, in minor units of the charged currency.
     *
     * @param untold whether something comes back and nobody says how much
     */
    private record Returns(long promised, long arrived, boolean promisedAll, boolean arrivedAll, boolean untold) {
        boolean any() {
            return promised > 0 || arrived > 0 || promisedAll || arrivedAll || untold;
        }
    }

    private Returns returns(Money charged) {
        boolean takenBack = said.takingBackAll() != null;
        if (charged == null) {
            boolean untold = said.any(f -> Testimony.isRefundPromise(f) || Testimony.isArrival(f));
            return new Returns(
                    0,
                    0,
                    takenBack,
                    false,
                    untold || payment.refunds().stream().anyMatch(refund -> !refund.takenBack()));
        }
        long whole = charged.amount();
        long promised = inCharged(charged, currency -> said.promised(currency, payment.refunds(), policy));
        long arrived = inCharged(charged, currency -> said.arrived(currency, policy));
        boolean promisedAll = takenBack || whole > 0 && promised >= whole;
        boolean arrivedAll = arrived >= whole && (whole > 0 || takenBack);
        return new Returns(
                promisedAll ? whole : promised, arrived, promisedAll, arrivedAll, said.returnsUntoldAmount());
    }

    // A converted payment is promised back in the currency of the sale: the same share of what was charged.
    private long inCharged(Money charged, ToLongFunction<String> amountIn) {
        long most = amountIn.applyAsLong(charged.currency());
        Money[] sales = {said.takenBy(Source.ACQUIRER), said.takenBy(Source.WALLET), payment.amount()};
        for (Money sale : sales) {
            if (sale != null && !sale.isZero() && !sale.currency().equals(charged.currency())) {
                BigInteger share = BigInteger.valueOf(amountIn.applyAsLong(sale.currency()))
                        .multiply(BigInteger.valueOf(charged.amount()))
                        .divide(BigInteger.valueOf(sale.amount()));
                most = Math.max(
                        most, share.min(BigInteger.valueOf(Long.MAX_VALUE)).longValue());
            }
        }
        return most;
    }

    private Verdict.Cause returnCause() {
        Fact back = said.takingBackAll();
        if (back != null) {
            return causeOf(back);
        }
        return ownVoid() == null ? REFUNDED : VOIDED;
    }

    /** Our void of the payment that the acquirer has carried out, unless approved anew later; or null. */
    private Payment.OwnRefund ownVoid() {
        if (!said.taken() && said.approving() == null) {
            return null;
        }
        for (Payment.OwnRefund refund : payment.refunds()) {
            if (refund.voided() && !refund.takenBack() && !said.approvedAfter(refund.succeededAt())) {
                return refund;
            }
        }
        return null;
    }

    private static Verdict.Cause causeOf(Fact back) {
        return back.outcome() == Outcome.REVERSED ? REVERSED : VOIDED;
    }

    private static Money firstKnown(Money... amounts) {
        for (Money amount : amounts) {
            if (amount != null) {
                return amount;
            }
        }
        return null;
    }

    // --- when -------------------------------------------------------------------------------------------------------

    private Instant arrivalDeadline() {
        Fact back = said.takingBackAll();
        Fact promise = back != null ? back : said.latest(Testimony::isRefundPromise);
        Instant since = promise != null ? promise.at() : payment.occurredAt();
        if (back == null) {
            for (Payment.OwnRefund refund : payment.refunds()) {
                boolean later = !refund.takenBack() && refund.succeededAt().isAfter(since);
                since = later ? refund.succeededAt() : since;
            }
        }
        if (payment.viaWallet() || promise != null && promise.source() == Source.WALLET) {
            return since.plus(policy.arrival(back != null, payment.cardKind(), true));
        }
        return since.plus(back != null || ownVoid() != null ? reversalArrival() : refundArrival());
    }

    private Duration reversalArrival() {
        return policy.arrival(true, payment.cardKind(), false);
    }

    private Duration refundArrival() {
        return policy.arrival(false, payment.cardKind(), false);
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
        Returns returns = returns(charged);
        List<Fact> deciding = said.all(because);
        boolean duplicate = kind == CHARGED_TWICE;
        boolean possible = kind == CHARGED && row == 7 && payment.earlier() != null;
        String code = null;
        for (Fact f : deciding) {
            code = f.outcome() == Outcome.DECLINED && !Testimony.isReturnRefused(f) ? f.responseCode() : code;
        }
        return new Verdict(
                row,
                kind,
                cause,
                isFinal,
                finalBy,
                agreement(kind),
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

    /** Of each source its latest stand on the charge; the silence of a complete bank stands behind "not charged". */
    private Verdict.Agreement agreement(Verdict.Kind kind) {
        if (kind == DISAGREEMENT) {
            return Verdict.Agreement.SOURCES_DIFFER;
        }
        int witnesses = kind == NOT_CHARGED && bankSilent ? 1 : 0;
        boolean charged = false;
        boolean notCharged = false;
        for (Source source : Source.values()) {
            Fact stand = said.standOf(source);
            if (stand != null) {
                witnesses++;
                charged |= Testimony.saysCharged(stand) || said.taken() && Testimony.saysGivenBack(stand);
                notCharged |= Testimony.saysNotCharged(stand);
            }
        }
        if (charged && notCharged) {
            return Verdict.Agreement.SOURCES_DIFFER;
        }
        return witnesses > 1 ? Verdict.Agreement.SOURCES_AGREE : Verdict.Agreement.ONE_SOURCE;
    }
}
