package org.paywitness.fault;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.paywitness.acquirer.Simulator;
import org.paywitness.audit.AuditEntry;
import org.paywitness.fault.Payments.Ask;
import org.paywitness.fault.Payments.Decision;
import org.paywitness.fault.Payments.Payment;
import org.paywitness.id.TypeId;

/**
 * What must hold of refunds after any fault, with the acquirer's ledger as judge. Each question is answered with what
 * is wrong, in words; an empty list is good.
 */
final class RefundBooks {
    private static final String DATABASE = "postgres";

    /** A refund as the service keeps it. */
    record Refund(String id, String transaction, String status, long amount) {
        boolean isSucceeded() {
            return status.equals("succeeded");
        }

        /** What must have moved for it. */
        long due() {
            return isSucceeded() ? amount : 0;
        }
    }

    /** What the acquirer did under one reference. */
    private static final class Moved {
        String transaction;
        long net;
        int times;
        boolean isOpen;

        void add(JsonNode line) {
            transaction = line.get("transaction").textValue();
            long amount = line.get("amount").longValue();
            switch (line.get("what").textValue()) {
                case "taken" -> isOpen = true;
                case "moved" -> {
                    isOpen = false;
                    times++;
                    net += amount;
                }
                case "taken_back" -> net -= amount;
                default -> {}
            }
        }
    }

    private final MortalPostgres postgres;
    private final Simulator acquirer;

    RefundBooks(MortalPostgres postgres, Simulator acquirer) {
        this.postgres = postgres;
        this.acquirer = acquirer;
    }

    Map<String, Refund> refunds() throws SQLException {
        return byId(postgres.rows(
                DATABASE,
                "SELECT id, transaction_id, status, amount FROM refund ORDER BY id",
                row -> new Refund(
                        TypeId.format(TypeId.REFUND, uuid(row, 1)),
                        TypeId.format(TypeId.TRANSACTION, uuid(row, 2)),
                        row.getString(3),
                        row.getLong(4))));
    }

    private static Map<String, Refund> byId(List<Refund> all) {
        Map<String, Refund> byId = new LinkedHashMap<>();
        all.forEach(refund -> byId.put(refund.id(), refund));
        return byId;
    }

    private static UUID uuid(ResultSet row, int column) throws SQLException {
        return row.getObject(column, UUID.class);
    }

    private Map<String, Moved> moved() {
        Map<String, Moved> byReference = new LinkedHashMap<>();
        for (JsonNode line : acquirer.ledger()) {
            byReference
                    .computeIfAbsent(line.get("reference").textValue(), reference -> new Moved())
                    .add(line);
        }
        return byReference;
    }

    /** Refunds that are still on their way, or of which the acquirer has said what the service has not heard yet. */
    List<String> open() throws SQLException {
        List<String> open = postgres.column(
                DATABASE,
                "SELECT concat_ws(' ', id, status, 'needs attention: ' || needs_attention, 'due ' || due_at,"
                        + " 'inquiries ' || inquiries, 'news ' || news) FROM refund"
                        + " WHERE status IN ('approved', 'submitted', 'in_doubt')"
                        + " OR status = 'succeeded' AND news > 0 ORDER BY id");
        if (!open.isEmpty()) {
            return open;
        }
        Map<String, Refund> refunds = refunds();
        List<String> unheard = new ArrayList<>();
        moved().forEach((reference, moved) -> {
            Refund refund = refunds.get(reference);
            if (moved.isOpen || refund != null && moved.net != refund.due()) {
                unheard.add(refund + ", but at the acquirer " + moved.net);
            }
        });
        return unheard;
    }

    /** Per refund: moved once if it succeeded, else not; and nothing moved that is no refund. */
    List<String> eachMovedOnce() throws SQLException {
        List<String> wrong = new ArrayList<>();
        Map<String, Refund> refunds = refunds();
        Map<String, Moved> all = moved();
        all.forEach((reference, moved) -> {
            Refund refund = refunds.get(reference);
            if (refund == null) {
                wrong.add(reference + " is in the ledger, and no refund");
            } else if (moved.times > 1 || moved.net != refund.due()) {
                wrong.add(refund + " has moved " + moved.times + " times, " + moved.net + " in all");
            } else if (!moved.transaction.equals(refund.transaction())) {
                wrong.add(refund + " has moved for " + moved.transaction);
            }
        });
        refunds.values().stream()
                .filter(refund -> refund.isSucceeded() && !all.containsKey(refund.id()))
                .forEach(refund -> wrong.add(refund + " has never moved"));
        return wrong;
    }

    /** Per payment: no more has moved than was charged, and as much as our refunds that succeeded. */
    List<String> neverMoreThanCharged(List<Payment> payments) throws SQLException {
        List<String> wrong = new ArrayList<>();
        Map<String, Long> succeeded = succeeded();
        Map<String, Long> moved = new HashMap<>();
        moved().values().forEach(one -> moved.merge(one.transaction, one.net, Long::sum));
        for (Payment payment : payments) {
            long sum = moved.getOrDefault(payment.id(), 0L);
            long ours = succeeded.getOrDefault(payment.id(), 0L);
            if (sum > payment.charged() || sum != ours) {
                wrong.add(payment + " has given back " + sum + ", by our books " + ours);
            }
        }
        return wrong;
    }

    private Map<String, Long> succeeded() throws SQLException {
        return refunds().values().stream()
                .filter(Refund::isSucceeded)
                .collect(Collectors.groupingBy(Refund::transaction, Collectors.summingLong(Refund::amount)));
    }

    /** Each grant is a refund of its own, as it was told, and the same each time; and nothing else is a refund. */
    List<String> eachGrantIsKept(RefundClients clients, List<Ask> asks) throws SQLException, IOException {
        List<String> wrong = new ArrayList<>();
        Map<String, Refund> rest = refunds();
        for (Ask ask : asks) {
            for (String body : clients.granted.getOrDefault(ask.key(), java.util.Set.of())) {
                JsonNode told = RunningService.json(body);
                Refund refund = rest.remove(told.get("id").textValue());
                if (refund == null) {
                    wrong.add("told and lost, or told another way before: " + ask + " " + body);
                } else if (refund.amount() != told.at("/amount/amount").longValue()
                        || ask.amount() != null && refund.amount() != ask.amount()
                        || !refund.transaction().equals(ask.payment().id())) {
                    wrong.add("told " + body + ", kept " + refund);
                }
            }
        }
        rest.values().forEach(refund -> wrong.add("told to nobody: " + refund));
        clients.granted.forEach((key, bodies) -> {
            if (bodies.size() > 1) {
                wrong.add("one key, several answers: " + bodies);
            }
        });
        return wrong;
    }

    /** Nobody's decision was forgotten. */
    List<String> eachDecisionIsKept(Map<String, Decision> decided) throws SQLException {
        Map<String, Refund> refunds = refunds();
        List<String> wrong = new ArrayList<>();
        decided.forEach((id, decision) -> {
            String status = refunds.get(id).status();
            boolean kept =
                    switch (decision) {
                        case REJECT -> status.equals("rejected");
                        case CANCEL -> status.equals("canceled");
                        default -> status.equals("succeeded") || status.equals("failed");
                    };
            if (!kept) {
                wrong.add(decision + " was answered, but it is " + refunds.get(id));
            }
        });
        return wrong;
    }

    /** Payments whose every rival was refused: one of them must have been granted. */
    List<String> oneRivalIsGranted(RefundClients clients, List<Ask> asks) {
        Map<Payment, Boolean> granted = new LinkedHashMap<>();
        asks.forEach(ask -> granted.merge(ask.payment(), clients.granted.containsKey(ask.key()), Boolean::logicalOr));
        return granted.entrySet().stream()
                .filter(payment -> !payment.getValue())
                .map(payment -> "nobody was granted anything of " + payment.getKey())
                .toList();
    }

    /** What customers are told agrees with what moved. */
    List<String> verdictsAgree(List<Payment> payments, RunningService service)
            throws SQLException, IOException, InterruptedException {
        List<String> wrong = new ArrayList<>();
        String desk = RunningService.token("desk:read");
        Map<String, Long> succeeded = succeeded();
        for (Payment payment : payments) {
            JsonNode verdict = RunningService.json(service.get("/v1/transactions/" + payment.id() + "/verdict", desk));
            long back = succeeded.getOrDefault(payment.id(), 0L);
            String expected = back == 0 ? "charged" : back == payment.charged() ? "being_returned" : "partly_returned";
            if (!expected.equals(verdict.path("verdict").textValue())
                    || verdict.at("/returned_promised/amount").asLong(0) != back) {
                wrong.add(payment + " has given back " + back + ", told " + verdict);
            }
        }
        return wrong;
    }

    /** Each refund's audit trail is whole and ends where the refund says, and each entry was told as an event. */
    List<String> trailsAreWhole() throws SQLException {
        List<AuditEntry> entries = postgres.rows(
                DATABASE,
                "SELECT subject_id, number, at, actor, action, content, hash FROM audit_entry"
                        + " ORDER BY subject_id, number",
                row -> new AuditEntry(
                        uuid(row, 1),
                        row.getInt(2),
                        row.getObject(3, OffsetDateTime.class).toInstant(),
                        row.getString(4),
                        row.getString(5),
                        row.getString(6),
                        row.getBytes(7)));
        List<String> wrong = new ArrayList<>();
        entries.stream()
                .collect(Collectors.groupingBy(AuditEntry::subject, LinkedHashMap::new, Collectors.toList()))
                .forEach((subject, trail) -> {
                    if (!AuditEntry.isWhole(trail)) {
                        wrong.add("the trail of " + subject + " is broken: " + trail);
                    }
                });
        wrong.addAll(postgres.column(
                DATABASE,
                "SELECT 'its trail does not end as it says: ' || r.id FROM refund r LEFT JOIN audit_entry a"
                        + " ON a.subject_id = r.id AND a.number = r.audit_number WHERE a.hash IS DISTINCT FROM"
                        + " r.audit_hash OR a.content::json->>'status' IS DISTINCT FROM r.status OR (SELECT count(*)"
                        + " FROM audit_entry x WHERE x.subject_id = r.id) <> r.audit_number"));
        Map<List<Object>, Integer> untold = new HashMap<>();
        for (AuditEntry entry : entries) {
            String refund = TypeId.format(TypeId.REFUND, entry.subject());
            untold.merge(List.of(refund, "refund." + entry.action(), entry.content(), entry.at()), 1, Integer::sum);
        }
        postgres.rows(
                        DATABASE,
                        "SELECT aggregateid, type, payload, at FROM outbox WHERE aggregatetype = 'refund'",
                        row -> List.<Object>of(
                                row.getString(1),
                                row.getString(2),
                                row.getString(3),
                                row.getObject(4, OffsetDateTime.class).toInstant()))
                .forEach(event -> untold.merge(event, -1, Integer::sum));
        untold.forEach((event, count) -> {
            if (count != 0) {
                wrong.add(event + (count > 0 ? " was never told" : " was told without being so"));
            }
        });
        return wrong;
    }

    /** What is left to return is what the refunds leave. */
    List<String> balancesAgree() throws SQLException {
        return postgres.column(
                DATABASE,
                "SELECT concat_ws(' ', b.transaction_id, b.refunds, 'instead of', sum(r.amount) FILTER (WHERE r.status"
                        + " NOT IN ('failed', 'rejected', 'canceled'))) FROM refund r FULL JOIN refund_balance b"
                        + " ON b.transaction_id = r.transaction_id GROUP BY b.transaction_id, b.refunds"
                        + " HAVING b.refunds IS DISTINCT FROM coalesce(sum(r.amount) FILTER (WHERE r.status"
                        + " NOT IN ('failed', 'rejected', 'canceled')), 0)");
    }

    /** Keys under which a refund was granted, whether or not anybody heard of it. */
    List<String> grantedKeys() throws SQLException {
        return postgres.column(DATABASE, "SELECT key FROM idempotency_key WHERE status = 201");
    }

    Map<String, Long> statuses() throws SQLException {
        return counts("SELECT concat_ws(' ', status, route), count(*) FROM refund GROUP BY 1 ORDER BY 1");
    }

    Map<String, Long> actions() throws SQLException {
        return counts("SELECT action, count(*) FROM audit_entry GROUP BY 1 ORDER BY 1");
    }

    /** What the acquirer wrote down. */
    Map<String, Long> ledger() {
        Map<String, Long> counts = new java.util.TreeMap<>();
        acquirer.ledger().forEach(line -> counts.merge(line.get("what").textValue(), 1L, Long::sum));
        return counts;
    }

    /** Refunds that an executor had in its hands. */
    long inHands() throws SQLException {
        return postgres.number(DATABASE, "SELECT count(*) FROM refund WHERE status IN ('submitted', 'in_doubt')");
    }

    private Map<String, Long> counts(String sql) throws SQLException {
        Map<String, Long> counts = new LinkedHashMap<>();
        postgres.rows(DATABASE, sql, row -> counts.put(row.getString(1), row.getLong(2)));
        return counts;
    }
}
