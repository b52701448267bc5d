package org.paywitness.explanation;

import java.util.HashMap;
import java.util.Map;
import org.paywitness.verdict.ResponseCode;
import org.paywitness.verdict.Verdict;

/**
 * Where {@code GET /v1/guidance/{situation}} says more about a verdict and its steps. Constants only: every verdict
 * that is answered passes here.
 */
final class GuidanceLink {
    private static final String AT = "/v1/guidance/";
    private static final String NO_SLIP = AT + "charged_without_slip";
    private static final String TWICE = AT + "charged_twice";
    private static final String POSTING = AT + "not_on_statement_yet";
    private static final String ERROR = AT + "terminal_error";
    private static final String NO_ANSWER = AT + "no_answer";
    private static final String HELD = AT + "preauthorization_held";
    private static final String RETURN = AT + "will_it_be_returned";
    private static final String LATE_RETURN = AT + "refund_refused_or_late";
    private static final String AMOUNT = AT + "wrong_amount";
    private static final String NO_SALE = AT + "debited_without_sale";
    private static final String NOT_FOUND = AT + "payment_not_found";

    private static final Map<String, String> CODES = codes();

    private GuidanceLink() {}

    /**
     * What fits a verdict as a whole; never null.
     *
     * @param verdict null where no payment was found
     */
    static String of(Story story, Verdict verdict) {
        return switch (story) {
            case CHARGED_SETTLED -> NO_SLIP;
            case CHARGED_APPROVED, SALE_WITHOUT_DEBIT -> POSTING;
            case CHARGED_TWICE -> TWICE;
            case REFUSED -> ofCode(verdict.responseCode(), ERROR);
            case NEVER_RECORDED, CLOSED, NEVER_COMPLETED -> ERROR;
            case HELD, HELD_EXPIRED -> HELD;
            case NO_ANSWER -> ofCode(verdict.responseCode(), NO_ANSWER);
            case IN_PROGRESS -> NO_ANSWER;
            case NOT_CHARGED_REVERSED, NOT_CHARGED_VOIDED, RELEASED -> RETURN;
            case REVERSAL_ON_ITS_WAY,
                    VOID_ON_ITS_WAY,
                    REFUND_ON_ITS_WAY,
                    PART_ON_ITS_WAY,
                    HOLD_OF_REVERSED,
                    HOLD_OF_VOIDED,
                    HOLD_OF_REFUSED -> verdict.flags().contains(Verdict.Flag.OVERDUE) ? LATE_RETURN : RETURN;
            case PART_ARRIVED, REVERSAL_ARRIVED, VOID_ARRIVED, REFUND_ARRIVED -> RETURN;
            case AMOUNT_MISMATCH -> AMOUNT;
            case DEBITED_WITHOUT_SALE -> NO_SALE;
            case NOT_FOUND -> NOT_FOUND;
        };
    }

    /** What fits a step: what fits its verdict, unless the step is about something else. */
    static String of(Step step, String ofVerdict) {
        return switch (step) {
            case ASK_SLIP, REPRINT_SLIP -> NO_SLIP;
            case CHECK_EARLIER -> TWICE;
            default -> ofVerdict;
        };
    }

    private static String ofCode(String code, String otherwise) {
        return code == null ? otherwise : CODES.getOrDefault(code, otherwise);
    }

    private static Map<String, String> codes() {
        Map<String, String> codes = new HashMap<>();
        for (ResponseCode code : ResponseCode.all()) {
            codes.put(code.code(), AT + "code_" + code.code());
        }
        return codes;
    }
}
