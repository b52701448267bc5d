package org.paywitness.observation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Locale;
import org.paywitness.card.CardNumbers;
import org.paywitness.money.Money;
import org.paywitness.problem.Problem;
import org.paywitness.verdict.CardKind;
import org.paywitness.verdict.Outcome;
import org.paywitness.verdict.Payment;
import org.paywitness.verdict.Source;

/** The observation on the wire (api.md, "An observation, as JSON"): read strictly, written in the same shape. */
final class ObservationJson {
    private ObservationJson() {}

    /**
     * @throws Problem 400 {@code invalid_observation} with a pointer for each field of a wrong type or name; values
     *     are checked by {@link Observation#validated}
     */
    static Observation read(JsonNode node) {
        Problem problem = Problem.badRequest("invalid_observation", "The observation is not valid.");
        JsonFields fields = new JsonFields(node, "", problem);
        JsonFields detail = fields.object("detail");
        JsonFields transaction = fields.object("transaction");
        Observation observation = new Observation(
                fields.oneOf("source", Source.class),
                fields.text("source_ref"),
                fields.oneOf("outcome", Outcome.class),
                fields.text("response_code"),
                fields.time("observed_at"),
                transaction == null ? null : subject(transaction),
                fields.money("amount"),
                detail == null ? null : detail.oneOf("slip_problem", Observation.SlipProblem.class),
                detail == null ? null : CardNumbers.mask(detail.text("text")),
                fields.text("transaction_id"),
                null,
                detail == null ? null : detail.money("fee"));
        fields.refuseOthers();
        if (detail != null) {
            detail.refuseOthers();
        }
        if (!problem.errors().isEmpty()) {
            throw problem;
        }
        return observation;
    }

    private static Observation.Subject subject(JsonFields fields) {
        JsonFields card = fields.object("card");
        Observation.Subject subject = new Observation.Subject(
                fields.oneOf("type", Payment.Type.class),
                fields.oneOf("channel", Observation.Channel.class),
                fields.time("occurred_at"),
                fields.money("amount"),
                fields.text("merchant_id"),
                fields.text("terminal_id"),
                fields.text("batch"),
                fields.text("stan"),
                fields.text("rrn"),
                fields.text("auth_code"),
                fields.text("merchant_order_no"),
                fields.text("wallet_transaction_no"),
                card == null
                        ? null
                        : new Observation.Card(
                                card.text("token"),
                                card.text("first6"),
                                card.text("last4"),
                                card.oneOf("kind", CardKind.class),
                                card.text("scheme")),
                fields.money("original"),
                fields.text("exchange_rate"),
                fields.money("discount"));
        fields.refuseOthers();
        if (card != null) {
            card.refuseOthers();
        }
        return subject;
    }

    /** The observation as it is kept: what is not known is left out, times in UTC. */
    static ObjectNode write(Observation said) {
        return write(said, java.time.ZoneOffset.UTC);
    }

    static ObjectNode write(Observation said, ZoneId zone) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("source", said.source().code());
        node.put("source_ref", said.sourceRef());
        node.put("outcome", said.outcome().code());
        put(node, "response_code", said.responseCode());
        node.put("observed_at", time(said.observedAt(), zone));
        node.set("transaction", subject(said.subject(), zone));
        put(node, "amount", said.amount());
        if (said.slipProblem() != null || said.text() != null || said.fee() != null) {
            ObjectNode detail = node.putObject("detail");
            put(detail, "slip_problem", said.slipProblem());
            put(detail, "text", said.text());
            put(detail, "fee", said.fee());
        }
        put(node, "transaction_id", said.transactionId());
        return node;
    }

    private static ObjectNode subject(Observation.Subject s, ZoneId zone) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        put(node, "type", s.type());
        put(node, "channel", s.channel());
        if (s.occurredAt() != null) {
            node.put("occurred_at", time(s.occurredAt(), zone));
        }
        put(node, "amount", s.amount());
        put(node, "merchant_id", s.merchantId());
        put(node, "terminal_id", s.terminalId());
        put(node, "batch", s.batch());
        put(node, "stan", s.stan());
        put(node, "rrn", s.rrn());
        put(node, "auth_code", s.authCode());
        put(node, "merchant_order_no", s.merchantOrderNo());
        put(node, "wallet_transaction_no", s.walletTransactionNo());
        if (s.card() != null) {
            ObjectNode card = node.putObject("card");
            put(card, "token", s.card().token());
            put(card, "first6", s.card().first6());
            put(card, "last4", s.card().last4());
            put(card, "kind", s.card().kind());
            put(card, "scheme", s.card().scheme());
        }
        put(node, "original", s.original());
        put(node, "exchange_rate", s.exchangeRate());
        put(node, "discount", s.discount());
        return node;
    }

    private static void put(ObjectNode node, String name, Money money) {
        if (money != null) {
            node.putObject(name).put("amount", money.amount()).put("currency", money.currency());
        }
    }

    private static void put(ObjectNode node, String name, Enum<?> value) {
        if (value != null) {
            node.put(name, value.name().toLowerCase(Locale.ROOT));
        }
    }

    private static void put(ObjectNode node, String name, String value) {
        if (value != null) {
            node.put(name, value);
        }
    }

    private static String time(Instant at, ZoneId zone) {
        return java.time.format.DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(at.atZone(zone));
    }
}
