package org.paywitness.observation;

import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.paywitness.money.Money;
import org.paywitness.problem.Problem;
import org.paywitness.verdict.CardKind;
import org.paywitness.verdict.Outcome;
import org.paywitness.verdict.Payment;
import org.paywitness.verdict.Source;

/**
 * What one source says about one transaction: immutable, with the source's own time. Only what the source knows is
 * set; everything else is null.
 *
 * @param sourceRef the source's own reference of this statement, unique within the source
 * @param responseCode ISO 8583 DE 39; required for {@code declined}
 * @param observedAt the source's own time
 * @param amount what this source says moved; null means the transaction's amount
 * @param transactionId TypeID of the transaction where the sender knows it, or null: it decides
 * @param statement TypeID of the file it came in, or null
 * @param fee what this source says it took of the merchant, or gave back with what goes back; null where it does not say
 */
public record Observation(
        Source source,
        String sourceRef,
        Outcome outcome,
        String responseCode,
        Instant observedAt,
        Subject subject,
        Money amount,
        SlipProblem slipProblem,
        String text,
        String transactionId,
        String statement,
        Money fee) {

    /** Of a source that says nothing of a fee. */
    public Observation(
            Source source,
            String sourceRef,
            Outcome outcome,
            String responseCode,
            Instant observedAt,
            Subject subject,
            Money amount,
            SlipProblem slipProblem,
            String text,
            String transactionId,
            String statement) {
        this(
                source,
                sourceRef,
                outcome,
                responseCode,
                observedAt,
                subject,
                amount,
                slipProblem,
                text,
                transactionId,
                statement,
                null);
    }

    /** How the card or code was read. */
    public enum Channel {
        SWIPE,
        CHIP,
        CONTACTLESS,
        QR,
        MANUAL,
        ONLINE
    }

    /** Why no slip came out. */
    public enum SlipProblem {
        PAPER_OUT,
        JAMMED,
        POWER,
        UNKNOWN
    }

    /**
     * What the source knows of the transaction.
     *
     * @param occurredAt when the payment happened; null where the source knows only when it spoke
     * @param rrn ISO 8583 DE 37
     * @param stan ISO 8583 DE 11
     * @param authCode ISO 8583 DE 38
     * @param original the amount before conversion
     * @param exchangeRate decimal text
     */
    public record Subject(
            Payment.Type type,
            Channel channel,
            Instant occurredAt,
            Money amount,
            String merchantId,
            String terminalId,
            String batch,
            String stan,
            String rrn,
            String authCode,
            String merchantOrderNo,
            String walletTransactionNo,
            Card card,
            Money original,
            String exchangeRate,
            Money discount) {}

    /**
     * The card as far as the source knows it; never a full number.
     *
     * @param token {@code card_…} of ours, or null
     * @param first6 first six digits, or null
     * @param last4 last four digits, or null
     * @param scheme "unionpay", "visa", … as the source names it, or null
     */
    public record Card(String token, String first6, String last4, CardKind kind, String scheme) {}

    private static final Set<Source> SOURCES_WITH_FEES = EnumSet.of(Source.ACQUIRER, Source.WALLET);

    private static final Pattern REFERENCE = Pattern.compile("[\\p{L}\\p{N}._:/*#@+=|-]{1,128}");
    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final Pattern RESPONSE_CODE = Pattern.compile("[0-9A-Z]{2}");
    private static final Pattern TOKEN = Pattern.compile("card_[0-9a-z]{10,64}");
    private static final Pattern RATE = Pattern.compile("\\d{1,10}(\\.\\d{1,10})?");

    /** The latest time that a source may tell, ahead of our clock. */
    static final java.time.Duration MAX_AHEAD = java.time.Duration.ofDays(2);

    /** Nothing happened before this: a time earlier than the first bank card is a mistake. */
    static final Instant EARLIEST = Instant.parse("1970-01-01T00:00:00Z");

    /** The same observation, as it stands in this file. */
    public Observation from(String statementId) {
        return new Observation(
                source,
                sourceRef,
                outcome,
                responseCode,
                observedAt,
                subject,
                amount,
                slipProblem,
                text,
                transactionId,
                statementId,
                fee);
    }

    /** The same observation with what the source says of its fee. */
    public Observation charging(Money stated) {
        return new Observation(
                source,
                sourceRef,
                outcome,
                responseCode,
                observedAt,
                subject,
                amount,
                slipProblem,
                text,
                transactionId,
                statement,
                stated);
    }

    /**
     * Whether it says the same as another with the same reference. A fee that only one of them tells makes no difference:
     * the same file was read without it before.
     */
    boolean saysTheSameAs(Observation other) {
        boolean oneIsSilent = fee == null || other.fee == null;
        Observation mine = oneIsSilent ? charging(null) : this;
        Observation theirs = oneIsSilent ? other.charging(null) : other;
        return ObservationJson.write(mine).equals(ObservationJson.write(theirs));
    }

    /** What moved, by this source's word: {@link #amount()} or else the transaction's amount. May be null. */
    public Money moved() {
        return amount != null ? amount : subject.amount();
    }

    /** The time of the transaction as this source tells it: when it occurred, else when it was observed. */
    public Instant at() {
        return subject.occurredAt() != null ? subject.occurredAt() : observedAt;
    }

    /**
     * Checks every field.
     *
     * @throws Problem 400 {@code invalid_observation} with a pointer for each bad field
     */
    public Observation validated(Instant now) {
        Problem problem = Problem.badRequest("invalid_observation", "The observation is not valid.");
        require(problem, "/source", source);
        require(problem, "/source_ref", sourceRef);
        require(problem, "/outcome", outcome);
        require(problem, "/observed_at", observedAt);
        check(problem, "/source_ref", sourceRef, REFERENCE, "1 to 128 letters, digits or ._:/*#@+=|-");
        if (source != null && outcome != null && !outcome.isFrom(source)) {
            problem.at("/outcome", source.code() + " does not say " + outcome.code());
        }
        check(problem, "/response_code", responseCode, RESPONSE_CODE, "two digits or capital letters (ISO 8583 DE 39)");
        if (outcome == Outcome.DECLINED && responseCode == null) {
            problem.at("/response_code", "is required for declined");
        }
        time(problem, "/observed_at", observedAt, now);
        if (slipProblem != null && outcome != Outcome.SLIP_FAILED) {
            problem.at("/detail/slip_problem", "belongs to slip_failed only");
        }
        if (fee != null && !SOURCES_WITH_FEES.contains(source)) {
            problem.at("/detail/fee", "is told by the acquirer or the wallet only");
        }
        if (text != null && text.length() > 500) {
            problem.at("/detail/text", "must be at most 500 characters");
        }
        if (subject == null) {
            problem.at("/transaction", "is required");
        } else {
            checkSubject(problem, now);
        }
        positive(problem, "/amount", amount);
        if ("10".equals(responseCode) && amount == null) {
            problem.at("/amount", "is required with response code 10: the part that was approved");
        }
        if (outcome == Outcome.REFUNDED || outcome == Outcome.REFUNDING || outcome == Outcome.CREDITED) {
            if (subject != null && moved() == null) {
                problem.at("/amount", "is required for " + outcome.code());
            }
        }
        if (!problem.errors().isEmpty()) {
            throw problem;
        }
        return this;
    }

    private void checkSubject(Problem problem, Instant now) {
        time(problem, "/transaction/occurred_at", subject.occurredAt, now);
        positive(problem, "/transaction/amount", subject.amount);
        positive(problem, "/transaction/original", subject.original);
        check(problem, "/transaction/merchant_id", subject.merchantId, IDENTIFIER, "1 to 64 of A-Z a-z 0-9 . _ -");
        check(problem, "/transaction/terminal_id", subject.terminalId, IDENTIFIER, "1 to 64 of A-Z a-z 0-9 . _ -");
        check(problem, "/transaction/batch", subject.batch, IDENTIFIER, "1 to 64 of A-Z a-z 0-9 . _ -");
        check(problem, "/transaction/stan", subject.stan, IDENTIFIER, "1 to 64 of A-Z a-z 0-9 . _ -");
        check(problem, "/transaction/rrn", subject.rrn, IDENTIFIER, "1 to 64 of A-Z a-z 0-9 . _ -");
        check(problem, "/transaction/auth_code", subject.authCode, IDENTIFIER, "1 to 64 of A-Z a-z 0-9 . _ -");
        String reference = "1 to 128 letters, digits or ._:/*#@+=|-";
        check(problem, "/transaction/merchant_order_no", subject.merchantOrderNo, REFERENCE, reference);
        check(problem, "/transaction/wallet_transaction_no", subject.walletTransactionNo, REFERENCE, reference);
        check(problem, "/transaction/exchange_rate", subject.exchangeRate, RATE, "a positive decimal number");
        Card card = subject.card;
        if (card != null) {
            check(problem, "/transaction/card/token", card.token, TOKEN, "a card token from POST /v1/card-tokens");
            check(problem, "/transaction/card/first6", card.first6, Pattern.compile("\\d{6}"), "six digits");
            check(problem, "/transaction/card/last4", card.last4, Pattern.compile("\\d{4}"), "four digits");
            check(problem, "/transaction/card/scheme", card.scheme, IDENTIFIER, "1 to 64 of A-Z a-z 0-9 . _ -");
        }
    }

    static boolean isIdentifier(String text) {
        return IDENTIFIER.matcher(text).matches();
    }

    private static void require(Problem problem, String pointer, Object value) {
        if (value == null) {
            problem.at(pointer, "is required");
        }
    }

    private static void check(Problem problem, String pointer, String value, Pattern pattern, String expected) {
        if (value != null && !pattern.matcher(value).matches()) {
            problem.at(pointer, "must be " + expected);
        }
    }

    private static void positive(Problem problem, String pointer, Money money) {
        if (money != null && money.isZero()) {
            problem.at(pointer, "must be more than 0");
        }
    }

    private static void time(Problem problem, String pointer, Instant time, Instant now) {
        if (time != null && (time.isBefore(EARLIEST) || time.isAfter(now.plus(MAX_AHEAD)))) {
            problem.at(pointer, "must lie between 1970 and two days from now");
        }
    }
}
