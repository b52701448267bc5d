package org.paywitness.transaction;

import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import org.paywitness.access.Visibility;
import org.paywitness.money.Money;
import org.paywitness.problem.Problem;
import org.paywitness.verdict.Verdict;

/** What a list of transactions is narrowed to; null narrows nothing. The caller's visibility always does. */
record ListQuery(
        Visibility visibility,
        String merchantId,
        String terminalId,
        CardQuery card,
        Instant from,
        Instant to,
        Money amount,
        Verdict.Kind verdict,
        boolean afterTerminalLost) {

    static final Set<String> PARAMETERS = Set.of(
            "merchant_id",
            "terminal_id",
            "card",
            "from",
            "to",
            "amount",
            "currency",
            "verdict",
            "flag",
            "limit",
            "cursor");

    static ListQuery parse(QueryParameters parameters, Visibility visibility) {
        String card = parameters.text("card");
        return new ListQuery(
                visibility,
                parameters.text("merchant_id"),
                parameters.text("terminal_id"),
                card == null ? null : CardQuery.parse(card),
                parameters.time("from"),
                parameters.time("to"),
                parameters.money("amount", "currency"),
                kind(parameters.text("verdict")),
                flag(parameters.text("flag")));
    }

    // The other flags come of judging, most of them with time alone: no condition finds them.
    private static boolean flag(String text) {
        if (text != null && !text.equals(Verdict.Flag.AFTER_TERMINAL_LOST.code())) {
            throw Problem.invalid("?flag", "must be " + Verdict.Flag.AFTER_TERMINAL_LOST.code());
        }
        return text != null;
    }

    private static Verdict.Kind kind(String text) {
        if (text == null) {
            return null;
        }
        for (Verdict.Kind kind : Verdict.Kind.values()) {
            if (kind.code().equals(text) && kind != Verdict.Kind.NOT_FOUND) {
                return kind;
            }
        }
        throw Problem.invalid("?verdict", "must be a verdict, like charged or not_charged");
    }

    /** The conditions on {@code transaction t}; what they compare with is added to the tuple. */
    void where(List<String> where, Tuple tuple) {
        if (visibility instanceof Visibility.OfMerchant of) {
            add(where, tuple, "t.merchant_id = $", of.merchantId());
        }
        if (visibility instanceof Visibility.OfCards of) {
            add(where, tuple, "t.card_token = ANY($", of.cards().toArray(String[]::new));
            where.set(where.size() - 1, where.get(where.size() - 1) + ")");
        }
        add(where, tuple, "t.merchant_id = $", merchantId);
        add(where, tuple, "t.terminal_id = $", terminalId);
        if (card != null) {
            add(where, tuple, "t.card_token = $", card.token());
            add(where, tuple, "t.card_first6 = $", card.first6());
            add(where, tuple, "t.card_last4 = $", card.last4());
        }
        add(where, tuple, "t.occurred_at >= $", from == null ? null : from.atOffset(ZoneOffset.UTC));
        add(where, tuple, "t.occurred_at < $", to == null ? null : to.atOffset(ZoneOffset.UTC));
        if (amount != null) {
            add(where, tuple, "t.amount = $", amount.amount());
            add(where, tuple, "t.currency = $", amount.currency());
        }
        if (afterTerminalLost) {
            where.add(Transactions.AFTER_TERMINAL_LOST);
        }
    }

    private static void add(List<String> where, Tuple tuple, String condition, Object value) {
        if (value != null) {
            tuple.addValue(value);
            where.add(condition + tuple.size());
        }
    }
}
