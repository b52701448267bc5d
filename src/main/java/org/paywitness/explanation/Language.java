package org.paywitness.explanation;

/** The languages that headlines, explanations and steps are written in. */
public enum Language {
    ZH("zh-CN"),
    EN("en");

    // A browser sends about sixty characters. What comes after this many is not read, so hostile headers cost nothing.
    private static final int MAX_READ = 256;
    private static final int MALFORMED = -1;
    private static final int NOT_NAMED = -1;

    private final String tag;

    Language(String tag) {
        this.tag = tag;
    }

    /** The BCP 47 tag, as for {@code Content-Language}. */
    public String tag() {
        return tag;
    }

    /**
     * What the asker prefers (RFC 9110, section 12.5.4). Ranges fall back as in RFC 4647, section 3.4:
     * {@code zh-Hans-CN} and {@code zh-TW} ask for Chinese, {@code en-GB} for English. At equal weight the range that
     * is named first wins. English is answered only to who asks for it; null, garbage and other languages get Chinese. Never throws.
     *
     * @param acceptLanguage the header's value, or null
     */
    public static Language of(String acceptLanguage) {
        if (acceptLanguage == null || acceptLanguage.equals("zh-CN")) {
            return ZH;
        }
        return acceptLanguage.equals("en") ? EN : negotiate(bounded(acceptLanguage));
    }

    // Ends at a whole range: half of one would say something else.
    private static String bounded(String header) {
        return header.length() <= MAX_READ
                ? header
                : header.substring(0, Math.max(0, header.lastIndexOf(',', MAX_READ)));
    }

    private static Language negotiate(String header) {
        int length = header.length();
        int zh = NOT_NAMED;
        int en = NOT_NAMED;
        int any = NOT_NAMED;
        boolean enFirst = false;
        int start = 0;
        while (start < length) {
            int end = header.indexOf(',', start);
            end = end < 0 ? length : end;
            int from = skipSpace(header, start, end);
            int weight = weight(header, from, end);
            if (weight != MALFORMED) {
                if (isRangeOf("zh", header, from, end)) {
                    zh = Math.max(zh, weight);
                } else if (isRangeOf("en", header, from, end)) {
                    enFirst = weight > en ? zh < weight : enFirst;
                    en = Math.max(en, weight);
                } else if (isRangeOf("*", header, from, end)) {
                    any = Math.max(any, weight);
                }
            }
            start = end + 1;
        }
        // "*" stands for every language that is not named: for English only where Chinese is refused.
        int chinese = zh == NOT_NAMED ? any : zh;
        int english = en == NOT_NAMED && zh == 0 ? any : en;
        return english > 0 && (english > chinese || english == chinese && enFirst && zh != NOT_NAMED) ? EN : ZH;
    }

    /** The range's primary subtag is this one: the whole range, or followed by a further subtag or a weight. */
    private static boolean isRangeOf(String primary, String header, int from, int end) {
        int after = from + primary.length();
        if (after > end || !header.regionMatches(true, from, primary, 0, primary.length())) {
            return false;
        }
        return after == end || header.charAt(after) == ';' || header.charAt(after) == '-' || isSpace(header, after);
    }

    /** In thousandths; 1000 where the range has none. */
    private static int weight(String header, int from, int end) {
        int semicolon = header.indexOf(';', from);
        if (semicolon < 0 || semicolon >= end) {
            return 1000;
        }
        int at = skipSpace(header, semicolon + 1, end);
        if (at + 2 >= end || (header.charAt(at) | 0x20) != 'q' || header.charAt(at + 1) != '=') {
            return MALFORMED;
        }
        at += 2;
        int last = end;
        while (last > at && isSpace(header, last - 1)) {
            last--;
        }
        return thousandths(header, at, last);
    }

    // qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )
    private static int thousandths(String header, int at, int last) {
        if (last <= at || last - at > 5 || last - at > 1 && header.charAt(at + 1) != '.') {
            return MALFORMED;
        }
        int value = header.charAt(at) - '0';
        if (value != 0 && value != 1) {
            return MALFORMED;
        }
        for (int i = at + 2; i < at + 5; i++) {
            int digit = i < last ? header.charAt(i) - '0' : 0;
            if (digit < 0 || digit > 9) {
                return MALFORMED;
            }
            value = value * 10 + digit;
        }
        return value > 1000 ? MALFORMED : value;
    }

    private static int skipSpace(String header, int from, int end) {
        int at = from;
        while (at < end && isSpace(header, at)) {
            at++;
        }
        return at;
    }

    private static boolean isSpace(String header, int at) {
        return header.charAt(at) == ' ' || header.charAt(at) == '\t';
    }
}
