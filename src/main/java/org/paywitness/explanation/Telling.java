package org.paywitness.explanation;

import java.time.Instant;
import org.paywitness.money.Money;
import org.paywitness.verdict.Completeness;
import org.paywitness.verdict.Fact;
import org.paywitness.verdict.Outcome;
import org.paywitness.verdict.Payment;
import org.paywitness.verdict.Policy;
import org.paywitness.verdict.ResponseCode;
import org.paywitness.verdict.Source;
import org.paywitness.verdict.Testimony;
import org.paywitness.verdict.Verdict;

/**
 * One verdict being told to one asker: what each placeholder of the texts stands for.
 *
 * @param verdict null where no payment was found
 * @param payment null where no payment was found
 */
record Telling(
        Verdict verdict, Payment payment, Completeness completeness, Policy policy, Instant now, Language language) {

    /** A {@link Money}, an {@link Instant} or a text; null where it is not known, or an amount of nothing. */
    Object value(Slot slot) {
        return switch (slot) {
            case AMOUNT -> some(amount());
            case ASKED -> some(payment.amount());
            case APPROVED -> partial() == null ? null : some(partial().amount());
            case RETURNED -> some(verdict.returned());
            case PROMISED -> some(verdict.promised());
            case OUTSTANDING -> some(outstanding());
            case NET -> verdict.net();
            case OCCURRED -> payment.occurredAt();
            case BY -> deadline();
            case DUE -> verdict.finalBy();
            case CODE -> verdict.responseCode();
            case MEANING -> verdict.responseCode() == null ? null : meaning(verdict.responseCode());
            case ORIGINAL -> some(payment.details().original());
            case RATE -> payment.details().exchangeRate();
            case DISCOUNT -> some(payment.details().discount());
            case BANK -> takenBy(Source.BANK);
            case WALLET -> takenBy(Source.WALLET);
            case ACQUIRER -> takenBy(Source.ACQUIRER);
            case TERMINAL_THROUGH -> completeness.terminal();
            case ACQUIRER_THROUGH -> completeness.acquirer();
            case BANK_THROUGH -> completeness.bank();
            case WALLET_THROUGH -> completeness.wallet();
            case NEXT_DATA -> nextData();
        };
    }

    void append(StringBuilder to, Slot slot) {
        Object value = value(slot);
        if (value instanceof Money money) {
            if (slot == Slot.ORIGINAL) {
                Figures.moneyWithCode(to, money);
            } else {
                Figures.money(to, money);
            }
        } else if (value instanceof Instant instant) {
            Figures.time(to, instant, now, policy.zone(), language);
        } else if (value != null) {
            to.append((String) value);
        } else {
            throw new IllegalStateException("nothing to say for {" + slot.key() + "}");
        }
    }

    /** When it is expected to be final, or null where that is past or not known. */
    Instant deadline() {
        Instant by = verdict.finalBy();
        return by != null && by.isAfter(now) ? by : null;
    }

    /** When the next settlement data is due. */
    Instant nextData() {
        return policy.next(policy.settlementTime(), now);
    }

    /** The cut-off of the day after now's: a working day for whoever has to act. */
    Instant tomorrowsCutOff() {
        return policy.day(now)
                .plusDays(1)
                .atTime(policy.cutOff())
                .atZone(policy.zone())
                .toInstant();
    }

    /** What the payment is about: taken, else approved, else asked for; null where no source says. */
    Money amount() {
        Fact part = verdict.kind() == Verdict.Kind.CHARGED && verdict.row() == 11 ? partial() : null;
        if (part != null) {
            return part.amount();
        }
        if (some(verdict.charged()) != null) {
            return verdict.charged();
        }
        boolean approved = verdict.kind() == Verdict.Kind.HELD || verdict.row() == 10;
        Money told = null;
        for (Fact f : verdict.because()) {
            told = told == null ? f.amount() : told;
        }
        return approved && told != null || payment.amount() == null ? told : payment.amount();
    }

    /** The latest approval for a part of what was asked (code 10), or null. */
    Fact partial() {
        for (int i = payment.facts().size() - 1; i >= 0; i--) {
            Fact f = payment.facts().get(i);
            if ("10".equals(f.responseCode()) && (f.outcome() == Outcome.APPROVED || f.outcome() == Outcome.DECLINED)) {
                return f;
            }
        }
        return null;
    }

    /** No slip came out at the terminal, and none since. */
    boolean slipFailed() {
        for (int i = payment.facts().size() - 1; i >= 0; i--) {
            Outcome outcome = payment.facts().get(i).outcome();
            if (outcome == Outcome.SLIP_FAILED || outcome == Outcome.SLIP_PRINTED) {
                return outcome == Outcome.SLIP_FAILED;
            }
        }
        return false;
    }

    /** Who gave the response code that decided the verdict: the acquirer or the terminal. */
    Source codeFrom() {
        Source from = Source.TERMINAL;
        for (Fact f : verdict.because()) {
            from = f.responseCode() != null && f.outcome() == Outcome.DECLINED ? f.source() : from;
        }
        return from;
    }

    private String meaning(String code) {
        ResponseCode known = ResponseCode.of(code);
        return language == Language.ZH ? known.zh() : known.en();
    }

    private Money takenBy(Source source) {
        return new Testimony(payment.facts()).takenBy(source);
    }

    private Money outstanding() {
        Money promised = verdict.promised();
        Money returned = some(verdict.returned());
        return promised == null || returned == null || returned.covers(promised) ? null : promised.minus(returned);
    }

    private static Money some(Money money) {
        return money == null || money.isZero() ? null : money;
    }
}
