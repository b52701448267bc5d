package org.paywitness.transaction;

import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.paywitness.access.Visibility;
import org.paywitness.lookup.Consistency;
import org.paywitness.money.Money;
import org.paywitness.problem.Problem;

/** The main question as it was asked: at least one reference, or card, amount and time. */
record ChargeQuery(
        CardQuery card,
        Money amount,
        Instant at,
        Duration within,
        String merchantId,
        String rrn,
        String merchantOrderNo,
        String walletTransactionNo,
        String terminalId,
        String batch,
        String stan) {

    static final Set<String> PARAMETERS = Set.of(
            "card",
            "amount",
            "currency",
            "at",
            "within",
            "merchant_id",
            "rrn",
            "merchant_order_no",
            "wallet_transaction_no",
            "terminal_id",
            "batch",
            "stan");

    /** The most further matches that an answer lists. */
    static final int MAX_OTHERS = 10;

    private static final Duration DEFAULT_WITHIN = Duration.ofMinutes(30);
    private static final Duration MAX_WITHIN = Duration.ofDays(3);

    /** @throws Problem 400 naming what is malformed or missing */
    static ChargeQuery parse(QueryParameters parameters) {
        String card = parameters.text("card");
        ChargeQuery query = new ChargeQuery(
                card == null ? null : CardQuery.parse(card),
                parameters.money("amount", "currency"),
                parameters.time("at"),
                parameters.duration("within", DEFAULT_WITHIN, MAX_WITHIN),
                parameters.text("merchant_id"),
                parameters.text("rrn"),
                parameters.text("merchant_order_no"),
                parameters.text("wallet_transaction_no"),
                parameters.text("terminal_id"),
                parameters.text("batch"),
                parameters.text("stan"));
        if (!query.hasReference() && (query.card == null || query.amount == null || query.at == null)) {
            throw Problem.badRequest(
                    "invalid_request",
                    "Ask by a reference (rrn, merchant_order_no, wallet_transaction_no, or terminal_id with stan),"
                            + " or by card, amount and at.");
        }
        return query;
    }

    private boolean hasReference() {
        return rrn != null
                || merchantOrderNo != null
                || walletTransactionNo != null
                || terminalId != null && stan != null;
    }

    /** Asks by what tells payments apart best. */
    Future<List<Found>> ask(TransactionFinder transactions, Visibility visibility, Consistency needed) {
        if (walletTransactionNo != null) {
            return transactions.byWalletTransactionNo(walletTransactionNo, visibility, needed);
        }
        if (rrn != null) {
            return transactions.byRrn(rrn, visibility, needed);
        }
        if (merchantOrderNo != null) {
            return transactions.byMerchantOrderNo(merchantOrderNo, visibility, needed);
        }
        if (terminalId != null && stan != null) {
            return transactions.bySlip(terminalId, batch, stan, visibility);
        }
        return transactions.byCard(card, amount, at.minus(within), at.plus(within));
    }

    /** What the caller may see and nothing in the question contradicts, the best match first. */
    List<Found> ranked(List<Found> found, Visibility visibility) {
        return found.stream()
                .filter(f -> f.isVisible(visibility))
                .filter(f -> !contradicts(f.transaction()))
                .sorted(Comparator.comparing((Found f) ->
                                amount != null && !amount.equals(f.transaction().amount()))
                        .thenComparing(f -> at == null
                                ? Duration.ZERO
                                : Duration.between(f.transaction().occurredAt(), at)
                                        .abs())
                        .thenComparing(f -> f.transaction().occurredAt(), Comparator.reverseOrder())
                        .thenComparing(f -> f.transaction().id()))
                .toList();
    }

    // A reference that the transaction knows otherwise is another payment's; one that it does not know says nothing.
    private boolean contradicts(Transaction t) {
        Transaction.Reference r = t.reference();
        return differ(merchantId, r.merchantId())
                || differ(merchantOrderNo, r.merchantOrderNo())
                || walletTransactionNo == null && rrn != null && differ(terminalId, r.terminalId())
                || card != null && t.card().first6() != null && card.token() == null && !card.fits(t.card())
                || card != null && card.token() != null && t.card().token() != null && !card.fits(t.card())
                || !hasReference() && !card.fits(t.card());
    }

    private static boolean differ(String asked, String known) {
        return asked != null && known != null && !asked.equals(known);
    }
}
