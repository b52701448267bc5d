package org.paywitness.receipt;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.paywitness.explanation.Language;
import org.paywitness.money.Money;
import org.paywitness.transaction.Amount;
import org.paywitness.transaction.Summary;
import org.paywitness.transaction.Transaction;
import org.paywitness.transaction.VerdictAnswer;

/** One copy of a slip: what it must show, as far as any source has told it. */
@Schema(name = "Receipt", description = "One copy of a slip; never the original, which came out of the terminal.")
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Receipt(
        @Schema(required = true, examples = "txn_01kaf3v6n8e8q9w2s4d6f8g0h2") String transactionId,
        @Schema(description = "The transaction that this one turned out to be a part of.") String mergedInto,
        @Schema(required = true, minimum = "1", description = "Which copy this is; no other has its number.")
                int reprint,
        @Schema(required = true, examples = "重印 / REPRINT 3") String mark,
        @Schema(description = "As configured.") String merchantName,
        @Schema(description = "ISO 8583 DE 42") String merchantId,
        @Schema(description = "ISO 8583 DE 41") String terminalId,
        @Schema(description = "First six and last four digits.", examples = "622848******1234") String card,
        @Schema(examples = "unionpay") String scheme,
        @Schema(enumeration = {"swipe", "chip", "contactless", "qr", "manual", "online"}) String channel,
        @Schema(
                        required = true,
                        enumeration = {"purchase", "preauth", "preauth_completion"})
                String type,
        @Schema(required = true, examples = "消费") String typeText,
        @Schema(required = true, format = "date-time", description = "In the merchants' zone.") String occurredAt,
        @Schema(required = true, description = "What was charged, or held by a pre-authorization.") Amount amount,
        @Schema(description = "What was asked for, where only a part was approved or it was converted.")
                Amount requested,
        @Schema(description = "The amount before conversion.") Amount original,
        @Schema(examples = "7.1910") String exchangeRate,
        Amount discount,
        @Schema(description = "What has come back; absent while nothing has.") Amount returned,
        @Schema(description = "What was promised back; absent while nothing was.") Amount returnedPromised,
        String batch,
        @Schema(description = "ISO 8583 DE 11") String stan,
        @Schema(description = "ISO 8583 DE 37", examples = "632512000417") String rrn,
        @Schema(description = "ISO 8583 DE 38") String authCode,
        String merchantOrderNo,
        String walletTransactionNo,
        @Schema(
                        required = true,
                        enumeration = {
                            "charged",
                            "charged_twice",
                            "held",
                            "being_returned",
                            "partly_returned",
                            "returned",
                            "disagreement"
                        })
                String verdict) {

    /**
     * @param number of this copy
     * @param merchantName null where none is configured
     */
    static Receipt of(Sale sale, int number, String merchantName, Language language) {
        Transaction t = sale.transaction();
        Transaction.Reference reference = t.reference();
        Summary summary = t.summary();
        Money amount = sale.takenOrHeld();
        String type = summary.type().name().toLowerCase(Locale.ROOT);
        return new Receipt(
                sale.reference(),
                sale.reference().equals(t.typeId()) ? null : t.typeId(),
                number,
                ReceiptWords.mark(number),
                merchantName,
                reference.merchantId(),
                reference.terminalId(),
                masked(t.card()),
                summary.scheme(),
                summary.channel(),
                type,
                ReceiptWords.type(type, language),
                VerdictAnswer.time(t.occurredAt(), sale.policy().zone()),
                Amount.of(amount),
                amount.equals(t.amount()) ? null : Amount.of(t.amount()),
                Amount.of(summary.original()),
                summary.exchangeRate(),
                unlessZero(summary.discount()),
                unlessZero(sale.verdict().returned()),
                unlessZero(sale.verdict().promised()),
                reference.batch(),
                reference.stan(),
                reference.rrn(),
                summary.authCode(),
                reference.merchantOrderNo(),
                reference.walletTransactionNo(),
                sale.verdict().kind().code());
    }

    private static Amount unlessZero(Money money) {
        return money == null || money.isZero() ? null : Amount.of(money);
    }

    private static String masked(Transaction.Card card) {
        return card.first6() == null && card.last4() == null
                ? null
                : (card.first6() == null ? "******" : card.first6())
                        + "******"
                        + (card.last4() == null ? "****" : card.last4());
    }
}
