package org.paywitness.standing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.paywitness.event.Event;
import org.paywitness.id.TypeId;
import org.paywitness.money.Money;
import org.paywitness.transaction.Transaction;

/** The events of verdicts. */
final class VerdictEvent {
    private static final String TRANSACTION = "transaction";

    private VerdictEvent() {}

    /**
     * The verdict has become another one.
     *
     * @param before what was told before, or null for a new transaction
     * @param reason why: as changes of transactions have it, or {@code time} or {@code completeness}
     */
    static Event changed(Transaction transaction, Told before, Told now, String reason, Instant at, ObjectMapper json) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("transaction_id", transaction.typeId());
        put(data, "merchant_id", transaction.reference().merchantId());
        data.put("version", transaction.version());
        data.put("verdict", now.kind());
        data.put("cause", now.cause());
        data.put("final", now.isFinal());
        put(data, "charged", amount(now.charged()));
        put(data, "returned", amount(now.returned()));
        put(data, "duplicate_of", now.duplicateOf());
        data.put("flags", now.flags());
        data.put("reason", reason);
        put(data, "previous", before == null ? null : previous(before));
        return event(transaction, "verdict.changed", data, at, json);
    }

    /**
     * It turned out to be a part of another one, and answers with that one's verdict from now on.
     *
     * @param before what was told before, or null where nothing was
     */
    static Event merged(Transaction transaction, Told before, Instant at, ObjectMapper json) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("transaction_id", transaction.typeId());
        put(data, "merchant_id", transaction.reference().merchantId());
        data.put("version", transaction.version());
        data.put("merged_into", TypeId.format(TypeId.TRANSACTION, transaction.mergedInto()));
        put(data, "previous", before == null ? null : previous(before));
        return event(transaction, "transaction.merged", data, at, json);
    }

    private static Event event(
            Transaction transaction, String type, Map<String, Object> data, Instant at, ObjectMapper json) {
        try {
            UUID id = TypeId.next();
            String merchant = transaction.reference().merchantId();
            return new Event(id, TRANSACTION, transaction.typeId(), type, json.writeValueAsString(data), merchant, at);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, Object> previous(Told told) {
        Map<String, Object> previous = new LinkedHashMap<>();
        previous.put("verdict", told.kind());
        previous.put("cause", told.cause());
        previous.put("final", told.isFinal());
        put(previous, "charged", amount(told.charged()));
        put(previous, "returned", amount(told.returned()));
        put(previous, "duplicate_of", told.duplicateOf());
        previous.put("flags", told.flags());
        return previous;
    }

    private static Map<String, Object> amount(Money money) {
        if (money == null) {
            return null;
        }
        Map<String, Object> amount = new LinkedHashMap<>();
        amount.put("amount", money.amount());
        amount.put("currency", money.currency());
        return amount;
    }

    private static void put(Map<String, Object> data, String name, Object value) {
        if (value != null) {
            data.put(name, value);
        }
    }
}
