package org.paywitness.reconciliation;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.paywitness.id.TypeId;
import org.paywitness.transaction.Looked;
import org.paywitness.transaction.Transaction;
import org.paywitness.verdict.Fact;
import org.paywitness.verdict.Policy;
import org.paywitness.verdict.Source;

/** What {@link Known} tells of payments: which terminals keep a journal, and what came too late. */
@Singleton
class Knowledge {
    /** A terminal's day takes about 150 bytes. */
    private static final int MAX_NOTED = 50_000;

    private static final String NOTED = "SELECT j.terminal_id, k.day"
            + " FROM unnest($1::text[], $2::date[]) AS k(terminal, day)"
            + " JOIN terminal_journal j ON j.terminal_id = k.terminal AND j.days @> k.day";

    private static final String NOTE = "INSERT INTO terminal_journal (terminal_id, days)"
            + " SELECT terminal, range_agg(daterange(day, day + 1)) FROM unnest($1::text[], $2::date[]) AS k(terminal, day)"
            + " GROUP BY terminal ORDER BY terminal"
            + " ON CONFLICT (terminal_id) DO UPDATE SET days = terminal_journal.days + excluded.days";

    // What is written by this very database transaction is heard now.
    private static final String LATE = "SELECT k.observation"
            + " FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::uuid[])"
            + " AS k(observation, source, merchant, through, statement)"
            + " LEFT JOIN observation o ON o.id = k.observation LEFT JOIN statement s ON s.id = k.statement"
            + " WHERE EXISTS (SELECT FROM completeness c WHERE c.merchant_id IN ('*', k.merchant)"
            + " AND c.source = k.source AND c.complete_through >= k.through"
            + " AND c.heard_at < coalesce(o.heard_at, $6::timestamptz)"
            + " AND (c.source <> 'wallet' OR c.feed IS NULL OR s.format IS NULL OR c.feed = s.format))";

    private final Policy policy;
    private final Set<TerminalDay> noted = ConcurrentHashMap.newKeySet();

    Knowledge(Policy policy) {
        this.policy = policy;
    }

    private record TerminalDay(String terminal, LocalDate day) implements Comparable<TerminalDay> {
        @Override
        public int compareTo(TerminalDay other) {
            int order = terminal.compareTo(other.terminal);
            return order != 0 ? order : day.compareTo(other.day);
        }
    }

    /** Takes note of the days on which terminals told of anything. */
    Uni<Void> note(SqlClient client, List<Looked> batch) {
        Set<TerminalDay> told = new TreeSet<>();
        for (Looked one : batch) {
            TerminalDay day = terminalDay(one.transaction());
            boolean itself = one.transaction().facts().stream().anyMatch(f -> f.source() == Source.TERMINAL);
            if (day != null && itself && !noted.contains(day)) {
                told.add(day);
            }
        }
        if (told.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        // Kept in mind is only what others have committed: what is written here may yet be taken back.
        return journals(client, told).chain(there -> {
            if (noted.size() + there.size() > MAX_NOTED) {
                noted.clear();
            }
            noted.addAll(there);
            told.removeAll(there);
            return told.isEmpty()
                    ? Uni.createFrom().voidItem()
                    : client.preparedQuery(NOTE).execute(tuple(told)).replaceWithVoid();
        });
    }

    /** What is known of these payments; of those that are not in it nothing is, or nothing depends on it. */
    Uni<Map<UUID, Known>> of(SqlClient client, List<Looked> batch, Instant now) {
        return missedJournals(client, batch)
                .chain(journals -> late(client, batch, now).map(late -> {
                    Map<UUID, Known> known = new HashMap<>();
                    journals.forEach(id -> known.put(id, new Known(true, null)));
                    late.forEach((id, observation) -> known.put(id, new Known(journals.contains(id), observation)));
                    return known;
                }));
    }

    private Uni<Set<UUID>> missedJournals(SqlClient client, List<Looked> batch) {
        Map<UUID, TerminalDay> asked = new HashMap<>();
        for (Looked one : batch) {
            if (Reconciliation.asksForJournal(one.transaction(), one.completeness(), policy)) {
                asked.put(one.transaction().id(), terminalDay(one.transaction()));
            }
        }
        if (asked.isEmpty()) {
            return Uni.createFrom().item(Set.of());
        }
        return journals(client, new TreeSet<>(asked.values())).map(there -> {
            Set<UUID> found = new HashSet<>();
            asked.forEach((id, day) -> {
                if (there.contains(day)) {
                    found.add(id);
                }
            });
            return found;
        });
    }

    private Uni<Map<UUID, String>> late(SqlClient client, List<Looked> batch, Instant now) {
        List<Looked> asked = new ArrayList<>();
        List<Fact> first = new ArrayList<>();
        for (Looked one : batch) {
            Fact fact = Reconciliation.mayBeLate(one.transaction(), one.completeness(), policy);
            if (fact != null) {
                asked.add(one);
                first.add(fact);
            }
        }
        if (asked.isEmpty()) {
            return Uni.createFrom().item(Map.of());
        }
        return client.preparedQuery(LATE)
                .execute(Tuple.tuple()
                        .addValue(Exceptions.column(first, Knowledge::observation, UUID[]::new))
                        .addValue(Exceptions.column(first, f -> f.source().code(), String[]::new))
                        .addValue(Exceptions.column(
                                asked, one -> one.transaction().reference().merchantId(), String[]::new))
                        .addValue(Exceptions.column(
                                first,
                                f -> Exceptions.utc(Reconciliation.endOfDay(f.at(), policy)),
                                OffsetDateTime[]::new))
                        .addValue(Exceptions.column(
                                first,
                                f -> TypeId.parse(TypeId.STATEMENT, f.statement())
                                        .orElse(null),
                                UUID[]::new))
                        .addValue(Exceptions.utc(now)))
                .map(rows -> {
                    Set<UUID> late = new HashSet<>();
                    rows.forEach(row -> late.add(row.getUUID(0)));
                    Map<UUID, String> found = new HashMap<>();
                    for (int i = 0; i < asked.size(); i++) {
                        if (late.contains(observation(first.get(i)))) {
                            found.put(
                                    asked.get(i).transaction().id(),
                                    first.get(i).observationId());
                        }
                    }
                    return found;
                });
    }

    private static UUID observation(Fact fact) {
        return TypeId.parse(TypeId.OBSERVATION, fact.observationId()).orElseThrow();
    }

    private TerminalDay terminalDay(Transaction transaction) {
        String terminal = transaction.reference().terminalId();
        return terminal == null ? null : new TerminalDay(terminal, policy.day(transaction.occurredAt()));
    }

    private static Uni<Set<TerminalDay>> journals(SqlClient client, Collection<TerminalDay> asked) {
        return client.preparedQuery(NOTED).execute(tuple(asked)).map(rows -> {
            Set<TerminalDay> there = new HashSet<>();
            rows.forEach(row -> there.add(new TerminalDay(row.getString(0), row.getLocalDate(1))));
            return there;
        });
    }

    private static Tuple tuple(Collection<TerminalDay> days) {
        List<TerminalDay> all = List.copyOf(days);
        return Tuple.of(
                Exceptions.column(all, TerminalDay::terminal, String[]::new),
                Exceptions.column(all, TerminalDay::day, LocalDate[]::new));
    }
}
