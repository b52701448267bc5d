package org.paywitness.evidence;

import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What a piece of evidence is (domain.md, "Disputes"). */
@Schema(name = "EvidenceType")
public enum EvidenceType {
    /** 签购单, with the cardholder's signature. */
    SLIP,
    /** Says what our record says, and no more. */
    REPRINTED_SLIP,
    E_SIGNATURE,
    PIN_OR_CHIP_RECORD,
    BANK_STATEMENT,
    CCTV,
    PHOTO,
    SMS_SCREENSHOT,
    CALL_RECORDING,
    CHAT_LOG,
    WITNESS_STATEMENT,
    DELIVERY_PROOF,
    INVOICE,
    REFUND_PROOF,
    TERMINAL_REPORT,
    OTHER;

    private final String code = name().toLowerCase(Locale.ROOT);

    /** The name on the wire and in the database. */
    public String code() {
        return code;
    }

    /** The type of that name, or null. */
    public static EvidenceType of(String code) {
        for (EvidenceType type : values()) {
            if (type.code.equals(code)) {
                return type;
            }
        }
        return null;
    }
}
