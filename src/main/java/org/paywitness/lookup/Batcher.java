package org.paywitness.lookup;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.impl.ContextInternal;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.paywitness.problem.Problem;

/**
 * Natural batching on one event loop: lookups that arrive while statements are under way wait and share the next one.
 * A batch is cut at the end of the loop's turn, so that all requests read in one turn share it; an idle batcher adds no
 * delay. There is no timer but the one that watches deadlines.
 *
 * <p>It promises: each lookup is answered or fails within its deadline (plus one sweep), on the context that asked, so
 * that neither trace nor request scope leaks to a neighbour. An answer is read after it was asked: a lookup never
 * joins a statement already sent. A key that PostgreSQL refuses (SQLSTATE class 22) fails alone. A statement whose connection
 * is lost is sent once more, as it only reads. The answers are those of one statement a key.
 *
 * <p>All state belongs to the event loop; only {@link #ask} may be called from elsewhere.
 */
final class Batcher<K, R> {
    private static final Duration[] BUCKETS = Stream.of(1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_000)
            .map(Duration::ofMillis)
            .toArray(Duration[]::new);

    /**
     * What is counted of one kind of lookup.
     *
     * @param lookups keys asked
     * @param statements statements sent; lookups over statements is the batch factor
     * @param time how long each statement was under way
     */
    record Meters(Counter lookups, Counter statements, Timer time) {
        static Meters of(String lookup, MeterRegistry metrics) {
            return new Meters(
                    Counter.builder("paywitness.lookups")
                            .description("Lookups asked")
                            .tag("lookup", lookup)
                            .register(metrics),
                    Counter.builder("paywitness.lookup.statements")
                            .description("Statements sent for lookups")
                            .tag("lookup", lookup)
                            .register(metrics),
                    Timer.builder("paywitness.lookup.statement.time")
                            .description(
                                    "From sending a statement of lookups to its answer, once for all that share it")
                            .tag("lookup", lookup)
                            .serviceLevelObjectives(BUCKETS)
                            .register(metrics));
        }
    }

    private final ContextInternal loop;
    private final LookupClient client;
    private final Question<K, R> question;
    private final LookupConfig limits;
    private final Meters meters;
    private final boolean batching;
    private final int inFlight;
    private final long deadlineNanos;

    private final Map<K, Asked<R>> queued = new LinkedHashMap<>();
    /** Already cut, to be sent again before the queue: halves of a refused batch, batches of a lost connection. */
    private final Deque<Batch<K, R>> again = new ArrayDeque<>();

    private final Set<Batch<K, R>> underWay = new LinkedHashSet<>();
    private int waiting;
    private boolean flushing;
    private boolean watching;

    /**
     * @param loop a context of the event loop that no request uses: shared statements belong to nobody's trace
     * @param deadline how long a lookup may take
     */
    Batcher(
            ContextInternal loop,
            LookupClient client,
            Question<K, R> question,
            LookupConfig limits,
            Duration deadline,
            Meters meters) {
        this.loop = loop;
        this.client = client;
        this.question = question;
        this.limits = limits;
        this.meters = meters;
        this.batching = limits.batching();
        this.inFlight = batching ? limits.inFlight() : Integer.MAX_VALUE;
        this.deadlineNanos = deadline.toNanos();
    }

    /**
     * The rows of a key, none if there are none, as an immutable list; completed on the caller's context. Fails with
     * {@link Problem} {@code overloaded} when too many wait, {@code database_unavailable} when the deadline has passed
     * or the database cannot be reached, and otherwise as the pg client fails.
     */
    Future<List<R>> ask(K key) {
        ContextInternal asker = loop.owner().getOrCreateContext();
        Promise<List<R>> answer = asker.promise();
        if (loop.nettyEventLoop().inEventLoop()) {
            take(key, answer);
        } else {
            loop.runOnContext(v -> take(key, answer));
        }
        return answer.future();
    }

    private void take(K key, Promise<List<R>> answer) {
        if (waiting >= limits.queue()) {
            answer.fail(Problem.unavailable("overloaded", "Too many lookups are waiting. Try again in a moment."));
            return;
        }
        waiting++;
        meters.lookups().increment();
        Waiter<R> waiter = new Waiter<>(answer, System.nanoTime() + deadlineNanos);
        watch();
        if (batching) {
            queued.computeIfAbsent(key, k -> new Asked<>()).waiters.add(waiter);
            flushAtEndOfTurn();
        } else {
            Batch<K, R> alone = new Batch<>();
            alone.asked.put(key, new Asked<>(waiter));
            loop.dispatch(alone, this::send);
        }
    }

    /** The loop runs its tasks after it has read what arrived: by then every request of this turn has asked. */
    private void flushAtEndOfTurn() {
        if (!flushing && underWay.size() < inFlight) {
            flushing = true;
            loop.runOnContext(v -> flush());
        }
    }

    private void flush() {
        flushing = false;
        while (underWay.size() < inFlight && !(again.isEmpty() && queued.isEmpty())) {
            send(again.isEmpty() ? cut() : again.poll());
        }
    }

    private Batch<K, R> cut() {
        Batch<K, R> batch = new Batch<>();
        Iterator<Map.Entry<K, Asked<R>>> next = queued.entrySet().iterator();
        while (next.hasNext() && batch.asked.size() < limits.maxBatch()) {
            Map.Entry<K, Asked<R>> entry = next.next();
            batch.asked.put(entry.getKey(), entry.getValue());
            next.remove();
        }
        return batch;
    }

    private void send(Batch<K, R> batch) {
        batch.asked.values().removeIf(Asked::abandoned);
        if (batch.asked.isEmpty()) {
            return;
        }
        underWay.add(batch);
        meters.statements().increment();
        long since = System.nanoTime();
        Future<RowSet<Row>> rows;
        try {
            List<K> keys = List.copyOf(batch.asked.keySet());
            rows = keys.size() == 1
                    ? client.send(question.one(), question.tuple().apply(keys.get(0)))
                    : client.send(question.many(), question.tuples().apply(keys));
        } catch (RuntimeException e) {
            rows = loop.failedFuture(e);
        }
        rows.onComplete(result -> {
            meters.time().record(System.nanoTime() - since, TimeUnit.NANOSECONDS);
            settle(batch, result);
        });
    }

    private void settle(Batch<K, R> batch, AsyncResult<RowSet<Row>> result) {
        underWay.remove(batch);
        if (result.succeeded()) {
            answer(batch, result.result());
        } else {
            recover(batch, result.cause());
        }
        if (!again.isEmpty() || !queued.isEmpty()) {
            flushAtEndOfTurn();
        }
    }

    private void answer(Batch<K, R> batch, RowSet<Row> rows) {
        try {
            batch.read(rows, question);
        } catch (RuntimeException e) {
            fail(batch, e);
            return;
        }
        for (Asked<R> asked : batch.asked.values()) {
            waiting -= asked.waiters.size();
            asked.answer();
        }
    }

    private void recover(Batch<K, R> batch, Throwable cause) {
        if (batch.asked.size() > 1 && LookupFailure.isData(cause)) {
            batch.halves().forEach(again::add);
        } else if (!batch.resent && LookupFailure.isLostConnection(cause)) {
            batch.resent = true;
            again.add(batch);
        } else {
            fail(batch, LookupFailure.toCaller(cause));
        }
    }

    private void fail(Batch<K, R> batch, Throwable cause) {
        for (Asked<R> asked : batch.asked.values()) {
            waiting -= asked.waiters.size();
            asked.waiters.forEach(waiter -> waiter.answer.fail(cause));
        }
    }

    private void watch() {
        if (!watching) {
            watching = true;
            loop.setPeriodic(limits.sweep().toMillis(), this::sweep);
        }
    }

    private void sweep(long timer) {
        if (waiting == 0 && underWay.isEmpty()) {
            watching = false;
            loop.owner().cancelTimer(timer);
            return;
        }
        long now = System.nanoTime();
        List<Waiter<R>> late = new ArrayList<>();
        queued.values().removeIf(asked -> asked.expire(now, late));
        again.forEach(batch -> batch.expire(now, late));
        underWay.forEach(batch -> batch.expire(now, late));
        waiting -= late.size();
        // Only now: whoever is told may ask again, and so change the queue.
        late.forEach(waiter -> waiter.answer.fail(LookupFailure.late()));
        client.hangUpSilent();
    }

    private record Waiter<R>(Promise<List<R>> answer, long deadline) {}

    /** One key, and everyone who waits for it. */
    private static final class Asked<R> {
        private final List<Waiter<R>> waiters = new ArrayList<>(1);
        private List<R> rows = List.of();
        private RuntimeException unreadable;

        private Asked() {}

        private Asked(Waiter<R> waiter) {
            waiters.add(waiter);
        }

        private boolean abandoned() {
            return waiters.isEmpty();
        }

        /** Moves those whose deadline has passed to {@code late}; true if nobody is left. */
        private boolean expire(long now, List<Waiter<R>> late) {
            // They came in the order of their deadlines.
            while (!waiters.isEmpty() && waiters.get(0).deadline - now <= 0) {
                late.add(waiters.remove(0));
            }
            return abandoned();
        }

        /** A row that cannot be read fails its own key only. */
        private void read(Row row, Question<?, R> question) {
            try {
                R answer = question.read().apply(row);
                if (rows.isEmpty()) {
                    rows = List.of(answer);
                } else {
                    rows = rows.size() == 1 ? new ArrayList<>(rows) : rows;
                    rows.add(answer);
                }
            } catch (RuntimeException e) {
                unreadable = e;
            }
        }

        private void answer() {
            List<R> answer = List.copyOf(rows);
            for (Waiter<R> waiter : waiters) {
                if (unreadable == null) {
                    waiter.answer.complete(answer);
                } else {
                    waiter.answer.fail(unreadable);
                }
            }
        }
    }

    /** The keys of one statement, each once. */
    private static final class Batch<K, R> {
        private final Map<K, Asked<R>> asked = new LinkedHashMap<>();
        private boolean resent;

        private void read(RowSet<Row> rows, Question<K, R> question) {
            Asked<R> only = asked.size() == 1 ? asked.values().iterator().next() : null;
            for (Row row : rows) {
                Asked<R> asker = only != null ? only : asked.get(question.key().apply(row));
                if (asker == null) {
                    // To drop it would turn "found" into "not found" without a word.
                    throw new IllegalStateException("A row answers a key that nobody asked for: " + question.many());
                }
                asker.read(row, question);
            }
        }

        private List<Batch<K, R>> halves() {
            Batch<K, R> first = new Batch<>();
            Batch<K, R> second = new Batch<>();
            first.resent = resent;
            second.resent = resent;
            int half = asked.size() / 2;
            asked.forEach((key, asker) -> (first.asked.size() < half ? first : second).asked.put(key, asker));
            return List.of(first, second);
        }

        private void expire(long now, List<Waiter<R>> late) {
            asked.values().forEach(asker -> asker.expire(now, late));
        }
    }
}
