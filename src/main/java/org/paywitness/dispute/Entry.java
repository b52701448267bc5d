package org.paywitness.dispute;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.ZoneId;
import org.paywitness.audit.AuditEntry;
import org.paywitness.evidence.Party;

/** One step of a dispute, to be appended to its timeline. */
final class Entry {
    private final Party party;
    private final String person;
    private final String action;
    private final JsonObject content = new JsonObject();

    private Entry(Party party, String person, String action) {
        this.party = party;
        this.person = person;
        this.action = action;
    }

    /** @param party null where the rules themselves acted */
    static Entry of(Party party, String person, String action) {
        return new Entry(party, person, action);
    }

    static Entry byRules(String action) {
        return new Entry(null, "rules", action);
    }

    /** Null is left out. */
    Entry with(String name, Object value) {
        if (value != null) {
            content.put(name, value);
        }
        return this;
    }

    String action() {
        return action;
    }

    /** Chains it to the end of the dispute's timeline, with where the dispute is after it. */
    AuditEntry append(Dispute dispute, Instant now, ZoneId zone) {
        JsonObject whole = new JsonObject()
                .put("party", party == null ? "rules" : party.code())
                .put("stage", dispute.stage.code())
                .put("status", dispute.status.code());
        if (dispute.dueAt != null) {
            whole.put("due_at", dispute.due(zone));
        }
        AuditEntry entry = AuditEntry.after(
                dispute.timelineNumber,
                dispute.timelineHash,
                dispute.id,
                now,
                person,
                action,
                whole.mergeIn(content).encode());
        dispute.timelineNumber = entry.number();
        dispute.timelineHash = entry.hash();
        return entry;
    }
}
