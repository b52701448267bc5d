package org.paywitness.acquirer;

import java.time.Instant;
import org.paywitness.money.Money;

/**
 * What an acquirer is asked to do.
 *
 * @param reference ours, the same however often the order is sent: the acquirer carries out each operation of one
 *     reference at most once
 * @param amount what is to go back, in the currency of the sale
 */
public record Order(String reference, Operation operation, String merchantId, Money amount, Original original) {

    /**
     * The payment that money goes back for, by all names that the acquirer may know it by; each but the id may be null.
     *
     * @param transactionId TypeID of ours
     * @param rrn ISO 8583 DE 37
     * @param authCode ISO 8583 DE 38
     * @param stan ISO 8583 DE 11
     */
    public record Original(
            String transactionId,
            Money amount,
            Instant occurredAt,
            String terminalId,
            String batch,
            String stan,
            String rrn,
            String authCode,
            String merchantOrderNo,
            String walletTransactionNo) {}
}
