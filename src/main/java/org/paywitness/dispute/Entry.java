package org.paywitness.dispute;

import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HexFormat;
import java.util.UUID;
import org.paywitness.audit.AuditEntry;
import org.paywitness.evidence.Party;

/** One step of a dispute, to be appended to its timeline. */
final class Entry {
    /** Whoever acts when a deadline has passed. */
    static final String RULES = "rules";

    private static final int ACTOR_BYTES = 4;

    private final Party side;
    private final Party by;
    private final String person;
    private final String action;
    private final JsonObject content = new JsonObject();

    private Entry(Party side, Party by, String person, String action) {
        this.side = side;
        this.by = by;
        this.person = person;
        this.action = action;
    }

    /**
     * @param side on whose side it counts
     * @param by who did it: the side itself, or the desk for it
     * @param person who answers for it
     */
    static Entry of(Party side, Party by, String person, String action) {
        return new Entry(side, by, person, action);
    }

    /** What the rules themselves did. */
    static Entry byRules(String action) {
        return new Entry(null, null, null, action);
    }

    /** Null is left out. */
    Entry with(String name, Object value) {
        if (value != null) {
            content.put(name, value);
        }
        return this;
    }

    /** Null where the rules themselves acted. */
    String person() {
        return person;
    }

    /** Chains it to the end of the dispute's timeline, with where the dispute is after it. */
    AuditEntry append(Dispute dispute, Instant now, ZoneId zone) {
        JsonObject whole = new JsonObject()
                .put("party", side == null ? RULES : side.code())
                .put("stage", dispute.stage.code())
                .put("status", dispute.status.code());
        if (by != side) {
            whole.put("by", by.code());
        }
        if (dispute.dueAt != null) {
            whole.put("due_at", dispute.due(zone));
        }
        AuditEntry entry = AuditEntry.after(
                dispute.timelineNumber,
                dispute.timelineHash,
                dispute.id,
                now,
                actor(dispute.id),
                action,
                whole.mergeIn(content).encode());
        dispute.timelineNumber = entry.number();
        dispute.timelineHash = entry.hash();
        return entry;
    }

    // The other side can tell persons apart, and check the hash, without learning who they are.
    private String actor(UUID dispute) {
        if (person == null) {
            return RULES;
        }
        byte[] hash = sha256(dispute + "\0" + person);
        return by.code() + '-' + HexFormat.of().formatHex(hash, 0, ACTOR_BYTES);
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is required of every Java platform", e);
        }
    }
}
