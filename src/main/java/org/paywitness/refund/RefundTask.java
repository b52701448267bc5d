package org.paywitness.refund;

import org.paywitness.acquirer.Order;
import org.paywitness.id.TypeId;
import org.paywitness.transaction.Transaction;

/** A refund that was claimed, its transaction, and whether it was never sent before. */
record RefundTask(Refund refund, Transaction transaction, boolean first) {
    Order order() {
        Transaction.Reference r = transaction.reference();
        return new Order(
                refund.reference(),
                refund.route,
                refund.merchantId,
                refund.amount,
                new Order.Original(
                        TypeId.format(TypeId.TRANSACTION, refund.transactionId),
                        transaction.amount(),
                        transaction.occurredAt(),
                        r.terminalId(),
                        r.batch(),
                        r.stan(),
                        r.rrn(),
                        transaction.summary().authCode(),
                        r.merchantOrderNo(),
                        r.walletTransactionNo()));
    }
}
