package org.paywitness.transaction;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.paywitness.id.TypeId;
import org.paywitness.money.Money;
import org.paywitness.verdict.CardKind;
import org.paywitness.verdict.Fact;
import org.paywitness.verdict.Payment;

/**
 * One payment attempt as we hold it together from what the sources say: one row, one look-up.
 *
 * @param mergedInto the transaction it turned out to be a part of, or null
 * @param version counts its changes from 1
 * @param occurredAt when it happened, by the source nearest to the counter
 * @param amount what was asked for, or null while no source said
 */
public record Transaction(
        UUID id,
        UUID mergedInto,
        int version,
        Reference reference,
        Card card,
        Money amount,
        Instant occurredAt,
        Summary summary) {

    /** By what people and systems name it; each may be null. */
    public record Reference(
            String merchantId,
            String terminalId,
            String batch,
            String stan,
            String rrn,
            String merchantOrderNo,
            String walletTransactionNo) {

        /** The reference that a clerk can look up, "RRN 632512000417", or null. */
        public String quote() {
            if (rrn != null) {
                return "RRN " + rrn;
            }
            if (walletTransactionNo != null) {
                return walletTransactionNo;
            }
            if (terminalId != null && stan != null) {
                return terminalId + " / " + (batch == null ? "" : batch + " / ") + stan;
            }
            return merchantOrderNo;
        }
    }

    /** The card as far as any source knows it; each may be null. */
    public record Card(String token, String first6, String last4) {}

    /** What the judge judges. */
    public Payment payment() {
        return new Payment(
                typeId(),
                summary.type(),
                summary.cardKind() == null ? CardKind.UNKNOWN : summary.cardKind(),
                summary.viaWallet(),
                amount,
                occurredAt,
                summary.facts(),
                ownRefunds(),
                summary.earlier(),
                new Payment.Details(reference.quote(), summary.original(), summary.exchangeRate(), summary.discount()));
    }

    private List<Payment.OwnRefund> ownRefunds() {
        return summary.sent().isEmpty()
                ? List.of()
                : summary.sent().stream()
                        .map(sent -> new Payment.OwnRefund(
                                TypeId.format(
                                        sent.by() == Summary.By.CHARGEBACK ? TypeId.DISPUTE : TypeId.REFUND, sent.id()),
                                sent.amount(),
                                sent.succeededAt(),
                                sent.voided(),
                                sent.takenBack()))
                        .toList();
    }

    public String typeId() {
        return TypeId.format(TypeId.TRANSACTION, id);
    }

    /** The same transaction after one more change. */
    public Transaction withVersion(int next) {
        return new Transaction(id, mergedInto, next, reference, card, amount, occurredAt, summary);
    }

    /** The same transaction with another earlier equal payment, or none. */
    public Transaction withEarlier(Payment.Earlier earlier) {
        return new Transaction(
                id, mergedInto, version, reference, card, amount, occurredAt, summary.withEarlier(earlier));
    }

    /** The same transaction with this money going back, instead of what was known of it before. */
    public Transaction with(Summary.Sent one) {
        return withSent(Stream.concat(
                        summary.sent().stream().filter(sent -> !sent.isOf(one.id(), one.madeFor())), Stream.of(one))
                .toList());
    }

    /** The same transaction when what goes back under this id, and was asked for under that one, does so no longer. */
    public Transaction takeBack(UUID sentId, UUID madeFor) {
        return withSent(summary.sent().stream()
                .map(sent -> sent.isOf(sentId, madeFor) ? sent.takeBack() : sent)
                .toList());
    }

    /** The same transaction with this money of ours going back. */
    public Transaction withSent(Collection<Summary.Sent> sent) {
        return new Transaction(id, mergedInto, version, reference, card, amount, occurredAt, summary.withSent(sent));
    }

    /** Facts of this transaction in time order. */
    public List<Fact> facts() {
        return summary.facts();
    }
}
