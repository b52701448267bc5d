package org.paywitness.transaction;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.paywitness.explanation.Language;
import org.paywitness.id.TypeId;
import org.paywitness.verdict.Policy;

/** A transaction on the wire, with its verdict. */
@Schema(name = "Transaction", description = "One payment attempt, as held together from what the sources say.")
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TransactionAnswer(
        @Schema(required = true, examples = "txn_01kaf3v6n8e8q9w2s4d6f8g0h2") String id,
        @Schema(description = "The transaction that this one turned out to be a part of; all else is that one's.")
                String mergedInto,
        @Schema(
                        required = true,
                        enumeration = {"purchase", "preauth", "preauth_completion"})
                String type,
        @Schema(enumeration = {"swipe", "chip", "contactless", "qr", "manual", "online"}) String channel,
        @Schema(required = true, format = "date-time") String occurredAt,
        @Schema(description = "What was asked for; absent while no source said.") Amount amount,
        String merchantId,
        String terminalId,
        String batch,
        @Schema(description = "ISO 8583 DE 11") String stan,
        @Schema(description = "ISO 8583 DE 37", examples = "632512000417") String rrn,
        @Schema(description = "ISO 8583 DE 38") String authCode,
        String merchantOrderNo,
        String walletTransactionNo,
        CardAnswer card,
        @Schema(description = "The amount before conversion.") Amount original,
        @Schema(examples = "7.1910") String exchangeRate,
        Amount discount,
        @Schema(required = true) VerdictAnswer verdict,
        @Schema(enumeration = "card_amount_time", description = "Some observation was joined without a reference.")
                String matchedBy,
        @Schema(required = true, description = "Transactions that may be the same payment.") List<String> candidates,
        @Schema(required = true) List<String> flags,
        @Schema(required = true, description = "Our refunds of it, oldest first.") List<RefundsOf.Line> refunds,
        @Schema(
                        description =
                                "A refund that is ready to confirm: the body of POST /v1/refunds. Only for those who may.")
                RefundsOf.Proposal proposedRefund,
        @Schema(required = true, description = "The disputes about it, oldest first.") List<String> disputes,
        @Schema(description = "Where anything is known of it; not for cardholders.") FeesOf.Line fee,
        @Schema(required = true, description = "Counts the changes of the transaction.") int version) {

    /** The card as far as any source knows it; never a full number. */
    @Schema(name = "Card")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record CardAnswer(
            @Schema(examples = "card_01h2xcejqtf2nbrexx3vqjhp41w0") String token,
            @Schema(examples = "622848") String first6,
            @Schema(examples = "1234") String last4,
            @Schema(enumeration = {"debit", "credit", "prepaid", "unknown"}) String kind,
            @Schema(examples = "unionpay") String scheme) {}

    static TransactionAnswer of(
            Found found,
            RefundsOf.Part part,
            List<String> disputes,
            FeesOf.Line fee,
            Policy policy,
            Instant now,
            Language language) {
        Transaction t = found.transaction();
        Transaction.Reference r = t.reference();
        Summary s = t.summary();
        VerdictAnswer verdict = VerdictAnswer.of(found, policy, now, language);
        return new TransactionAnswer(
                found.askedId() == null ? t.typeId() : TypeId.format(TypeId.TRANSACTION, found.askedId()),
                found.askedId() == null ? null : t.typeId(),
                s.type().name().toLowerCase(Locale.ROOT),
                s.channel(),
                VerdictAnswer.time(t.occurredAt(), policy.zone()),
                Amount.of(t.amount()),
                r.merchantId(),
                r.terminalId(),
                r.batch(),
                r.stan(),
                r.rrn(),
                s.authCode(),
                r.merchantOrderNo(),
                r.walletTransactionNo(),
                card(t),
                Amount.of(s.original()),
                s.exchangeRate(),
                Amount.of(s.discount()),
                verdict,
                s.weak() ? "card_amount_time" : null,
                s.candidates(),
                verdict.flags(),
                part.refunds(),
                part.proposed(),
                disputes,
                fee,
                t.version());
    }

    /** Changes whenever anything but the instant of judging does. */
    String entityTag() {
        return Answers.tag(verdict.entityTag() + refunds + proposedRefund + disputes + fee);
    }

    private static CardAnswer card(Transaction t) {
        Transaction.Card card = t.card();
        return card.token() == null && card.first6() == null && t.summary().cardKind() == null
                ? null
                : new CardAnswer(
                        card.token(),
                        card.first6(),
                        card.last4(),
                        t.summary().cardKind() == null
                                ? null
                                : t.summary().cardKind().name().toLowerCase(Locale.ROOT),
                        t.summary().scheme());
    }
}
