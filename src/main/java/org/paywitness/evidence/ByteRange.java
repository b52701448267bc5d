package org.paywitness.evidence;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The part of a file that was asked for (RFC 9110, section 14).
 *
 * @param from the first byte, from 0
 * @param to after the last byte
 * @param isPart whether it is to be answered with 206
 */
record ByteRange(long from, long to, boolean isPart) {
    /** One range; of several, which nobody needs to serve, and of other units the whole is given. */
    private static final Pattern ONE = Pattern.compile("(?i:bytes)=[ \\t]*(\\d{0,18})-(\\d{0,18})[ \\t]*");

    /**
     * @param header {@code Range}, or null
     * @return null where no byte of it is there
     */
    static ByteRange of(String header, long size) {
        ByteRange whole = new ByteRange(0, size, false);
        Matcher range = header == null ? null : ONE.matcher(header);
        if (range == null || !range.matches()) {
            return whole;
        }
        String first = range.group(1);
        String last = range.group(2);
        if (first.isEmpty()) {
            return last.isEmpty() ? whole : part(Math.max(0, size - Long.parseLong(last)), size, size);
        }
        long from = Long.parseLong(first);
        if (last.isEmpty()) {
            return part(from, size, size);
        }
        long to = Long.parseLong(last) + 1;
        return to <= from ? whole : part(from, Math.min(to, size), size);
    }

    private static ByteRange part(long from, long to, long size) {
        return from >= size ? null : new ByteRange(from, to, true);
    }

    long length() {
        return to - from;
    }
}
