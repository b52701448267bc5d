package org.paywitness.acquirer;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.UncheckedIOException;

/** An order on the wire (src/docs/acquirer-protocol.md, "Orders"). What is not known is left out. */
final class OrderJson {
    private OrderJson() {}

    static Buffer of(Order order, ObjectMapper json) {
        ObjectNode body = json.createObjectNode()
                .put("reference", order.reference())
                .put("operation", order.operation().code())
                .put("merchant_id", order.merchantId())
                .put("amount", order.amount().amount())
                .put("currency", order.amount().currency());
        Order.Original sale = order.original();
        ObjectNode original = body.putObject("original").put("transaction_id", sale.transactionId());
        if (sale.amount() != null) {
            original.put("amount", sale.amount().amount())
                    .put("currency", sale.amount().currency());
        }
        put(original, "occurred_at", sale.occurredAt());
        put(original, "terminal_id", sale.terminalId());
        put(original, "batch", sale.batch());
        put(original, "stan", sale.stan());
        put(original, "rrn", sale.rrn());
        put(original, "auth_code", sale.authCode());
        put(original, "merchant_order_no", sale.merchantOrderNo());
        put(original, "wallet_transaction_no", sale.walletTransactionNo());
        try {
            return Buffer.buffer(json.writeValueAsBytes(body));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void put(ObjectNode node, String name, Object value) {
        if (value != null) {
            node.put(name, value.toString());
        }
    }
}
