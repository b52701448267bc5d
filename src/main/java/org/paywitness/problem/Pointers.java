package org.paywitness.problem;

import java.util.regex.Pattern;

/** Names and places of a request as an answer may repeat them: anybody can type a card number anywhere. */
public final class Pointers {
    private static final int MAX_NAME = 64;

    /** Digits as long as the shortest card number, also in groups, also percent-encoded. */
    private static final Pattern LONG_NUMBER = Pattern.compile("\\d(?:(?:[ +-]|%20|%2D|%2d)?\\d){11,}");

    private Pointers() {}

    /** A field's or parameter's name: cut, without control characters, lone surrogates and long numbers. */
    public static String printable(String name) {
        String whole = name.replaceAll("[\\p{Cntrl}\\p{Cs}]", "?");
        String cut = whole.length() > MAX_NAME
                ? whole.substring(0, whole.offsetByCodePoints(0, Math.min(MAX_NAME, whole.codePointCount(0, MAX_NAME))))
                        + "…"
                : whole;
        return cut.replaceAll("\\d(?:[ -]?\\d){4,}", "…");
    }

    /** One step of an RFC 6901 pointer for a field of this name. */
    public static String step(String name) {
        return "/" + printable(name).replace("~", "~0").replace("/", "~1");
    }

    /** The path of a request, without what may be a card number. */
    static String path(String path) {
        return LONG_NUMBER.matcher(path).replaceAll("***");
    }
}
