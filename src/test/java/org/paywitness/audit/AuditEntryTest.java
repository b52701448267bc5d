package org.paywitness.audit;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Whatever is done to a trail behind our back is found. */
class AuditEntryTest {
    private static final UUID SUBJECT = new UUID(1, 2);
    private static final Instant AT = Instant.parse("2026-11-21T04:00:00Z");

    private static List<AuditEntry> trail() {
        List<AuditEntry> trail = new ArrayList<>();
        byte[] hash = null;
        for (String action : List.of("requested", "approved", "submitted", "succeeded")) {
            AuditEntry entry = AuditEntry.after(trail.size(), hash, SUBJECT, AT, "clerk", action, "{}");
            trail.add(entry);
            hash = entry.hash();
        }
        return trail;
    }

    @Test
    void untouchedTrailIsWhole() {
        assertTrue(AuditEntry.isWhole(trail()));
        assertTrue(AuditEntry.isWhole(List.of()));
    }

    @Test
    void anyChangeBreaksIt() {
        for (int i = 0; i < trail().size(); i++) {
            AuditEntry e = trail().get(i);
            for (AuditEntry other : List.of(
                    new AuditEntry(new UUID(9, 9), e.number(), e.at(), e.actor(), e.action(), e.content(), e.hash()),
                    new AuditEntry(e.subject(), e.number(), AT.plusSeconds(1), e.actor(), e.action(), "{}", e.hash()),
                    new AuditEntry(e.subject(), e.number(), e.at(), "boss", e.action(), e.content(), e.hash()),
                    new AuditEntry(e.subject(), e.number(), e.at(), e.actor(), "failed", e.content(), e.hash()),
                    new AuditEntry(e.subject(), e.number(), e.at(), e.actor(), e.action(), "{ }", e.hash()),
                    AuditEntry.after(i, null, SUBJECT, AT, "boss", e.action(), e.content()))) {
                List<AuditEntry> changed = trail();
                changed.set(i, other);
                assertFalse(AuditEntry.isWhole(changed), i + " " + other);
            }
        }
    }

    @Test
    void anythingTakenOutOrMovedBreaksIt() {
        for (int i = 0; i < trail().size() - 1; i++) {
            List<AuditEntry> without = trail();
            without.remove(i);
            assertFalse(AuditEntry.isWhole(without), "without " + i);
            List<AuditEntry> swapped = trail();
            Collections.swap(swapped, i, i + 1);
            assertFalse(AuditEntry.isWhole(swapped), "swapped " + i);
        }
    }
}
