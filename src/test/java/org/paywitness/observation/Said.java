package org.paywitness.observation;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import org.paywitness.money.Money;
import org.paywitness.verdict.CardKind;
import org.paywitness.verdict.Outcome;
import org.paywitness.verdict.Payment;
import org.paywitness.verdict.Source;

/**
 * An observation, in a sentence: {@code Said.by(ACQUIRER, APPROVED, "12:01").rrn("1").is("a")}. Times are "HH:mm[:ss]"
 * on {@link #DAY}, or "+N HH:mm[:ss]" and "-N HH:mm[:ss]" days from it, in Shanghai. ¥128.00 unless said otherwise.
 */
final class Said {
    static final ZoneId SHANGHAI = ZoneId.of("Asia/Shanghai");
    static final LocalDate DAY = LocalDate.of(2026, 11, 10);
    static final Money CNY_128 = Money.of(128_00, "CNY");

    private final Source source;
    private final Outcome outcome;
    private final Instant observedAt;
    private Instant occurredAt;
    private String responseCode;
    private Money asked = CNY_128;
    private Money moved;
    private String merchant;
    private String terminal;
    private String batch;
    private String stan;
    private String rrn;
    private String order;
    private String wallet;
    private Observation.Card card;
    private String text;
    private String transactionId;

    private Said(Source source, Outcome outcome, Instant at) {
        this.source = source;
        this.outcome = outcome;
        this.observedAt = at;
        this.responseCode = outcome == Outcome.DECLINED ? "51" : null;
    }

    /** "12:01" on the day, "+1 10:00" at ten the day after. */
    static Instant at(String when) {
        int space = when.indexOf(' ');
        int days = space < 0 ? 0 : Integer.parseInt(when.substring(0, space));
        LocalTime time = LocalTime.parse(when.substring(space + 1));
        return DAY.plusDays(days).atTime(time).atZone(SHANGHAI).toInstant();
    }

    static Said by(Source source, Outcome outcome, String when) {
        return by(source, outcome, at(when));
    }

    static Said by(Source source, Outcome outcome, Instant when) {
        return new Said(source, outcome, when);
    }

    Said code(String iso8583) {
        responseCode = iso8583;
        return this;
    }

    Said occurred(Instant at) {
        occurredAt = at;
        return this;
    }

    /** What the transaction asks for; null for a source that does not know. */
    Said asked(Money amount) {
        asked = amount;
        return this;
    }

    Said moved(Money amount) {
        moved = amount;
        return this;
    }

    Said merchant(String id) {
        merchant = id;
        return this;
    }

    Said terminal(String id) {
        terminal = id;
        return this;
    }

    Said slip(String terminalId, String batchNo, String stanNo) {
        terminal = terminalId;
        batch = batchNo;
        stan = stanNo;
        return this;
    }

    Said rrn(String number) {
        rrn = number;
        return this;
    }

    Said order(String number) {
        order = number;
        return this;
    }

    Said wallet(String number) {
        wallet = number;
        return this;
    }

    /** "622848******1234". */
    Said card(String masked) {
        return card(null, masked);
    }

    Said card(String token, String masked) {
        card = new Observation.Card(
                token,
                masked == null ? null : masked.substring(0, 6),
                masked == null ? null : masked.substring(masked.length() - 4),
                CardKind.DEBIT,
                null);
        return this;
    }

    Said token(String token) {
        return card(token, null);
    }

    Said text(String words) {
        text = words;
        return this;
    }

    Said of(String transaction) {
        transactionId = transaction;
        return this;
    }

    /** The observation under this reference of its source. */
    Observation is(String sourceRef) {
        return new Observation(
                source,
                sourceRef,
                outcome,
                responseCode,
                observedAt,
                new Observation.Subject(
                        Payment.Type.PURCHASE,
                        null,
                        occurredAt,
                        asked,
                        merchant,
                        terminal,
                        batch,
                        stan,
                        rrn,
                        null,
                        order,
                        wallet,
                        card,
                        null,
                        null,
                        null),
                moved,
                null,
                text,
                transactionId,
                null);
    }
}
