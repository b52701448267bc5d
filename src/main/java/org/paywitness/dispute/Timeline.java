package org.paywitness.dispute;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.DecodeException;
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
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.paywitness.access.Visibility;
import org.paywitness.audit.AuditEntry;
import org.paywitness.id.TypeId;
import org.paywitness.problem.Problem;

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
     * @param persons who answers for an entry, by its number; not for everybody's eyes
     * @param fault what is wrong with it, or null where it is whole
     */
    public record Verified(List<AuditEntry> entries, Map<Integer, String> persons, String fault) {
        /** Whether it is as it was written. */
        public boolean isWhole() {
            return fault == null;
        }
    }

    private static final String READ =
            "SELECT 0, d.timeline_number, d.timeline_hash, NULL::timestamptz, d.stage, d.status, d.merchant_id,"
                    + " d.card_token FROM dispute d WHERE d.id = $1"
                    + " UNION ALL SELECT 1, a.number, a.hash, a.at, a.actor, a.action, a.content, a.person"
                    + " FROM audit_entry a WHERE a.subject_id = $1"
                    + " UNION ALL SELECT 2, NULL, NULL, NULL, NULL, o.type, o.payload, NULL FROM outbox o"
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
                .put("entry", content(entry))
                .encode();
    }

    /** Reads it whole, with one statement, and checks it. Fails with 404 where it is not there, or not the reader's. */
    public Uni<Verified> read(UUID dispute, Visibility visibility) {
        return read(pool, dispute, visibility);
    }

    /** The same, as the caller's database transaction sees it. */
    Uni<Verified> read(SqlClient client, UUID dispute, Visibility visibility) {
        return client.preparedQuery(READ)
                .execute(Tuple.of(dispute, TypeId.format(TypeId.DISPUTE, dispute)))
                .map(rows -> {
                    List<AuditEntry> entries = new ArrayList<>();
                    Map<Integer, String> persons = new HashMap<>();
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
                                        row.getString(5),
                                        row.getString(6),
                                        row.getString(7));
                            case 1 -> {
                                entries.add(entry(dispute, row));
                                persons.put(row.getInteger(1), row.getString(7));
                            }
                            default -> {
                                events++;
                                told.add(row.getString(6));
                            }
                        }
                    }
                    if (head == null || !visibility.shows(head.merchantId(), head.cardToken())) {
                        throw Problem.notFound();
                    }
                    entries.sort(Comparator.comparingInt(AuditEntry::number));
                    return new Verified(List.copyOf(entries), persons, fault(entries, head, told, events));
                });
    }

    /** What the dispute itself says of the end of its timeline, and whose it is. */
    private record Head(int number, byte[] hash, String stage, String status, String merchantId, String cardToken) {}

    // What somebody has made of it, every hash right again, may be no JSON at all.
    private static JsonObject content(AuditEntry entry) {
        try {
            return new JsonObject(entry.content());
        } catch (DecodeException e) {
            return new JsonObject();
        }
    }

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
        JsonObject state = content(last);
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
