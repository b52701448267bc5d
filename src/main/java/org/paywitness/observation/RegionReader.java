package org.paywitness.observation;

import static org.paywitness.observation.ObservationTable.column;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
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
import org.paywitness.verdict.Policy;

/** Reads observations: by source reference, by transaction, and the {@link Region} that fresh ones can touch. */
@ApplicationScoped
class RegionReader {
    /**
     * A region that is whole.
     *
     * @param terminals what is known of the terminals that matter there
     * @param newlyKnownTerminals those of which the fresh observations tell a new merchant
     */
    record Found(Region region, Map<String, Known> terminals, Set<String> newlyKnownTerminals) {
        TreeSet<Integer> stripes() {
            return Region.stripes(region.active(), newlyKnownTerminals);
        }
    }

    /**
     * The merchants that a terminal is known to work for.
     *
     * @param registered whether registrations name them: then what observations name changes nothing
     */
    record Known(Set<String> merchants, boolean registered) {
        static final Known NOTHING = new Known(Set.of(), false);
    }

    /** More observations than {@code paywitness.observations.max-region} would have to be compared. */
    static final class TooLarge extends RuntimeException {
        TooLarge() {
            super("the region is too large", null, false, false);
        }
    }

    private static final String COLUMNS = "o.id, o.content::text, o.heard_at, o.transaction_id, o.opened, o.pinned_to,"
            + " o.matched_weakly, o.statement_id";
    static final String BY_REFS = "SELECT " + COLUMNS
            + " FROM unnest($1::text[], $2::text[]) AS k(source, ref), LATERAL (SELECT * FROM observation"
            + " WHERE source = k.source AND source_ref = k.ref OFFSET 0) o";
    private static final String OPENED = "SELECT o.opened FROM observation o WHERE o.opened = ANY($1)";
    private static final String BY_TRANSACTION =
            "SELECT " + COLUMNS + " FROM observation o WHERE o.transaction_id = $1 ORDER BY o.id LIMIT $2";
    // Of retired terminals too: what was heard of them stays their merchant's.
    private static final String MERCHANTS =
            "SELECT terminal_id, merchant_id, false FROM terminal_merchant WHERE terminal_id = ANY($1)"
                    + " UNION ALL SELECT terminal_id, merchant_id, true FROM terminal WHERE terminal_id = ANY($1)";
    // OFFSET 0 keeps each branch what it is, an index scan for every question: a plan that joins the other way reads
    // the whole table, and looks cheap while the table is small or its statistics are old.
    private static final String HIT = "WITH hit(transaction_id) AS ("
            + " SELECT o.transaction_id FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[])"
            + " AS k(rrn, merchant, since, until), LATERAL (SELECT transaction_id FROM observation"
            + " WHERE rrn = k.rrn AND at BETWEEN k.since AND k.until"
            + " AND (k.merchant = '' OR merchant_id IS NULL OR merchant_id = k.merchant) OFFSET 0) o"
            + " UNION SELECT o.transaction_id FROM unnest($5::text[], $6::text[]) AS k(number, merchant),"
            + " LATERAL (SELECT transaction_id FROM observation WHERE merchant_order_no = k.number"
            + " AND (k.merchant = '' OR merchant_id IS NULL OR merchant_id = k.merchant) OFFSET 0) o"
            + " UNION SELECT o.transaction_id FROM unnest($7::text[]) AS k(number), LATERAL (SELECT transaction_id"
            + " FROM observation WHERE wallet_transaction_no = k.number OFFSET 0) o"
            + " UNION SELECT o.transaction_id FROM unnest($8::text[], $9::text[], $10::text[])"
            + " AS k(terminal, batch, stan), LATERAL (SELECT transaction_id FROM observation"
            + " WHERE terminal_id = k.terminal AND stan = k.stan AND batch = k.batch OFFSET 0) o"
            + " UNION SELECT o.transaction_id FROM unnest($11::text[]) AS k(terminal), LATERAL (SELECT transaction_id"
            + " FROM observation WHERE terminal_id = k.terminal AND merchant_id IS NULL OFFSET 0) o"
            + " UNION SELECT o.transaction_id FROM unnest($12::text[], $13::text[], $14::bigint[], $15::text[],"
            + " $16::timestamptz[], $17::timestamptz[]) AS k(first6, last4, amount, currency, since, until),"
            + " LATERAL (SELECT transaction_id FROM observation WHERE card_first6 = k.first6 AND card_last4 = k.last4"
            + " AND amount = k.amount AND currency = k.currency AND at >= k.since AND at < k.until OFFSET 0) o"
            + " UNION SELECT o.transaction_id FROM unnest($18::text[], $19::bigint[], $20::text[],"
            + " $21::timestamptz[], $22::timestamptz[]) AS k(token, amount, currency, since, until),"
            + " LATERAL (SELECT transaction_id FROM observation WHERE card_token = k.token AND amount = k.amount"
            + " AND currency = k.currency AND at >= k.since AND at < k.until OFFSET 0) o"
            + " UNION SELECT o.transaction_id FROM unnest($23::uuid[]) AS k(id), LATERAL (SELECT transaction_id"
            + " FROM observation WHERE opened = k.id OFFSET 0) o) SELECT %s FROM hit, LATERAL (SELECT * FROM observation"
            + " WHERE transaction_id = hit.transaction_id OFFSET 0) o LIMIT $24";
    static final String ROUND = HIT.formatted(COLUMNS);
    static final String PLACES = HIT.formatted("o.id, o.transaction_id, o.opened, o.matched_weakly");

    /** Pairs that are in the database for certain; they are never deleted there. Bounded, a mere shortcut. */
    private final Set<String> knownPairs = ConcurrentHashMap.newKeySet();

    private static final int MAX_KNOWN_PAIRS = 100_000;

    private final ObjectMapper json;

    RegionReader(ObjectMapper json) {
        this.json = json;
    }

    boolean knows(String terminal, String merchant) {
        return knownPairs.contains(terminal + " " + merchant);
    }

    /**
     * Grows the region of the fresh observations until it is whole.
     *
     * @param earlier the region as it was read before, or null: what is said there is not read again
     */
    Uni<Found> read(SqlClient client, Policy policy, Collection<Kept> fresh, int maxRegion, Region earlier) {
        Map<String, Set<String>> told = new HashMap<>();
        for (Kept kept : fresh) {
            String terminal = kept.said().subject().terminalId();
            String merchant = kept.said().subject().merchantId();
            if (terminal != null && (merchant == null || !knows(terminal, merchant))) {
                Set<String> merchants = told.computeIfAbsent(terminal, t -> new HashSet<>());
                if (merchant != null) {
                    merchants.add(merchant);
                }
            }
        }
        return merchants(client, told.keySet()).chain(kept -> {
            Map<String, Set<String>> newlyKnown = new HashMap<>();
            told.forEach((terminal, merchants) -> {
                Known before = kept.getOrDefault(terminal, Known.NOTHING);
                if (before.registered()) {
                    merchants.clear();
                } else if (!before.merchants().containsAll(merchants)) {
                    newlyKnown.put(terminal, before.merchants());
                }
                merchants.addAll(before.merchants());
            });
            Region region = new Region(policy, fresh, told, newlyKnown);
            Map<String, Known> terminals = new HashMap<>(kept);
            told.keySet().forEach(terminal -> terminals.putIfAbsent(terminal, Known.NOTHING));
            return grow(client, region, terminals, maxRegion, earlier)
                    .map(all -> new Found(region, all, newlyKnown.keySet()));
        });
    }

    /**
     * Whether what was found before is what would be found now: nobody has come in between, and all that follows from it
     * stands. One question instead of the several that a region takes, and nothing of what was said is read again.
     */
    Uni<Boolean> stands(SqlClient client, Found found, int maxRegion) {
        return merchants(client, found.terminals().keySet())
                .chain(now -> !now.equals(known(found.terminals()))
                        ? Uni.createFrom().item(false)
                        : places(client, found.region(), maxRegion).map(found.region()::isAsBefore));
    }

    private static Map<String, Known> known(Map<String, Known> terminals) {
        Map<String, Known> known = new HashMap<>(terminals);
        known.values().removeIf(Known.NOTHING::equals);
        return known;
    }

    private static Uni<List<Region.Place>> places(SqlClient client, Region region, int maxRegion) {
        Region.Questions asked = region.allAsked();
        return asked.isEmpty()
                ? Uni.createFrom().item(List.of())
                : client.preparedQuery(PLACES).execute(tuple(asked, maxRegion)).map(rows -> {
                    List<Region.Place> places = new ArrayList<>(rows.size());
                    rows.forEach(row -> places.add(
                            new Region.Place(row.getUUID(0), row.getUUID(1), row.getUUID(2), row.getBoolean(3))));
                    return places;
                });
    }

    /** The merchants that a terminal is known for; the only one is that of what is heard from it without a merchant. */
    Uni<Set<String>> merchantsOf(SqlClient client, String terminal) {
        return merchants(client, Set.of(terminal))
                .map(found -> found.getOrDefault(terminal, Known.NOTHING).merchants());
    }

    /** The region of what was heard from a terminal without a merchant, where other merchants are now known for it. */
    Uni<Found> around(SqlClient client, Policy policy, String terminal, Set<String> before, int maxRegion) {
        return merchantsOf(client, terminal).chain(now -> {
            Map<String, Set<String>> newlyKnown = new HashMap<>();
            if (!before.equals(now)) {
                newlyKnown.put(terminal, before);
            }
            Region region = new Region(policy, List.of(), new HashMap<>(Map.of(terminal, now)), newlyKnown);
            return grow(client, region, new HashMap<>(), maxRegion, null)
                    .map(terminals -> new Found(region, terminals, newlyKnown.keySet()));
        });
    }

    private Uni<Map<String, Known>> grow(
            SqlClient client, Region region, Map<String, Known> terminals, int maxRegion, Region earlier) {
        return merchants(client, region.unknownTerminals()).chain(found -> {
            for (String terminal : region.unknownTerminals()) {
                Known known = found.getOrDefault(terminal, Known.NOTHING);
                region.learn(terminal, known.merchants());
                terminals.put(terminal, known);
            }
            Region.Questions questions = region.next();
            if (questions.isEmpty()) {
                return Uni.createFrom().item(terminals);
            }
            return client.preparedQuery(ROUND)
                    .execute(tuple(questions, maxRegion))
                    .chain(rows -> {
                        region.add(kept(rows, earlier));
                        return region.size() > maxRegion
                                ? Uni.createFrom().failure(new TooLarge())
                                : grow(client, region, terminals, maxRegion, earlier);
                    });
        });
    }

    /** Those of these transactions that somebody opened; once opened, an id stays. */
    Uni<Set<UUID>> opened(SqlClient client, Set<UUID> ids) {
        return ids.isEmpty()
                ? Uni.createFrom().item(Set.of())
                : client.preparedQuery(OPENED)
                        .execute(Tuple.of(ids.toArray(UUID[]::new)))
                        .map(rows -> {
                            Set<UUID> found = new HashSet<>();
                            rows.forEach(row -> found.add(row.getUUID(0)));
                            return found;
                        });
    }

    private Uni<Map<String, Known>> merchants(SqlClient client, Set<String> terminals) {
        if (terminals.isEmpty()) {
            return Uni.createFrom().item(Map.of());
        }
        return client.preparedQuery(MERCHANTS)
                .execute(Tuple.of(terminals.toArray(String[]::new)))
                .map(rows -> {
                    Map<String, Known> found = new HashMap<>();
                    rows.forEach(row -> {
                        boolean registered = row.getBoolean(2);
                        Known known = found.get(row.getString(0));
                        if (known == null || registered && !known.registered()) {
                            known = new Known(new HashSet<>(), registered);
                            found.put(row.getString(0), known);
                        }
                        if (registered == known.registered()) {
                            known.merchants().add(row.getString(1));
                        }
                        if (!registered && knownPairs.size() < MAX_KNOWN_PAIRS) {
                            knownPairs.add(row.getString(0) + " " + row.getString(1));
                        }
                    });
                    return found;
                });
    }

    private static Tuple tuple(Region.Questions q, int maxRegion) {
        return Tuple.tuple()
                .addValue(q.rrns.toArray(String[]::new))
                .addValue(q.rrnMerchants.toArray(String[]::new))
                .addValue(q.rrnFrom.toArray(OffsetDateTime[]::new))
                .addValue(q.rrnTo.toArray(OffsetDateTime[]::new))
                .addValue(q.orders.toArray(String[]::new))
                .addValue(q.orderMerchants.toArray(String[]::new))
                .addValue(q.wallets.toArray(String[]::new))
                .addValue(q.terminals.toArray(String[]::new))
                .addValue(q.batches.toArray(String[]::new))
                .addValue(q.stans.toArray(String[]::new))
                .addValue(q.newlyKnownTerminals.toArray(String[]::new))
                .addValue(column(q.cards, Region.Cell::first, String[]::new))
                .addValue(column(q.cards, Region.Cell::last4, String[]::new))
                .addValue(column(q.cards, Region.Cell::amount, Long[]::new))
                .addValue(column(q.cards, Region.Cell::currency, String[]::new))
                .addValue(column(q.cards, Region.Cell::from, OffsetDateTime[]::new))
                .addValue(column(q.cards, Region.Cell::to, OffsetDateTime[]::new))
                .addValue(column(q.tokens, Region.Cell::first, String[]::new))
                .addValue(column(q.tokens, Region.Cell::amount, Long[]::new))
                .addValue(column(q.tokens, Region.Cell::currency, String[]::new))
                .addValue(column(q.tokens, Region.Cell::from, OffsetDateTime[]::new))
                .addValue(column(q.tokens, Region.Cell::to, OffsetDateTime[]::new))
                .addValue(q.pins.toArray(UUID[]::new))
                .addValue(maxRegion + 1);
    }

    Uni<List<Kept>> bySourceRefs(SqlClient client, List<Observation> said) {
        return client.preparedQuery(BY_REFS)
                .execute(Tuple.of(
                        column(said, o -> o.source().code(), String[]::new),
                        column(said, Observation::sourceRef, String[]::new)))
                .map(rows -> kept(rows, null));
    }

    /** What every source said about one transaction, in the order heard. */
    Uni<List<Kept>> byTransaction(SqlClient client, UUID transaction, int limit) {
        return client.preparedQuery(BY_TRANSACTION)
                .execute(Tuple.of(transaction, limit))
                .map(rows -> kept(rows, null));
    }

    private List<Kept> kept(RowSet<Row> rows, Region earlier) {
        List<Kept> kept = new ArrayList<>(rows.size());
        for (Row row : rows) {
            UUID id = row.getUUID(0);
            Observation known = earlier == null ? null : earlier.said(id);
            kept.add(new Kept(
                    id,
                    known == null ? said(row) : known,
                    row.getOffsetDateTime(2).toInstant(),
                    row.getUUID(3),
                    row.getUUID(4),
                    row.getUUID(5),
                    row.getBoolean(6)));
        }
        return kept;
    }

    private Observation said(Row row) {
        try {
            Observation said = ObservationJson.read(json.readTree(row.getString(1)));
            UUID statement = row.getUUID(7);
            return statement == null ? said : said.from(TypeId.format(TypeId.STATEMENT, statement));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an observation in the database is not JSON", e);
        }
    }
}
