package org.paywitness.statement;

import java.nio.charset.Charset;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.paywitness.money.Money;
import org.paywitness.observation.Observation;
import org.paywitness.observation.Observation.Subject;
import org.paywitness.statement.StatementReader.Context;
import org.paywitness.statement.StatementReader.Sink;
import org.paywitness.verdict.Outcome;
import org.paywitness.verdict.Payment;
import org.paywitness.verdict.Source;

/**
 * Alipay's business detail (业务明细): GBK, or UTF-8 where it was converted, "#" lines before and after the rows, tabs
 * behind values, refunds negative. Complete through the end date of its preface (终止日期).
 */
final class AlipayTradeBill extends Table {
    private static final String TRADE_NO = "支付宝交易号";
    private static final String ORDER_NO = "商户订单号";
    private static final String TERMINAL = "终端号";
    private static final String KIND = "业务类型";
    private static final String CREATED = "创建时间";
    private static final String FINISHED = "完成时间";
    private static final String AMOUNT = "订单金额（元）";
    private static final String REFUND_NO = "退款批次号/请求号";
    private static final String FEE = "服务费（元）";
    private static final List<String> REQUIRED = List.of(TRADE_NO, KIND, CREATED, FINISHED, AMOUNT, REFUND_NO);

    /** Alipay's bills of the mainland are in yuan; the columns say so. */
    private static final String CURRENCY = "CNY";

    private static final String END = "业务明细列表结束";
    private static final Pattern END_DATE =
            Pattern.compile("终止日期[：:]\\s*\\[(\\d{4})年(\\d{2})月(\\d{2})日(?:\\s+(\\d{2}:\\d{2}:\\d{2}))?]");

    AlipayTradeBill(Context context) {
        super(context);
    }

    @Override
    Charset charset(byte[] head) {
        return Format.charset(head);
    }

    @Override
    List<String> required() {
        return REQUIRED;
    }

    @Override
    boolean isPreface(String line) {
        if (!line.startsWith("#")) {
            return false;
        }
        Matcher end = END_DATE.matcher(line);
        if (end.find()) {
            reaches(end);
        }
        return true;
    }

    private void reaches(Matcher end) {
        String day = end.group(1) + "-" + end.group(2) + "-" + end.group(3);
        try {
            Instant midnight = Row.startOfDay(day, context.zone(), "终止日期");
            String time = end.group(4);
            boolean wholeDay = time == null || time.equals("24:00:00");
            completion.reaches(
                    "bill",
                    wholeDay
                            ? Row.startOfNextDay(midnight, context.zone())
                            : Row.instant(day + " " + time, context.zone(), "终止日期"));
        } catch (Refusal unreadableDate) {
            completion.doubt();
        }
    }

    @Override
    String column(String field) {
        return switch (field) {
            case "observed_at" -> FINISHED;
            case "occurred_at" -> CREATED;
            case "amount" -> AMOUNT;
            case "merchant_order_no" -> ORDER_NO;
            case "wallet_transaction_no" -> TRADE_NO;
            case "terminal_id" -> TERMINAL;
            default -> field;
        };
    }

    @Override
    boolean endsRows(String line) {
        return line.startsWith("#") && line.contains(END);
    }

    @Override
    boolean marksEnd() {
        return true;
    }

    @Override
    List<Observation> observations(Row row) {
        String number = row.required(TRADE_NO);
        String kind = row.required(KIND);
        boolean refund =
                switch (kind) {
                    case "交易" -> false;
                    case "退款" -> true;
                    default -> throw Refusal.of("unknown_outcome", kind, KIND + " must be 交易 or 退款");
                };
        Outcome outcome = refund ? Outcome.REFUNDED : Outcome.PAID;
        String decimal = row.required(AMOUNT);
        Money amount = Row.money(refund && decimal.startsWith("-") ? decimal.substring(1) : decimal, CURRENCY, AMOUNT);
        Subject subject = new Subject(
                Payment.Type.PURCHASE,
                null,
                row.time(CREATED),
                refund ? null : amount,
                context.merchantId(),
                row.text(TERMINAL),
                null,
                null,
                null,
                null,
                row.text(ORDER_NO),
                number,
                null,
                null,
                null,
                null);
        Observation said = new Observation(
                Source.WALLET,
                reference(row, number, outcome),
                outcome,
                null,
                row.time(FINISHED),
                subject,
                refund ? amount : null,
                null,
                null,
                null,
                context.statementId());
        return List.of(said.charging(row.fee(FEE, CURRENCY)));
    }

    /** A request number is the merchant's own and unique within the trade only. */
    private String reference(Row row, String number, Outcome outcome) {
        if (outcome == Outcome.PAID) {
            return SourceRefs.natural("alipay", number, outcome.code());
        }
        String request = row.text(REFUND_NO);
        return request != null
                ? SourceRefs.natural("alipay", number, request, outcome.code())
                : refs.numbered(List.of("alipay", number, row.required(AMOUNT), row.required(FINISHED)));
    }

    @Override
    void complete(Sink sink) {
        completion.tellLeast(Source.WALLET, sink);
    }
}
