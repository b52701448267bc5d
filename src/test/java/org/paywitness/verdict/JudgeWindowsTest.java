package org.paywitness.verdict;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.paywitness.verdict.CardKind.CREDIT;
import static org.paywitness.verdict.CardKind.DEBIT;
import static org.paywitness.verdict.CardKind.PREPAID;
import static org.paywitness.verdict.CardKind.UNKNOWN;
import static org.paywitness.verdict.Facts.CNY_128;
import static org.paywitness.verdict.Facts.at;
import static org.paywitness.verdict.Facts.payment;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The boundaries of every window of Policy that the judge obeys: just before, exactly at, just after. */
class JudgeWindowsTest {
    private static final Duration MICRO = Duration.ofNanos(1000);

    @Test
    void preauthorizationIsFinalAtItsExpiry() {
        Facts held = payment().type(Payment.Type.PREAUTH).acquirer(Outcome.APPROVED, "12:00");
        Instant expiry = at("+30 12:00");
        assertFalse(held.judge(expiry.minus(MICRO)).isFinal());
        assertEquals(true, held.judge(expiry).isFinal());
        assertEquals(expiry, held.judge(expiry).finalBy());
        assertEquals(expiry, held.judge(expiry.plus(MICRO)).finalBy());
    }

    @Test
    void pendingWaitsForOneCutOffAfterTheOther() {
        Facts unknown = payment().card(CREDIT).terminal(Outcome.NO_ANSWER, "12:00");
        Instant reversed = at("12:15");
        Instant settled = at("+1 10:00");
        Instant posted = at("+3 12:00");
        assertEquals(reversed, unknown.judge(reversed.minus(MICRO)).finalBy());
        assertEquals(settled, unknown.judge(reversed).finalBy());
        assertEquals(settled, unknown.judge(settled.minus(MICRO)).finalBy());
        assertEquals(posted, unknown.judge(settled).finalBy());
        assertEquals(posted, unknown.judge(posted.minus(MICRO)).finalBy());
        assertEquals(at("+4 10:00"), unknown.judge(posted).finalBy());
        assertEquals(at("+5 10:00"), unknown.judge("+4 10:00").finalBy());
    }

    @Test
    void approvedWaitsForSettlementThenForTheNext() {
        Facts approved = payment().acquirer(Outcome.APPROVED, "12:00");
        Instant settled = at("+1 10:00");
        assertEquals(settled, approved.judge(settled.minus(MICRO)).finalBy());
        assertEquals(at("+2 10:00"), approved.judge(settled).finalBy());
        Facts lateAtNight = payment().occurred("23:59:59").acquirer(Outcome.APPROVED, "23:59:59");
        assertEquals(at("+1 10:00"), lateAtNight.judge("+1 00:00").finalBy());
        Facts pastMidnight = payment().occurred("+1 00:00").acquirer(Outcome.APPROVED, "+1 00:00");
        assertEquals(at("+2 10:00"), pastMidnight.judge("+1 00:01").finalBy());
    }

    @Test
    void silenceSpeaksFromTheEndOfThePostingWindow() {
        Map<CardKind, String> windows =
                Map.of(DEBIT, "+1 12:00", CREDIT, "+3 12:00", UNKNOWN, "+3 12:00", PREPAID, "+3 12:00");
        windows.forEach((kind, end) -> {
            Facts unknown = payment().card(kind).terminal(Outcome.NO_ANSWER, "12:00");
            assertEquals(
                    14,
                    unknown.bankCompleteThrough(at(end).minus(MICRO))
                            .judge("+5 12:00")
                            .row());
            assertEquals(
                    13, unknown.bankCompleteThrough(at(end)).judge("+5 12:00").row());
            Facts approved = payment().card(kind).acquirer(Outcome.APPROVED, "12:00");
            assertEquals(
                    11,
                    approved.bankCompleteThrough(at(end).minus(MICRO))
                            .judge("+5 12:00")
                            .row());
            assertEquals(
                    10, approved.bankCompleteThrough(at(end)).judge("+5 12:00").row());
        });
    }

    @Test
    void anyBankLineBreaksTheSilence() {
        Facts credited = payment().terminal(Outcome.NO_ANSWER, "12:00").bank(Outcome.CREDITED, "12:05");
        assertEquals(14, credited.bankComplete().judge("+5 12:00").row());
    }

    @Test
    void voidsAndReversalsArriveInOneDayOrThree() {
        for (Outcome back : new Outcome[] {Outcome.VOIDED, Outcome.REVERSED}) {
            arrivesBy("+1 12:30", taken(DEBIT).acquirer(back, "12:30"));
            arrivesBy("+3 12:30", taken(CREDIT).acquirer(back, "12:30"));
            arrivesBy("+3 12:30", taken(UNKNOWN).acquirer(back, "12:30"));
        }
    }

    @Test
    void refundsArriveInThreeDaysOrSeven() {
        arrivesBy("+3 12:30", taken(DEBIT).acquirer(Outcome.REFUNDED, "12:30"));
        arrivesBy("+7 12:30", taken(CREDIT).acquirer(Outcome.REFUNDED, "12:30"));
        arrivesBy("+7 12:30", taken(UNKNOWN).acquirer(Outcome.REFUNDED, "12:30"));
        arrivesBy("+3 13:00", taken(DEBIT).acquirer(Outcome.REFUNDED, "12:30").refunded(CNY_128, "13:00"));
    }

    @Test
    void walletsReturnToBalanceInMinutesToCardsInDays() {
        for (Outcome back : new Outcome[] {Outcome.REVOKED, Outcome.REFUNDING}) {
            arrivesBy("12:35", paid(PREPAID).wallet(back, "12:30"));
            arrivesBy("+3 12:30", paid(DEBIT).wallet(back, "12:30"));
            arrivesBy("+3 12:30", paid(CREDIT).wallet(back, "12:30"));
            arrivesBy("+3 12:30", paid(UNKNOWN).wallet(back, "12:30"));
        }
        arrivesBy("12:35", paid(PREPAID).refunded(CNY_128, "12:30"));
        arrivesBy("12:35", paid(PREPAID).acquirer(Outcome.REFUNDED, "12:30"));
    }

    @Test
    void aHoldIsGivenBackLikeAVoid() {
        Facts debit = payment().acquirer(Outcome.VOIDED, "12:30").bank(Outcome.HELD, "12:00");
        arrivesBy("+1 12:30", debit);
        arrivesBy("+3 12:30", debit.card(CREDIT));
    }

    @Test
    void aDebitWithoutSaleComesBackLikeAReversal() {
        Facts debited = payment().acquirer(Outcome.NO_RECORD, "12:30").bank(Outcome.DEBITED, "12:02");
        arrivesBy("+1 12:02", debited);
        arrivesBy("+3 12:02", debited.card(CREDIT));
    }

    private static void arrivesBy(String deadline, Facts facts) {
        Instant by = at(deadline);
        assertEquals(by, facts.judge("12:31").finalBy());
        assertFalse(facts.judge(by).flags().contains(Verdict.Flag.OVERDUE));
        Verdict late = facts.judge(by.plus(MICRO));
        assertEquals(true, late.flags().contains(Verdict.Flag.OVERDUE));
        assertEquals(by, late.finalBy());
        assertFalse(late.isFinal());
    }

    private static Facts taken(CardKind kind) {
        return payment().card(kind).acquirer(Outcome.CAPTURED, "12:00");
    }

    private static Facts paid(CardKind kind) {
        return payment().viaWallet().card(kind).wallet(Outcome.PAID, "12:00");
    }
}
