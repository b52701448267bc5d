package org.paywitness.observation;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.paywitness.id.TypeId;
import org.paywitness.money.Money;
import org.paywitness.observation.Correlation.Group;
import org.paywitness.observation.Correlation.Member;
import org.paywitness.observation.Observation.Card;
import org.paywitness.observation.Observation.Subject;
import org.paywitness.transaction.Summary;
import org.paywitness.transaction.Transaction;
import org.paywitness.verdict.CardKind;
import org.paywitness.verdict.Fact;
import org.paywitness.verdict.Payment;
import org.paywitness.verdict.Source;

/** Puts a transaction together from a group of observations. Pure: the order of arrival never matters. */
final class Assembly {
    /** Who is believed about the sale itself: whoever stood nearest to the counter. */
    private static final List<Source> NEAREST_THE_COUNTER =
            List.of(Source.TERMINAL, Source.ACQUIRER, Source.WALLET, Source.BANK);

    private final List<Member> byNearness;
    private final Correlation correlation;
    private final Group group;

    private Assembly(Group group, Correlation correlation) {
        this.group = group;
        this.correlation = correlation;
        this.byNearness = group.members.stream()
                .sorted(Comparator.comparing((Member m) ->
                                NEAREST_THE_COUNTER.indexOf(m.said().source()))
                        .thenComparing(Correlation.IN_TIME))
                .toList();
    }

    /** @param candidates ids of the transactions that may be the same payment */
    static Transaction of(UUID id, int version, Group group, Collection<UUID> candidates, Correlation correlation) {
        return new Assembly(group, correlation).transaction(id, version, candidates);
    }

    private Transaction transaction(UUID id, int version, Collection<UUID> candidates) {
        return new Transaction(id, null, version, reference(), card(), amount(), occurredAt(), summary(candidates));
    }

    private Transaction.Reference reference() {
        // One terminal's batch and stan belong together; they are not mixed from several sources.
        Subject slip = subjects()
                .filter(s -> s.terminalId() != null && s.stan() != null)
                .min(Comparator.comparing((Subject s) -> s.batch() == null))
                .orElse(null);
        return new Transaction.Reference(
                byNearness.stream()
                        .map(m -> correlation.merchant(m.said()))
                        .filter(java.util.Objects::nonNull)
                        .findFirst()
                        .orElse(null),
                slip == null ? first(Subject::terminalId) : slip.terminalId(),
                slip == null ? null : slip.batch(),
                slip == null ? null : slip.stan(),
                first(Subject::rrn),
                first(Subject::merchantOrderNo),
                first(Subject::walletTransactionNo));
    }

    private Transaction.Card card() {
        Card masked = cards().filter(c -> Correlation.CardKey.masked(c) != null)
                .findFirst()
                .orElse(null);
        String token = cards().map(Card::token)
                .filter(java.util.Objects::nonNull)
                .findFirst()
                .orElse(null);
        return new Transaction.Card(
                token, masked == null ? null : masked.first6(), masked == null ? null : masked.last4());
    }

    private Money amount() {
        Money asked = first(Subject::amount);
        return asked != null
                ? asked
                : byNearness.stream()
                        .map(m -> m.said().moved())
                        .filter(java.util.Objects::nonNull)
                        .findFirst()
                        .orElse(null);
    }

    private java.time.Instant occurredAt() {
        java.time.Instant occurred = first(Subject::occurredAt);
        return occurred != null
                ? occurred
                : group.members.stream()
                        .map(m -> m.said().observedAt())
                        .min(Comparator.naturalOrder())
                        .orElseThrow();
    }

    private Summary summary(Collection<UUID> candidates) {
        Payment.Type type = first(Subject::type);
        Observation.Channel channel = first(Subject::channel);
        return new Summary(
                type == null ? Payment.Type.PURCHASE : type,
                cards().map(Card::kind)
                        .filter(k -> k != null && k != CardKind.UNKNOWN)
                        .findFirst()
                        .orElse(null),
                byNearness.stream().anyMatch(m -> m.said().source() == Source.WALLET),
                channel == null ? null : channel.name().toLowerCase(Locale.ROOT),
                first(Subject::authCode),
                cards().map(Card::scheme)
                        .filter(java.util.Objects::nonNull)
                        .findFirst()
                        .orElse(null),
                first(Subject::original),
                first(Subject::exchangeRate),
                first(Subject::discount),
                null,
                !group.weak.isEmpty(),
                candidates.stream()
                        .sorted()
                        .map(c -> TypeId.format(TypeId.TRANSACTION, c))
                        .toList(),
                List.of(),
                group.members.stream().map(Assembly::fact).sorted(Fact.IN_TIME).toList());
    }

    private static Fact fact(Member m) {
        Observation said = m.said();
        return new Fact(
                TypeId.format(TypeId.OBSERVATION, m.id()),
                said.source(),
                said.outcome(),
                said.responseCode(),
                said.observedAt(),
                said.moved(),
                said.statement() == null ? "" : said.statement(),
                said.fee());
    }

    private <T> T first(Function<Subject, T> field) {
        return subjects()
                .map(field)
                .filter(java.util.Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private Stream<Subject> subjects() {
        return byNearness.stream().map(m -> m.said().subject());
    }

    private Stream<Card> cards() {
        return subjects().map(Subject::card).filter(java.util.Objects::nonNull);
    }
}
