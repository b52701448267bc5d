package org.paywitness.access;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** What a token allows, as in its claim {@code scope} (RFC 9068 section 2.2.3). */
public enum Scope {
    CARDHOLDER("cardholder"),
    MERCHANT_READ("merchant:read"),
    MERCHANT_WRITE("merchant:write"),
    MERCHANT_APPROVE("merchant:approve"),
    DESK_READ("desk:read"),
    DESK_WRITE("desk:write"),
    DESK_APPROVE("desk:approve"),
    FEED("feed");

    private static final Map<String, Scope> BY_CODE = new HashMap<>();

    static {
        for (Scope scope : values()) {
            BY_CODE.put(scope.code, scope);
        }
    }

    private final String code;

    Scope(String code) {
        this.code = code;
    }

    public String code() {
        return code;
    }

    /** Those of ours in a space-separated list; scopes of other services in the same token mean nothing here. */
    static Set<Scope> parse(String scopes) {
        Set<Scope> known = EnumSet.noneOf(Scope.class);
        for (String code : scopes.split(" ")) {
            Scope scope = BY_CODE.get(code);
            if (scope != null) {
                known.add(scope);
            }
        }
        return known;
    }
}
