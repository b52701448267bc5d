package org.paywitness.audit;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/**
 * One step in the life of something, as it is kept. The hash covers the entry before, so that an entry that was changed,
 * taken out or put in behind our back breaks the chain.
 *
 * @param number counts the entries of one subject from 1
 * @param actor the person or software that did it
 * @param action one word, as in the events
 * @param content what was done, as JSON
 * @param hash SHA-256 of the hash before (none for the first) and of all other fields, 32 bytes
 */
public record AuditEntry(
        UUID subject, int number, Instant at, String actor, String action, String content, byte[] hash) {

    /** The entry after one with this number and hash; after 0 and null, the first. */
    public static AuditEntry after(
            int number, byte[] hash, UUID subject, Instant at, String actor, String action, String content) {
        return new AuditEntry(
                subject,
                number + 1,
                at,
                actor,
                action,
                content,
                digest(hash, subject, number + 1, at, actor, action, content));
    }

    /** Whether these are all entries of one subject up to the last of them, in order and unchanged. */
    public static boolean isWhole(List<AuditEntry> entries) {
        return brokenAt(entries) == 0;
    }

    /** The place, from 1, of the first of these entries that is not the one that was written there; 0 where all are. */
    public static int brokenAt(List<AuditEntry> entries) {
        byte[] before = null;
        int number = 0;
        for (AuditEntry entry : entries) {
            number++;
            byte[] expected = digest(before, entry.subject, number, entry.at, entry.actor, entry.action, entry.content);
            if (entry.number != number || !Arrays.equals(expected, entry.hash)) {
                return number;
            }
            before = entry.hash;
        }
        return 0;
    }

    private static byte[] digest(
            byte[] before, UUID subject, int number, Instant at, String actor, String action, String content) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            if (before != null) {
                sha256.update(before);
            }
            // Each field ends with a character that none of them can hold.
            for (Object field : new Object[] {subject, number, at, actor, action, content}) {
                sha256.update((field.toString() + '\0').getBytes(StandardCharsets.UTF_8));
            }
            return sha256.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is required of every Java platform", e);
        }
    }
}
