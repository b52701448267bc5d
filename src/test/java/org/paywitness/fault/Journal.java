package org.paywitness.fault;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.function.LongFunction;

/** A made-up pos-journal of any size, never whole in memory. Every so many rows one has a bad amount. */
final class Journal {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");
    private static final LocalDateTime FIRST = LocalDateTime.parse("2025-10-01T00:00:00");
    private static final int ROWS_A_PIECE = 100;
    private static final int TERMINALS = 50;

    private final String name;
    private final long rows;
    private final long badEvery;
    private final String remark;

    /**
     * @param name at most four letters, in all references
     * @param badEvery 1 makes every row bad
     * @param remark the value of a column that nobody reads
     */
    Journal(String name, long rows, long badEvery, String remark) {
        this.name = name;
        this.rows = rows;
        this.badEvery = badEvery;
        this.remark = remark;
    }

    long rows() {
        return rows;
    }

    /** The lines, from 1, of the rows that must be refused. */
    List<Long> badLines() {
        List<Long> lines = new ArrayList<>();
        for (long row = badEvery - 1; row < rows; row += badEvery) {
            lines.add(row + 2);
        }
        return lines;
    }

    /** What stands in the bad row at this line instead of an amount. */
    String badValue(long line) {
        return "bad" + (line - 2);
    }

    InputStream content() {
        return new java.io.SequenceInputStream(pieces(piece -> rows(piece * ROWS_A_PIECE)));
    }

    private Enumeration<InputStream> pieces(LongFunction<String> piece) {
        long count = (rows + ROWS_A_PIECE - 1) / ROWS_A_PIECE;
        return new Enumeration<>() {
            private long next;

            @Override
            public boolean hasMoreElements() {
                return next < count;
            }

            @Override
            public InputStream nextElement() {
                return new java.io.ByteArrayInputStream(piece.apply(next++).getBytes(StandardCharsets.UTF_8));
            }
        };
    }

    private String rows(long from) {
        StringBuilder text = new StringBuilder();
        if (from == 0) {
            text.append("terminal_id,batch,stan,rrn,auth_code,occurred_at,type,channel,card_first6,card_last4,amount,")
                    .append("currency,outcome,response_code,slip,remark\n");
        }
        for (long row = from; row < Math.min(rows, from + ROWS_A_PIECE); row++) {
            boolean bad = row % badEvery == badEvery - 1;
            text.append('T')
                    .append(name)
                    .append(row % TERMINALS)
                    .append(',')
                    .append(String.format("%06d", row / 1_000_000))
                    .append(',')
                    .append(String.format("%06d", row % 1_000_000))
                    .append(',')
                    .append(name)
                    .append(String.format("%08d", row))
                    .append(",,")
                    .append(FIRST.plusSeconds(row).format(TIME))
                    .append(",purchase,chip,622848,")
                    .append(String.format("%04d", row % 10_000))
                    .append(',')
                    .append(bad ? "bad" + row : (100 + row % 90_000) + ".00")
                    .append(",CNY,approved,00,none,")
                    .append(remark)
                    .append('\n');
        }
        return text.toString();
    }
}
