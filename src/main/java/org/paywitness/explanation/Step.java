package org.paywitness.explanation;

import static org.paywitness.explanation.NextStep.Who.ACQUIRER;
import static org.paywitness.explanation.NextStep.Who.BANK;
import static org.paywitness.explanation.NextStep.Who.CARDHOLDER;
import static org.paywitness.explanation.NextStep.Who.MERCHANT;

import java.util.Locale;

/**
 * What somebody can be asked to do; its key in the texts is {@code step.} and the name. The steps whose name begins
 * with PAY_AGAIN are given with final verdicts only.
 */
enum Step {
    CONFIRM_RETURN(MERCHANT),
    AWAIT_SECOND(CARDHOLDER),
    RETURN_DEBIT(ACQUIRER),
    CREDIT_BACK(BANK),
    KEEP_PROOF(CARDHOLDER),
    DO_NOT_CHARGE_AGAIN(MERCHANT),
    CHECK_SETTLEMENT(ACQUIRER),
    EXPECT_DEBIT(CARDHOLDER),
    COMPARE_AMOUNTS(ACQUIRER),
    SHOW_SLIP(MERCHANT),
    KEEP_SLIP(CARDHOLDER),
    DO_NOT_SWIPE(MERCHANT),
    AWAIT_RESULT(CARDHOLDER),
    AWAIT_POSTING(CARDHOLDER),
    AWAIT_RETURN(CARDHOLDER),
    AWAIT_RELEASE(CARDHOLDER),
    RELEASE_HOLD(BANK),
    NOTIFY_RELEASE(ACQUIRER),
    TRACE_RETURN(ACQUIRER),
    ASK_BANK(CARDHOLDER),
    COMPLETE_OR_CANCEL(MERCHANT),
    AWAIT_COMPLETION(CARDHOLDER),
    RELEASE_EXPIRED(BANK),
    CHECK_NO_DEBIT(CARDHOLDER),
    CONTACT_BANK(CARDHOLDER),
    CHECK_TERMINAL(MERCHANT),
    PAY_AGAIN(CARDHOLDER),
    PAY_AGAIN_FUNDS(CARDHOLDER),
    PAY_AGAIN_OTHER_CARD(CARDHOLDER),
    PAY_AGAIN_PIN(CARDHOLDER),
    PAY_AGAIN_LIMIT(CARDHOLDER),
    PAY_AGAIN_DECLINED(CARDHOLDER),
    REPRINT_SLIP(MERCHANT),
    ASK_SLIP(CARDHOLDER),
    CHECK_EARLIER(CARDHOLDER),
    CHECK_RETURNED_MORE(ACQUIRER),
    ASK_AGAIN(CARDHOLDER),
    FIND_REFERENCE(MERCHANT);

    private final NextStep.Who who;
    private final String key = "step." + name().toLowerCase(Locale.ROOT);

    Step(NextStep.Who who) {
        this.who = who;
    }

    NextStep.Who who() {
        return who;
    }

    String key() {
        return key;
    }

    /** What helps after a refusal with this code, once it is certain that nothing was taken. */
    static Step after(String code) {
        return switch (code == null ? "" : code) {
            case "51" -> PAY_AGAIN_FUNDS;
            case "14", "15", "31", "39", "42", "44", "52", "53", "54", "56" -> PAY_AGAIN_OTHER_CARD;
            case "55", "99" -> PAY_AGAIN_PIN;
            case "61", "65", "N2" -> PAY_AGAIN_LIMIT;
            case "01", "02", "04", "07", "33", "34", "36", "38", "41", "43", "57", "59", "62", "67", "75", "93" ->
                CONTACT_BANK;
            case "03", "12", "13", "19", "21", "30", "35", "37", "40", "58", "60", "63", "66", "77", "92", "97" ->
                CHECK_TERMINAL;
            default -> PAY_AGAIN_DECLINED;
        };
    }
}
