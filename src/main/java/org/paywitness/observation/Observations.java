package org.paywitness.observation;

import io.quarkus.arc.All;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.paywitness.id.TypeId;
import org.paywitness.problem.Problem;
import org.paywitness.retention.RetentionSettings;
import org.paywitness.standing.Standings;
import org.paywitness.transaction.Transaction;
import org.paywitness.transaction.Transactions;
import org.paywitness.verdict.Policy;

/**
 * Takes in what sources say. Each chunk is one database transaction: correlate, insert the observations, update the
 * transactions' summaries and record every change. Whoever may touch the same transactions waits: all references and
 * cards of the region are locked first, in order, so there is no deadlock and any order of arrival ends the same.
 */
@ApplicationScoped
public class Observations {
    /** What became of one observation. */
    public enum Status {
        ACCEPTED,
        DUPLICATE,
        REFUSED
    }

    /**
     * @param observationId TypeID, null when refused
     * @param transactionId TypeID, null when refused
     * @param problem why it was refused, else null
     */
    public record Result(Status status, String observationId, String transactionId, Problem problem) {
        static Result refused(Problem problem) {
            return new Result(Status.REFUSED, null, null, problem);
        }
    }

    private static final int MAX_ATTEMPTS = 8;
    private static final String FOREIGN_KEY_VIOLATION = "23503";
    private static final String LOCK =
            "SELECT stripe FROM correlation_stripe WHERE stripe = ANY($1) ORDER BY stripe FOR UPDATE";

    @ConfigProperty(name = "paywitness.observations.chunk", defaultValue = "500")
    int chunkSize;

    @ConfigProperty(name = "paywitness.observations.max-region", defaultValue = "20000")
    int maxRegion;

    private final Pool pool;
    private final RegionReader reader;
    private final Transactions transactions;
    private final List<ReturnFollower> followers;
    private final ObservationTable table;
    private final Standings standings;
    private final TimeToFinal timeToFinal;
    private final Policy policy;
    private final RetentionSettings retention;
    private final Clock clock;

    Observations(
            Pool pool,
            RegionReader reader,
            Transactions transactions,
            @All List<ReturnFollower> followers,
            ObservationTable table,
            Standings standings,
            TimeToFinal timeToFinal,
            Policy policy,
            RetentionSettings retention,
            Clock clock) {
        this.pool = pool;
        this.reader = reader;
        this.transactions = transactions;
        this.followers = followers;
        this.table = table;
        this.standings = standings;
        this.timeToFinal = timeToFinal;
        this.policy = policy;
        this.retention = retention;
        this.clock = clock;
    }

    /** Something to do in the same database transaction as observations: the results from this place on. */
    public interface Along {
        Uni<Void> with(SqlConnection connection, int from, List<Result> results);

        Along NOTHING = (connection, from, results) -> Uni.createFrom().voidItem();
    }

    /**
     * Accepts any number of validated observations, in chunks; the results are in the order given. What was answered is
     * kept; on a failure the chunks before it are kept, and sending all again is safe. Goes on to its end even when the
     * subscriber cancels.
     */
    public Uni<List<Result>> accept(List<Observation> said) {
        Uni<List<Result>> work = Uni.createFrom().item(new ArrayList<>(said.size()));
        for (int from = 0; from < said.size(); from += chunkSize) {
            List<Observation> chunk = said.subList(from, Math.min(said.size(), from + chunkSize));
            work = work.chain(results -> acceptChunk(chunk, 0, Along.NOTHING).map(more -> {
                results.addAll(more);
                return results;
            }));
        }
        Uni<List<Result>> all = work;
        return Uni.createFrom().emitter(done -> all.subscribe().with(done::complete, done::fail));
    }

    /**
     * Accepts one chunk and does something else in the same database transaction; in parts, each with its own
     * transaction, only where the chunk would have to be compared with too much at once.
     */
    public Uni<List<Result>> accept(Prepared chunk, Along along) {
        return accept(chunk, 0, along);
    }

    private Uni<List<Result>> acceptChunk(List<Observation> chunk, int from, Along along) {
        return prepare(chunk).chain(prepared -> accept(prepared, from, along));
    }

    private Uni<List<Result>> accept(Prepared chunk, int from, Along along) {
        return acceptOnce(chunk, from, along)
                // What it was about to join has left meanwhile: on a second look it is not there.
                .onFailure(
                        failure -> failure instanceof PgException pg && FOREIGN_KEY_VIOLATION.equals(pg.getSqlState()))
                .recoverWithUni(left -> prepare(chunk.said).chain(anew -> acceptOnce(anew, from, along)));
    }

    private Uni<List<Result>> acceptOnce(Prepared chunk, int from, Along along) {
        return chunk.hint == null
                ? split(chunk.said, from, along)
                : attempt(new Chunk(chunk, from, along), chunk.hint.stripes(), 1)
                        .onFailure(RegionReader.TooLarge.class)
                        .recoverWithUni(tooLarge -> split(chunk.said, from, along));
    }

    /** A chunk with what it can touch, as that was read without locks. */
    public static final class Prepared {
        private final List<Observation> said;
        private final List<Kept> fresh;
        /** That are named and that nobody ever opened: whoever names them is refused, and what it says counts nowhere. */
        private final Set<UUID> unknownPins;
        /** Null where it is too much to be compared at once. */
        private final RegionReader.Found hint;

        private Prepared(List<Observation> said, List<Kept> fresh, Set<UUID> unknownPins, RegionReader.Found hint) {
            this.said = said;
            this.fresh = fresh;
            this.unknownPins = unknownPins;
            this.hint = hint;
        }
    }

    /** Reads what a chunk can touch. Nothing depends on what is accepted meanwhile. */
    public Uni<Prepared> prepare(List<Observation> chunk) {
        List<Kept> fresh = new ArrayList<>();
        for (Observation said : chunk) {
            UUID pin = said.transactionId() == null
                    ? null
                    : TypeId.parse(TypeId.TRANSACTION, said.transactionId()).orElse(new UUID(0, 0));
            fresh.add(new Kept(TypeId.next(), said, null, null, null, pin, false));
        }
        return unknownPins(fresh).chain(unknownPins -> known(pool, fresh)
                .chain(known -> reader.read(pool, policy, news(fresh, known, unknownPins), maxRegion, null))
                .onFailure(RegionReader.TooLarge.class)
                .recoverWithNull()
                .map(hint -> new Prepared(chunk, fresh, unknownPins, hint)));
    }

    /** What one database transaction takes in. */
    private record Chunk(Prepared prepared, int from, Along along) {
        List<Kept> fresh() {
            return prepared.fresh;
        }

        Set<UUID> unknownPins() {
            return prepared.unknownPins;
        }

        RegionReader.Found hint() {
            return prepared.hint;
        }
    }

    private Uni<Set<UUID>> unknownPins(List<Kept> fresh) {
        Set<UUID> pins = new HashSet<>();
        fresh.stream().filter(kept -> kept.pinnedTo() != null).forEach(kept -> pins.add(kept.pinnedTo()));
        return reader.opened(pool, pins).map(opened -> {
            pins.removeAll(opened);
            return pins;
        });
    }

    /** What is neither known nor refused, each source reference once. */
    private Collection<Kept> news(List<Kept> fresh, Map<String, Kept> known, Set<UUID> unknownPins) {
        Map<String, Kept> first = new LinkedHashMap<>();
        for (Kept kept : fresh) {
            if (!known.containsKey(key(kept.said())) && !isTooOld(kept) && !unknownPins.contains(kept.pinnedTo())) {
                first.putIfAbsent(key(kept.said()), kept);
            }
        }
        return first.values();
    }

    // Of a time from which payments have left: sent once more, it would be a new one that could be given back again.
    private boolean isTooOld(Kept kept) {
        return retention
                .transactions()
                .map(keep -> kept.said().at().isBefore(clock.instant().minus(keep)))
                .orElse(false);
    }

    // One crowded neighbourhood must not refuse its neighbours in the chunk.
    private Uni<List<Result>> split(List<Observation> chunk, int from, Along along) {
        if (chunk.size() == 1) {
            List<Result> refused = List.of(Result.refused(tooManyObservations()));
            return pool.withTransaction(connection -> along.with(connection, from, refused))
                    .replaceWith(refused);
        }
        int half = chunk.size() / 2;
        return acceptChunk(chunk.subList(0, half), from, along)
                .chain(first -> acceptChunk(chunk.subList(half, chunk.size()), from + half, along)
                        .map(second -> {
                            List<Result> both = new ArrayList<>(first);
                            both.addAll(second);
                            return both;
                        }));
    }

    /** The locks taken before the region was read did not cover it: others came in between. */
    private static final class Uncovered extends RuntimeException {
        private final transient TreeSet<Integer> stripes;

        Uncovered(TreeSet<Integer> stripes) {
            super("the region grew", null, false, false);
            this.stripes = stripes;
        }
    }

    /** The locks of one database transaction, and what becomes final if it is committed. */
    private record Held(TreeSet<Integer> stripes, List<TimeToFinal.Reached> becomeFinal) {
        Held(TreeSet<Integer> stripes) {
            this(stripes, new ArrayList<>());
        }
    }

    private <T> Uni<T> transaction(Held held, Function<SqlConnection, Uni<T>> work) {
        return pool.withTransaction(work).invoke(() -> timeToFinal.record(held.becomeFinal()));
    }

    private Uni<List<Result>> attempt(Chunk chunk, TreeSet<Integer> stripes, int attempt) {
        Held held = new Held(stripes);
        return transaction(held, connection -> lock(connection, stripes)
                        .chain(() -> known(connection, chunk.fresh()))
                        .chain(known -> decide(connection, chunk, known, held)
                                .call(results -> chunk.along().with(connection, chunk.from(), results))))
                .onFailure(failure -> attempt < MAX_ATTEMPTS && isWorthRetrying(failure))
                .recoverWithUni(failure -> attempt(chunk, more(stripes, failure), attempt + 1));
    }

    private static boolean isWorthRetrying(Throwable failure) {
        return failure instanceof Uncovered
                || failure instanceof Transactions.Overtaken
                || failure instanceof PgException pg
                        && ("40P01".equals(pg.getSqlState()) || "40001".equals(pg.getSqlState()));
    }

    private static Uni<Void> lock(SqlConnection connection, TreeSet<Integer> stripes) {
        return stripes.isEmpty()
                ? Uni.createFrom().voidItem()
                : connection
                        .preparedQuery(LOCK)
                        .execute(Tuple.of(stripes.toArray(Integer[]::new)))
                        .replaceWithVoid();
    }

    private static String key(Observation said) {
        return said.source().code() + " " + said.sourceRef();
    }

    private Uni<Map<String, Kept>> known(SqlClient client, List<Kept> fresh) {
        return reader.bySourceRefs(client, fresh.stream().map(Kept::said).toList())
                .map(kept -> {
                    Map<String, Kept> known = new HashMap<>();
                    kept.forEach(k -> known.put(key(k.said()), k));
                    return known;
                });
    }

    private Uni<List<Result>> decide(SqlConnection connection, Chunk chunk, Map<String, Kept> known, Held held) {
        Collection<Kept> news = news(chunk.fresh(), known, chunk.unknownPins());
        if (news.isEmpty()) {
            return Uni.createFrom().item(results(chunk, known, Map.of()));
        }
        return region(connection, chunk, news, held)
                .chain(found -> write(connection, found.region(), held))
                .map(belongs -> results(chunk, known, belongs));
    }

    // Under the locks of what was read without them, that either stands or is read again.
    private Uni<RegionReader.Found> region(SqlConnection connection, Chunk chunk, Collection<Kept> news, Held held) {
        RegionReader.Found hint = chunk.hint();
        Uni<Boolean> stands = hint.region().isMadeFor(news)
                ? reader.stands(connection, hint, maxRegion)
                : Uni.createFrom().item(false);
        return stands.chain(still -> still
                ? Uni.createFrom().item(hint)
                : reader.read(connection, policy, news, maxRegion, hint.region())
                        .invoke(found -> requireCovered(found.stripes(), held.stripes())));
    }

    private static void requireCovered(TreeSet<Integer> needed, TreeSet<Integer> held) {
        if (!held.containsAll(needed)) {
            throw new Uncovered(needed);
        }
    }

    private List<Result> results(Chunk chunk, Map<String, Kept> known, Map<UUID, UUID> belongs) {
        Map<String, Kept> firstByKey = new HashMap<>(known);
        news(chunk.fresh(), known, chunk.unknownPins()).forEach(kept -> firstByKey.put(key(kept.said()), kept));
        List<Result> results = new ArrayList<>(chunk.fresh().size());
        for (Kept kept : chunk.fresh()) {
            Kept first = firstByKey.get(key(kept.said()));
            if (chunk.unknownPins().contains(kept.pinnedTo())) {
                results.add(Result.refused(
                        Problem.unprocessable("transaction_not_found", "There is no transaction with this id.")
                                .at("/transaction_id", "is not the id of a transaction")));
            } else if (first == null) {
                results.add(Result.refused(
                        Problem.unprocessable("observation_too_old", "Payments of that time are not kept any more.")
                                .at("/observed_at", "is longer ago than payments are kept")));
            } else if (first.id().equals(kept.id())) {
                results.add(result(Status.ACCEPTED, kept.id(), belongs.get(kept.id())));
            } else if (first.said().saysTheSameAs(kept.said())) {
                UUID transaction = belongs.getOrDefault(first.id(), first.transactionId());
                results.add(result(Status.DUPLICATE, first.id(), transaction));
            } else {
                results.add(Result.refused(
                        Problem.conflict("source_ref_reused", "This source_ref was used for another observation.")
                                .at("/source_ref", "was used for another observation of this source")));
            }
        }
        return results;
    }

    private static Result result(Status status, UUID observation, UUID transaction) {
        return new Result(
                status,
                TypeId.format(TypeId.OBSERVATION, observation),
                TypeId.format(TypeId.TRANSACTION, transaction),
                null);
    }

    /** Correlates the region and writes what changed; tells where each observation belongs now. */
    private Uni<Map<UUID, UUID>> write(SqlConnection connection, Region region, Held held) {
        Regrouping regrouping = new Regrouping(region.active(), region, policy);
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        return transactions
                .byIds(connection, regrouping.transactionIds())
                .invoke(regrouping::compareWith)
                .chain(() -> write(connection, regrouping.changes(), held, now))
                .chain(() -> table.write(connection, regrouping.inserted(), regrouping.moved(), now))
                .chain(() -> follow(connection, regrouping.changes(), now))
                .map(done -> regrouping.belongs());
    }

    /** Writes the changes, and those of the equal payments nearby that follow from them. */
    private Uni<Void> write(SqlConnection connection, Changes changes, Held held, Instant now) {
        return transactions
                .near(connection, changes.touched(), policy.duplicateWindow())
                .invoke(changes::meet)
                // A neighbour's own neighbours: one of them may be the payment that it repeats.
                .chain(() -> transactions.near(connection, changes.neighbours(), policy.duplicateWindow()))
                .invoke(changes::meetFurther)
                .invoke(() -> requireCovered(Region.stripesOf(changes.compared()), held.stripes()))
                .invoke(changes::findDuplicates)
                .invoke(() -> held.becomeFinal().addAll(timeToFinal.by(changes, now)))
                .chain(() -> transactions.write(connection, changes.all(), now));
    }

    /** Has everybody follow the changes, once all of them are written. */
    private Uni<Void> follow(SqlConnection connection, Changes changes, Instant now) {
        List<Transaction> returned = changes.all().stream()
                .map(Transactions.Change::transaction)
                .filter(t -> t.mergedInto() == null && !t.summary().sent().isEmpty())
                .toList();
        Uni<Void> all = Uni.createFrom().voidItem();
        for (Transaction transaction : returned) {
            for (ReturnFollower follower : followers) {
                all = all.chain(() -> follower.changed(connection, transaction, now));
            }
        }
        return all.chain(() -> standings.written(connection, changes.all(), changes::row, now));
    }

    /** What becomes of some transactions for another reason than an observation. */
    public interface Change {
        /**
         * Decides within the database transaction that writes; called anew, in another one, when somebody else was
         * faster.
         *
         * @param current as they are in the database, not locked
         * @return as they shall be, in the same order
         */
        Uni<List<Transaction>> of(SqlConnection connection, List<Transaction> current);
    }

    /**
     * Changes transactions for another reason than an observation, in one database transaction with what the caller
     * does along with it. Goes on to its end even when the subscriber cancels.
     *
     * @param ids any ids of the transactions: they may have been merged
     * @param reason why, for the record of changes
     * @param along gets the transactions after the change
     */
    public Uni<Void> revise(
            List<UUID> ids,
            String reason,
            Change change,
            BiFunction<SqlConnection, List<Transaction>, Uni<Void>> along) {
        Uni<Void> all = reviseHolding(new Revision(ids, reason, change, along), new TreeSet<>(), 1);
        return Uni.createFrom().emitter(done -> all.subscribe().with(done::complete, done::fail));
    }

    private record Revision(
            List<UUID> ids,
            String reason,
            Change change,
            BiFunction<SqlConnection, List<Transaction>, Uni<Void>> along) {}

    private Uni<Void> reviseHolding(Revision revision, TreeSet<Integer> stripes, int attempt) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        Held held = new Held(stripes);
        return transaction(held, connection -> lock(connection, stripes)
                        .chain(() -> survivors(connection, revision.ids()))
                        .chain(rows -> revision.change().of(connection, rows).chain(next -> {
                            Changes changes = changes(rows, next, revision.reason());
                            return write(connection, changes, held, now)
                                    .chain(() -> follow(connection, changes, now))
                                    .chain(() -> revision.along().apply(connection, next));
                        })))
                .onFailure(failure -> attempt < MAX_ATTEMPTS && isWorthRetrying(failure))
                .recoverWithUni(failure -> reviseHolding(revision, more(stripes, failure), attempt + 1));
    }

    private Changes changes(List<Transaction> rows, List<Transaction> next, String reason) {
        Changes changes = new Changes(policy);
        changes.from(rows);
        for (int i = 0; i < rows.size(); i++) {
            if (!next.get(i).equals(rows.get(i))) {
                changes.add(next.get(i), reason);
            }
        }
        return changes;
    }

    // Of two ids that were merged into one there is one transaction.
    private Uni<List<Transaction>> survivors(SqlConnection connection, List<UUID> ids) {
        return transactions.byIds(connection, ids).chain(rows -> {
            List<UUID> followed = rows.stream()
                    .map(row -> row.mergedInto() == null ? row.id() : row.mergedInto())
                    .distinct()
                    .sorted()
                    .toList();
            boolean all = rows.stream().allMatch(row -> row.mergedInto() == null);
            return all
                    ? Uni.createFrom()
                            .item(rows.stream()
                                    .sorted(Comparator.comparing(Transaction::id))
                                    .toList())
                    : survivors(connection, followed);
        });
    }

    /**
     * Has the caller write what tells the merchant of a terminal, in one database transaction with what follows from
     * it: all that was heard from the terminal without a merchant is correlated anew, so that it does not matter which
     * came first. Fails with {@link Problem} 422 {@code too_many_observations} where that is more than can be compared.
     *
     * @param write may be called more than once, each time in a new transaction
     */
    public <T> Uni<T> learnMerchant(String terminal, Function<SqlConnection, Uni<T>> write) {
        return learnHolding(terminal, write, Region.stripes(List.of(), Set.of(terminal)), 1)
                .onFailure(RegionReader.TooLarge.class)
                .transform(tooLarge -> tooManyObservations());
    }

    private <T> Uni<T> learnHolding(
            String terminal, Function<SqlConnection, Uni<T>> write, TreeSet<Integer> stripes, int attempt) {
        Held held = new Held(stripes);
        return transaction(held, connection -> lock(connection, stripes)
                        .chain(() -> reader.merchantsOf(connection, terminal))
                        .chain(before -> write.apply(connection)
                                .call(() -> reader.around(connection, policy, terminal, before, maxRegion)
                                        .invoke(found -> requireCovered(found.stripes(), stripes))
                                        .chain(found -> write(connection, found.region(), held)))))
                .onFailure(failure -> attempt < MAX_ATTEMPTS && isWorthRetrying(failure))
                .recoverWithUni(failure -> learnHolding(terminal, write, more(stripes, failure), attempt + 1));
    }

    private Problem tooManyObservations() {
        return Problem.unprocessable(
                "too_many_observations", "More than " + maxRegion + " observations would have to be compared.");
    }

    private static TreeSet<Integer> more(TreeSet<Integer> stripes, Throwable failure) {
        TreeSet<Integer> more = new TreeSet<>(stripes);
        if (failure instanceof Uncovered uncovered) {
            more.addAll(uncovered.stripes);
        }
        return more;
    }
}
