package org.paywitness.statement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.paywitness.observation.Observation;
import org.paywitness.verdict.CardKind;
import org.paywitness.verdict.Outcome;

/** A bad row is refused with its line, its value and the reason, and never stops the others. */
class RefusalTest {
    private static final String POS_HEADER =
            "terminal_id,batch,stan,rrn,auth_code,occurred_at,type,channel,card_first6,"
                    + "card_last4,amount,currency,outcome,response_code,slip\n";
    private static final String POS_ROW = "T1,000101,000001,263140000001,827036,2026-11-10 09:01:28,"
            + "purchase,chip,436742,7364,94.25,CNY,approved,00,printed\n";
    private static final String ACQUIRER_HEADER = "merchant_id,terminal_id,batch,stan,rrn,auth_code,occurred_at,"
            + "type,card,card_kind,amount,response_code,original_rrn\n";
    private static final String ACQUIRER_ROW = "M0001,T1,000101,000001,263140000001,827036,2026-11-10 09:01:28,"
            + "purchase,436742******7364,credit,94.25,00,\n";

    private static Heard pos(String... rows) {
        return Heard.from(Format.POS_JOURNAL, POS_HEADER + String.join("", rows));
    }

    private static Heard acquirer(String... rows) {
        return Heard.from(Format.ACQUIRER_SETTLEMENT, ACQUIRER_HEADER + String.join("", rows));
    }

    private static void assertRefused(Heard heard, long line, String code, String value) {
        assertNull(heard.problem);
        assertEquals(1, heard.refusals.size(), heard.refusals.toString());
        Heard.Refused refused = heard.refusals.get(0);
        assertEquals(line, refused.line());
        assertEquals(code, refused.code(), refused.detail());
        assertEquals(value, refused.value());
        assertFalse(refused.detail().isBlank());
    }

    @ParameterizedTest
    @CsvSource({
        "94.25, 94.255, bad_amount, 94.255",
        "94.25, 0.00, bad_amount, 0.00",
        "94.25, -94.25, bad_amount, -94.25",
        "94.25, 1e3, bad_amount, 1e3",
        "CNY, XXX, bad_value, XXX",
        "2026-11-10 09:01:28, 2026-13-10 09:01:28, bad_time, 2026-13-10 09:01:28",
        "2026-11-10 09:01:28, 2036-11-10 09:01:28, bad_time, 2036-11-10 09:01:28",
        "approved, fine, unknown_outcome, fine",
        "printed, torn, bad_value, torn",
        "purchase, gift, bad_value, gift",
        "T1, T 1, bad_value, T 1"
    })
    void aBadValueIsNamed(String good, String bad, String code, String value) {
        Heard heard = pos(POS_ROW.replace(good, bad), POS_ROW);
        assertRefused(heard, 2, code, value);
        assertEquals(1, heard.rowCount);
        assertEquals(List.of(), heard.complete, "a row not understood is not silence");
    }

    @Test
    void tooFewOrTooManyValuesAreRefused() {
        Heard few = pos(POS_ROW.replace(",printed", ""), POS_ROW);
        assertEquals("missing_column", few.refusals.get(0).code());
        Heard many = pos(POS_ROW, POS_ROW.replace("94.25", "1,094.25"));
        assertEquals("bad_value", many.refusals.get(0).code());
        assertEquals(3, many.refusals.get(0).line());
    }

    @Test
    void oneStrayQuoteSwallowsOneRow() {
        Heard heard = pos(POS_ROW.replace("T1", "\"T1"), POS_ROW, POS_ROW.replace("T1", "\"T1\""));
        assertEquals(1, heard.refusals.size());
        assertEquals(2, heard.rowCount);
    }

    @Test
    void aLineWithoutEndIsReadOver() {
        Heard heard = pos(POS_ROW, "x".repeat(3 * Lines.MAX_LINE_BYTES) + "\n", POS_ROW);
        assertRefused(heard, 3, "line_too_long", null);
        assertEquals(List.of(2L, 4L), List.copyOf(heard.rows.keySet()));
        assertEquals(
                "bad_value",
                pos(POS_ROW.replace("T1", "T".repeat(Row.MAX_FIELD + 1)))
                        .refusals
                        .get(0)
                        .code());
    }

    @Test
    void bytesThatAreNotTextAreRefused() {
        byte[] file = (POS_HEADER + POS_ROW + POS_ROW).getBytes(StandardCharsets.UTF_8);
        file[POS_HEADER.length()] = (byte) 0xFF;
        assertRefused(Heard.from(Format.POS_JOURNAL, file, Heard.OF_M0001), 2, "bad_encoding", null);
    }

    @Test
    void columnsMayStandInAnyOrderAndUnknownOnesAreIgnored() {
        String header = "slip,extra,outcome,Response_Code,currency,amount,type,occurred_at,stan,batch,terminal_id\r\n";
        String row = "none,?,declined,51,JPY,94,purchase,2026-11-10T09:01:28+09:00,1,2,T1";
        Heard heard = Heard.from(Format.POS_JOURNAL, "\uFEFF" + header + row);
        assertEquals(List.of(), heard.refusals);
        assertEquals(94, heard.observations.get(0).moved().amount());
        assertEquals(1, heard.observations.size());
        byte[] head = ("\uFEFF" + header).getBytes(StandardCharsets.UTF_8);
        assertEquals(Format.POS_JOURNAL, Format.recognise(head));
    }

    @Test
    void aMissingColumnIsNamed() {
        Heard heard = Heard.from(Format.POS_JOURNAL, POS_HEADER.replace("batch,", "") + POS_ROW);
        assertEquals("statement_unreadable", heard.problem.code());
        assertTrue(heard.problem.getMessage().contains("batch"));
        assertEquals(1L, heard.problem.extensions().get("line"));
    }

    @Test
    void aFileCutOffWithinARowIsUnreadableAfterTheWholeRows() {
        Heard heard = pos(POS_ROW, POS_ROW.substring(0, 40));
        assertEquals(1, heard.rowCount);
        assertEquals(3L, heard.problem.extensions().get("line"));
        assertEquals(List.of(), heard.complete);
    }

    @Test
    void anotherMerchantsRowIsRefusedAndHidesNothing() {
        Heard heard = acquirer(ACQUIRER_ROW.replace("M0001", "M0002"), ACQUIRER_ROW);
        assertRefused(heard, 2, "other_merchant", "M0002");
        assertEquals(1, heard.complete.size());
        byte[] file = (ACQUIRER_HEADER + ACQUIRER_ROW.replace("M0001", "M0002") + ACQUIRER_ROW)
                .getBytes(StandardCharsets.UTF_8);
        Heard unnamed = Heard.from(Format.ACQUIRER_SETTLEMENT, file, Heard.OF_NOBODY);
        assertEquals(2, unnamed.rowCount);
        assertEquals(2, unnamed.complete.size(), "complete for each merchant in it");
    }

    @ParameterizedTest
    @CsvSource({
        "4111111111111111, 411111******1111",
        "4111 1111 1111 1111, 411111******1111",
        "4111111111111112, 411111******1112"
    })
    void aFullCardNumberIsRefusedAndMasked(String pan, String masked) {
        assertRefused(acquirer(ACQUIRER_ROW.replace("436742******7364", pan)), 2, "full_card_number", masked);
        assertRefused(pos(POS_ROW.replace(",436742,", "," + pan + ",")), 2, "full_card_number", masked);
    }

    @Test
    void aCardNumberInAnyOtherPlaceIsMaskedInTheAnswer() {
        Heard heard = pos(
                POS_ROW.replace("94.25", "4111111111111111 yuan"),
                POS_ROW.replace("approved", "paid 1 4111-1111-1111-1111"),
                POS_ROW.replace("T1,", "4111111111111111," + "4111111111111111,"));
        assertEquals(3, heard.refusals.size());
        Pattern pan = Pattern.compile("4111[ -]?1111");
        for (Heard.Refused refused : heard.refusals) {
            assertFalse(pan.matcher(refused.value() + refused.detail()).find(), refused.toString());
            assertTrue(refused.value().contains("411111******1111"), refused.toString());
            assertTrue(refused.value().length() <= Refusal.MAX_VALUE);
        }
    }

    @Test
    void aValueIsCutBetweenCharacters() {
        String value = Refusal.of("bad_value", "x".repeat(119) + "😀".repeat(3), "").value;
        assertEquals("x".repeat(119), value);
    }

    @Test
    void aRefundMustNameItsOriginalAndAVoidRepeatsIt() {
        assertRefused(acquirer(ACQUIRER_ROW.replace("purchase", "refund")), 2, "missing_value", null);
        Heard voided = acquirer(ACQUIRER_ROW.replace("purchase", "void"));
        assertEquals("263140000001", voided.observations.get(0).subject().rrn());
        assertEquals(9425, voided.observations.get(0).amount().amount());
    }

    @Test
    void partsOfARefundUnderOneReferenceAreTwo() {
        String refund = ACQUIRER_ROW.replace("purchase", "refund").replace(",00,\n", ",00,263140000001\n");
        Heard heard = acquirer(refund, refund.replace("09:01:28", "10:00:00"));
        assertNotEquals(heard.refs().get(0), heard.refs().get(1));
    }

    @Test
    void equalLinesWithoutAStanAreTwoAndAnotherFileNamesThemAlike() {
        String row = POS_ROW.replace(",000001,", ",,");
        Heard heard = pos(row, POS_ROW, row);
        assertEquals(6, heard.refs().stream().distinct().count());
        Heard overlapping = pos(POS_ROW.replace("T1", "T2"), row, row);
        assertEquals(heard.refs().subList(4, 6), overlapping.refs().subList(4, 6));
        assertEquals(heard.refs().subList(0, 2), overlapping.refs().subList(2, 4));
    }

    @Test
    void aWechatCouponMovesLessThanTheOrderAndTheBankNamesTheCard() {
        String bill = new String(Heard.fixture("merchant-day/wechat-trade-bill.csv"), StandardCharsets.UTF_8)
                .replaceFirst("`187\\.13,", "`177.13,")
                .replaceFirst("CMB_DEBIT", "ICBC_CREDIT")
                .replaceFirst("CMB_DEBIT", "CFT")
                .replaceFirst("MICROPAY", "APP")
                .replaceFirst("T00013", "WEB");
        Heard heard = Heard.from(Format.WECHAT_TRADE_BILL, bill);
        Observation paid = heard.observations.get(0);
        assertEquals(18713, paid.subject().amount().amount());
        assertEquals(17713, paid.amount().amount());
        assertEquals(CardKind.CREDIT, paid.subject().card().kind());
        assertEquals(Observation.Channel.ONLINE, paid.subject().channel());
        assertNull(paid.subject().terminalId());
        assertEquals(
                CardKind.PREPAID, heard.observations.get(1).subject().card().kind());
    }

    @Test
    void aWechatBillIsReadByItsStates() {
        String bill = new String(Heard.fixture("merchant-day/wechat-trade-bill.csv"), StandardCharsets.UTF_8);
        Heard changed = Heard.from(Format.WECHAT_TRADE_BILL, bill.replace("`PROCESSING", "`CHANGE"));
        assertEquals(3, changed.refusals.size());
        assertTrue(changed.refusals.stream().allMatch(r -> r.code().equals("unknown_outcome")));
        Heard revoked = Heard.from(Format.WECHAT_TRADE_BILL, bill.replaceFirst("`SUCCESS", "`REVOKED"));
        assertEquals(1, revoked.count(Outcome.REVOKED));
        int comma = bill.indexOf("拿铁, 大杯");
        assertTrue(comma > 0, "the fixture holds a comma within a value");
        Heard shortened = Heard.from(Format.WECHAT_TRADE_BILL, bill.replaceFirst("\r\n`2026[^\r]*", ""));
        assertEquals("count_differs", shortened.refusals.get(0).code());
        assertEquals(List.of(), shortened.complete);
        Heard cutOff = Heard.from(Format.WECHAT_TRADE_BILL, bill.substring(0, bill.indexOf("总交易单数")));
        assertEquals(21, cutOff.rowCount);
        assertEquals("statement_unreadable", cutOff.problem.code());
    }

    @Test
    void anAlipayRowThatIsNotTextIsRefusedAlone() {
        byte[] file = Heard.fixture("merchant-day/alipay-trade-bill.csv");
        String bytes = new String(file, StandardCharsets.ISO_8859_1);
        int row = bytes.indexOf("2026111022001400010000000031");
        file[bytes.indexOf(',', row) + 1] = (byte) 0xFF;
        file[bytes.indexOf(',', row) + 2] = (byte) 0xFF;
        Heard heard = Heard.from(Format.ALIPAY_TRADE_BILL, file, Heard.OF_M0001);
        assertRefused(heard, 7, "bad_encoding", null);
        assertEquals(11, heard.rowCount);
        Heard cutOff = Heard.from(
                Format.ALIPAY_TRADE_BILL, java.util.Arrays.copyOf(file, bytes.lastIndexOf("\n#-")), Heard.OF_M0001);
        assertEquals("statement_unreadable", cutOff.problem.code());
    }
}
