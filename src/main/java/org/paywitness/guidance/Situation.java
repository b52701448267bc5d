package org.paywitness.guidance;

import static org.paywitness.guidance.Call.DISPUTE;
import static org.paywitness.guidance.Call.INVOICE_REQUEST;
import static org.paywitness.guidance.Call.MISCONDUCT_REPORT;
import static org.paywitness.guidance.Call.OBSERVATIONS;
import static org.paywitness.guidance.Call.RECEIPT;
import static org.paywitness.guidance.Call.REFUND;
import static org.paywitness.guidance.Call.REFUNDS;
import static org.paywitness.guidance.Call.REFUND_POLICY;
import static org.paywitness.guidance.Call.TERMINAL_REPORT;
import static org.paywitness.guidance.Call.TRANSACTIONS;
import static org.paywitness.guidance.Call.VERDICT;
import static org.paywitness.guidance.Call.WAS_I_CHARGED;

import java.util.List;
import java.util.Locale;

/**
 * What people need advice about: the situations of domain.md, those that verdicts speak of besides, and what a terminal
 * shows. Its name in lower case is its address and the beginning of its texts.
 */
enum Situation {
    CHARGED_WITHOUT_SLIP(WAS_I_CHARGED, RECEIPT, INVOICE_REQUEST, REFUND),
    UNRECOGNIZED_TRANSACTION(WAS_I_CHARGED, OBSERVATIONS, DISPUTE),
    TERMINAL_LOST(TERMINAL_REPORT, TRANSACTIONS, DISPUTE),
    TERMINAL_ERROR(WAS_I_CHARGED, VERDICT, TERMINAL_REPORT),
    WRONG_AMOUNT(WAS_I_CHARGED, REFUND, DISPUTE),
    CHARGED_TWICE(WAS_I_CHARGED, REFUND, DISPUTE),
    WILL_IT_BE_RETURNED(VERDICT, REFUNDS, REFUND_POLICY),
    REFUND_REFUSED_OR_LATE(REFUNDS, REFUND_POLICY, DISPUTE),
    MERCHANT_MISCONDUCT(MISCONDUCT_REPORT, DISPUTE, REFUND_POLICY),
    DEBITED_WITHOUT_SALE(VERDICT, REFUND, DISPUTE),
    NOT_ON_STATEMENT_YET(VERDICT, OBSERVATIONS),
    PREAUTHORIZATION_HELD(VERDICT, OBSERVATIONS),
    PAYMENT_NOT_FOUND(WAS_I_CHARGED),
    NO_POWER(Kind.SYMPTOM, WAS_I_CHARGED, TERMINAL_REPORT),
    NO_NETWORK(Kind.SYMPTOM, WAS_I_CHARGED, TERMINAL_REPORT),
    NO_PAPER(Kind.SYMPTOM, RECEIPT, TERMINAL_REPORT),
    NO_ANSWER(Kind.SYMPTOM, WAS_I_CHARGED, VERDICT),
    CARD_UNREADABLE(Kind.SYMPTOM, TERMINAL_REPORT);

    /** What an answer is about. */
    enum Kind {
        SITUATION,
        /** What a terminal shows or does not do. */
        SYMPTOM,
        /** An ISO 8583 response code. */
        RESPONSE_CODE;

        private final String code = name().toLowerCase(Locale.ROOT);

        String code() {
            return code;
        }
    }

    private final Kind kind;
    private final List<Call> related;
    private final String code = name().toLowerCase(Locale.ROOT);

    Situation(Call... related) {
        this(Kind.SITUATION, related);
    }

    Situation(Kind kind, Call... related) {
        this.kind = kind;
        this.related = List.of(related);
    }

    Kind kind() {
        return kind;
    }

    List<Call> related() {
        return related;
    }

    String code() {
        return code;
    }
}
