package org.paywitness.reconciliation;

import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.paywitness.id.TypeId;
import org.paywitness.money.Money;
import org.paywitness.transaction.Summary;
import org.paywitness.transaction.Transaction;
import org.paywitness.verdict.Completeness;
import org.paywitness.verdict.Facts;
import org.paywitness.verdict.Judge;
import org.paywitness.verdict.Payment;
import org.paywitness.verdict.Policy;
import org.paywitness.verdict.Source;

/**
 * What the sources hold of one payment, in a sentence: {@code of(payment().terminal(APPROVED, "12:00")).covers(BANK,
 * "+2 00:00").differ()}. A card payment at terminal T1 whose journal is there, unless said otherwise.
 */
final class Books {
    private static final Transaction.Card CARD = new Transaction.Card(null, "622848", "1234");

    private final Payment payment;
    private final Map<Source, Instant> complete = new EnumMap<>(Source.class);
    private Transaction.Reference names =
            new Transaction.Reference("M1", "T1", "000101", "000001", "263140000001", null, null);
    private Transaction.Card card = CARD;
    private String channel = "chip";
    private Money discount;
    private List<Summary.Sent> sent = List.of();
    private Known known = new Known(true, null);

    private Books(Payment payment) {
        this.payment = payment;
    }

    static Books of(Facts facts) {
        return new Books(facts.build());
    }

    /** This source's data is complete through this instant, as {@link Facts#at} reads it. */
    Books covers(Source source, String through) {
        complete.put(source, Facts.at(through));
        return this;
    }

    /** All data of everybody is there. */
    Books allCover() {
        for (Source source : Source.values()) {
            covers(source, "+30 00:00");
        }
        return this;
    }

    Books channel(String how) {
        channel = how;
        return this;
    }

    Books discount(Money money) {
        discount = money;
        return this;
    }

    /** No source named a terminal. */
    Books withoutTerminal() {
        names = new Transaction.Reference("M1", null, null, null, "263140000001", null, null);
        return this;
    }

    /** Paid out of a wallet: known by its number there. */
    Books inWallet() {
        names = new Transaction.Reference("M1", "T1", null, null, null, "WX1", "42000001");
        card = new Transaction.Card(null, null, null);
        channel = "qr";
        return this;
    }

    /** Known to the terminal as a code that was shown, without a card or an RRN. */
    Books shownAsCode() {
        names = new Transaction.Reference("M1", "T1", "000101", "000001", null, null, null);
        card = new Transaction.Card(null, null, null);
        channel = "qr";
        return this;
    }

    /** The terminal told of nothing on that day. */
    Books withoutJournal() {
        known = new Known(false, known.late());
        return this;
    }

    /** A void of ours that the acquirer has carried out. */
    Books voidedByUs() {
        UUID id = TypeId.next();
        sent = List.of(new Summary.Sent(id, id, Facts.CNY_128, Facts.at("13:00"), Summary.By.VOID, false));
        return this;
    }

    Transaction transaction() {
        Summary summary = new Summary(
                payment.type(),
                payment.cardKind(),
                payment.viaWallet(),
                channel,
                null,
                null,
                null,
                null,
                discount,
                payment.earlier(),
                false,
                List.of(),
                sent,
                payment.facts());
        return new Transaction(TypeId.next(), null, 1, names, card, payment.amount(), payment.occurredAt(), summary);
    }

    Completeness completeness() {
        return new Completeness(
                complete.get(Source.TERMINAL),
                complete.get(Source.ACQUIRER),
                complete.get(Source.BANK),
                complete.get(Source.WALLET));
    }

    List<Difference> differences() {
        Transaction transaction = transaction();
        return Reconciliation.of(
                transaction,
                completeness(),
                Judge.verdict(transaction.payment(), completeness(), Policy.DEFAULT, Facts.at("+30 00:00")),
                known,
                Policy.DEFAULT);
    }

    /** Each difference as "kind amount action", or "" for none. */
    String differ() {
        return differences().stream()
                .map(one -> one.kind().code()
                        + ' '
                        + one.atStake().amount()
                        + ' '
                        + one.proposed().code())
                .collect(Collectors.joining(", "));
    }
}
