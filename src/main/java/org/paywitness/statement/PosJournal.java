package org.paywitness.statement;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.paywitness.observation.Observation;
import org.paywitness.observation.Observation.Card;
import org.paywitness.observation.Observation.Channel;
import org.paywitness.observation.Observation.SlipProblem;
import org.paywitness.observation.Observation.Subject;
import org.paywitness.statement.StatementReader.Context;
import org.paywitness.statement.StatementReader.Sink;
import org.paywitness.verdict.Outcome;
import org.paywitness.verdict.Payment;
import org.paywitness.verdict.Source;

/**
 * The terminals' own journal. A row tells the payment's outcome and, where the terminal tried to print, the slip's.
 * The journal is complete through its latest row: what the terminal did afterwards it does not tell.
 */
final class PosJournal extends Table {
    private static final List<String> REQUIRED = List.of(
            "terminal_id",
            "batch",
            "stan",
            "occurred_at",
            "type",
            "amount",
            "currency",
            "outcome",
            "response_code",
            "slip");

    /** What makes a row equal to another where it has no terminal, batch and stan. */
    private static final List<String> CONTENT = List.of(
            "terminal_id",
            "batch",
            "stan",
            "rrn",
            "auth_code",
            "occurred_at",
            "type",
            "card_first6",
            "card_last4",
            "amount",
            "currency",
            "outcome",
            "response_code");

    PosJournal(Context context) {
        super(context);
    }

    @Override
    List<String> required() {
        return REQUIRED;
    }

    @Override
    List<Observation> observations(Row row) {
        Outcome outcome =
                switch (row.required("outcome")) {
                    case "approved" -> Outcome.APPROVED;
                    case "declined" -> Outcome.DECLINED;
                    case "no_answer" -> Outcome.NO_ANSWER;
                    case "voided" -> Outcome.VOIDED;
                    default ->
                        throw Refusal.of(
                                "unknown_outcome",
                                row.text("outcome"),
                                "outcome must be approved, declined, no_answer or voided");
                };
        Instant time = row.time("occurred_at");
        Subject subject = subject(row, time);
        String ref = reference(row, time);
        List<Observation> observations = new ArrayList<>(2);
        observations.add(observation(ref, outcome, row.text("response_code"), time, subject, null));
        String slip = row.required("slip");
        SlipProblem problem = slipProblem(slip);
        if (!slip.equals("none")) {
            Outcome printed = problem == null ? Outcome.SLIP_PRINTED : Outcome.SLIP_FAILED;
            observations.add(observation(ref, printed, null, time, subject, problem));
        }
        if (context.merchantId() != null) {
            completion.reaches(context.merchantId(), time);
        }
        return observations;
    }

    /** Batch and stan come round again after months; with the day they do not. */
    private String reference(Row row, Instant time) {
        String merchant = context.merchantId() == null ? "-" : context.merchantId();
        if (row.text("terminal_id") == null || row.text("batch") == null || row.text("stan") == null) {
            return refs.numbered(
                    Stream.concat(Stream.of(merchant), CONTENT.stream().map(column -> column + "=" + row.text(column)))
                            .toList());
        }
        String day = time.atZone(context.zone()).toLocalDate().toString();
        return SourceRefs.natural("pos", merchant, day, row.text("terminal_id"), row.text("batch"), row.text("stan"));
    }

    private Observation observation(
            String ref, Outcome outcome, String responseCode, Instant time, Subject subject, SlipProblem problem) {
        return new Observation(
                Source.TERMINAL,
                SourceRefs.natural(ref, outcome.code()),
                outcome,
                responseCode,
                time,
                subject,
                null,
                problem,
                null,
                null,
                context.statementId());
    }

    private Subject subject(Row row, Instant time) {
        return new Subject(
                type(row),
                channel(row.text("channel")),
                time,
                row.money("amount", row.required("currency")),
                context.merchantId(),
                row.text("terminal_id"),
                row.text("batch"),
                row.text("stan"),
                row.text("rrn"),
                row.text("auth_code"),
                null,
                null,
                card(row),
                null,
                null,
                null);
    }

    private static Payment.Type type(Row row) {
        return switch (row.required("type")) {
            case "purchase" -> Payment.Type.PURCHASE;
            case "preauth" -> Payment.Type.PREAUTH;
            case "preauth_completion" -> Payment.Type.PREAUTH_COMPLETION;
            default ->
                throw Refusal.of("bad_value", row.text("type"), "type must be purchase, preauth or preauth_completion");
        };
    }

    /** Null where the terminal does not say or uses a word of its own. */
    static Channel channel(String value) {
        for (Channel channel : Channel.values()) {
            if (channel.name().toLowerCase(Locale.ROOT).equals(value)) {
                return channel;
            }
        }
        return null;
    }

    private static SlipProblem slipProblem(String slip) {
        return switch (slip) {
            case "printed", "none" -> null;
            case "paper_out" -> SlipProblem.PAPER_OUT;
            case "jammed" -> SlipProblem.JAMMED;
            case "power" -> SlipProblem.POWER;
            default -> throw Refusal.of("bad_value", slip, "slip must be printed, none, paper_out, jammed or power");
        };
    }

    private static Card card(Row row) {
        String first6 = row.text("card_first6");
        String last4 = row.text("card_last4");
        for (String part : new String[] {first6, last4}) {
            if (part != null && Refusal.isFullCardNumber(part)) {
                throw Refusal.fullCardNumber(part);
            }
        }
        return first6 == null && last4 == null ? null : new Card(null, first6, last4, null, null);
    }

    @Override
    void complete(Sink sink) {
        completion.tellEach(Source.TERMINAL, sink);
    }
}
