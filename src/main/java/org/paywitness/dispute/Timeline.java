package org.paywitness.dispute;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.paywitness.audit.AuditEntry;
import org.paywitness.id.TypeId;

/**
 * What happened in a dispute, in order, and whether it is as it was written. Three places must agree: the entries, each
 * hashed over the one before; the dispute, which holds the last number and hash; and the events, one for each entry with
 * its number and hash. Who edits, removes, reorders or cuts off entries behind our back would have to forge all three.
 */
@ApplicationScoped
public class Timeline {
    /**
     * The timeline of one dispute.
     *
     * @param entries in order
     * @param fault what is wrong with it, or null where it is whole
     */
    public record Verified(List<AuditEntry> entries, String fault) {
        public boolean isWhole() {
            return fault == null;
        }
    }

    private static final String READ =
            "SELECT 0, d.timeline_number, d.timeline_hash, NULL::timestamptz, d.stage, d.status, NULL"
                    + " FROM dispute d WHERE d.id = $1"
                    + " UNION ALL SELECT 1, a.number, a.hash, a.at, a.actor, a.action, a.content FROM audit_entry a"
                    + " WHERE a.subject_id = $1"
                    + " UNION ALL SELECT 2, NULL, NULL, NULL, NULL, o.type, o.payload FROM outbox o"
                    + " WHERE o.aggregatetype = 'dispute' AND o.aggregateid = $2";

    private final Pool pool;

    Timeline(Pool pool) {
        this.pool = pool;
    }

    /** What is told of an entry: all of it, so that whoever hears it can check the timeline without us. */
    static String event(String dispute, AuditEntry entry) {
        return new JsonObject()
                .put("dispute_id", dispute)
                .put("number", entry.number())
                .put("hash", HexFormat.of().formatHex(entry.hash()))
                .put("action", entry.action())
                .put("entry", new JsonObject(entry.content()))
                .encode();
    }

    /** Reads it whole, with one statement, and checks it. */
    public Uni<Verified> read(UUID dispute) {
        return read(pool, dispute);
    }

    /** The same, as the caller's database transaction sees it. */
    Uni<Verified> read(SqlClient client, UUID dispute) {
        return client.preparedQuery(READ)
                .execute(Tuple.of(dispute, TypeId.format(TypeId.DISPUTE, dispute)))
                .map(rows -> {
                    List<AuditEntry> entries = new ArrayList<>();
                    Set<String> told = new HashSet<>();
                    Head head = null;
                    int events = 0;
                    for (Row row : rows) {
                        switch (row.getInteger(0)) {
                            case 0 ->
                                head = new Head(
                                        row.getInteger(1),
                                        row.getBuffer(2).getBytes(),
                                        row.getString(4),
                                        row.getString(5));
                            case 1 -> entries.add(entry(dispute, row));
                            default -> {
                                events++;
                                told.add(row.getString(6));
                            }
                        }
                    }
                    entries.sort(Comparator.comparingInt(AuditEntry::number));
                    return new Verified(List.copyOf(entries), fault(entries, head, told, events));
                });
    }

    /** What the dispute itself says of the end of its timeline. */
    private record Head(int number, byte[] hash, String stage, String status) {}

    private static AuditEntry entry(UUID dispute, Row row) {
        OffsetDateTime at = row.getOffsetDateTime(3);
        return new AuditEntry(
                dispute,
                row.getInteger(1),
                at.toInstant(),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                row.getBuffer(2).getBytes());
    }

    private static String fault(List<AuditEntry> entries, Head head, Set<String> told, int events) {
        int broken = AuditEntry.brokenAt(entries);
        if (broken > 0) {
            return "entry " + broken + " is not as it was written, or not in its place";
        }
        AuditEntry last = entries.isEmpty() ? null : entries.get(entries.size() - 1);
        if (last == null || last.number() != head.number() || !Arrays.equals(last.hash(), head.hash())) {
            return "it does not end where the dispute says that it ends";
        }
        JsonObject state = new JsonObject(last.content());
        if (!head.stage().equals(state.getString("stage")) || !head.status().equals(state.getString("status"))) {
            return "the dispute is not where its last entry left it";
        }
        if (events != head.number()) {
            return "the events tell of another number of entries";
        }
        String reference = TypeId.format(TypeId.DISPUTE, last.subject());
        for (AuditEntry entry : entries) {
            if (!told.contains(event(reference, entry))) {
                return "entry " + entry.number() + " is not the one that the events tell of";
            }
        }
        return null;
    }
}
