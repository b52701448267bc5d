package org.paywitness.guidance;

import java.util.Locale;

/** A call of our own that helps in a situation; what it is for is the text {@code call.} and its name. */
enum Call {
    WAS_I_CHARGED("GET", "/v1/was-i-charged"),
    VERDICT("GET", "/v1/transactions/{id}/verdict"),
    OBSERVATIONS("GET", "/v1/transactions/{id}/observations"),
    TRANSACTIONS("GET", "/v1/transactions"),
    RECEIPT("GET", "/v1/transactions/{id}/receipt"),
    INVOICE_REQUEST("POST", "/v1/transactions/{id}/invoice-requests"),
    REFUND("POST", "/v1/refunds"),
    REFUNDS("GET", "/v1/refunds"),
    REFUND_POLICY("GET", "/v1/refund-policy"),
    DISPUTE("POST", "/v1/disputes"),
    TERMINAL_REPORT("POST", "/v1/terminals/{id}/reports"),
    MISCONDUCT_REPORT("POST", "/v1/misconduct-reports");

    private final String method;
    private final String path;
    private final String key = "call." + name().toLowerCase(Locale.ROOT);

    Call(String method, String path) {
        this.method = method;
        this.path = path;
    }

    String method() {
        return method;
    }

    String path() {
        return path;
    }

    String key() {
        return key;
    }
}
