package org.paywitness.verdict;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.paywitness.verdict.Facts.CNY_128;
import static org.paywitness.verdict.Facts.at;
import static org.paywitness.verdict.Facts.cny;
import static org.paywitness.verdict.Facts.payment;
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
import static org.paywitness.verdict.Outcome.SLIP_PRINTED;
import static org.paywitness.verdict.Outcome.VOIDED;
import static org.paywitness.verdict.Verdict.Agreement.ONE_SOURCE;
import static org.paywitness.verdict.Verdict.Agreement.SOURCES_AGREE;
import static org.paywitness.verdict.Verdict.Agreement.SOURCES_DIFFER;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.paywitness.money.Money;
import org.paywitness.verdict.Verdict.Cause;
import org.paywitness.verdict.Verdict.Kind;

/** Every row of domain.md's table with its causes and its precedence over the next; windows are in JudgeWindowsTest. */
class JudgeTableTest {
    private static final Money NOTHING = cny(0);

    // A void of our own is a void: before the acquirer itself tells of it, and in every row that a void decides.

    @Test
    void ownVoidOfWhatWasTakenIsOnItsWayBackAsAVoidIs() {
        Verdict v = payment()
                .acquirer(CAPTURED, "12:01")
                .bank(DEBITED, "12:02")
                .voidedByUs("13:00")
                .judge("14:00");
        expect(v, 3, Kind.BEING_RETURNED, Cause.VOIDED, false, at("+1 13:00"));
        amounts(v, CNY_128, NOTHING, CNY_128);
    }

    @Test
    void ownVoidBeforeAnythingWasTakenLeavesNothingCharged() {
        Verdict v = payment().acquirer(APPROVED, "12:01").voidedByUs("13:00").judge("14:00");
        assertEquals(8, v.row());
        assertEquals(Kind.NOT_CHARGED, v.kind());
        assertEquals(Cause.VOIDED, v.cause());
        because(v, APPROVED);
        Verdict held = payment()
                .acquirer(APPROVED, "12:01")
                .bank(HELD, "12:02")
                .voidedByUs("13:00")
                .judge("14:00");
        expect(held, 8, Kind.BEING_RETURNED, Cause.VOIDED, false, at("+1 13:00"));
    }

    @Test
    void approvalAfterAnOwnVoidIsANewCharge() {
        Verdict v = payment()
                .acquirer(APPROVED, "12:01")
                .voidedByUs("13:00")
                .acquirer(APPROVED, "13:30")
                .judge("14:00");
        assertEquals(Kind.CHARGED, v.kind());
    }

    // Row 1: the sources that say money was taken give different amounts.

    @Test
    void differentAmountsInOneCurrencyAreADisagreement() {
        Verdict v = payment()
                .terminal(APPROVED, "12:00")
                .acquirer(CAPTURED, "12:01", cny(118_00))
                .bank(DEBITED, "12:02")
                .judge("12:10");
        expect(v, 1, Kind.DISAGREEMENT, Cause.AMOUNT_MISMATCH, false, null);
        amounts(v, CNY_128, NOTHING, NOTHING);
        because(v, CAPTURED, DEBITED);
        assertEquals(SOURCES_DIFFER, v.agreement());
    }

    @Test
    void walletDiffersFromBankOrAcquirer() {
        Facts bank = payment().wallet(PAID, "12:00").bank(DEBITED, "12:01", cny(1));
        Facts acquirer = payment().wallet(PAID, "12:00").acquirer(CAPTURED, "12:01", cny(1));
        expect(bank.judge("12:10"), 1, Kind.DISAGREEMENT, Cause.AMOUNT_MISMATCH, false, null);
        expect(acquirer.judge("12:10"), 1, Kind.DISAGREEMENT, Cause.AMOUNT_MISMATCH, false, null);
    }

    @Test
    void twoEqualDebitsOfOneStatementAreTwoBookings() {
        Verdict v = payment()
                .acquirer(CAPTURED, "12:01")
                .inFile("stm_1")
                .bank(DEBITED, "00:00")
                .bank(DEBITED, "00:00")
                .judge("12:10");
        expect(v, 1, Kind.DISAGREEMENT, Cause.AMOUNT_MISMATCH, false, null);
        amounts(v, cny(256_00), NOTHING, NOTHING);
    }

    @Test
    void theSameDebitToldByTwoFeedsIsOne() {
        Facts told = payment().acquirer(CAPTURED, "12:01").bank(DEBITED, "12:02");
        Verdict v = told.inFile("stm_1").bank(DEBITED, "12:03").judge("12:10");
        expect(v, 7, Kind.CHARGED, Cause.SETTLED, true, null);
        amounts(v, CNY_128, NOTHING, NOTHING);
    }

    @Test
    void ofTwoFilesOfOneDayTheOneThatTellsMostCounts() {
        for (String first : List.of("stm_1", "stm_2")) {
            Facts told = payment().inFile(first).bank(DEBITED, "00:00").bank(DEBITED, "00:00");
            String second = first.equals("stm_1") ? "stm_2" : "stm_1";
            Verdict v = told.inFile(second).bank(DEBITED, "00:00").judge("12:10");
            assertEquals(cny(256_00), v.charged());
        }
    }

    @Test
    void theLatestStatementOfASourceCounts() {
        Verdict v = payment()
                .acquirer(CAPTURED, "12:01")
                .bank(DEBITED, "12:02", cny(1_28))
                .bank(DEBITED, "12:05")
                .judge("12:10");
        expect(v, 7, Kind.CHARGED, Cause.SETTLED, true, null);
    }

    @Test
    void mismatchOutranksReturn() {
        Verdict v = payment()
                .acquirer(CAPTURED, "12:01", cny(118_00))
                .bank(DEBITED, "12:02")
                .bank(CREDITED, "+1 12:00")
                .judge("+2 12:00");
        expect(v, 1, Kind.DISAGREEMENT, Cause.AMOUNT_MISMATCH, false, null);
        amounts(v, CNY_128, CNY_128, NOTHING);
    }

    // Row 2: what was taken has come back.

    @Test
    void reversedAndCreditedIsReturned() {
        Verdict v = takenThen(REVERSED).bank(CREDITED, "+1 09:00").judge("+1 10:00");
        expect(v, 2, Kind.RETURNED, Cause.REVERSED, true, null);
        amounts(v, CNY_128, CNY_128, CNY_128);
        because(v, CAPTURED, DEBITED, REVERSED, CREDITED);
        assertEquals(SOURCES_AGREE, v.agreement());
        assertEquals(NOTHING, v.net());
    }

    @Test
    void causeOfAReturnIsWhatWasSeen() {
        assertEquals(
                Cause.VOIDED,
                takenThen(VOIDED).bank(CREDITED, "+1 09:00").judge("+2 10:00").cause());
        assertEquals(
                Cause.REFUNDED,
                takenThen(REFUNDED).bank(CREDITED, "+1 09:00").judge("+2 10:00").cause());
        Verdict revoked = payment()
                .wallet(PAID, "12:00")
                .wallet(REVOKED, "12:05")
                .wallet(REFUNDED, "12:06")
                .judge("12:10");
        expect(revoked, 2, Kind.RETURNED, Cause.VOIDED, true, null);
    }

    @Test
    void moreThanTakenIsClampedAndFlagged() {
        Verdict v = takenThen(REFUNDED).bank(CREDITED, "+1 09:00", cny(200_00)).judge("+1 10:00");
        expect(v, 2, Kind.RETURNED, Cause.REFUNDED, true, null);
        amounts(v, CNY_128, CNY_128, CNY_128);
        assertEquals(Set.of(Verdict.Flag.RETURNED_MORE_THAN_CHARGED), v.flags());
    }

    @Test
    void oneCreditToldByFeedAndFileArrivesOnce() {
        Facts told = takenThen(VOIDED).bank(CREDITED, "+1 09:00", cny(64_00)).inFile("stm_1");
        Verdict once = told.bank(CREDITED, "+1 00:00", cny(64_00)).judge("+1 10:00");
        expect(once, 3, Kind.BEING_RETURNED, Cause.VOIDED, false, at("+1 12:05"));
        amounts(once, CNY_128, cny(64_00), CNY_128);
        Verdict twice = told.bank(CREDITED, "+1 00:00", cny(64_00)).judge("+1 10:00");
        expect(twice, 2, Kind.RETURNED, Cause.VOIDED, true, null);
    }

    @Test
    void aSaleOfNothingIsNotReturned() {
        Verdict v = payment().amount(NOTHING).acquirer(CAPTURED, "12:01").judge("12:10");
        expect(v, 7, Kind.CHARGED, Cause.SETTLED, true, null);
    }

    // Row 3: all of it is promised, not all has arrived.

    @Test
    void promisedWholeIsBeingReturned() {
        Verdict v = takenThen(VOIDED).judge("12:10");
        expect(v, 3, Kind.BEING_RETURNED, Cause.VOIDED, false, at("+1 12:05"));
        amounts(v, CNY_128, NOTHING, CNY_128);
        because(v, CAPTURED, DEBITED, VOIDED);
    }

    @Test
    void wholeRefundIsBeingReturned() {
        expect(takenThen(REFUNDED).judge("12:10"), 3, Kind.BEING_RETURNED, Cause.REFUNDED, false, at("+3 12:05"));
        Verdict ours = taken().refunded(CNY_128, "13:00").judge("14:00");
        expect(ours, 3, Kind.BEING_RETURNED, Cause.REFUNDED, false, at("+3 13:00"));
    }

    @Test
    void oneRefundToldByAllCountsOnce() {
        Verdict v = taken().refunded(cny(64_00), "13:00")
                .acquirer(REFUNDED, "13:00", cny(64_00))
                .wallet(REFUNDING, "13:00", cny(64_00))
                .judge("14:00");
        assertEquals(Kind.PARTLY_RETURNED, v.kind());
        assertEquals(cny(64_00), v.promised());
    }

    @Test
    void oneRefundToldByLineAndFileCountsOnce() {
        Facts told = taken().acquirer(REFUNDED, "13:00", cny(64_00)).inFile("stm_2");
        Verdict v = told.acquirer(REFUNDED, "13:00", cny(64_00)).judge("14:00");
        assertEquals(cny(64_00), v.promised());
        assertEquals(
                CNY_128,
                told.acquirer(REFUNDED, "13:00", cny(64_00)).judge("14:00").promised());
    }

    @Test
    void voidAfterANewApprovalStands() {
        Facts anew = payment()
                .acquirer(APPROVED, "12:00")
                .acquirer(REVERSED, "12:01")
                .acquirer(APPROVED, "12:02");
        expect(anew.judge("12:10"), 11, Kind.CHARGED, Cause.APPROVED, false, at("+1 10:00"));
        Verdict voided = anew.acquirer(VOIDED, "12:05").judge("12:10");
        expect(voided, 8, Kind.NOT_CHARGED, Cause.VOIDED, false, at("+1 12:00"));
    }

    // Row 4: a part is promised or has arrived.

    @Test
    void partPromisedIsPartlyReturnedUntilItArrives() {
        Facts part = taken().acquirer(REFUNDED, "12:05", cny(28_00));
        Verdict before = part.judge("12:10");
        expect(before, 4, Kind.PARTLY_RETURNED, Cause.REFUNDED, false, at("+3 12:05"));
        amounts(before, CNY_128, NOTHING, cny(28_00));
        Verdict after = part.bank(CREDITED, "+2 12:00", cny(28_00)).judge("+2 13:00");
        expect(after, 4, Kind.PARTLY_RETURNED, Cause.REFUNDED, true, null);
        amounts(after, CNY_128, cny(28_00), cny(28_00));
        because(after, CAPTURED, DEBITED, REFUNDED, CREDITED);
        assertEquals(cny(100_00), after.net());
    }

    @Test
    void aPartThatArrivedUnannouncedIsFinal() {
        Verdict v = taken().bank(CREDITED, "+1 12:00", cny(28_00)).judge("+1 13:00");
        expect(v, 4, Kind.PARTLY_RETURNED, Cause.REFUNDED, true, null);
    }

    @Test
    void aRefundOfUntoldAmountIsNotOverlooked() {
        Verdict v = taken().acquirer(REFUNDED, "12:05", (Money) null).judge("12:10");
        expect(v, 4, Kind.PARTLY_RETURNED, Cause.REFUNDED, false, at("+3 12:05"));
        Verdict nothingKnown = payment()
                .amount(null)
                .acquirer(CAPTURED, "12:00")
                .acquirer(REFUNDED, "12:05")
                .judge("12:10");
        expect(nothingKnown, 4, Kind.PARTLY_RETURNED, Cause.REFUNDED, false, at("+3 12:05"));
        assertNull(nothingKnown.net());
    }

    @Test
    void partlyReturnedOutranksDebitWithoutSale() {
        Facts debited = payment().acquirer(DECLINED, "51", "12:00").bank(DEBITED, "12:02");
        assertEquals(
                4, debited.bank(CREDITED, "+1 12:00", cny(1)).judge("+1 13:00").row());
    }

    // Row 5: debited, and the acquirer knows of no sale.

    @Test
    void debitedWithoutSaleMustComeBack() {
        Verdict v = payment()
                .terminal(DECLINED, "51", "12:00")
                .acquirer(DECLINED, "51", "12:00")
                .bank(DEBITED, "12:02")
                .judge("12:10");
        expect(v, 5, Kind.DISAGREEMENT, Cause.DEBITED_WITHOUT_SALE, false, at("+1 12:02"));
        amounts(v, CNY_128, NOTHING, NOTHING);
        because(v, DECLINED, DEBITED);
        assertEquals("51", v.responseCode());
    }

    @Test
    void noRecordAtTheAcquirerIsNoSale() {
        Facts debited = payment().acquirer(NO_RECORD, "12:05").bank(DEBITED, "12:02");
        expect(debited.judge("12:10"), 5, Kind.DISAGREEMENT, Cause.DEBITED_WITHOUT_SALE, false, at("+1 12:02"));
    }

    @Test
    void onlyTheAcquirersLatestWordDenies() {
        Facts approvedLater = payment()
                .acquirer(DECLINED, "51", "12:00")
                .acquirer(APPROVED, "12:01")
                .bank(DEBITED, "12:02");
        expect(approvedLater.judge("12:10"), 7, Kind.CHARGED, Cause.SETTLED, true, null);
        assertEquals(SOURCES_AGREE, approvedLater.judge("12:10").agreement());
        Facts terminalOnly = payment().terminal(DECLINED, "51", "12:00").bank(DEBITED, "12:02");
        expect(terminalOnly.judge("12:10"), 7, Kind.CHARGED, Cause.SETTLED, true, null);
        assertEquals(SOURCES_DIFFER, terminalOnly.judge("12:10").agreement());
    }

    @Test
    void debitWithoutSaleOutranksDuplicate() {
        Facts debited = payment().acquirer(NO_RECORD, "12:05").bank(DEBITED, "12:02");
        assertEquals(5, debited.earlier("txn_1", true).judge("12:10").row());
    }

    // Rows 6 and 7: taken.

    @Test
    void aRetryIsChargedTwice() {
        Verdict v = taken().earlier("txn_1", true).judge("12:10");
        expect(v, 6, Kind.CHARGED_TWICE, Cause.DUPLICATE, false, at("+3 10:00"));
        assertEquals("txn_1", v.duplicateOf());
        assertNull(v.possibleDuplicateOf());
        amounts(v, CNY_128, NOTHING, NOTHING);
        because(v, CAPTURED, DEBITED);
    }

    @Test
    void twoHonestPurchasesAreLeftAlone() {
        Verdict v = taken().earlier("txn_1", false).judge("12:10");
        expect(v, 7, Kind.CHARGED, Cause.SETTLED, true, null);
        assertNull(v.duplicateOf());
        assertEquals("txn_1", v.possibleDuplicateOf());
    }

    @Test
    void anyOfThreeSourcesSettles() {
        List<Facts> ways = List.of(
                payment().acquirer(CAPTURED, "12:01"),
                payment().bank(DEBITED, "12:01"),
                payment().wallet(PAID, "12:01"));
        for (Facts way : ways) {
            Verdict v = way.judge("12:10");
            expect(v, 7, Kind.CHARGED, Cause.SETTLED, true, null);
            amounts(v, CNY_128, NOTHING, NOTHING);
            assertEquals(ONE_SOURCE, v.agreement());
        }
    }

    @Test
    void aPreauthorizationThatWasTakenIsCharged() {
        Facts completed = taken().type(Payment.Type.PREAUTH).bank(HELD, "12:00");
        expect(completed.judge("12:10"), 7, Kind.CHARGED, Cause.SETTLED, true, null);
    }

    // Row 8: approved or held, and taken back before it was taken.

    @Test
    void approvedThenTakenBackWasNotCharged() {
        Facts reversed = approved().acquirer(REVERSED, "12:01");
        expect(reversed.judge("12:10"), 8, Kind.NOT_CHARGED, Cause.REVERSED, false, at("+1 12:00"));
        amounts(reversed.judge("12:10"), NOTHING, NOTHING, NOTHING);
        because(reversed.judge("12:10"), REVERSED);
        expect(reversed.bankComplete().judge("12:10"), 8, Kind.NOT_CHARGED, Cause.REVERSED, true, null);
        Facts voided = approved().terminal(VOIDED, "12:01");
        expect(voided.judge("12:10"), 8, Kind.NOT_CHARGED, Cause.VOIDED, false, at("+1 12:00"));
    }

    @Test
    void aReleasedHoldIsFinal() {
        Facts released = approved().bank(HELD, "12:00").bank(RELEASED, "12:30");
        expect(released.judge("12:40"), 8, Kind.NOT_CHARGED, Cause.RELEASED, true, null);
        because(released.judge("12:40"), RELEASED);
        Facts voided = released.acquirer(VOIDED, "12:20");
        expect(voided.judge("12:40"), 8, Kind.NOT_CHARGED, Cause.VOIDED, true, null);
        assertEquals(SOURCES_AGREE, voided.judge("12:40").agreement());
    }

    @Test
    void aHoldThatStandsIsBeingReturned() {
        Facts held = approved().bank(HELD, "12:00").acquirer(VOIDED, "12:20");
        Verdict v = held.judge("12:40");
        expect(v, 8, Kind.BEING_RETURNED, Cause.VOIDED, false, at("+1 12:20"));
        because(v, HELD, VOIDED);
    }

    @Test
    void refusedWithAHoldIsBeingReturned() {
        Facts held = payment()
                .terminal(DECLINED, "55", "12:00")
                .acquirer(DECLINED, "51", "12:01")
                .bank(HELD, "12:02");
        Verdict v = held.judge("12:40");
        expect(v, 8, Kind.BEING_RETURNED, Cause.REFUSED, false, at("+1 12:02"));
        because(v, DECLINED, HELD);
        assertEquals("51", v.responseCode());
        assertEquals(SOURCES_DIFFER, v.agreement());
    }

    @Test
    void takenBackOutranksHeldApprovedAndRefused() {
        assertEquals(
                8,
                approved()
                        .type(Payment.Type.PREAUTH)
                        .acquirer(VOIDED, "12:20")
                        .judge("12:30")
                        .row());
        assertEquals(
                8,
                payment()
                        .terminal(APPROVED, "12:00")
                        .acquirer(REVERSED, "12:01")
                        .judge("12:30")
                        .row());
        assertEquals(
                8,
                payment()
                        .terminal(DECLINED, "51", "12:05")
                        .acquirer(REVERSED, "12:01")
                        .judge("12:30")
                        .row());
    }

    // Rows 9 to 11: approved.

    @Test
    void anApprovedPreauthorizationIsHeld() {
        Verdict v = approved().type(Payment.Type.PREAUTH).bank(HELD, "12:00").judge("12:10");
        expect(v, 9, Kind.HELD, Cause.PREAUTHORIZED, false, at("+30 12:00"));
        amounts(v, NOTHING, NOTHING, NOTHING);
        because(v, APPROVED);
    }

    @Test
    void heldOutranksSilence() {
        Facts silent = approved().type(Payment.Type.PREAUTH).bankComplete();
        expect(silent.judge("+11 12:00"), 9, Kind.HELD, Cause.PREAUTHORIZED, false, at("+30 12:00"));
    }

    @Test
    void approvedAndBankSilentIsADisagreement() {
        Verdict v = approved().bankComplete().judge("+11 12:00");
        expect(v, 10, Kind.DISAGREEMENT, Cause.SALE_WITHOUT_DEBIT, false, null);
        assertEquals(SOURCES_DIFFER, v.agreement());
        because(v, APPROVED);
        amounts(v, NOTHING, NOTHING, NOTHING);
    }

    @Test
    void approvedIsChargedUntilSettled() {
        Verdict v = payment()
                .acquirer(APPROVED, "12:00")
                .terminal(APPROVED, "12:00")
                .judge("12:10");
        expect(v, 11, Kind.CHARGED, Cause.APPROVED, false, at("+1 10:00"));
        amounts(v, CNY_128, NOTHING, NOTHING);
        assertEquals(SOURCES_AGREE, v.agreement());
    }

    @Test
    void terminalOrHoldApprovesWhereTheAcquirerIsSilent() {
        expect(
                payment().terminal(APPROVED, "12:00").judge("12:10"),
                11,
                Kind.CHARGED,
                Cause.APPROVED,
                false,
                at("+1 10:00"));
        Facts held = payment().terminal(NO_ANSWER, "12:00").bank(HELD, "12:00");
        expect(held.judge("12:10"), 11, Kind.CHARGED, Cause.APPROVED, false, at("+1 10:00"));
        because(held.judge("12:10"), HELD);
    }

    @Test
    void aStandingHoldOutranksTheTerminalsRefusal() {
        Verdict v =
                payment().terminal(DECLINED, "51", "12:00").bank(HELD, "12:01").judge("12:10");
        expect(v, 11, Kind.CHARGED, Cause.APPROVED, false, at("+1 10:00"));
        assertEquals(SOURCES_DIFFER, v.agreement());
    }

    @Test
    void partialApprovalChargesTheApprovedPart() {
        Money part = cny(100_00);
        Facts approved = payment().says(Source.ACQUIRER, APPROVED, "10", at("12:00"), part);
        assertEquals(part, approved.judge("12:10").charged());
        Facts declined = payment().says(Source.ACQUIRER, DECLINED, "10", at("12:00"), part);
        expect(declined.judge("12:10"), 11, Kind.CHARGED, Cause.APPROVED, false, at("+1 10:00"));
        assertEquals(part, declined.judge("12:10").charged());
        Facts captured = approved.acquirer(CAPTURED, "23:00", (Money) null);
        expect(captured.judge("23:10"), 7, Kind.CHARGED, Cause.SETTLED, true, null);
        assertEquals(part, captured.judge("23:10").charged());
    }

    // Row 12: refused.

    @Test
    void refusedByTheAcquirerIsFinal() {
        Verdict v = payment()
                .terminal(APPROVED, "12:00")
                .acquirer(DECLINED, "51", "12:00")
                .judge("12:10");
        expect(v, 12, Kind.NOT_CHARGED, Cause.REFUSED, true, null);
        amounts(v, NOTHING, NOTHING, NOTHING);
        assertEquals("51", v.responseCode());
        assertEquals(SOURCES_DIFFER, v.agreement());
        because(v, DECLINED);
    }

    @Test
    void noRecordAndClosedAreFinal() {
        expect(
                payment().acquirer(NO_RECORD, "12:05").judge("12:10"),
                12,
                Kind.NOT_CHARGED,
                Cause.NEVER_RECORDED,
                true,
                null);
        Facts closed = payment().wallet(PAYING, "12:00").wallet(CLOSED, "12:05");
        expect(closed.judge("12:10"), 12, Kind.NOT_CHARGED, Cause.CLOSED, true, null);
    }

    @Test
    void refusedByTheTerminalAloneWaitsForTheBank() {
        Facts declined = payment().terminal(DECLINED, "54", "12:00");
        expect(declined.judge("12:10"), 12, Kind.NOT_CHARGED, Cause.REFUSED, false, at("+1 12:00"));
        assertEquals(ONE_SOURCE, declined.judge("12:10").agreement());
        declined.bankComplete();
        expect(declined.judge("12:10"), 12, Kind.NOT_CHARGED, Cause.REFUSED, true, null);
        assertEquals(SOURCES_AGREE, declined.judge("12:10").agreement());
        assertEquals("54", declined.judge("12:10").responseCode());
    }

    // Rows 13 and 14: unknown.

    @Test
    void unknownAndBankSilentNeverCompleted() {
        Verdict v = payment().terminal(NO_ANSWER, "12:00").bankComplete().judge("+11 12:00");
        expect(v, 13, Kind.NOT_CHARGED, Cause.NEVER_COMPLETED, true, null);
        amounts(v, NOTHING, NOTHING, NOTHING);
        because(v, NO_ANSWER);
    }

    @Test
    void aBanksSilenceSaysNothingOfAWalletsBalance() {
        Facts paying = payment()
                .viaWallet()
                .card(CardKind.PREPAID)
                .wallet(PAYING, "12:00")
                .bankComplete();
        expect(paying.judge("12:10"), 14, Kind.PENDING, Cause.IN_PROGRESS, false, at("12:15"));
        assertEquals(13, paying.card(CardKind.DEBIT).judge("12:10").row());
    }

    @Test
    void unknownIsPending() {
        expect(
                payment().terminal(NO_ANSWER, "12:00").judge("12:10"),
                14,
                Kind.PENDING,
                Cause.NO_ANSWER,
                false,
                at("12:15"));
        expect(
                payment().wallet(PAYING, "12:00").judge("12:10"),
                14,
                Kind.PENDING,
                Cause.IN_PROGRESS,
                false,
                at("12:15"));
        Facts inProgress = payment().terminal(DECLINED, "09", "12:00");
        expect(inProgress.judge("12:10"), 14, Kind.PENDING, Cause.IN_PROGRESS, false, at("12:15"));
        expect(payment().judge("12:10"), 14, Kind.PENDING, Cause.NO_ANSWER, false, at("12:15"));
    }

    @Test
    void aSlipAloneOrADeclineWithoutCodeSaysNothing() {
        assertEquals(
                14, payment().terminal(SLIP_PRINTED, "12:00").judge("12:10").row());
        assertEquals(14, payment().terminal(DECLINED, "12:00").judge("12:10").row());
    }

    // Response codes.

    @Test
    void everyResponseCodeSaysWhatItsCategoryMeans() {
        for (ResponseCode code : ResponseCode.all()) {
            Kind terminal = payment()
                    .terminal(DECLINED, code.code(), "12:00")
                    .judge("12:10")
                    .kind();
            Kind acquirer = payment()
                    .acquirer(DECLINED, code.code(), "12:00")
                    .judge("12:10")
                    .kind();
            Kind afterApproval = approved()
                    .acquirer(DECLINED, code.code(), "12:05")
                    .judge("12:10")
                    .kind();
            Kind expected =
                    switch (code.money()) {
                        case CHARGED, CHARGED_PART -> Kind.CHARGED;
                        case NOT_CHARGED -> Kind.NOT_CHARGED;
                        case AMBIGUOUS, RETURN_REFUSED -> Kind.PENDING;
                    };
            assertEquals(expected, terminal, code.code());
            assertEquals(expected, acquirer, code.code());
            assertEquals(expected == Kind.PENDING ? Kind.CHARGED : expected, afterApproval, code.code());
        }
    }

    @Test
    void anUnlistedCodePromisesNothing() {
        assertEquals(
                14, payment().acquirer(DECLINED, "ZZ", "12:00").judge("12:10").row());
    }

    @Test
    void aRefusedReturnLeavesTheChargeAlone() {
        Verdict v = payment()
                .terminal(APPROVED, "12:00")
                .terminal(DECLINED, "25", "12:05")
                .judge("12:10");
        expect(v, 11, Kind.CHARGED, Cause.APPROVED, false, at("+1 10:00"));
        assertNull(v.responseCode());
    }

    // Currencies.

    @Test
    void currenciesWithNoneAndThreeDecimals() {
        Money yen = Money.of(1280, "JPY");
        Facts inYen = payment().amount(yen).bank(DEBITED, "12:00").bank(CREDITED, "+1 12:00", Money.of(280, "JPY"));
        assertEquals(Money.of(1000, "JPY"), inYen.judge("+1 13:00").net());
        Money dinar = Money.of(12_805, "KWD");
        Facts inDinar = payment().amount(dinar).acquirer(CAPTURED, "12:00").acquirer(VOIDED, "12:01");
        amounts(inDinar.judge("12:10"), dinar, Money.of(0, "KWD"), dinar);
    }

    @Test
    void aConvertedPaymentDoesNotDiffer() {
        expect(converted().judge("12:10"), 7, Kind.CHARGED, Cause.SETTLED, true, null);
        assertEquals(CNY_128, converted().judge("12:10").charged());
    }

    @Test
    void aConvertedPaymentReturnsItsShare() {
        Verdict whole =
                converted().acquirer(REFUNDED, "13:00", Money.of(17_80, "USD")).judge("14:00");
        expect(whole, 3, Kind.BEING_RETURNED, Cause.REFUNDED, false, at("+3 13:00"));
        Facts half = converted().acquirer(REFUNDED, "13:00", Money.of(8_90, "USD"));
        expect(half.judge("14:00"), 4, Kind.PARTLY_RETURNED, Cause.REFUNDED, false, at("+3 13:00"));
        amounts(half.judge("14:00"), CNY_128, NOTHING, cny(64_00));
        Verdict arrived = half.bank(CREDITED, "+1 13:00", cny(64_00)).judge("+1 14:00");
        expect(arrived, 4, Kind.PARTLY_RETURNED, Cause.REFUNDED, true, null);
    }

    // Whether the other payment still has the money.

    @Test
    void keepsMoneyUntilItIsOnItsWayBack() {
        assertTrue(taken().keepsMoney());
        assertTrue(taken().acquirer(REFUNDED, "12:05", cny(1)).keepsMoney());
        assertFalse(takenThen(VOIDED).keepsMoney());
        assertFalse(takenThen(REFUNDED).bank(CREDITED, "+1 12:00").keepsMoney());
        assertFalse(approved().keepsMoney());
    }

    @Test
    void endedUnclearIsAReasonToTryAgain() {
        assertTrue(unclear(payment().terminal(APPROVED, "12:00").terminal(Outcome.SLIP_FAILED, "12:00")));
        assertTrue(unclear(payment().terminal(NO_ANSWER, "12:00").acquirer(APPROVED, "12:00")));
        assertTrue(unclear(payment().terminal(DECLINED, "98", "12:00")));
        assertTrue(unclear(payment().acquirer(DECLINED, "96", "12:00")));
        assertTrue(unclear(payment().terminal(NO_ANSWER, "12:00").terminal(DECLINED, "25", "12:01")));
        assertFalse(unclear(payment().terminal(APPROVED, "12:00").terminal(SLIP_PRINTED, "12:00")));
        assertFalse(unclear(payment().terminal(DECLINED, "51", "12:00")));
    }

    private static boolean unclear(Facts facts) {
        return new Testimony(facts.build().facts()).endedUnclear();
    }

    private static Facts approved() {
        return payment().acquirer(APPROVED, "12:00");
    }

    private static Facts taken() {
        return payment().acquirer(CAPTURED, "12:00").bank(DEBITED, "12:02");
    }

    private static Facts takenThen(Outcome acquirersReturn) {
        return taken().acquirer(acquirersReturn, "12:05");
    }

    /** $17.80 captured, ¥128.00 debited. */
    private static Facts converted() {
        return payment().acquirer(CAPTURED, "12:01", Money.of(17_80, "USD")).bank(DEBITED, "12:02");
    }

    static void expect(Verdict v, int row, Kind kind, Cause cause, boolean isFinal, Instant finalBy) {
        assertEquals(row, v.row());
        assertEquals(kind, v.kind());
        assertEquals(cause, v.cause());
        assertEquals(isFinal, v.isFinal());
        assertEquals(finalBy, v.finalBy());
    }

    private static void amounts(Verdict v, Money charged, Money returned, Money promised) {
        assertEquals(charged, v.charged());
        assertEquals(returned, v.returned());
        assertEquals(promised, v.promised());
    }

    private static void because(Verdict v, Outcome... inTime) {
        assertEquals(List.of(inTime), v.because().stream().map(Fact::outcome).toList());
    }
}
