package org.paywitness.observation;

import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.paywitness.id.TypeId;
import org.paywitness.observation.Correlation.Group;
import org.paywitness.observation.Correlation.Member;
import org.paywitness.transaction.Duplicates;
import org.paywitness.transaction.Transaction;
import org.paywitness.transaction.Transactions;
import org.paywitness.verdict.Completeness;
import org.paywitness.verdict.Fact;
import org.paywitness.verdict.Judge;
import org.paywitness.verdict.Policy;
import org.paywitness.verdict.Source;
import org.paywitness.verdict.Verdict;

/**
 * What is held true of a set of observations, told without ids: each transaction is named by the references of its
 * observations. Computed over the whole set at once by the pure rules, or read from the database.
 */
final class World {
    private final Policy policy;
    private final Map<UUID, Transaction> transactions = new LinkedHashMap<>();
    private final Map<UUID, TreeSet<String>> members = new HashMap<>();
    private final Map<UUID, TreeSet<String>> weak = new HashMap<>();

    private World(Policy policy) {
        this.policy = policy;
    }

    static String name(Observation said) {
        return said.source().code() + ":" + said.sourceRef();
    }

    /** By the pure rules; {@code pins} names the observation that opened the transaction that another one names. */
    static Map<String, String> byTheRules(Collection<Observation> said, Map<String, String> pins, Policy policy) {
        World world = new World(policy);
        Correlation correlation = new Correlation(policy, merchants(said));
        List<Member> all = new ArrayList<>();
        for (Observation one : said) {
            String pin = pins.get(name(one));
            all.add(new Member(id(name(one)), one, pin == null ? null : id(pin)));
        }
        List<Group> groups = correlation.correlate(all);
        Map<Group, UUID> ids = new HashMap<>();
        groups.forEach(group -> ids.put(group, TypeId.next()));
        for (Group group : groups) {
            List<UUID> candidates = group.candidates.stream().map(ids::get).toList();
            Transaction one = Assembly.of(ids.get(group), 1, group, candidates, correlation);
            world.transactions.put(one.id(), one);
            for (Member m : group.members) {
                world.add(one.id(), name(m.said()), group.weak.contains(m.id()));
            }
        }
        List<Transaction> plain = List.copyOf(world.transactions.values());
        plain.forEach(one -> world.transactions.put(one.id(), one.withEarlier(Duplicates.earlier(one, plain, policy))));
        return world.told();
    }

    /** As the database holds it, of all observations whose reference begins with the prefix. */
    static Map<String, String> inDatabase(String prefix, Pool pool, Transactions rows, Policy policy) {
        World world = new World(policy);
        Set<UUID> ids = new HashSet<>();
        for (Row row : pool.preparedQuery("SELECT source || ':' || source_ref, transaction_id, matched_weakly"
                        + " FROM observation WHERE source_ref LIKE $1")
                .execute(Tuple.of(prefix + "%"))
                .await()
                .indefinitely()) {
            ids.add(row.getUUID(1));
            world.add(row.getUUID(1), row.getString(0), row.getBoolean(2));
        }
        rows.byIds(pool, ids).await().indefinitely().forEach(t -> world.transactions.put(t.id(), t));
        return world.told();
    }

    /** The one merchant that each terminal's observations name. */
    private static Map<String, String> merchants(Collection<Observation> said) {
        Map<String, Set<String>> named = new HashMap<>();
        for (Observation one : said) {
            Observation.Subject s = one.subject();
            if (s.terminalId() != null && s.merchantId() != null) {
                named.computeIfAbsent(s.terminalId(), t -> new HashSet<>()).add(s.merchantId());
            }
        }
        Map<String, String> single = new HashMap<>();
        named.forEach((terminal, merchants) -> {
            if (merchants.size() == 1) {
                single.put(terminal, merchants.iterator().next());
            }
        });
        return single;
    }

    private static UUID id(String name) {
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
    }

    private void add(UUID transaction, String name, boolean weakly) {
        members.computeIfAbsent(transaction, t -> new TreeSet<>()).add(name);
        if (weakly) {
            weak.computeIfAbsent(transaction, t -> new TreeSet<>()).add(name);
        }
    }

    private Map<String, String> told() {
        Map<String, String> told = new TreeMap<>();
        transactions.forEach((id, t) -> told.put(name(id), tell(t)));
        return told;
    }

    private String name(UUID id) {
        return String.valueOf(members.get(id));
    }

    private String name(String typeId) {
        return typeId == null
                ? "none"
                : name(TypeId.parse(TypeId.TRANSACTION, typeId).orElseThrow());
    }

    private String tell(Transaction t) {
        StringBuilder told = new StringBuilder();
        told.append("live=").append(t.mergedInto() == null);
        told.append(" weak=").append(weak.getOrDefault(t.id(), new TreeSet<>()));
        told.append(" candidates=")
                .append(t.summary().candidates().stream()
                        .map(this::name)
                        .sorted()
                        .toList());
        told.append(" earlier=")
                .append(
                        t.summary().earlier() == null
                                ? "none"
                                : name(t.summary().earlier().id())
                                        + t.summary().earlier().retry());
        told.append(' ')
                .append(t.reference())
                .append(t.card())
                .append(t.amount())
                .append(t.occurredAt());
        Completeness later = Completeness.NONE;
        tell(told, Judge.verdict(t.payment(), later, policy, t.occurredAt().plusSeconds(60)));
        later = new Completeness(null, null, t.occurredAt().plusSeconds(20 * 86_400), null);
        tell(told, Judge.verdict(t.payment(), later, policy, later.of(Source.BANK)));
        return told.toString();
    }

    private void tell(StringBuilder told, Verdict v) {
        told.append("\n    ")
                .append(v.kind())
                .append(' ')
                .append(v.cause())
                .append(' ')
                .append(v.isFinal());
        told.append(' ')
                .append(v.finalBy())
                .append(' ')
                .append(v.agreement())
                .append(' ')
                .append(v.charged());
        told.append(' ')
                .append(v.returned())
                .append(' ')
                .append(v.promised())
                .append(' ')
                .append(v.flags());
        told.append(" of ").append(name(v.duplicateOf())).append(' ').append(name(v.possibleDuplicateOf()));
        for (Fact f : v.because()) {
            told.append(' ').append(f.source()).append(f.outcome()).append(f.at());
        }
    }
}
