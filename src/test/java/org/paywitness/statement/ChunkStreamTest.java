package org.paywitness.statement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.paywitness.observation.Observation;
import org.paywitness.verdict.Source;

/** A file in chunks that lie in the database, which may go away. */
class ChunkStreamTest {
    @Test
    void chunksFollowOneAnother() throws IOException {
        ChunkStream stream = new ChunkStream(3, number -> new byte[] {(byte) number, (byte) 200});
        assertEquals(List.of(0, 200, 1, 200, 2, 200, -1), readAll(stream));
    }

    private static List<Integer> readAll(InputStream in) throws IOException {
        Integer[] bytes = new Integer[7];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = in.read();
        }
        return List.of(bytes);
    }

    @ParameterizedTest
    @CsvSource({"CAMT, bank-camt053.xml", "POS_JOURNAL, pos-journal.csv", "ALIPAY_TRADE_BILL, alipay-trade-bill.csv"})
    void aDatabaseThatGoesAwayIsNoFaultOfTheFile(Format format, String file) throws IOException {
        byte[] content;
        try (InputStream in = getClass().getResourceAsStream("/fixtures/merchant-day/" + file)) {
            content = in.readAllBytes();
        }
        ChunkStream stream = new ChunkStream(2, number -> {
            if (number > 0) {
                throw new IllegalStateException("the database is gone");
            }
            return Arrays.copyOf(content, content.length / 2);
        });
        StatementReader.Context context = new StatementReader.Context(
                "stm_01kaf3v6n8e8q9w2s4d6f8g0h2", "M0001", ZoneId.of("Asia/Shanghai"), Instant.now());
        assertThrows(IOException.class, () -> StatementReader.of(format).read(stream, context, new Deaf()));
    }

    private static final class Deaf implements StatementReader.Sink {
        @Override
        public void row(long line, List<Observation> said) {}

        @Override
        public void refused(long line, String code, String value, String detail) {}

        @Override
        public void complete(Source source, String merchantId, Instant through) {}
    }
}
