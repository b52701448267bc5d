package org.paywitness.transaction;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.paywitness.money.Money;
import org.paywitness.verdict.CardKind;
import org.paywitness.verdict.Fact;
import org.paywitness.verdict.Outcome;
import org.paywitness.verdict.Payment;
import org.paywitness.verdict.Source;

/**
 * All that a verdict needs of a transaction's observations, kept in one text column so that one read is enough. The
 * text is a line of head fields and a line for each fact, fields separated by tabs; no field can hold a tab. A fact that
 * tells a fee has one field more at its end.
 *
 * @param channel as on the wire, or null
 * @param authCode ISO 8583 DE 38, or null
 * @param scheme card scheme, or null
 * @param weak whether a member was joined by card, amount and time
 * @param candidates TypeIDs of transactions that may be the same payment
 * @param sent what is known to go back by our own doing, in time
 * @param facts in {@link Fact#IN_TIME} order
 */
public record Summary(
        Payment.Type type,
        CardKind cardKind,
        boolean viaWallet,
        String channel,
        String authCode,
        String scheme,
        Money original,
        String exchangeRate,
        Money discount,
        Payment.Earlier earlier,
        boolean weak,
        List<String> candidates,
        List<Sent> sent,
        List<Fact> facts) {

    /** How money of ours goes back. */
    public enum By {
        REFUND("0"),
        VOID("1"),
        /** Claimed back by the card's bank in a dispute that the cardholder has won. */
        CHARGEBACK("2");

        private final String code;

        By(String code) {
            this.code = code;
        }

        static By of(String code) {
            for (By by : values()) {
                if (by.code.equals(code)) {
                    return by;
                }
            }
            throw new IllegalStateException("unknown return in summary");
        }
    }

    /**
     * Money that is known to go back: a refund of ours that succeeded, or a claim that was won.
     *
     * @param id the refund's, or the dispute's
     * @param madeFor the transaction that it was asked for, which may have been merged into this one since
     * @param takenBack whether the acquirer has taken the success back, or the decision was reversed
     */
    public record Sent(UUID id, UUID madeFor, Money amount, Instant succeededAt, By by, boolean takenBack) {
        public boolean voided() {
            return by == By.VOID;
        }

        boolean isOf(UUID otherId, UUID transaction) {
            return id.equals(otherId) && madeFor.equals(transaction);
        }

        Sent takeBack() {
            return new Sent(id, madeFor, amount, succeededAt, by, true);
        }

        static final Comparator<Sent> IN_TIME =
                Comparator.comparing(Sent::succeededAt).thenComparing(Sent::id);
    }

    private static final String FORMAT = "1";
    private static final String SENT = "refund";
    private static final Source[] SOURCES = Source.values();
    private static final Outcome[] OUTCOMES = Outcome.values();

    Summary withEarlier(Payment.Earlier other) {
        return new Summary(
                type,
                cardKind,
                viaWallet,
                channel,
                authCode,
                scheme,
                original,
                exchangeRate,
                discount,
                other,
                weak,
                candidates,
                sent,
                facts);
    }

    Summary withSent(Collection<Sent> all) {
        return new Summary(
                type,
                cardKind,
                viaWallet,
                channel,
                authCode,
                scheme,
                original,
                exchangeRate,
                discount,
                earlier,
                weak,
                candidates,
                all.stream().sorted(Sent.IN_TIME).toList(),
                facts);
    }

    /** The text of the column. */
    public String encode() {
        StringBuilder out = new StringBuilder(160 + 110 * facts.size());
        out.append(FORMAT).append('\t').append(type.name());
        field(out, cardKind == null ? null : cardKind.name());
        field(out, viaWallet ? "1" : "0");
        field(out, channel);
        field(out, authCode);
        field(out, scheme);
        money(out, original);
        field(out, exchangeRate);
        money(out, discount);
        field(out, earlier == null ? null : (earlier.retry() ? "!" : "?") + earlier.id());
        field(out, weak ? "1" : "0");
        field(out, candidates.isEmpty() ? null : String.join(",", candidates));
        for (Sent refund : sent) {
            out.append('\n').append(SENT);
            field(out, refund.id().toString());
            field(out, refund.madeFor().toString());
            field(out, Long.toString(micros(refund.succeededAt())));
            money(out, refund.amount());
            field(out, refund.by().code);
            field(out, refund.takenBack() ? "1" : "0");
        }
        for (Fact f : facts) {
            out.append('\n').append(f.source().code());
            field(out, f.outcome().code());
            field(out, f.responseCode());
            field(out, Long.toString(micros(f.at())));
            money(out, f.amount());
            field(out, f.statement());
            field(out, f.observationId());
            if (f.fee() != null) {
                money(out, f.fee());
            }
        }
        return out.toString();
    }

    /** @throws IllegalStateException for a text that this version did not write */
    public static Summary decode(String text) {
        Cursor in = new Cursor(text);
        if (!FORMAT.equals(in.next())) {
            throw new IllegalStateException("unknown summary format");
        }
        Payment.Type type = Payment.Type.valueOf(in.next());
        String kind = in.next();
        boolean wallet = "1".equals(in.next());
        String channel = in.next();
        String authCode = in.next();
        String scheme = in.next();
        Money original = in.money();
        String rate = in.next();
        Money discount = in.money();
        String earlier = in.next();
        boolean weak = "1".equals(in.next());
        String candidates = in.next();
        List<Sent> sent = List.of();
        List<Fact> facts = new ArrayList<>(8);
        while (in.more()) {
            String line = in.next();
            if (SENT.equals(line)) {
                sent = sent.isEmpty() ? new ArrayList<>(2) : sent;
                sent.add(in.sent());
                continue;
            }
            Source source = source(line);
            Outcome outcome = outcome(in.next());
            String code = in.next();
            Instant at = instant(Long.parseLong(in.next()));
            Money amount = in.money();
            String statement = in.next();
            String id = in.next();
            Money fee = in.lineGoesOn() ? in.money() : null;
            facts.add(new Fact(id, source, outcome, code, at, amount, statement == null ? "" : statement, fee));
        }
        return new Summary(
                type,
                kind == null ? null : CardKind.valueOf(kind),
                wallet,
                channel,
                authCode,
                scheme,
                original,
                rate,
                discount,
                earlier == null ? null : new Payment.Earlier(earlier.substring(1), earlier.charAt(0) == '!'),
                weak,
                candidates == null ? List.of() : List.of(candidates.split(",")),
                sent,
                facts);
    }

    private static void field(StringBuilder out, String value) {
        out.append('\t');
        if (value != null) {
            out.append(value);
        }
    }

    private static void money(StringBuilder out, Money money) {
        out.append('\t');
        if (money != null) {
            out.append(money.amount()).append(money.currency());
        }
    }

    private static long micros(Instant at) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, at);
    }

    private static Instant instant(long micros) {
        return Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1000L);
    }

    private static Source source(String code) {
        for (Source source : SOURCES) {
            if (source.code().equals(code)) {
                return source;
            }
        }
        throw new IllegalStateException("unknown source in summary");
    }

    private static Outcome outcome(String code) {
        for (Outcome outcome : OUTCOMES) {
            if (outcome.code().equals(code)) {
                return outcome;
            }
        }
        throw new IllegalStateException("unknown outcome in summary");
    }

    /** Walks the fields; an empty field is null. */
    private static final class Cursor {
        private final String text;
        private int at;

        Cursor(String text) {
            this.text = Objects.requireNonNull(text);
        }

        boolean more() {
            return at < text.length();
        }

        String next() {
            int end = at;
            while (end < text.length() && text.charAt(end) != '\t' && text.charAt(end) != '\n') {
                end++;
            }
            String field = end == at ? null : text.substring(at, end);
            at = end + 1;
            return field;
        }

        /** Whether the field that was read is not the last one of its line. */
        boolean lineGoesOn() {
            return at <= text.length() && text.charAt(at - 1) == '\t';
        }

        Sent sent() {
            UUID id = UUID.fromString(next());
            UUID madeFor = UUID.fromString(next());
            Instant at = instant(Long.parseLong(next()));
            return new Sent(id, madeFor, money(), at, By.of(next()), "1".equals(next()));
        }

        Money money() {
            String field = next();
            if (field == null) {
                return null;
            }
            int split = field.length() - 3;
            return new Money(Long.parseLong(field, 0, split, 10), field.substring(split));
        }
    }
}
