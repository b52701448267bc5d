package org.paywitness.statement;

import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.paywitness.money.Money;
import org.paywitness.observation.Observation;
import org.paywitness.observation.Observation.Card;
import org.paywitness.observation.Observation.Channel;
import org.paywitness.observation.Observation.Subject;
import org.paywitness.statement.StatementReader.Context;
import org.paywitness.statement.StatementReader.Sink;
import org.paywitness.verdict.CardKind;
import org.paywitness.verdict.Outcome;
import org.paywitness.verdict.Payment;
import org.paywitness.verdict.Source;

/**
 * WeChat Pay's trade bill, type "all": UTF-8, a header, values behind a backtick in which commas can stand, and two
 * summary lines that end it. The bill covers whole days: complete through the end of its last row's day.
 */
final class WechatTradeBill extends Table {
    private static final String TIME = "交易时间";
    private static final String TRANSACTION_NO = "微信订单号";
    private static final String ORDER_NO = "商户订单号";
    private static final String DEVICE = "设备号";
    private static final String STATE = "交易状态";
    private static final String BANK = "付款银行";
    private static final String CURRENCY = "货币种类";
    private static final String SETTLED = "应结订单金额";
    private static final String ORDERED = "订单金额";
    private static final String REFUND_NO = "微信退款单号";
    private static final String REFUNDED = "退款金额";
    private static final String REFUND_STATE = "退款状态";
    private static final String FEE = "手续费";
    private static final List<String> REQUIRED =
            List.of(TIME, TRANSACTION_NO, STATE, CURRENCY, SETTLED, REFUND_NO, REFUNDED, REFUND_STATE, ORDERED);

    private static final String SUMMARY = "总交易单数";
    private static final String BETWEEN_VALUES = ",`";

    WechatTradeBill(Context context) {
        super(context);
    }

    @Override
    List<String> required() {
        return REQUIRED;
    }

    @Override
    List<String> cells(String line) {
        if (!line.startsWith("`")) {
            throw Refusal.of("bad_value", line, "a row must begin with a backtick");
        }
        return Arrays.asList(line.substring(1).split(BETWEEN_VALUES, -1));
    }

    @Override
    String column(String field) {
        return switch (field) {
            case "observed_at", "occurred_at" -> TIME;
            case "amount" -> ORDERED;
            case "merchant_order_no" -> ORDER_NO;
            case "wallet_transaction_no" -> TRANSACTION_NO;
            case "terminal_id" -> DEVICE;
            default -> field;
        };
    }

    @Override
    boolean endsRows(String line) {
        return line.startsWith(SUMMARY);
    }

    @Override
    boolean marksEnd() {
        return true;
    }

    /** The bill says how many rows it holds: one that says otherwise is not complete. */
    @Override
    void afterRows(Lines lines, long rows, Sink sink) throws IOException {
        if (!lines.next()) {
            throw unreadable(lines.number(), "the file is cut off: its summary is missing");
        }
        String summary;
        try {
            summary = lines.text();
        } catch (Refusal refusal) {
            throw unreadable(lines.number(), refusal.getMessage());
        }
        String count = summary.split(",", 2)[0].replace("`", "").strip();
        if (!count.equals(Long.toString(rows))) {
            completion.doubt();
            sink.refused(
                    lines.number(),
                    "count_differs",
                    Refusal.of("count_differs", count, "").value,
                    "the summary counts other than the " + rows + " rows that the bill holds");
        }
    }

    @Override
    List<Observation> observations(Row row) {
        String number = row.required(TRANSACTION_NO);
        Outcome outcome = outcome(row);
        Instant time = row.time(TIME);
        String currency = row.required(CURRENCY);
        Money ordered = row.money(ORDERED, currency);
        Money moved =
                switch (outcome) {
                    case PAID -> row.money(SETTLED, currency);
                    case REFUNDED, REFUNDING -> row.money(REFUNDED, currency);
                    default -> ordered;
                };
        String reference = number;
        if (outcome == Outcome.REFUNDED || outcome == Outcome.REFUNDING) {
            reference = row.required(REFUND_NO);
        }
        completion.reaches("bill", Row.startOfNextDay(time, context.zone()));
        Observation said = new Observation(
                Source.WALLET,
                SourceRefs.natural("wechat", reference, outcome.code()),
                outcome,
                null,
                time,
                subject(row, number, time, ordered),
                moved.equals(ordered) && outcome == Outcome.PAID ? null : moved,
                null,
                null,
                null,
                context.statementId());
        return List.of(said.charging(row.fee(FEE, currency)));
    }

    private Subject subject(Row row, String number, Instant time, Money ordered) {
        return new Subject(
                Payment.Type.PURCHASE,
                channel(row.text("交易类型")),
                time,
                ordered,
                context.merchantId(),
                terminal(row.text(DEVICE)),
                null,
                null,
                null,
                null,
                row.text(ORDER_NO),
                number,
                card(row.text(BANK)),
                null,
                null,
                null);
    }

    private static Outcome outcome(Row row) {
        String state = row.required(STATE);
        String refund = row.text(REFUND_STATE);
        return switch (state) {
            case "SUCCESS" -> Outcome.PAID;
            case "REVOKED" -> Outcome.REVOKED;
            case "REFUND" ->
                switch (refund == null ? "" : refund) {
                    case "SUCCESS" -> Outcome.REFUNDED;
                    case "PROCESSING" -> Outcome.REFUNDING;
                    default ->
                        throw Refusal.of("unknown_outcome", refund, REFUND_STATE + " must be SUCCESS or PROCESSING");
                };
            default -> throw Refusal.of("unknown_outcome", state, STATE + " must be SUCCESS, REFUND or REVOKED");
        };
    }

    private static Channel channel(String type) {
        return switch (type == null ? "" : type) {
            case "MICROPAY", "NATIVE", "JSAPI" -> Channel.QR;
            case "APP", "MWEB" -> Channel.ONLINE;
            default -> null;
        };
    }

    /** Shops without a device send what WeChat's documentation tells them to: "WEB". */
    private static String terminal(String device) {
        return "WEB".equals(device) ? null : device;
    }

    /** Which bank paid, and from what: CMB_DEBIT, CMB_CREDIT; anything else is money within the wallet. */
    private static Card card(String bank) {
        if (bank == null) {
            return null;
        }
        CardKind kind = bank.endsWith("_DEBIT")
                ? CardKind.DEBIT
                : bank.endsWith("_CREDIT") ? CardKind.CREDIT : CardKind.PREPAID;
        return new Card(null, null, null, kind, null);
    }

    @Override
    void complete(Sink sink) {
        completion.tellLeast(Source.WALLET, sink);
    }
}
