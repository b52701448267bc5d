package org.paywitness.evidence;

import java.util.Locale;

/** What a file is to show (domain.md, "Disputes"). */
public enum EvidenceType {
    SLIP,
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
