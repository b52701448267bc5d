package org.paywitness.dispute;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.paywitness.card.CardNumbers;
import org.paywitness.evidence.Party;
import org.paywitness.id.TypeId;
import org.paywitness.money.Money;
import org.paywitness.observation.JsonFields;
import org.paywitness.problem.Problem;
import org.paywitness.transaction.Amount;

/** The bodies of requests about disputes, read strictly; card numbers in texts are masked here. */
final class DisputeRequest {
    /** @param transactionId null where it cannot be the id of any transaction; amount null: all that was charged */
    record Disputed(UUID transactionId, Money amount) {}

    /** A dispute that is opened. */
    record Opened(List<Disputed> transactions, Reason reason, String text) {}

    /** @param side for whom the desk speaks; null of the sides themselves */
    record Offered(Proposal.Kind kind, UUID transactionId, Money amount, String text, Party side) {}

    /** A text, and for whom the desk speaks. */
    record Said(String text, Party side) {}

    /** Which side is right, and with how much of the claim; null: all of it. */
    record Decided(Status outcome, Money amount, String text) {}

    /** What became of what was promised, and of the customer. */
    record Followed(
            UUID followUp, boolean known, Boolean executed, String proof, Boolean satisfied, String prevention) {}

    /** As it is documented. */
    @Schema(name = "DisputedTransaction")
    record DisputedBody(
            @Schema(required = true, examples = "txn_01kaf3v6n8e8q9w2s4d6f8g0h2") String transactionId,
            @Schema(description = "All that was charged when absent.") Amount amount) {}

    /** As it is documented. */
    @Schema(name = "DisputeRequest")
    record OpenedBody(
            @Schema(description = "The transaction; or transactions.", examples = "txn_01kaf3v6n8e8q9w2s4d6f8g0h2")
                    String transactionId,
            @Schema(description = "With transaction_id: what is claimed, all that was charged when absent.")
                    Amount amount,
            @Schema(description = "Several of one merchant and card that one story covers.")
                    List<DisputedBody> transactions,
            @Schema(required = true) Reason reason,
            @Schema(maxLength = 2000, description = "What happened; card numbers in it are masked.") String text) {}

    /** As it is documented. */
    @Schema(name = "DisputeMessage")
    record SaidBody(@Schema(required = true, maxLength = 2000) String text) {}

    /** As it is documented. */
    @Schema(name = "ProposalRequest")
    record OfferedBody(
            @Schema(required = true) Proposal.Kind kind,
            @Schema(description = "Required for refund, voucher and top_up; else absent.") Amount amount,
            @Schema(description = "Which of several transactions the money goes back for.") String transactionId,
            @Schema(maxLength = 2000) String text,
            @Schema(description = "For whom the desk speaks, cardholder or merchant; only for the desk.")
                    String onBehalfOf) {}

    /** As it is documented. */
    @Schema(name = "DisputeStep")
    record StepBody(
            @Schema(maxLength = 2000) String text,
            @Schema(description = "For whom the desk speaks, cardholder or merchant; only for the desk.")
                    String onBehalfOf) {}

    /** As it is documented. */
    @Schema(name = "DisputeDecision")
    record DecidedBody(
            @Schema(required = true, description = "won_by_cardholder or won_by_merchant.") String outcome,
            @Schema(description = "How much of the claim the cardholder has won; all of it when absent.") Amount amount,
            @Schema(required = true, maxLength = 2000, description = "On what grounds.") String text) {}

    /** As it is documented. */
    @Schema(name = "DisputeFollowUp")
    record FollowedBody(
            @Schema(description = "The promise that this is about.") String followUpId,
            @Schema(description = "With follow_up_id: whether it was carried out.") Boolean executed,
            @Schema(maxLength = 200, description = "With executed: what shows it, like the id of evidence.")
                    String proof,
            @Schema(description = "Whether the customer is satisfied.") Boolean satisfied,
            @Schema(maxLength = 2000, description = "What keeps it from happening again.") String prevention) {}

    private final JsonFields fields;
    private final int maxText;

    private DisputeRequest(byte[] body, ObjectMapper json, int maxText) {
        this.fields = JsonFields.of(body, json);
        this.maxText = maxText;
    }

    /** @throws Problem 400 naming each bad field */
    static Opened opened(byte[] body, ObjectMapper json, DisputeSettings settings) {
        DisputeRequest request = new DisputeRequest(body, json, settings.maxTextLength());
        JsonFields fields = request.fields;
        List<Disputed> transactions = new ArrayList<>();
        if (fields.has("transactions")) {
            for (JsonFields one : fields.objects("transactions", settings.maxTransactions())) {
                transactions.add(request.disputed(one));
                one.refuseOthers();
            }
            if (fields.has("transaction_id") || fields.has("amount")) {
                fields.refuse("transactions", "goes without transaction_id and amount");
            }
        } else {
            transactions.add(request.disputed(fields));
        }
        Reason reason = fields.oneOf("reason", Reason.class);
        String text = request.text();
        request.fields.require("reason", reason);
        request.fields.finish();
        Set<UUID> ids = new HashSet<>();
        for (Disputed one : transactions) {
            if (!ids.add(one.transactionId())) {
                throw Problem.invalid("/transactions", "must not name a transaction twice");
            }
        }
        return new Opened(transactions, reason, text);
    }

    private Disputed disputed(JsonFields of) {
        String id = of.text("transaction_id");
        Money amount = of.money("amount");
        of.require("transaction_id", id);
        if (amount != null && amount.isZero()) {
            of.refuse("amount/amount", "must be more than 0");
        }
        return new Disputed(
                id == null ? null : TypeId.parse(TypeId.TRANSACTION, id).orElse(null), amount);
    }

    static Said message(byte[] body, ObjectMapper json, DisputeSettings settings) {
        DisputeRequest request = new DisputeRequest(body, json, settings.maxTextLength());
        String text = request.text();
        request.fields.require("text", text);
        request.fields.finish();
        return new Said(text, null);
    }

    /** No body is a step without a word. */
    static Said step(byte[] body, ObjectMapper json, DisputeSettings settings) {
        if (body == null || body.length == 0) {
            return new Said(null, null);
        }
        DisputeRequest request = new DisputeRequest(body, json, settings.maxTextLength());
        String text = request.text();
        Party side = request.side();
        request.fields.finish();
        return new Said(text, side);
    }

    static Offered offered(byte[] body, ObjectMapper json, DisputeSettings settings) {
        DisputeRequest request = new DisputeRequest(body, json, settings.maxTextLength());
        JsonFields fields = request.fields;
        Proposal.Kind kind = fields.oneOf("kind", Proposal.Kind.class);
        Money amount = fields.money("amount");
        String transaction = fields.text("transaction_id");
        String text = request.text();
        Party side = request.side();
        request.fields.require("kind", kind);
        if (kind != null && kind.hasAmount()) {
            request.fields.require("amount", amount);
        } else if (kind != null && fields.has("amount")) {
            fields.refuse("amount", "belongs to refund, voucher and top_up only");
        }
        if (amount != null && amount.isZero()) {
            fields.refuse("amount/amount", "must be more than 0");
        }
        request.fields.finish();
        return new Offered(
                kind,
                transaction == null
                        ? null
                        : TypeId.parse(TypeId.TRANSACTION, transaction).orElse(new UUID(0, 0)),
                amount,
                text,
                side);
    }

    static Decided decided(byte[] body, ObjectMapper json, DisputeSettings settings) {
        DisputeRequest request = new DisputeRequest(body, json, settings.maxTextLength());
        Status outcome = request.fields.oneOf("outcome", Status.class);
        Money amount = request.fields.money("amount");
        String text = request.text();
        request.fields.require("outcome", outcome);
        request.fields.require("text", text);
        if (outcome != null && outcome.loser() == null) {
            request.fields.refuse("outcome", "must be won_by_cardholder or won_by_merchant");
        }
        if (amount != null && (outcome != Status.WON_BY_CARDHOLDER || amount.isZero())) {
            request.fields.refuse("amount", "is what the cardholder has won, more than 0");
        }
        request.fields.finish();
        return new Decided(outcome, amount, text);
    }

    static Followed followed(byte[] body, ObjectMapper json, DisputeSettings settings) {
        DisputeRequest request = new DisputeRequest(body, json, settings.maxTextLength());
        JsonFields fields = request.fields;
        String followUp = fields.text("follow_up_id");
        Boolean executed = fields.flag("executed");
        String proof = fields.text("proof", settings.maxProofLength());
        Boolean satisfied = fields.flag("satisfied");
        String prevention = fields.text("prevention", settings.maxTextLength());
        if ((followUp == null) != (executed == null) && !request.fields.isWrong()) {
            fields.refuse("executed", "goes with follow_up_id");
        }
        if (followUp == null && satisfied == null && prevention == null && !request.fields.isWrong()) {
            fields.refuse("satisfied", "is required where nothing else is said");
        }
        request.fields.finish();
        return new Followed(
                followUp == null
                        ? null
                        : TypeId.parse(TypeId.FOLLOW_UP, followUp).orElse(null),
                followUp != null,
                executed,
                mask(proof),
                satisfied,
                mask(prevention));
    }

    private String text() {
        return mask(fields.text("text", maxText));
    }

    private static String mask(String text) {
        return text == null ? null : CardNumbers.mask(text);
    }

    private Party side() {
        Party side = fields.oneOf("on_behalf_of", Party.class);
        if (side == Party.DESK) {
            fields.refuse("on_behalf_of", "must be cardholder or merchant");
        }
        return side;
    }
}
