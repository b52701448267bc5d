package org.paywitness.dispute;

import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Why a transaction is disputed (domain.md, "Disputes"), and the code of each card scheme that a chargeback for it
 * carries: UnionPay's reason codes for a first chargeback, Visa's dispute conditions, Mastercard's message reason codes.
 * UnionPay publishes no list; where none of its codes is about just this, 4503 objects to the presentment as such.
 */
@Schema(name = "DisputeReason")
public enum Reason {
    /** 持卡人否认交易. */
    UNRECOGNIZED("4515", "10.3", "4837"),
    /** The slip was asked for and does not come. */
    NO_SLIP("4527", "10.3", "4837"),
    /** 交易未成功，已扣账. */
    NOT_COMPLETED_BUT_DEBITED("4502", "12.6.1", "4834"),
    /** 重复清算. */
    DUPLICATE("4512", "12.6.1", "4834"),
    AMOUNT_DIFFERS("4503", "12.5", "4834"),
    /** 退货未入账. */
    REFUND_NOT_RECEIVED("4532", "13.6", "4853"),
    NOT_DELIVERED("4503", "13.1", "4853"),
    NOT_AS_DESCRIBED("4503", "13.3", "4853"),
    TERMINAL_LOST("4515", "10.3", "4837"),
    /** 伪卡欺诈. */
    COUNTERFEIT_OR_STOLEN_CARD("4562", "10.1", "4870"),
    /** 交易已取消. */
    CANCELED("4544", "13.7", "4853");

    private final String code = name().toLowerCase(Locale.ROOT);
    private final String unionpay;
    private final String visa;
    private final String mastercard;

    Reason(String unionpay, String visa, String mastercard) {
        this.unionpay = unionpay;
        this.visa = visa;
        this.mastercard = mastercard;
    }

    /** The name on the wire and in the database. */
    public String code() {
        return code;
    }

    String unionpay() {
        return unionpay;
    }

    String visa() {
        return visa;
    }

    String mastercard() {
        return mastercard;
    }

    /** The guidance that fits: more on what to do, for everybody. */
    String guidance() {
        return "/v1/guidance/"
                + switch (this) {
                    case UNRECOGNIZED, COUNTERFEIT_OR_STOLEN_CARD -> "unrecognized_transaction";
                    case NO_SLIP -> "charged_without_slip";
                    case NOT_COMPLETED_BUT_DEBITED -> "debited_without_sale";
                    case DUPLICATE -> "charged_twice";
                    case AMOUNT_DIFFERS -> "wrong_amount";
                    case REFUND_NOT_RECEIVED, NOT_DELIVERED, NOT_AS_DESCRIBED -> "refund_refused_or_late";
                    case TERMINAL_LOST -> "terminal_lost";
                    case CANCELED -> "will_it_be_returned";
                };
    }

    /** Whether the cardholder says that somebody else paid. */
    public boolean isDenial() {
        return this == UNRECOGNIZED || this == TERMINAL_LOST || this == COUNTERFEIT_OR_STOLEN_CARD;
    }

    /** The reason of that name, or null. */
    static Reason of(String code) {
        for (Reason reason : values()) {
            if (reason.code.equals(code)) {
                return reason;
            }
        }
        return null;
    }
}
