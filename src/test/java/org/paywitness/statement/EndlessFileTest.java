package org.paywitness.statement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.paywitness.observation.Observation;
import org.paywitness.problem.Problem;
import org.paywitness.statement.StatementReader.Sink;
import org.paywitness.verdict.Source;

/** Files larger than memory, files cut anywhere, files with bytes changed anywhere. */
class EndlessFileTest {
    private static final int ROWS = 300_000;

    /** Makes a file row by row while it is read, and remembers how far ahead of the sink the reader has run. */
    private static final class Made extends InputStream {
        private final String first;
        private final IntFunction<String> row;
        private final String last;
        private byte[] part = new byte[0];
        private int position;
        private int next = -1;

        Made(String first, IntFunction<String> row, String last) {
            this.first = first;
            this.row = row;
            this.last = last;
        }

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) {
            if (position == part.length) {
                if (next > ROWS) {
                    return -1;
                }
                String made = next < 0 ? first : next < ROWS ? row.apply(next) : last;
                part = made.getBytes(StandardCharsets.UTF_8);
                position = 0;
                next++;
            }
            int count = Math.min(length, part.length - position);
            System.arraycopy(part, position, bytes, offset, count);
            position += count;
            return count;
        }
    }

    /** Keeps nothing; sees that rows come while the file is still being made. */
    private static final class Counting implements Sink {
        private final Made file;
        private long rows;
        private int furthestAhead;
        private boolean complete;

        Counting(Made file) {
            this.file = file;
        }

        @Override
        public void row(long line, List<Observation> observations) {
            furthestAhead = Math.max(furthestAhead, file.next - (int) rows);
            rows++;
        }

        @Override
        public void refused(long line, String code, String value, String detail) {
            throw new AssertionError(line + " " + code + " " + value + " " + detail);
        }

        @Override
        public void complete(Source source, String merchant, Instant through) {
            complete = true;
        }
    }

    private static Counting count(Format format, Made file) throws IOException {
        Counting sink = new Counting(file);
        StatementReader.of(format).read(file, Heard.OF_M0001, sink);
        assertEquals(ROWS, sink.rows);
        assertTrue(sink.complete);
        assertTrue(sink.furthestAhead < 1_000, "the reader ran " + sink.furthestAhead + " rows ahead");
        return sink;
    }

    @Test
    void aJournalOfAnyLengthIsReadRowByRow() throws IOException {
        count(
                Format.POS_JOURNAL,
                new Made(
                        "terminal_id,batch,stan,occurred_at,type,amount,currency,outcome,response_code,slip\n",
                        i -> "T1,1," + i + ",2026-11-10 09:01:28,purchase,94.25,CNY,approved,00,printed\n",
                        ""));
    }

    @Test
    void aStatementOfAnyLengthWithoutReferencesIsReadEntryByEntry() throws IOException {
        String start = "<Document><BkToCstmrStmt><Stmt><FrToDt><ToDtTm>2026-11-11T00:00:00Z</ToDtTm></FrToDt>\n";
        count(
                Format.CAMT,
                new Made(
                        start,
                        i -> "<Ntry><Amt Ccy='CNY'>" + (i + 1)
                                + "</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts>"
                                + "<BookgDt><Dt>2026-11-10</Dt></BookgDt></Ntry>\n",
                        "</Stmt></BkToCstmrStmt></Document>"));
    }

    @Test
    void oneLineOfAnyLengthIsReadOver() throws IOException {
        Made file = new Made("", i -> "x".repeat(200), "");
        try {
            StatementReader.of(Format.POS_JOURNAL).read(file, Heard.OF_M0001, new Heard());
        } catch (Problem problem) {
            assertEquals("statement_unreadable", problem.code());
            return;
        }
        throw new AssertionError("60 MB without a line end are no journal");
    }

    @ParameterizedTest
    @CsvSource({
        "CAMT, camt/camt053.v2.minimal.xml, 1",
        "CAMT, camt/camt054.v4.xml, 1",
        "WECHAT_TRADE_BILL, merchant-day/wechat-trade-bill.csv, 1",
        "ALIPAY_TRADE_BILL, merchant-day/alipay-trade-bill.csv, 1",
        "POS_JOURNAL, merchant-day/pos-journal.csv, 7",
        "ACQUIRER_SETTLEMENT, merchant-day/acquirer-settlement.csv, 7"
    })
    void cutAnywhereEveryRowBeforeTheCutIsToldAndNothingElse(Format format, String fixture, int step) {
        byte[] whole = Heard.fixture(fixture);
        List<Observation> all = Heard.from(format, whole, Heard.OF_M0001).observations;
        for (int length = 0; length < whole.length; length += step) {
            Format.recognise(Arrays.copyOf(whole, length));
            Heard heard = Heard.from(format, Arrays.copyOf(whole, length), Heard.OF_M0001);
            // The last row of a journal may be cut within its last value; every other row stands as it was.
            int sure = Math.max(0, heard.observations.size() - 2);
            assertEquals(all.subList(0, sure), heard.observations.subList(0, sure), "cut at " + length);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "CAMT, camt/camt054.v4.xml",
        "WECHAT_TRADE_BILL, merchant-day/wechat-trade-bill.csv",
        "ALIPAY_TRADE_BILL, merchant-day/alipay-trade-bill.csv",
        "POS_JOURNAL, merchant-day/pos-journal.csv",
        "ACQUIRER_SETTLEMENT, merchant-day/acquirer-settlement.csv"
    })
    void changedBytesNeverBreakTheReader(Format format, String fixture) throws IOException {
        long seed = new Random().nextLong();
        System.out.println("changedBytesNeverBreakTheReader seed " + seed);
        Random random = new Random(seed);
        byte[] whole = Heard.fixture(fixture);
        for (int round = 0; round < 1_000; round++) {
            byte[] changed = whole.clone();
            for (int i = 0; i < 5; i++) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
            }
            Format.recognise(changed);
            Heard heard = new Heard();
            try {
                StatementReader.of(format).read(new ByteArrayInputStream(changed), Heard.OF_M0001, heard);
            } catch (Problem problem) {
                assertEquals("statement_unreadable", problem.code(), "seed " + seed);
                assertNotNull(problem.extensions().get("line"), "seed " + seed);
            }
        }
    }
}
