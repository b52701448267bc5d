package org.paywitness.statement;

import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.paywitness.money.Money;
import org.paywitness.observation.Observation;
import org.paywitness.observation.Observation.Card;
import org.paywitness.observation.Observation.Subject;
import org.paywitness.statement.StatementReader.Context;
import org.paywitness.statement.StatementReader.Sink;
import org.paywitness.verdict.CardKind;
import org.paywitness.verdict.Outcome;
import org.paywitness.verdict.Payment;
import org.paywitness.verdict.Source;

/**
 * The acquirer's settlement file. A refund, void or reversal is said about the transaction that {@code original_rrn}
 * names: its row's time and amount are the return's own and never claimed for the transaction. The column {@code fee}
 * is what the acquirer took of the merchant, or gave back with a return. Complete for each merchant in it through that
 * merchant's latest row.
 */
final class AcquirerSettlement extends Table {
    private static final List<String> REQUIRED =
            List.of("merchant_id", "rrn", "occurred_at", "type", "amount", "response_code", "original_rrn");

    private static final List<String> CONTENT = List.of(
            "merchant_id",
            "terminal_id",
            "batch",
            "stan",
            "auth_code",
            "occurred_at",
            "type",
            "card",
            "amount",
            "original_rrn");

    /** The file has no currency column unless it needs one. */
    private static final String DEFAULT_CURRENCY = "CNY";

    private static final Pattern MASKED_CARD = Pattern.compile("(\\d{6})[*xX]{1,9}(\\d{4})");

    AcquirerSettlement(Context context) {
        super(context);
    }

    @Override
    List<String> required() {
        return REQUIRED;
    }

    @Override
    List<Observation> observations(Row row) {
        String merchant = row.required("merchant_id");
        if (context.merchantId() != null && !context.merchantId().equals(merchant)) {
            throw Refusal.of("other_merchant", merchant, "the file was given for another merchant");
        }
        Outcome outcome = outcome(row.required("type"));
        Instant time = row.time("occurred_at");
        String currency = row.text("currency");
        Money amount = row.money("amount", currency == null ? DEFAULT_CURRENCY : currency);
        boolean isReturn = outcome != Outcome.CAPTURED && outcome != Outcome.DECLINED;
        Subject subject = new Subject(
                outcome == Outcome.CAPTURED ? Payment.Type.PURCHASE : null,
                PosJournal.channel(row.text("channel")),
                isReturn ? null : time,
                isReturn ? null : amount,
                merchant,
                row.text("terminal_id"),
                row.text("batch"),
                row.text("stan"),
                isReturn ? original(row, outcome) : row.text("rrn"),
                isReturn ? null : row.text("auth_code"),
                null,
                null,
                card(row),
                null,
                null,
                null);
        completion.reaches(merchant, time);
        Observation said = new Observation(
                Source.ACQUIRER,
                reference(row, merchant, outcome, time),
                outcome,
                row.text("response_code"),
                time,
                subject,
                amount,
                null,
                null,
                null,
                context.statementId());
        return List.of(outcome == Outcome.DECLINED ? said : said.charging(row.fee("fee", amount.currency())));
    }

    private static Outcome outcome(String type) {
        return switch (type) {
            case "purchase" -> Outcome.CAPTURED;
            case "refund" -> Outcome.REFUNDED;
            case "void" -> Outcome.VOIDED;
            case "reversal" -> Outcome.REVERSED;
            case "declined" -> Outcome.DECLINED;
            default ->
                throw Refusal.of("unknown_outcome", type, "type must be purchase, refund, void, reversal or declined");
        };
    }

    /** A void or reversal repeats the original's RRN; a refund has one of its own and must name the other. */
    private static String original(Row row, Outcome outcome) {
        String original = row.text("original_rrn");
        return original != null || outcome == Outcome.REFUNDED ? row.required("original_rrn") : row.text("rrn");
    }

    /** With the time: some acquirers give each part of a partial refund the RRN of the purchase. */
    private String reference(Row row, String merchant, Outcome outcome, Instant time) {
        if (row.text("rrn") == null) {
            return refs.numbered(CONTENT.stream()
                    .map(column -> column + "=" + row.text(column))
                    .toList());
        }
        String second = time.atZone(context.zone()).toLocalDateTime().toString();
        return SourceRefs.natural("acq", merchant, row.text("rrn"), second, outcome.code());
    }

    private static Card card(Row row) {
        String card = row.text("card");
        CardKind kind = kind(row.text("card_kind"));
        if (card == null) {
            return kind == null ? null : new Card(null, null, null, kind, null);
        }
        if (Refusal.isFullCardNumber(card)) {
            throw Refusal.fullCardNumber(card);
        }
        Matcher masked = MASKED_CARD.matcher(card);
        if (!masked.matches()) {
            throw Refusal.of("bad_value", card, "card must be its first six digits, asterisks and its last four");
        }
        return new Card(null, masked.group(1), masked.group(2), kind, null);
    }

    private static CardKind kind(String kind) {
        return switch (kind == null ? "" : kind) {
            case "" -> null;
            case "debit" -> CardKind.DEBIT;
            case "credit" -> CardKind.CREDIT;
            case "prepaid" -> CardKind.PREPAID;
            default -> CardKind.UNKNOWN;
        };
    }

    @Override
    void complete(Sink sink) {
        completion.tellEach(Source.ACQUIRER, sink);
    }
}
