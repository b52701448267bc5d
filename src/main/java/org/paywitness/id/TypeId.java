package org.paywitness.id;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * TypeIDs (specification 0.3): a lower-case prefix, an underscore and a UUIDv7 in Crockford's base32, 26 characters.
 * Ids made in one process are strictly increasing, so the smaller of two was given out first.
 */
public final class TypeId {
    public static final String TRANSACTION = "txn";
    public static final String OBSERVATION = "obs";
    public static final String STATEMENT = "stm";
    public static final String REFUND = "rfd";
    public static final String DISPUTE = "dsp";
    public static final String EVIDENCE = "evd";
    public static final String MESSAGE = "msg";
    public static final String PROPOSAL = "prp";
    public static final String FOLLOW_UP = "fup";
    public static final String TERMINAL = "trm";
    public static final String INVOICE_REQUEST = "inv";
    public static final String MISCONDUCT_REPORT = "mcr";
    public static final String WEBHOOK_ENDPOINT = "whk";
    public static final String WEBHOOK_DELIVERY = "whd";
    public static final String EVENT = "evt";
    public static final String FEE_SCHEDULE = "fee";
    public static final String EXCEPTION = "exc";

    /** Where a page of a list begins. */
    public static final String CURSOR = "cur";

    private static final char[] ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz".toCharArray();
    private static final byte[] VALUES = new byte[128];
    private static final int LENGTH = 26;
    private static final SecureRandom RANDOM = new SecureRandom();

    private static long lastMillis;
    private static int sequence;

    static {
        java.util.Arrays.fill(VALUES, (byte) -1);
        for (int i = 0; i < ALPHABET.length; i++) {
            VALUES[ALPHABET[i]] = (byte) i;
        }
    }

    private TypeId() {}

    /** A new UUIDv7 (RFC 9562, section 5.7), greater than every one made before it in this process. */
    public static UUID next() {
        long millis;
        int count;
        synchronized (TypeId.class) {
            long now = System.currentTimeMillis();
            if (now > lastMillis) {
                lastMillis = now;
                sequence = RANDOM.nextInt(1 << 10);
            } else if (++sequence == 1 << 12) {
                lastMillis++;
                sequence = 0;
            }
            millis = lastMillis;
            count = sequence;
        }
        long high = millis << 16 | 0x7000L | count;
        long low = RANDOM.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }

    /** Not greater than any id made at this moment or later, greater than all made in the milliseconds before. */
    public static UUID least(Instant at) {
        return new UUID(Math.max(0, at.toEpochMilli()) << 16, 0);
    }

    /** "txn_01kaf3v6n8e8q9w2s4d6f8g0h2" for a prefix and a UUID. */
    public static String format(String prefix, UUID id) {
        char[] out = new char[prefix.length() + 1 + LENGTH];
        prefix.getChars(0, prefix.length(), out, 0);
        int start = prefix.length();
        out[start] = '_';
        long high = id.getMostSignificantBits();
        long low = id.getLeastSignificantBits();
        for (int i = LENGTH; i >= 1; i--) {
            out[start + i] = ALPHABET[(int) (low & 31)];
            low = low >>> 5 | high << 59;
            high >>>= 5;
        }
        return new String(out);
    }

    /** Empty for anything but a well-formed TypeID with this prefix; never throws. */
    public static Optional<UUID> parse(String prefix, String text) {
        int start = prefix.length() + 1;
        if (text == null
                || text.length() != start + LENGTH
                || !text.startsWith(prefix)
                || text.charAt(start - 1) != '_'
                || text.charAt(start) > '7') {
            return Optional.empty();
        }
        long high = 0;
        long low = 0;
        for (int i = start; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= VALUES.length || VALUES[c] < 0) {
                return Optional.empty();
            }
            high = high << 5 | low >>> 59;
            low = low << 5 | VALUES[c];
        }
        return Optional.of(new UUID(high, low));
    }
}
