package org.paywitness.guidance;

import static org.paywitness.guidance.Call.REFUND;
import static org.paywitness.guidance.Call.REFUNDS;
import static org.paywitness.guidance.Call.REFUND_POLICY;
import static org.paywitness.guidance.Call.VERDICT;
import static org.paywitness.guidance.Call.WAS_I_CHARGED;

import java.util.List;
import java.util.Locale;
import org.paywitness.verdict.ResponseCode;

/** Response codes after which people do the same; its texts begin with {@code group.} and its name. */
enum CodeGroup {
    APPROVED(VERDICT),
    APPROVED_PART(VERDICT, REFUND),
    /** Not a refusal: counts as no answer. */
    NO_RESULT(WAS_I_CHARGED, VERDICT),
    /** A void, reversal or refund was refused. */
    RETURN_REFUSED(REFUNDS, REFUND, REFUND_POLICY),
    FUNDS(WAS_I_CHARGED),
    CARD(WAS_I_CHARGED),
    PIN(WAS_I_CHARGED),
    PIN_LOCKED(WAS_I_CHARGED),
    LIMIT(WAS_I_CHARGED),
    PICK_UP(WAS_I_CHARGED),
    FRAUD(WAS_I_CHARGED),
    /** The terminal's or the merchant's settings. */
    SETTINGS(WAS_I_CHARGED),
    CALL_ACQUIRER(WAS_I_CHARGED),
    /** Declined, and the code does not say why. */
    DECLINED(WAS_I_CHARGED);

    private final List<Call> related;
    private final String key = "group." + name().toLowerCase(Locale.ROOT);

    CodeGroup(Call... related) {
        this.related = List.of(related);
    }

    List<Call> related() {
        return related;
    }

    String key() {
        return key;
    }

    static CodeGroup of(ResponseCode code) {
        return switch (code.money()) {
            case CHARGED -> APPROVED;
            case CHARGED_PART -> APPROVED_PART;
            case AMBIGUOUS -> NO_RESULT;
            case RETURN_REFUSED -> RETURN_REFUSED;
            case NOT_CHARGED -> refused(code.code());
        };
    }

    private static CodeGroup refused(String code) {
        return switch (code) {
            case "51" -> FUNDS;
            case "14", "15", "31", "39", "42", "44", "52", "53", "54", "56" -> CARD;
            case "55", "99" -> PIN;
            case "38", "75" -> PIN_LOCKED;
            case "61", "65", "N2" -> LIMIT;
            case "04", "07", "33", "36", "41", "43", "67" -> PICK_UP;
            case "34", "59" -> FRAUD;
            case "03", "12", "13", "19", "21", "30", "40", "58", "63", "77", "92", "97" -> SETTINGS;
            case "35", "37", "60", "66" -> CALL_ACQUIRER;
            default -> DECLINED;
        };
    }
}
