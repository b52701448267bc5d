package org.paywitness.statement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.paywitness.money.Money;
import org.paywitness.observation.Observation;
import org.paywitness.verdict.Outcome;

/** ISO 20022 statements of every version, and documents that are none. */
class CamtTest {
    private static final String ENTRY = entry("DBIT", "BOOK", "B1");

    private static String entry(String indicator, String status, String ref) {
        return "<Ntry><Amt Ccy='CNY'>1.00</Amt><CdtDbtInd>" + indicator + "</CdtDbtInd><Sts><Cd>" + status
                + "</Cd></Sts><BookgDt><Dt>2026-11-10</Dt></BookgDt>"
                + (ref == null ? "" : "<AcctSvcrRef>" + ref + "</AcctSvcrRef>") + "</Ntry>\n";
    }

    private static String statement(String entries) {
        return "<?xml version='1.0'?>\n<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'><BkToCstmrStmt>"
                + "<Stmt><CreDtTm>2026-11-11T00:00:00Z</CreDtTm><FrToDt><ToDtTm>2026-11-11T00:00:00Z</ToDtTm></FrToDt>"
                + "<Acct><Id><IBAN>CN1</IBAN></Id></Acct>\n" + entries + "</Stmt></BkToCstmrStmt></Document>";
    }

    private static Heard read(String document) {
        return Heard.from(Format.CAMT, document);
    }

    @Test
    void findsWhatAnotherReaderFindsInTheMinimalStatement() throws IOException {
        JsonNode theirs = new ObjectMapper()
                .readTree(Heard.fixture("camt/camt053.v2.minimal.json"))
                .path("getEntries");
        Heard ours = Heard.from(Format.CAMT, Heard.fixture("camt/camt053.v2.minimal.xml"), Heard.OF_M0001);
        assertEquals(theirs.size(), ours.rowCount);
        Observation observation = ours.observations.get(0);
        JsonNode amount = theirs.get(0).path("getAmount");
        assertEquals(
                Money.of(
                        amount.path("getAmount").asLong(),
                        amount.path("getCurrency").path("getCode").asText()),
                observation.amount());
        assertEquals("CRDT", theirs.get(0).path("getCreditDebitIndicator").asText());
        assertEquals(Outcome.CREDITED, observation.outcome());
        assertNull(observation.subject().amount());
        assertEquals(Instant.parse("2014-12-30T16:00:00Z"), observation.observedAt(), "the day begins in the zone");
        assertEquals(Instant.parse("2007-10-18T11:30:00Z"), ours.complete.get(0).through());
    }

    @Test
    void aZeroDetailTakesTheEntrysAmount() {
        Heard heard = Heard.from(Format.CAMT, Heard.fixture("camt/camt053.v4.xml"), Heard.OF_M0001);
        assertEquals(List.of(), heard.refusals);
        assertEquals(Money.of(885, "EUR"), heard.observations.get(0).moved());
    }

    @Test
    void eachTransactionOfABatchIsOneObservationAndItsOwnIndicatorWins() {
        Heard heard = Heard.from(Format.CAMT, Heard.fixture("camt/camt054.v4.xml"), Heard.OF_M0001);
        assertEquals(
                List.of(310L, 320L, 320L),
                heard.observations.stream().map(o -> o.amount().amount()).toList());
        assertEquals(3, heard.count(Outcome.CREDITED));
        assertEquals(3, new HashSet<>(heard.refs()).size(), "two equal bookings are two");
        assertTrue(heard.observations.stream().allMatch(o -> o.subject().rrn() == null), "too long for an RRN");
        assertEquals(List.of(), heard.complete, "a notification's silence says nothing");
    }

    @ParameterizedTest
    @CsvSource({
        "DBIT, BOOK, false, debited", "CRDT, BOOK, false, credited", "CRDT, BOOK, true, credited",
        "DBIT, PDNG, false, held", "DBIT, BOOK, true, reversal_of_credit", "CRDT, PDNG, false, not_booked",
        "DBIT, INFO, false, not_booked", "DBIT, WHAT, false, unknown_outcome", "NONE, BOOK, false, unknown_outcome"
    })
    void statusAndDirectionDecide(String indicator, String status, boolean reversal, String expected) {
        String entry = entry(indicator, status, "B1").replace("<Sts>", "<RvslInd>" + reversal + "</RvslInd><Sts>");
        Heard heard = read(statement(entry + ENTRY.replace("B1", "B2")));
        String told = heard.refusals.isEmpty()
                ? heard.observations.get(0).outcome().code()
                : heard.refusals.get(0).code();
        assertEquals(expected, told);
        assertEquals("CN1:B2:0:debited", heard.refs().get(heard.refs().size() - 1), "the next row is still told");
        assertEquals(expected.equals("unknown_outcome") ? 0 : 1, heard.complete.size());
    }

    @Test
    void equalLinesWithoutAReferenceAreTwoAndKeepTheirNames() {
        String equal = entry("DBIT", "BOOK", null);
        List<String> both = read(statement(equal + ENTRY + equal)).refs();
        assertNotEquals(both.get(0), both.get(2));
        assertEquals(both, read(statement(equal + ENTRY + equal)).refs());
        assertEquals(both.get(0), read(statement(equal)).refs().get(0), "in another file the first keeps its name");
    }

    @Test
    void anyPrefixWillDo() {
        String prefixed = statement(ENTRY).replace("xmlns=", "xmlns:c=").replaceAll("<(/?)(?=[A-Z])", "<$1c:");
        assertEquals(Format.CAMT, Format.recognise(prefixed.getBytes(StandardCharsets.UTF_8)));
        assertEquals(read(statement(ENTRY)).observations, read(prefixed).observations);
    }

    @Test
    void chineseBanksWriteGbk() {
        String document = statement(ENTRY.replace("<AcctSvcrRef>B1", "<AcctSvcrRef>流水1"))
                .replace("version='1.0'", "version='1.0' encoding='GBK'");
        Heard heard = Heard.from(Format.CAMT, document.getBytes(Charset.forName("GBK")), Heard.OF_M0001);
        assertEquals(List.of("CN1:流水1:0:debited"), heard.refs());
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-8", "UTF-16", "ISO-8859-1", "windows-1252", "GB18030"})
    void anyDeclaredEncodingIsRead(String encoding) {
        String document = statement(ENTRY).replace("version='1.0'", "version='1.0' encoding='" + encoding + "'");
        byte[] bytes = document.getBytes(Charset.forName(encoding));
        assertEquals(Format.CAMT, Format.recognise(bytes));
        Heard heard = Heard.from(Format.CAMT, bytes, Heard.OF_M0001);
        assertNull(heard.problem);
        assertEquals(List.of("CN1:B1:0:debited"), heard.refs());
    }

    @Test
    void anEncodingThatNobodyKnowsIsUnreadable() {
        String document = statement(ENTRY).replace("version='1.0'", "version='1.0' encoding='klingon'");
        assertEquals("statement_unreadable", read(document).problem.code());
    }

    @Test
    void aTruncatedDocumentTellsItsWholeRowsAndTheLine() {
        String whole = statement(ENTRY + ENTRY.replace("B1", "B2"));
        Heard heard = read(whole.substring(0, whole.indexOf("B2")));
        assertEquals(1, heard.rowCount);
        assertEquals("statement_unreadable", heard.problem.code());
        assertEquals(422, heard.problem.status());
        assertEquals(4L, heard.problem.extensions().get("line"));
        assertEquals(List.of(), heard.complete);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<!DOCTYPE Document>",
                "<!DOCTYPE Document SYSTEM 'file:///etc/passwd'>",
                "<!DOCTYPE Document [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>",
                "<!DOCTYPE Document [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;&a;'>]>"
            })
    void documentTypesAreRefused(String doctype) {
        String document = statement(ENTRY).replaceFirst("\\?>", "?>" + doctype);
        Heard heard = read(document);
        assertEquals("statement_unreadable", heard.problem.code());
        assertEquals(0, heard.rowCount);
    }

    @Test
    void unknownEntitiesAreRefused() {
        Heard heard = read(statement(ENTRY + ENTRY.replace("B1", "&x;")));
        assertEquals("statement_unreadable", heard.problem.code());
        assertEquals(1, heard.rowCount);
    }

    @Test
    void whatNobodySendsIsLimited() {
        String deep = "<a>".repeat(CamtStatement.MAX_DEPTH);
        assertEquals(
                "statement_unreadable", read(statement(ENTRY + deep)).problem.code());
        String comment = "<!--" + "x".repeat(2 * CamtStatement.MAX_TOKEN_BYTES) + "-->";
        assertEquals(
                "statement_unreadable", read(statement(ENTRY + comment)).problem.code());
        StringBuilder names = new StringBuilder();
        for (int i = 0; i <= CamtStatement.MAX_NAMES; i++) {
            names.append("<n").append(i).append("/>");
        }
        assertEquals(
                "statement_unreadable", read(statement(ENTRY + names)).problem.code());
        Heard longText = read(statement(ENTRY.replace("B1", "B".repeat(CamtStatement.MAX_TEXT + 1)) + ENTRY));
        assertEquals("bad_value", longText.refusals.get(0).code());
        assertEquals(1, longText.rowCount);
    }

    @Test
    void aFullCardNumberIsNeverToldNotEvenAsTheAccount() {
        String pan = "4111111111111111";
        String withPan = ENTRY.replace(
                "</Ntry>",
                "<NtryDtls><TxDtls><CardTx><Card><PlainCardData><PAN>" + pan
                        + "</PAN></PlainCardData></Card></CardTx></TxDtls></NtryDtls></Ntry>");
        Heard heard = read(statement(withPan + ENTRY).replace("CN1", pan));
        assertEquals("full_card_number", heard.refusals.get(0).code());
        assertEquals("411111******1111", heard.refusals.get(0).value());
        assertEquals(List.of("411111******1111:B1:0:debited"), heard.refs());
    }

    @Test
    void severalAccountsAreCompleteAsFarAsTheOneBehind() {
        String one = statement(ENTRY);
        String second = one.substring(one.indexOf("<Stmt>"), one.indexOf("</BkToCstmrStmt>"))
                .replace("CN1", "CN2")
                .replace("2026-11-11T", "2026-11-09T");
        Heard heard = read(one.replace("</BkToCstmrStmt>", second + "</BkToCstmrStmt>"));
        assertEquals(
                Instant.parse("2026-11-09T00:00:00Z"), heard.complete.get(0).through());
        Heard page = read(one.replace("<FrToDt>", "<StmtPgntn><LastPgInd>false</LastPgInd></StmtPgntn><FrToDt>"));
        assertEquals(List.of(), page.complete, "a page is a part");
    }

    @Test
    void otherXmlIsNotAStatement() {
        assertNull(Format.recognise("<html><body/></html>".getBytes(StandardCharsets.UTF_8)));
        assertEquals(
                "statement_unreadable", read("<html><body/></html>").problem.code());
        assertEquals("statement_unreadable", read("").problem.code());
        assertFalse(read("no xml").problem.getMessage().contains("no xml"));
    }
}
