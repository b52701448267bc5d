package org.paywitness.dispute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.paywitness.audit.AuditEntry;
import org.paywitness.id.TypeId;

/** Whoever has the database's password can change a timeline, but not unnoticed. */
@QuarkusTest
class TimelineTest {
    /** Where the quarrel is left. */
    private static final String LIVE = "awaiting_merchant";

    private static final int EDITS = Integer.getInteger("timeline.edits", 1000);

    /** What somebody does to the entries behind our back. */
    private enum Edit {
        ACTOR,
        ACTION,
        CONTENT,
        TIME,
        HASH,
        REMOVE,
        SWAP,
        CUT_OFF,
        /** And the dispute is made to agree. */
        CUT_OFF_WITH_THE_HEAD,
        INSERT,
        /** Rewritten from there on, every hash right again, the dispute made to agree. */
        REWRITE,
        /** The dispute itself, its timeline untouched. */
        STATUS
    }

    @Inject
    Pool pool;

    private final Quarrels people = new Quarrels();

    @Test
    void everyEditIsFound() {
        long seed = Long.getLong("timeline.seed", System.nanoTime());
        System.out.println("timeline.seed=" + seed);
        Random random = new Random(seed);
        String id = quarrel();
        UUID dispute = TypeId.parse(TypeId.DISPUTE, id).orElseThrow();
        List<AuditEntry> whole = entries(dispute);
        assertTrue(whole.size() > 5);
        Map<Edit, Integer> done = new TreeMap<>();
        for (int i = 0; i < EDITS; i++) {
            Edit edit = Edit.values()[random.nextInt(Edit.values().length)];
            done.merge(edit, 1, Integer::sum);
            List<AuditEntry> edited = edited(edit, new ArrayList<>(whole), random);
            boolean withHead = edit == Edit.CUT_OFF_WITH_THE_HEAD || edit == Edit.REWRITE;
            put(dispute, edited, withHead ? edited : whole, edit == Edit.STATUS ? "withdrawn" : null);
            JsonNode told = Quarrels.timeline(people.desk, id);
            assertFalse(told.get("verified").booleanValue(), edit + " was not found, " + i + " of seed " + seed);
            assertTrue(told.get("fault").textValue().length() > 10);
        }
        put(dispute, whole, whole, null);
        assertTrue(Quarrels.timeline(people.desk, id).get("verified").booleanValue(), "and put back it is whole again");
        System.out.println(done);
    }

    @Test
    void aSideLearnsOfItsOwnPersonsOnly() {
        String id = quarrel();
        for (String asker : List.of("cardholder", "merchant")) {
            String token = asker.equals("merchant") ? people.clerk : people.cardholder;
            for (JsonNode entry : Quarrels.timeline(token, id).get("entries")) {
                String party = entry.at("/content/party").textValue();
                assertEquals(party.equals(asker), entry.has("person"), entry::toPrettyString);
                assertTrue(entry.get("actor").textValue().startsWith(party + "-"));
            }
        }
        Quarrels.timeline(people.desk, id).get("entries").forEach(entry -> assertTrue(entry.has("person")));
    }

    @Test
    void theDatabaseItselfRefusesEdits() {
        String id = quarrel();
        UUID dispute = TypeId.parse(TypeId.DISPUTE, id).orElseThrow();
        for (String sql : List.of(
                "UPDATE audit_entry SET actor = 'x' WHERE subject_id = $1",
                "DELETE FROM audit_entry WHERE subject_id = $1",
                "UPDATE dispute SET claimed = 1 WHERE id = $1",
                "DELETE FROM dispute WHERE id = $1")) {
            String message = pool.preparedQuery(sql)
                    .execute(Tuple.of(dispute))
                    .map(done -> "done")
                    .onFailure()
                    .recoverWithItem(Throwable::getMessage)
                    .await()
                    .atMost(Duration.ofSeconds(30));
            assertTrue(message.contains("append-only"), sql + ": " + message);
        }
    }

    private String quarrel() {
        String sale = people.paid(Instant.now().minus(Duration.ofDays(1)));
        String id =
                people.opened(people.cardholder, sale, "unrecognized").get("id").textValue();
        for (int i = 0; i < 4; i++) {
            Quarrels.step(i % 2 == 0 ? people.clerk : people.cardholder, id, "messages", "{\"text\":\"no " + i + "\"}");
        }
        String offer = Quarrels.proposed(people.clerk, id, "{\"kind\":\"nothing\"}");
        Quarrels.step(people.cardholder, id, "proposals/" + offer + "/decline", "{}");
        Quarrels.step(people.cardholder, id, "escalate", "{}");
        return id;
    }

    private static List<AuditEntry> edited(Edit edit, List<AuditEntry> all, Random random) {
        int at = random.nextInt(all.size());
        AuditEntry e = all.get(at);
        switch (edit) {
            case ACTOR -> all.set(at, with(e, e.at(), "somebody else", e.action(), e.content()));
            case ACTION -> all.set(at, with(e, e.at(), e.actor(), e.action() + "x", e.content()));
            case CONTENT -> {
                int place = random.nextInt(e.content().length());
                char other = e.content().charAt(place) == 'x' ? 'y' : 'x';
                String content =
                        e.content().substring(0, place) + other + e.content().substring(place + 1);
                all.set(at, with(e, e.at(), e.actor(), e.action(), content));
            }
            case TIME -> all.set(at, with(e, e.at().plusMillis(1), e.actor(), e.action(), e.content()));
            case HASH -> {
                byte[] hash = e.hash().clone();
                hash[random.nextInt(hash.length)] ^= (byte) (1 << random.nextInt(8));
                all.set(at, new AuditEntry(e.subject(), e.number(), e.at(), e.actor(), e.action(), e.content(), hash));
            }
            case REMOVE -> all.remove(at);
            case SWAP -> {
                int other = (at + 1 + random.nextInt(all.size() - 1)) % all.size();
                Collections.swap(all, at, other);
                all.set(at, numbered(all.get(at), at + 1));
                all.set(other, numbered(all.get(other), other + 1));
            }
            case CUT_OFF, CUT_OFF_WITH_THE_HEAD ->
                all.subList(1 + random.nextInt(all.size() - 1), all.size()).clear();
            case INSERT ->
                all.add(AuditEntry.after(
                        all.size(), all.get(all.size() - 1).hash(), e.subject(), e.at(), "x", "message", e.content()));
            case REWRITE -> rewrite(all, at);
            case STATUS -> {
                // Only the dispute's row is another.
            }
        }
        return all;
    }

    private static void rewrite(List<AuditEntry> all, int from) {
        for (int i = from; i < all.size(); i++) {
            AuditEntry e = all.get(i);
            byte[] before = i == 0 ? null : all.get(i - 1).hash();
            String actor = i == from ? "forger" : e.actor();
            all.set(i, AuditEntry.after(i, before, e.subject(), e.at(), actor, e.action(), e.content()));
        }
    }

    private static AuditEntry with(AuditEntry e, Instant at, String actor, String action, String content) {
        return new AuditEntry(e.subject(), e.number(), at, actor, action, content, e.hash());
    }

    private static AuditEntry numbered(AuditEntry e, int number) {
        return new AuditEntry(e.subject(), number, e.at(), e.actor(), e.action(), e.content(), e.hash());
    }

    private List<AuditEntry> entries(UUID dispute) {
        List<AuditEntry> entries = new ArrayList<>();
        for (Row row : pool.preparedQuery("SELECT number, at, actor, action, content, hash FROM audit_entry"
                        + " WHERE subject_id = $1 ORDER BY number")
                .executeAndAwait(Tuple.of(dispute))) {
            entries.add(new AuditEntry(
                    dispute,
                    row.getInteger(0),
                    row.getOffsetDateTime(1).toInstant(),
                    row.getString(2),
                    row.getString(3),
                    row.getString(4),
                    row.getBuffer(5).getBytes()));
        }
        return entries;
    }

    /** Makes these the entries, past all triggers, and the head what the last of those says. */
    private void put(UUID dispute, List<AuditEntry> entries, List<AuditEntry> head, String status) {
        AuditEntry last = head.get(head.size() - 1);
        Tuple row = Tuple.of(dispute, last.number(), Buffer.buffer(last.hash()), status == null ? LIVE : status);
        pool.withTransaction(connection -> connection
                        .query("SET LOCAL session_replication_role = replica")
                        .execute()
                        .chain(() -> connection
                                .preparedQuery("DELETE FROM audit_entry WHERE subject_id = $1")
                                .execute(Tuple.of(dispute)))
                        .chain(() -> insert(connection, entries, 0))
                        .chain(() -> connection
                                .preparedQuery("UPDATE dispute SET timeline_number = $2, timeline_hash = $3,"
                                        + " status = $4, ended_at = CASE WHEN $4 = '" + LIVE + "' THEN NULL ELSE"
                                        + " opened_at END, due_at = CASE WHEN $4 = '" + LIVE
                                        + "' THEN opened_at + interval '30 days' END WHERE id = $1")
                                .execute(row)))
                .await()
                .atMost(Duration.ofSeconds(30));
    }

    private static Uni<Void> insert(SqlConnection connection, List<AuditEntry> entries, int next) {
        if (next == entries.size()) {
            return Uni.createFrom().voidItem();
        }
        AuditEntry e = entries.get(next);
        Tuple row = Tuple.tuple()
                .addValue(e.subject())
                .addValue(e.number())
                .addValue(e.at().atOffset(ZoneOffset.UTC))
                .addValue(e.actor())
                .addValue(e.action())
                .addValue(e.content())
                .addValue(Buffer.buffer(e.hash()));
        return connection
                .preparedQuery("INSERT INTO audit_entry (subject_id, number, at, actor, action, content, hash)"
                        + " VALUES ($1, $2, $3, $4, $5, $6, $7)")
                .execute(row)
                .chain(() -> insert(connection, entries, next + 1));
    }

    @Test
    void theHashesCanBeCheckedFromWhatIsTold() throws Exception {
        String id = quarrel();
        String uuid = TypeId.parse(TypeId.DISPUTE, id).orElseThrow().toString();
        JsonNode told = Quarrels.timeline(people.cardholder, id);
        byte[] before = new byte[0];
        for (JsonNode entry : told.get("entries")) {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(before);
            for (String field : List.of(
                    uuid,
                    entry.get("number").asText(),
                    entry.get("at").textValue(),
                    entry.get("actor").textValue(),
                    entry.get("action").textValue(),
                    entry.get("hashed").textValue())) {
                sha256.update((field + '\0').getBytes(StandardCharsets.UTF_8));
            }
            before = sha256.digest();
            assertEquals(HexFormat.of().formatHex(before), entry.get("hash").textValue());
        }
    }
}
