package org.paywitness.statement;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Names rows so that the same row gets the same name in every file it stands in, and two equal rows of one file get
 * two. One object lives as long as one read.
 *
 * <p>Rows without a reference of their own are named by a hash of their content and counted: the second equal row is
 * {@code #2}. Content holds the row's date, so that a file which covers other whole days counts alike. The count
 * remembers the {@link #MAX_COUNTED} different rows seen last: only two equal rows that stand further apart than that
 * would take one name.
 */
final class SourceRefs {
    /** How many different rows without a reference are remembered: about 10 MiB. */
    static final int MAX_COUNTED = 65_536;

    private static final Pattern REFERENCE = Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{N}._:/*#@+=-]{0,127}");
    private static final int HASH_BYTES = 16;

    private final Map<String, Integer> counts = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Integer> eldest) {
            return size() > MAX_COUNTED;
        }
    };

    /** Joins what makes the row unique at its source; hashed where a part does not fit into a reference. */
    static String natural(String... parts) {
        String joined = String.join(":", parts);
        return REFERENCE.matcher(joined).matches() ? joined : "h:" + hash(joined);
    }

    /** A hash of the content with the row's number among its equals, from 1. */
    String numbered(Iterable<String> content) {
        String hash = hash(String.join("\u001f", content));
        return "h:" + hash + "#" + counts.merge(hash, 1, Integer::sum);
    }

    private static String hash(String content) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
