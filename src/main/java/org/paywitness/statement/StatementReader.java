package org.paywitness.statement;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.paywitness.observation.Observation;
import org.paywitness.problem.Problem;
import org.paywitness.verdict.Source;

/**
 * Reads one statement file as a stream: every row becomes observations or a refusal, one row at a time, in constant
 * memory. The same row always gives the same {@code source_ref}, in whichever file it stands, and two equal rows of one
 * file give two. A reader keeps nothing between two reads and may be shared.
 */
@FunctionalInterface
public interface StatementReader {
    /**
     * Reads to the end of the file. The stream is not closed.
     *
     * @throws Problem 422 {@code statement_unreadable} with the extension {@code line} when the file cannot be read on:
     *     every row before that line has been delivered, and no completeness is told
     * @throws IOException when the stream itself fails; what the sink throws passes through as it is
     */
    void read(InputStream in, Context context, Sink sink) throws IOException;

    /**
     * What the file does not say by itself.
     *
     * @param statementId TypeID of the statement, set on every observation
     * @param merchantId the merchant whose file this is, or null when it was not named at import
     * @param zone for times without an offset, and for where a day begins
     * @param now no row may lie more than two days after it, and no data is complete beyond it
     */
    record Context(String statementId, String merchantId, ZoneId zone, Instant now) {}

    /** Receives the rows in file order. Line numbers are physical lines, from 1. */
    interface Sink {
        /** One good row; the observations are validated. A terminal's row may tell two: its outcome and its slip's. */
        void row(long line, List<Observation> observations);

        /**
         * One row that is not taken over; the rows after it still are.
         *
         * @param code stable name of the reason
         * @param value what stood there, at most 120 characters with any card number masked, or null
         */
        void refused(long line, String code, String value, String detail);

        /**
         * Told after the last row, at most once per merchant: the source's data for the merchant is complete through
         * this instant. Never told when a row was refused because it was not understood: such a row is not silence.
         *
         * @param merchantId never null: a file without a merchant speaks for nobody
         */
        void complete(Source source, String merchantId, Instant through);
    }

    /** The reader of a format. */
    static StatementReader of(Format format) {
        return switch (format) {
            case CAMT -> (in, context, sink) -> new CamtStatement(context, sink).read(in);
            case WECHAT_TRADE_BILL -> (in, context, sink) -> new WechatTradeBill(context).read(in, sink);
            case ALIPAY_TRADE_BILL -> (in, context, sink) -> new AlipayTradeBill(context).read(in, sink);
            case POS_JOURNAL -> (in, context, sink) -> new PosJournal(context).read(in, sink);
            case ACQUIRER_SETTLEMENT -> (in, context, sink) -> new AcquirerSettlement(context).read(in, sink);
        };
    }
}
