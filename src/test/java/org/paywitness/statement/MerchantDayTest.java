package org.paywitness.statement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.paywitness.money.Money;
import org.paywitness.observation.Observation;
import org.paywitness.observation.Observation.SlipProblem;
import org.paywitness.statement.StatementReader.Context;
import org.paywitness.verdict.CardKind;
import org.paywitness.verdict.Outcome;
import org.paywitness.verdict.Source;

/** One merchant's day as five sources file it: what the files say is what comes out. */
class MerchantDayTest {
    private static final Instant MIDNIGHT_AFTER = Instant.parse("2026-11-10T16:00:00Z");

    private static byte[] file(Format format) {
        return Heard.fixture("merchant-day/"
                + switch (format) {
                    case POS_JOURNAL -> "pos-journal.csv";
                    case ACQUIRER_SETTLEMENT -> "acquirer-settlement.csv";
                    case CAMT -> "bank-camt053.xml";
                    case WECHAT_TRADE_BILL -> "wechat-trade-bill.csv";
                    case ALIPAY_TRADE_BILL -> "alipay-trade-bill.csv";
                });
    }

    private static Heard read(Format format) {
        return Heard.from(format, file(format), Heard.OF_M0001);
    }

    @ParameterizedTest
    @CsvSource({
        "pos,POS_JOURNAL",
        "acquirer,ACQUIRER_SETTLEMENT",
        "bank,CAMT",
        "wechat,WECHAT_TRADE_BILL",
        "alipay,ALIPAY_TRADE_BILL"
    })
    void everyRowIsTold(String name, Format format) throws IOException {
        JsonNode expected = new ObjectMapper().readTree(Heard.fixture("merchant-day/expected.json"));
        Heard heard = read(format);
        assertNull(heard.problem);
        assertEquals(List.of(), heard.refusals);
        assertEquals(expected.path("rows").path(name).asInt(), heard.rowCount);
        assertEquals(1, heard.complete.size());
        assertEquals("M0001", heard.complete.get(0).merchant());
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void isRecognisedByContent(Format format) {
        assertEquals(format, Format.recognise(file(format)));
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void sameFileTwiceGivesTheSameReferencesAndNoneTwice(Format format) {
        List<String> once = read(format).refs();
        Heard again = Heard.from(format, file(format), new Context("stm_2", "M0001", Heard.SHANGHAI, Heard.NOW));
        assertEquals(once, again.refs());
        assertEquals(once.size(), new HashSet<>(once).size());
        assertTrue(again.observations.stream().allMatch(o -> o.statement().equals("stm_2")));
    }

    @Test
    void aTerminalsRowTellsTheOutcomeAndTheSlip() {
        Heard pos = read(Format.POS_JOURNAL);
        List<Observation> paperOut = pos.observations.stream()
                .filter(o -> "263140000013".equals(o.subject().rrn()))
                .toList();
        assertEquals(
                List.of(Outcome.APPROVED, Outcome.SLIP_FAILED),
                paperOut.stream().map(Observation::outcome).toList());
        assertEquals(SlipProblem.PAPER_OUT, paperOut.get(1).slipProblem());
        assertEquals(paperOut.get(0).observedAt(), paperOut.get(1).observedAt());
        assertEquals(8, pos.count(Outcome.NO_ANSWER));
        assertEquals(3, pos.count(Outcome.VOIDED));
        assertTrue(pos.observations.stream()
                .filter(o -> o.outcome() == Outcome.NO_ANSWER)
                .allMatch(o -> o.subject().rrn() == null && o.subject().stan() != null));
        assertEquals(Instant.parse("2026-11-10T06:55:50Z"), pos.complete.get(0).through());
        assertEquals(Source.TERMINAL, pos.complete.get(0).source());
    }

    @Test
    void aReturnIsToldAboutTheOriginalWithoutClaimingItsTimeOrAmount() {
        Heard acquirer = read(Format.ACQUIRER_SETTLEMENT);
        Observation refund = acquirer.observations.stream()
                .filter(o -> o.outcome() == Outcome.REFUNDED)
                .findFirst()
                .orElseThrow();
        assertEquals("263140000022", refund.subject().rrn());
        assertNull(refund.subject().occurredAt());
        assertNull(refund.subject().amount());
        assertEquals(Money.of(2159, "CNY"), refund.amount());
        assertEquals(Instant.parse("2026-11-10T03:59:01Z"), refund.observedAt());
        assertEquals("625912", refund.subject().card().first6());
        assertEquals("1158", refund.subject().card().last4());
        assertEquals(CardKind.DEBIT, refund.subject().card().kind());
        assertEquals(6, acquirer.count(Outcome.REFUNDED));
        assertEquals(3, acquirer.count(Outcome.VOIDED));
        assertEquals(4, acquirer.count(Outcome.REVERSED));
        assertEquals(4, acquirer.count(Outcome.DECLINED));
        assertEquals(86, acquirer.count(Outcome.CAPTURED));
    }

    @Test
    void theBankTellsDebitsAndCreditsAndHowFarItReaches() {
        Heard bank = read(Format.CAMT);
        assertEquals(90, bank.count(Outcome.DEBITED));
        assertEquals(10, bank.count(Outcome.CREDITED));
        Observation first = bank.observations.get(0);
        assertEquals("263140000001", first.subject().rrn());
        assertEquals("T00013", first.subject().terminalId());
        assertEquals("000001", first.subject().stan());
        assertEquals("7364", first.subject().card().last4());
        assertEquals(Money.of(9425, "CNY"), first.subject().amount());
        assertEquals(Instant.parse("2026-11-09T16:00:00Z"), first.observedAt());
        assertTrue(bank.rows.containsKey(8L) && bank.rows.containsKey(107L), "lines are the file's own");
        Observation credit = bank.observations.get(99);
        assertNull(credit.subject().amount());
        assertEquals(Money.of(1395539, "CNY"), credit.amount());
        assertEquals(
                new Heard.Complete(Source.BANK, "M0001", Instant.parse("2026-11-14T16:00:00Z")), bank.complete.get(0));
    }

    @Test
    void theWechatBillAgreesWithItsOwnSummary() {
        Heard wechat = read(Format.WECHAT_TRADE_BILL);
        assertEquals(4_307_157, wechat.sum(Outcome.PAID));
        assertEquals(1_791_208, wechat.sum(Outcome.REFUNDED) + wechat.sum(Outcome.REFUNDING));
        assertEquals(15, wechat.count(Outcome.PAID));
        Observation paid = wechat.observations.get(0);
        assertEquals("42000000120261110000000026", paid.subject().walletTransactionNo());
        assertEquals("WX1000026", paid.subject().merchantOrderNo());
        assertEquals(CardKind.DEBIT, paid.subject().card().kind());
        assertEquals(Observation.Channel.QR, paid.subject().channel());
        assertNull(paid.amount());
        assertEquals(new Heard.Complete(Source.WALLET, "M0001", MIDNIGHT_AFTER), wechat.complete.get(0));
    }

    @Test
    void theAlipayBillAgreesWithItsOwnSummary() {
        Heard alipay = read(Format.ALIPAY_TRADE_BILL);
        assertEquals(3_321_630, alipay.sum(Outcome.PAID));
        assertEquals(3, alipay.count(Outcome.REFUNDED));
        assertNotNull(alipay.observations.get(0).subject().occurredAt());
        assertEquals(
                alipay.observations.get(0).subject().occurredAt().plusSeconds(4),
                alipay.observations.get(0).observedAt());
        assertEquals(new Heard.Complete(Source.WALLET, "M0001", MIDNIGHT_AFTER), alipay.complete.get(0));
    }

    @Test
    void alipayInUtf8SaysWhatItSaysInGbk() {
        byte[] gbk = file(Format.ALIPAY_TRADE_BILL);
        byte[] utf8 = new String(gbk, Format.GBK).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        assertEquals(Format.ALIPAY_TRADE_BILL, Format.recognise(utf8));
        assertEquals(
                Heard.from(Format.ALIPAY_TRADE_BILL, gbk, Heard.OF_M0001).observations,
                Heard.from(Format.ALIPAY_TRADE_BILL, utf8, Heard.OF_M0001).observations);
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void withoutAMerchantNothingIsCompleteForEverybody(Format format) {
        Heard heard = Heard.from(format, file(format), Heard.OF_NOBODY);
        assertEquals(read(format).rowCount, heard.rowCount);
        boolean namesMerchants = format == Format.ACQUIRER_SETTLEMENT;
        assertEquals(namesMerchants ? 1 : 0, heard.complete.size());
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void nothingIsCompleteBeyondNow(Format format) {
        Instant noon = Instant.parse("2026-11-10T04:00:00Z");
        Heard heard = Heard.from(format, file(format), new Context("stm_1", "M0001", Heard.SHANGHAI, noon));
        assertTrue(heard.complete.stream().noneMatch(c -> c.through().isAfter(noon)));
    }
}
