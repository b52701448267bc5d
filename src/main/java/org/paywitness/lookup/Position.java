package org.paywitness.lookup;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A place in PostgreSQL's write-ahead log. A promoted replica goes on counting on a timeline of its own, so an LSN alone
 * would not tell what it has from what another one went on writing.
 *
 * @param timeline counts promotions
 * @param lsn unsigned, in bytes
 */
record Position(long timeline, long lsn) {
    /** No replica has ever come this far. */
    static final Position BEYOND = new Position(0xFFFF_FFFFL, -1L);

    private static final Pattern TEXT = Pattern.compile("([0-9]{1,10})-([0-9A-F]{1,8})/([0-9A-F]{1,8})");
    private static final int HALF = 32;

    /** As {@link #toString} tells it; null for anything else. */
    static Position parse(String text) {
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches() || Long.parseLong(parts.group(1)) > BEYOND.timeline) {
            return null;
        }
        long high = Long.parseLong(parts.group(2), 16);
        return new Position(Long.parseLong(parts.group(1)), high << HALF | Long.parseLong(parts.group(3), 16));
    }

    /**
     * Whether who has come here has seen all that was written up to the other place. What an older timeline wrote beyond
     * the promotion that ended it is nowhere any more, so it asks for nothing but its LSN.
     */
    boolean covers(Position other) {
        return timeline >= other.timeline && Long.compareUnsigned(lsn, other.lsn) >= 0;
    }

    /** The timeline, and the LSN as PostgreSQL writes it: {@code 1-0/16B3748}. */
    @Override
    public String toString() {
        return timeline + "-" + Long.toHexString(lsn >>> HALF).toUpperCase(java.util.Locale.ROOT) + "/"
                + Long.toHexString(lsn & 0xFFFF_FFFFL).toUpperCase(java.util.Locale.ROOT);
    }
}
